"""Hostile checkouts: no program starts, nothing is read or written outside, every command ends.

HOSTILE=ci .venv/bin/pytest -q -n auto tests/hostile      500 cases, as .ci/run does
HOSTILE=full .venv/bin/pytest -q -n auto tests/hostile    10,000, on demand
HOSTILE_SEED=N repeats; without HOSTILE it is a handful.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from tests.faults.processes import PROJECT
from tests.hostile.checkouts import CANARY
from tests.hostile.rig import Ended, _ground, judge, template, tree

if TYPE_CHECKING:
    from pathlib import Path

SHARES: Final = 2
CASES, TRUE = {"ci": (500, 20), "full": (10_000, 200)}.get(os.environ.get("HOSTILE", ""), (12, 2))
SEED: Final = int(os.environ.get("HOSTILE_SEED", "20261201"))


@pytest.mark.parametrize("share", range(SHARES))
def test_no_checkout_starts_reads_or_writes_anything_outside(
    share: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (tmp_path, SEED, share, SHARES, CASES, TRUE)
    told = subprocess.run(
        (sys.executable, "-m", "tests.hostile.rig", *map(str, words)),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    found = json.loads(told.stdout)
    with capsys.disabled():
        print(f"\n  hostile: exit codes {found['codes']}, {len(found['wrong'])} violations")  # noqa: T201 - the figures are what this is run for
    assert found["codes"].keys() >= {"0", "1"}
    assert found["codes"]["0"] * 4 >= sum(
        found["codes"].values()
    )  # the rig lets commands do their work
    assert not found["wrong"], "\n".join(found["wrong"][:20])


def test_the_judge_sees_what_it_is_there_for(tmp_path: Path) -> None:
    template(tmp_path)
    ground = _ground(tmp_path / "1", tmp_path / "template", Random(1))
    before = tree(ground.outside)

    def seen(code: int | None = 0, said: str = "") -> list[str]:
        return [text.split(":")[0] for text in judge(Ended(code, said), ground, before)]

    assert seen() == []
    assert seen(None) == ["did not end"]
    assert seen(70) == ["ended with 70"]
    assert seen(said="Traceback (most recent call last)") == ["broke"]
    assert seen(said=f"id {CANARY}") == ["told what stands outside"]
    subprocess.run((ground.evil.program,), check=True, stdin=subprocess.DEVNULL)
    assert seen() == ["started a program"]
    ground.evil.log.unlink()
    (ground.root / "new.yaml").write_text(CANARY)
    assert seen() == ["took what stands outside into new.yaml"]
    (ground.root / "new.yaml").unlink()
    (ground.outside / "folder/a.jsonl").touch()
    assert seen() == ["changed what lies outside"]
