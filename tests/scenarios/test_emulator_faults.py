"""``emulator --faults FILE --history FILE`` as a user starts it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from reconciler.cli.door import Door, SystemClock
from reconciler.cli.main import main
from tests.support.cli import Shell, Terminal

if TYPE_CHECKING:
    from pathlib import Path


def test_an_emulator_misbehaves_as_its_file_says_and_writes_down_what_happened(
    tmp_path: Path,
) -> None:
    fault = {"do": "status", "status": 423, "on": {"method": "GET"}, "at": [2]}
    (tmp_path / "faults.json").write_text(json.dumps({"seed": 7, "faults": [fault]}))
    stdout, stderr = Terminal(), Terminal()
    statuses: list[int] = []

    def use() -> None:
        while not stdout.getvalue():
            threading.Event().wait(0.01)
        host = stdout.getvalue().strip().removeprefix("http://")
        with closing(http.client.HTTPConnection(host)) as connection:
            for _ in range(3):
                headers = {"Authorization": "Bearer x"}
                connection.request("GET", "/v1.0/security/incidents/2972395", headers=headers)
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
        os.kill(os.getpid(), signal.SIGINT)

    user = threading.Thread(target=use)
    user.start()
    door = Door(Terminal(), stdout, stderr, {}, tmp_path, SystemClock())
    words = ["emulator", "--fresh", "--faults", "faults.json", "--history", "history.jsonl"]
    assert main(words, door) == 0
    user.join()
    assert statuses == [200, 423, 200]
    assert "faults of faults.json, seed 7" in stderr.getvalue()
    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [(row["status"], row["fault"]) for row in rows] == [
        (200, None),
        (423, "status"),
        (200, None),
    ]


def test_a_bad_faults_file_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    (tmp_path / "faults.json").write_text('{"faults": [{"do": "explode"}]}')
    assert shell.run("emulator", "--faults", "faults.json") == 3
    assert "faults[0].'do' is 'explode'; expected one of 'reset', 'hang'" in shell.err
    assert not (tmp_path / ".reconciler").exists()
    assert shell.run("emulator", "--faults", "nothing.json") == 1
