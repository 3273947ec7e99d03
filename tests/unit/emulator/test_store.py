from __future__ import annotations

import os
import signal
import sqlite3
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.store import Store, discard, is_store
from reconciler.emulator.wires import INCIDENTS
from reconciler.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.emulator.conftest import Tenant

ONE: list[dict[str, Any]] = [{"id": "1"}]


def test_a_store_lasts_and_is_seeded_once(make: Callable[..., Tenant]) -> None:
    first = make(incidents=ONE)
    first.patch("incidents/1", {"summary": "kept"})
    first.store.close()
    second = make(incidents=[{"id": "2"}])
    assert second.incident("1")["summary"] == "kept"
    assert second.get("/v1.0/security/incidents/2").status == 404


def test_page_tokens_outlive_a_restart(make: Callable[..., Tenant]) -> None:
    first = make(incidents=[{"id": "1"}, {"id": "2"}])
    link = first.get("/v1.0/security/incidents?$top=1").body["@odata.nextLink"]
    first.store.close()
    assert make().get(link).ids == ["1"]


def test_two_tenants_can_serve_one_store(make: Callable[..., Tenant]) -> None:
    left, right = make(incidents=ONE), make()
    left.patch("incidents/1", {"summary": "left"})
    assert right.incident("1")["summary"] == "left"
    right.patch("incidents/1", {"summary": "right"})
    assert left.incident("1")["summary"] == "right"


def test_writes_of_many_threads_are_all_kept(make: Callable[..., Tenant]) -> None:
    left, right = make(incidents=ONE), make()
    path = "/v1.0/security/incidents/1/comments"

    def add(tenant: Tenant) -> None:
        for number in range(5):
            tenant.call("POST", path, {"comment": str(number)})

    threads = [Thread(target=add, args=(tenant,)) for tenant in (left, right) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(left.incident("1")["comments"]) == 40


def test_a_killed_process_loses_nothing_that_it_answered(
    make: Callable[..., Tenant], tmp_path: Path
) -> None:
    make(incidents=ONE).store.close()

    def write_and_die() -> None:
        tenant = make()
        tenant.patch("incidents/1", {"summary": "answered"})
        tenant.store._db.execute("BEGIN IMMEDIATE")
        tenant.store.put(INCIDENTS, [{**tenant.incident("1"), "summary": "half", **BETA}])
        os.kill(os.getpid(), signal.SIGKILL)

    _killed(write_and_die)
    assert is_store(tmp_path / "tenant.db")
    assert make().incident("1")["summary"] == "answered"


def _killed(work: Callable[[], object]) -> None:
    """Run in a child that must end by SIGKILL."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


BETA: dict[str, Any] = {"recommendedActions": None, "recommendedHuntingQueries": []}


def test_a_start_that_is_killed_while_seeding_leaves_nothing_half_made(
    make: Callable[..., Tenant], tmp_path: Path
) -> None:
    def dies() -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    _killed(lambda: Store(tmp_path / "tenant.db", dies))
    assert make(incidents=ONE).incident("1")["id"] == "1"


def test_a_seed_that_fails_closes_the_store(make: Callable[..., Tenant], tmp_path: Path) -> None:
    def fails() -> dict[str, Any]:
        raise Failure("no seed")

    with pytest.raises(Failure, match="no seed"):
        Store(tmp_path / "tenant.db", fails)
    assert make(incidents=ONE).incident("1")["id"] == "1"


def test_the_store_is_for_its_owner_alone(make: Callable[..., Tenant], tmp_path: Path) -> None:
    make("below/a/folder.db")
    assert (tmp_path / "below/a/folder.db").stat().st_mode & 0o777 == 0o600


def test_a_store_of_another_version_names_the_remedy(
    make: Callable[..., Tenant], tmp_path: Path
) -> None:
    make().store.close()
    other = sqlite3.connect(tmp_path / "tenant.db")
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(Failure, match="another version") as failed:
        make()
    assert "--fresh" in (failed.value.remedy or "")


def _text(path: Path) -> None:
    path.write_text("my notes " * 100)


def _other_database(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (a)")
    other.close()


@pytest.mark.parametrize("fill", [_text, _other_database])
def test_a_file_that_is_no_store_is_neither_opened_nor_thrown_away(
    make: Callable[..., Tenant], tmp_path: Path, fill: Callable[[Path], None]
) -> None:
    path = tmp_path / "tenant.db"
    fill(path)
    before = path.read_bytes()
    for attempt in (make, lambda: discard(path)):
        with pytest.raises(Failure, match="is not a store") as failed:
            attempt()
        assert "--store" in (failed.value.remedy or "")
    assert path.read_bytes() == before


def test_a_locked_store_is_not_called_a_bad_one(
    make: Callable[..., Tenant], tmp_path: Path
) -> None:
    tenant = make(incidents=ONE)
    tenant.store.close()
    other = sqlite3.connect(tmp_path / "tenant.db", isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(Failure, match="locked"):
            Store(tmp_path / "tenant.db", dict, wait_seconds=0.0)
    finally:
        other.close()


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="cannot be opened"):
        Store(tmp_path / "file" / "store.db", dict)
    with pytest.raises(Failure, match="cannot be opened"):
        Store(tmp_path, dict)


def test_a_store_is_thrown_away_with_its_log(tmp_path: Path, make: Callable[..., Tenant]) -> None:
    make(incidents=ONE)
    path = tmp_path / "tenant.db"
    assert {item.name for item in tmp_path.iterdir()} >= {"tenant.db", "tenant.db-wal"}
    discard(path)
    assert list(tmp_path.iterdir()) == []
    discard(path)


def test_what_cannot_be_removed_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(Failure, match="cannot be removed"):
        discard(tmp_path / "store.db")
