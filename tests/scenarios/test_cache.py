"""Plans with the cache of live state, as a user makes them: real files, commands and sockets."""

from __future__ import annotations

import http.client
import json
import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

from reconciler.emulator import Settings, start
from reconciler.emulator.faults import Fault, Faults
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from reconciler.emulator import Running

CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired}
guards: {maxUpdates: 100000, maxUpdatePercent: 100, maxClosures: 100000}
limits: {requestsPerMinute: 1000000}
"""
STATUS: Final = "status: resolved"
FIRST: Final = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Rig:
    shell: Shell
    running: Running

    def plan(self, *words: str) -> dict[str, Any]:
        self.shell.run("plan", "--format", "json", "--graph-url", self.running.url, *words)
        found: dict[str, Any] = json.loads(self.shell.out)
        return found

    def units(self, *words: str) -> int:
        units: int = self.plan(*words)["summary"]["requests"]["readUnits"]
        return units

    def edit(self, ids: Sequence[int], **properties: object) -> None:
        """As an analyst: a PATCH each."""
        with closing(http.client.HTTPConnection(urlsplit(self.running.url).netloc)) as way:
            for one in ids:
                headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
                target = f"/v1.0/security/incidents/{one}"
                way.request("PATCH", target, json.dumps(properties), headers)
                answer = way.getresponse()
                assert (answer.status, bool(answer.read())) == (200, True)

    def patched(self) -> list[str]:
        return [one.asked.target for one in self.running.history() if one.asked.method == "PATCH"]

    def cache(self) -> Path:
        (found,) = (self.shell.cwd / ".reconciler/live/demo").iterdir()
        return found


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    return Shell(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "home")})


@contextmanager
def rig(shell: Shell, count: int, *, port: int = 0, faults: Faults | None = None) -> Iterator[Rig]:
    """``count`` incidents, touched one a minute, all declared resolved and in sync."""
    seed = shell.cwd / "seed.json"
    seed.write_text(json.dumps({"incidents": [_incident(one) for one in range(1, count + 1)]}))
    declare(shell, "all", range(1, count + 1), STATUS)
    settings = Settings(
        shell.cwd / "store.sqlite3",
        port=port,
        seed=seed,
        requests_per_minute=0,
        faults=faults,
        keeps_history=True,
    )
    running = start(settings)
    try:
        yield Rig(shell, running)
    finally:
        running.close()


def declare(shell: Shell, name: str, ids: Iterable[int], spec: str) -> None:
    members = ", ".join(f'"{one}"' for one in ids)
    (shell.cwd / f"desired/{name}.yaml").write_text(
        f"apiVersion: reconciler/v1\nkind: IncidentSet\nmetadata: {{name: {name}}}\n"
        f"members: [{members}]\nspec: {{{spec}}}\n"
    )


def _incident(number: int) -> dict[str, object]:
    at = FIRST + timedelta(minutes=number)
    return {
        "id": str(number),
        "displayName": f"Incident {number}",
        "status": "resolved",
        "severity": "low",
        "createdDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "lastUpdateDateTime": f"{at:%Y-%m-%dT%H:%M:%S.1234567Z}",
    }


def test_a_warm_plan_of_ten_thousand_costs_what_changed_and_is_the_plan_read_anew(
    shell: Shell,
) -> None:
    with rig(shell, 10_000) as it:
        assert (it.units(), it.units()) == (202, 1)
        it.edit(range(7, 10_000, 100), status="active")

        warm = it.plan()
        cold = it.plan("--refresh")

    assert warm["summary"]["update"] == 100
    assert warm["summary"]["requests"]["readUnits"] == 3
    assert cold["summary"]["requests"]["readUnits"] == 202
    assert (warm["digest"], warm["changes"]) == (cold["digest"], cold["changes"])
    assert warm["notices"][0].startswith("Live state: 9,889 of 10,000 objects from the cache, ")
    assert not any("cache" in notice for notice in cold["notices"])


def test_drift_and_apply_read_with_it_and_what_apply_wrote_is_seen_by_the_next_plan(
    shell: Shell,
) -> None:
    with rig(shell, 200) as it:
        it.plan()
        it.edit([5, 6], status="active")
        url = ("--graph-url", it.running.url)
        assert shell.run("drift", *url) == 1  # outside git there is no base to tell by
        assert "from the cache" in shell.out
        assert shell.run("apply", "--auto-approve", "--format", "json", *url) == 0
        assert json.loads(shell.out)["summary"]["done"] == 2
        assert "from the cache" in shell.err

        assert it.units() == 1
        assert it.plan()["summary"]["update"] == 0


def test_a_cache_that_lies_ends_in_a_conflict_and_writes_nothing(shell: Shell) -> None:
    with rig(shell, 200) as it:
        declare(shell, "all", [one for one in range(1, 201) if one not in {7, 8}], STATUS)
        declare(shell, "two", [7, 8], "displayName: Renamed")
        it.plan()
        key = (shell.cwd / "home/reconciler/key").read_bytes()

        def sealed(*row: object) -> bytes:
            text = "\n".join(map(str, row)).encode()
            return blake2b(text, key=key, digest_size=16, person=b"live cache").digest()

        with closing(sqlite3.connect(it.cache())) as database, database:
            database.create_function("sealed", 4, sealed)
            lie = "replace(live, 'Incident ', 'Lie ')"
            database.execute(f"UPDATE objects SET live = {lie} WHERE id IN ('7', '8')")
            database.execute("UPDATE objects SET seal = sealed(kind, id, revision, live)")

        lying = [one for one in it.plan()["changes"] if one["action"] == "update"]
        words = ("--auto-approve", "--format", "json", "--graph-url", it.running.url)
        code = shell.run("apply", *words)

        assert [one["title"] for one in lying] == ["Lie 7", "Lie 8"]
        outcomes = {one["id"]: one["outcome"] for one in json.loads(shell.out)["outcomes"]}
        assert (code, outcomes) == (6, {"7": "conflict", "8": "conflict"})
        assert it.patched() == []


def test_a_flipped_bit_in_a_text_is_noticed_told_once_and_read_again(
    shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    with rig(shell, 200) as it:
        before = it.plan()
        content = it.cache().read_bytes()
        at = content.index(b"Incident 7")
        flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        it.cache().write_bytes(flipped)

        after = it.plan()

        assert [one["title"] for one in after["changes"]] == [
            one["title"] for one in before["changes"]
        ]
        assert after["summary"]["requests"]["readUnits"] == 4
        assert caplog.text.count("the cache of live state is thrown away") == 1
        assert it.units() == 1


def test_a_list_that_is_refused_now_is_unknown_and_not_unchanged(shell: Shell) -> None:
    with rig(shell, 200) as it:
        assert (it.units(), it.units()) == (4, 1)
        port = urlsplit(it.running.url).port or 0
    refused = Faults(faults=(Fault("status", status=403),))
    with rig(shell, 200, port=port, faults=refused) as it:
        plan = it.plan()

    assert plan["summary"]["unknown"] == 200
    assert {change["reason"] for change in plan["changes"]} == {"unknown"}


@pytest.mark.parametrize("content", [b"", b"nothing that SQLite knows"])
def test_a_cache_that_is_broken_or_deleted_is_no_error(
    content: bytes, shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    with rig(shell, 200) as it:
        before = it.plan()
        it.cache().write_bytes(content)
        assert it.plan()["digest"] == before["digest"]
        assert caplog.text.count("the cache of live state is thrown away") == 1
        assert it.units() == 1
        shutil.rmtree(shell.cwd / ".reconciler")
        assert (it.units(), it.units()) == (4, 1)
    assert shell.err == ""


def test_it_is_for_its_owner_alone_and_below_the_folder_that_is_never_in_git(shell: Shell) -> None:
    with rig(shell, 45) as it:
        it.plan()
        cache = it.cache()
    modes = [path.stat().st_mode & 0o777 for path in (cache, cache.parent, cache.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]
    (shell.cwd / "new").mkdir()
    assert Shell(shell.cwd / "new").run("init", "--tenant", "demo") == 0
    assert ".reconciler/" in (shell.cwd / "new/.gitignore").read_text().splitlines()


def test_another_graph_under_the_same_name_has_a_cache_of_its_own(shell: Shell) -> None:
    with rig(shell, 200) as it:
        it.plan()
    (shell.cwd / "store.sqlite3").unlink()
    with rig(shell, 100) as other:
        assert other.plan()["summary"]["skip"] == 0
        caches = list((shell.cwd / ".reconciler/live/demo").iterdir())
    assert len(caches) == 2


def test_an_embedded_tenant_that_was_made_anew_is_another_one(shell: Shell) -> None:
    """Its seed holds more than one batch of incidents."""
    declare(shell, "all", range(3000, 3040), "customTags: {present: [x]}")
    for _ in range(2):
        assert shell.run("plan") in {0, 1}
    assert "from the cache" in shell.out
    shutil.rmtree(shell.cwd / ".reconciler/emulator")

    shell.run("plan")

    assert "from the cache" not in shell.out


def test_what_is_taken_into_files_is_read_anew_and_not_kept(shell: Shell) -> None:
    with rig(shell, 45) as it:
        url = ("--graph-url", it.running.url)
        assert shell.run("snapshot", "--out", "live.json", *url) == 0
        assert shell.run("import", "--out", "imported", *url) == 0
        assert shell.run("plan", "--snapshot", "live.json", *url) == 0
    assert not (shell.cwd / ".reconciler/live").exists()


def test_without_a_key_of_this_machine_nothing_is_kept_and_all_is_read(
    shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    shell.env["XDG_STATE_HOME"] = "/dev/null"
    with rig(shell, 45) as it:
        assert (it.plan()["summary"]["inSync"], it.units()) == (45, 1)
    assert not (shell.cwd / ".reconciler/live").exists()
    assert "live state is not kept: no key of this machine" in caplog.text


def test_a_cache_that_somebody_put_into_the_repository_is_not_looked_at(shell: Shell) -> None:
    with rig(shell, 200) as it:
        shell.env["XDG_STATE_HOME"] = str(shell.cwd / "theirs")
        it.plan()
        shell.env["XDG_STATE_HOME"] = str(shell.cwd / "ours")

        assert (it.units(), it.units()) == (4, 1)
        assert len(list((shell.cwd / ".reconciler/live/demo").iterdir())) == 2


def test_an_emulator_that_was_made_anew_behind_the_same_port_is_noticed(shell: Shell) -> None:
    """What the cache knows to have changed is not in its list of what changed."""
    with rig(shell, 200) as it:
        it.edit([7], status="active")
        assert it.plan()["summary"]["update"] == 1
        port = urlsplit(it.running.url).port or 0
    for path in shell.cwd.glob("store.sqlite3*"):
        path.unlink()

    with rig(shell, 200, port=port) as it:
        plan = it.plan()

    assert plan["summary"]["update"] == 0
    assert not any("cache" in notice for notice in plan["notices"])
