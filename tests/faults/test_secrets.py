"""The token is in no output and no file, whatever is run, at the highest log level, and goes wrong."""

from __future__ import annotations

from base64 import b64encode
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.emulator import Settings, start
from reconciler.emulator.faults import Fault, Faults
from tests.faults import tenants, worlds
from tests.faults.budget import SEED
from tests.faults.catalogue import LOOKS, WHOLE, WRITES
from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

CANARY: Final = "canary-7Yq2Zx9LmP4w"
FORMS: Final = (CANARY.encode(), b64encode(CANARY.encode())[:-2], CANARY.encode()[::-1])
RUNS: Final = (
    ("validate",),
    ("tenants",),
    ("plan", "--out", "plan.json", "--format", "json"),
    ("show", "plan.json", "--format", "markdown"),
    ("apply", "plan.json", "--journal", "first.jsonl", "--format", "json"),
    ("apply", "--auto-approve"),
    ("revert", "first.jsonl", "--out", "back.json"),
    ("plan", "--detailed-exitcode"),
)
MIXES: Final[tuple[tuple[Fault, ...], ...]] = (
    (),
    (
        Fault("reset", on=WHOLE, at=frozenset({2})),
        Fault("broken-json", on=WHOLE, at=frozenset({5})),
        Fault("other-object", on=LOOKS, at=frozenset({9})),
        Fault("not-kept", on=WRITES, at=frozenset({1})),
    ),
    (Fault("status", status=401),),
    (Fault("html", status=403),),
)


@pytest.mark.parametrize("faults", MIXES, ids=("calm", "mixed", "no-token", "no-scope"))
def test_the_token_is_in_no_output_and_in_no_file(
    tmp_path: Path, faults: tuple[Fault, ...]
) -> None:
    world = worlds.draw(Random(SEED))
    world.write_seed(tmp_path / "seed.json")
    running = start(
        Settings(
            store=tmp_path / "tenant.db",
            seed=tmp_path / "seed.json",
            requests_per_minute=0,
            faults=Faults(SEED, faults),
            history=tmp_path / "history.jsonl",
        )
    )
    try:
        folder = tmp_path / "work"
        folder.mkdir()
        tenants.furnish(folder, world, running.url)
        shell = Shell(folder, {"RECONCILER_TOKEN": CANARY, "XDG_STATE_HOME": str(folder)})
        printed = []
        for words in RUNS:
            shell.run("--log-level", "debug", *words)
            printed += [shell.out, shell.err]
    finally:
        running.close()
    assert any("request-id" in text for text in printed)
    outputs = [text.encode() for text in printed]
    outputs += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert [form for form in FORMS for output in outputs if form in output] == []
