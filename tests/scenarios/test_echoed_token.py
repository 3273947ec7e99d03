"""A server that quotes the token it was sent: it is in no output and in no file of any command."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests.support import scripted_server as says
from tests.support.cli import Shell
from tests.support.graph_script import Told, batch, error, object_id
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.scripted_server import Asked, Telling

CANARY = "eyJcanary.canary-token_7f3a.c2ln"
QUOTED = f"Authorization: Bearer {CANARY}"
PIECES = (b"eyJcanary", b"7f3a", b64encode(QUOTED.encode())[32:-8])
TENANT_ID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
CONFIG = f"""\
apiVersion: reconciler/v1
kind: Config
tenants:
  contoso:
    tenantId: {TENANT_ID}
    cloud: global
    credential: static-token
    desired: desired
    kinds: {{Incident: true, Alert: false, IncidentTask: false}}
"""
DOCUMENT = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "7"}
spec: {status: resolved}
"""


def object_of(url: str) -> Told:
    return Told(200, {"id": object_id(url), "status": "active", "displayName": QUOTED})


def parted(told: Callable[[str], Told]) -> Callable[[Asked], Telling]:
    def answer(asked: Asked) -> Telling:
        if asked.method == "GET":
            found = told("/security/incidents/7")
            page = {"value": [found.body]} if found.status == 200 else found.body
            return says.reply(found.status, page)
        return batch(asked, lambda url, _part: told(url))

    return answer


ANSWERS: dict[str, Callable[[Asked], Telling]] = {
    "an error": lambda _: says.reply(403, error("Forbidden", QUOTED)),
    "an escaped error": lambda _: says.reply(
        403, json.dumps(error("Forbidden", QUOTED)).replace("-token", "\\u002dtoken").encode()
    ),
    "an error that cuts it": lambda _: says.reply(
        403, error("Forbidden", f"{CANARY[3:]}, {QUOTED[:-4]}")
    ),
    "an error in base64": lambda _: says.reply(
        403, error("Forbidden", b64encode(QUOTED.encode()).decode())
    ),
    "a page": lambda _: says.reply(403, f"<html>{QUOTED}</html>".encode()),
    "headers": lambda _: says.reply(
        403, error("Forbidden"), {"request-id": CANARY, "X-Echo": QUOTED}
    ),
    "a redirect": lambda _: says.reply(302, None, {"Location": f"/?token={CANARY}"}),
    "an object": parted(object_of),
    "a part": parted(lambda _url: Told(403, error("Forbidden", QUOTED))),
}
COMMANDS = (
    ("plan", "--out", "plan.json"),
    ("plan", "--format", "json"),
    ("snapshot", "--out", "snapshot.json"),
    ("import", "--kind", "Incident", "--out", "desired/more"),
    ("doctor", "--format", "json"),
    ("apply", "plan.json", "--format", "json"),
    ("apply", "--auto-approve"),
)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_token_that_comes_back_is_in_no_output_and_in_no_file(
    tmp_path: Path, answer: Callable[[Asked], Telling], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired" / "7.yaml").write_text(DOCUMENT)
    shell = Shell(tmp_path, {"RECONCILER_TOKEN": CANARY, "XDG_STATE_HOME": str(tmp_path)})
    seen: list[bytes] = []
    with serving() as server:
        server.follow(answer)
        for words in COMMANDS:
            code = shell.run("--log-level", "debug", *words, "--graph-url", server.root)
            assert code != 64, shell.err
            seen += [shell.out.encode(), shell.err.encode()]
        assert server.asked
    seen += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    seen.append(caplog.text.encode())

    assert [text for text in seen for piece in PIECES if piece in text] == []
    assert any(b"***" in text or b"request-id none" in text for text in seen)
