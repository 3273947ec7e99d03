"""The cache of live state: it holds what was kept, and whatever is wrong with it holds nothing."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

import pytest

from reconciler.kinds.shapes import ticks
from reconciler.model.held import Held
from reconciler.store.live_cache import UNUSED_SECONDS, LiveCache
from tests.support.full_disk import room_for
from tests.support.world import alert, incident, live

if TYPE_CHECKING:
    from reconciler.model.words import Json

KEY = b"k" * 32
READ_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def cache(folder: Path, whose: Json = "contoso", *, key: bytes = KEY) -> LiveCache:
    return LiveCache(folder, whose, below=folder.parent, key=key, wait_seconds=0.01)


def held(*numbers: int, **properties: Json) -> Held:
    found = [live("Incident", incident(str(number), **properties)) for number in numbers]
    return Held(
        {one.ref.id: one for one in found},
        {one.ref.id: ticks(one.revision or "") or 0 for one in found},
        whole_until=639_000_000_000_000_001,
        read_at=READ_AT,
        units=7,
    )


def file_in(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def edit(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(file_in(folder))) as database, database:
        database.execute(sql)


def test_what_was_kept_is_recalled_whole_and_kind_by_kind(tmp_path: Path) -> None:
    odd = {"displayName": "\ud800 \x1b[31m ' \" \u202e", "customTags": ["a", "é"]}
    kept = held(1, 2, **odd)
    merged = live("Incident", incident("3", status="redirected", redirectIncidentId="2"))
    kept = replace(kept, lives={**kept.lives, "3": merged}, revisions={**kept.revisions, "3": 5})
    one = live("Alert", alert("da1", tenantId="t", customDetails={"a": "b"}))
    alerts = Held({"da1": one}, {"da1": 1}, 2, READ_AT, 3)

    cache(tmp_path).keep("Incident", kept)
    cache(tmp_path).keep("Alert", alerts)

    assert cache(tmp_path).recall("Incident") == kept
    assert cache(tmp_path).recall("Alert") == alerts
    assert cache(tmp_path).recall("IncidentTask") is None


def test_nothing_kept_is_nothing_held_and_leaves_no_file(tmp_path: Path) -> None:
    assert cache(tmp_path / "live").recall("Incident") is None
    assert list(tmp_path.iterdir()) == []


def test_it_is_for_its_owner_alone_and_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "live"
    cache(folder).keep("Incident", held(1))
    modes = [path.stat().st_mode & 0o777 for path in (file_in(folder), folder)]
    assert modes == [0o600, 0o700]


def test_another_tenant_graph_or_machine_has_another_cache(tmp_path: Path) -> None:
    cache(tmp_path).keep("Incident", held(1))
    assert cache(tmp_path, "fabrikam").recall("Incident") is None
    assert cache(tmp_path, key=b"l" * 32).recall("Incident") is None


def test_what_changed_is_added_replaced_and_dropped(tmp_path: Path) -> None:
    mine = cache(tmp_path)
    mine.keep("Incident", held(1, 2, 3))
    now = held(1, 2, 4)
    changed = live("Incident", incident("2", status="resolved"))
    now = replace(now, lives={**now.lives, "2": changed}, whole_until=639_000_000_000_000_002)
    mine.recall("Incident")

    mine.keep("Incident", now, changed={"2", "3", "4"})

    assert cache(tmp_path).recall("Incident") == now


def test_who_recalled_what_is_no_longer_there_adds_nothing_to_it(tmp_path: Path) -> None:
    slow, quick = cache(tmp_path), cache(tmp_path)
    quick.keep("Incident", held(1, 2))
    for one in (slow, quick):
        one.recall("Incident")
    quick.keep("Incident", held(1, 2, 3), changed={"3"})

    slow.keep("Incident", held(1, 2, 4), changed={"4"})
    assert cache(tmp_path).recall("Incident") == held(1, 2, 3)

    slow.keep("Incident", held(1, 2, 4))
    assert cache(tmp_path).recall("Incident") == held(1, 2, 4)


def test_who_kept_something_may_add_to_it(tmp_path: Path) -> None:
    mine = cache(tmp_path)
    mine.keep("Incident", held(1))
    mine.keep("Incident", held(1, 2), changed={"2"})
    assert cache(tmp_path).recall("Incident") == held(1, 2)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE objects SET live = replace(live, 'medium', 'medial')",
        "UPDATE objects SET revision = revision + 1",
        "UPDATE objects SET id = '3' WHERE id = '1'",
        "UPDATE objects SET seal = NULL",
        "UPDATE objects SET seal = (SELECT seal FROM objects WHERE id = '2')",
        "UPDATE kinds SET units = units + 1",
        "UPDATE kinds SET whole_until = whole_until + 1",
        "UPDATE objects SET live = '{'",
        "UPDATE objects SET live = '[]'",
        "UPDATE objects SET live = '{}'",
        "UPDATE objects SET live = '{},{}' WHERE id = '1'",
        "UPDATE objects SET live = replace(live, '\"active\"', 'NaN')",
        "UPDATE objects SET live = replace(live, '\"active\"', '1e999')",
        "UPDATE objects SET live = replace(live, '\"medium\"', '\"worst\"')",
        "UPDATE objects SET live = json_set(live, '$[0]', json('[]'))",
        "UPDATE objects SET live = json_set(live, '$[1]', 'summary')",
        "UPDATE objects SET live = json_set(live, '$[1][0]', 1)",
        "UPDATE objects SET live = json_set(live, '$[2]', 1)",
        "UPDATE objects SET live = json_set(live, '$[3]', 1)",
        "UPDATE objects SET live = json_set(live, '$[4]', 1)",
        "UPDATE objects SET live = json_set(live, '$[8]', json('{}'))",
        "UPDATE objects SET live = json_set(live, '$[9]', null)",
        "UPDATE objects SET live = json_set(live, '$[10]', 0)",
        "UPDATE objects SET live = json_set(live, '$[11]', '12')",
        "UPDATE objects SET live = json_set(live, '$[11]', json('[\"Incident\", \"../1\"]'))",
        "UPDATE objects SET live = json_set(live, '$[12]', null)",
        "UPDATE objects SET live = CAST(x'ff' AS TEXT)",
        "UPDATE objects SET live = NULL",
        "UPDATE objects SET live = 5",
        "UPDATE objects SET id = '../users' WHERE id = '1'",
        "UPDATE objects SET revision = 'late'",
        "UPDATE kinds SET whole_until = 'late'",
        "UPDATE kinds SET whole_until = 9223372036854775807",
        "UPDATE kinds SET whole_until = -1",
        "UPDATE kinds SET read_at = '2026-11-21T12:00:00'",
        "UPDATE kinds SET read_at = 'noon'",
        "UPDATE kinds SET read_at = 5",
        "UPDATE kinds SET units = 'many'",
        "DROP TABLE kinds",
        "DROP TABLE objects",
        "ALTER TABLE objects RENAME COLUMN live TO dead",
    ],
)
def test_what_is_not_as_it_was_kept_is_thrown_away_and_made_anew(
    sql: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache(tmp_path).keep("Incident", held(1, 2))
    edit(tmp_path, sql)

    mine = cache(tmp_path)
    assert mine.recall("Incident") is mine.recall("Incident") is None
    assert [*tmp_path.iterdir()] == []
    assert caplog.text.count("is thrown away, and all is read again") == 1

    mine.keep("Incident", held(1, 2))
    assert cache(tmp_path).recall("Incident") == held(1, 2)


@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_cache_is_thrown_away_and_made_anew(
    content: bytes, tmp_path: Path
) -> None:
    cache(tmp_path).keep("Incident", held(1))
    file_in(tmp_path).write_bytes(content)

    assert cache(tmp_path).recall("Incident") is None

    cache(tmp_path).keep("Incident", held(1))
    assert cache(tmp_path).recall("Incident") == held(1)


def test_a_file_that_is_cut_short_is_never_an_error(tmp_path: Path) -> None:
    cache(tmp_path).keep("Incident", held(*range(1, 200)))
    whole = file_in(tmp_path).read_bytes()
    for size in range(0, len(whole), 4096 * 3 + 17):
        cache(tmp_path).keep("Incident", held(1))
        file_in(tmp_path).write_bytes(whole[:size])
        assert cache(tmp_path).recall("Incident") in (None, held(*range(1, 200)))


def test_a_link_in_its_place_is_not_followed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, elsewhere = tmp_path / "live", tmp_path / "elsewhere"
    cache(folder).keep("Incident", held(1))
    file_in(folder).rename(elsewhere)
    (folder / next(iter(_names(folder, elsewhere)))).symlink_to(elsewhere)

    assert cache(folder).recall("Incident") is None
    assert "cannot be read" in caplog.text


def _names(folder: Path, elsewhere: Path) -> list[str]:
    """The name that a cache gives its file."""
    kept = elsewhere.read_bytes()
    cache(folder).keep("Incident", held(1))
    name = file_in(folder).name
    file_in(folder).unlink()
    elsewhere.write_bytes(kept)
    return [name]


def test_a_folder_that_cannot_be_made_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    cache(tmp_path / "file").keep("Incident", held(1))
    assert "the cache of live state cannot be written" in caplog.text


def test_while_somebody_else_writes_nothing_is_held_and_nobody_waits_long(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache(tmp_path).keep("Incident", held(1))
    with closing(sqlite3.connect(file_in(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        mine = cache(tmp_path)
        assert mine.recall("Incident") is None
        mine.keep("Incident", held(1, 2))
        other.execute("COMMIT")

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert cache(tmp_path).recall("Incident") == held(1)


def test_a_full_disk_is_a_warning_and_leaves_what_was_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache(tmp_path).keep("Incident", held(1))
    with room_for(20_000):
        cache(tmp_path).keep("Incident", held(*range(1, 500)))

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert cache(tmp_path).recall("Incident") == held(1)


def test_a_disk_that_was_full_from_the_start_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with room_for(0):
        cache(tmp_path).keep("Incident", held(1))

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    caplog.set_level(logging.INFO)
    assert cache(tmp_path).recall("Incident") is None


def test_a_file_that_nobody_wrote_for_a_week_is_removed(tmp_path: Path) -> None:
    for whose in ("old", "young"):
        cache(tmp_path, whose).keep("Incident", held(1))
    ages = {"old": UNUSED_SECONDS + 60, "young": UNUSED_SECONDS - 60}
    for path in tmp_path.iterdir():
        whose = next(one for one in ages if cache(tmp_path, one)._path == path)
        at = path.stat().st_mtime - ages[whose]
        os.utime(path, (at, at))

    cache(tmp_path).keep("Incident", held(1))

    assert cache(tmp_path, "old").recall("Incident") is None
    assert cache(tmp_path, "young").recall("Incident") == held(1)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o640, 0o604])
def test_one_that_others_may_read_or_write_is_thrown_away(
    mode: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache(tmp_path).keep("Incident", held(1))
    file_in(tmp_path).chmod(mode)

    assert cache(tmp_path).recall("Incident") is None
    assert "it is not for its owner alone" in caplog.text
    cache(tmp_path).keep("Incident", held(1))
    assert cache(tmp_path).recall("Incident") == held(1)


def test_a_file_that_somebody_else_owns_is_thrown_away(tmp_path: Path) -> None:
    cache(tmp_path).keep("Incident", held(1))
    _give_away(file_in(tmp_path))
    assert cache(tmp_path).recall("Incident") is None
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("way", ["theirs", "group", "everybody"])
def test_a_folder_that_somebody_else_owns_or_may_write_to_is_left_alone(
    way: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "live"
    cache(folder).keep("Incident", held(1))
    file = file_in(folder)
    before = file.read_bytes()
    if way == "theirs":
        _give_away(folder)
    else:
        folder.chmod(0o770 if way == "group" else 0o702)

    assert cache(folder).recall("Incident") is None
    cache(folder).keep("Incident", held(2))

    assert "somebody else owns its folder or may write to it" in caplog.text
    assert file.read_bytes() == before


def _give_away(path: Path) -> None:
    """Who is not root cannot: then others may write to it, which is as bad."""
    if os.getuid() == 0:
        os.chown(path, 65534, -1)
    else:
        path.chmod(0o777)


def test_a_link_to_its_folder_is_not_followed_and_nothing_there_is_touched(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As a checkout may bring it: ``.reconciler/live/demo``, a link to somebody's home."""
    theirs, top = tmp_path / "theirs", tmp_path / "top"
    theirs.mkdir()
    top.mkdir()
    (theirs / "mine.sqlite3").write_text("precious")
    os.utime(theirs / "mine.sqlite3", (0, 0))
    (top / "live").symlink_to(theirs)

    cache(top / "live").keep("Incident", held(1))

    assert cache(top / "live").recall("Incident") is None
    assert [path.name for path in theirs.iterdir()] == ["mine.sqlite3"]
    assert "is a link; none is followed here" in caplog.text


def test_what_is_removed_after_a_week_is_its_own(tmp_path: Path) -> None:
    cache(tmp_path, "old").keep("Incident", held(1))
    for path in (tmp_path / "mine.sqlite3", tmp_path / f"{'a' * 31}x.sqlite3"):
        path.write_text("precious")
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))

    cache(tmp_path).keep("Incident", held(1))

    assert (tmp_path / "mine.sqlite3").read_text() == "precious"
    assert len([*tmp_path.iterdir()]) == 3


WRITER = """
import sys
from pathlib import Path
from reconciler.store.live_cache import LiveCache
from tests.unit.store.test_live_cache import KEY, held
number = int(sys.argv[2])
for times in range(40):
    cache = LiveCache(Path(sys.argv[1]), "contoso", below=Path(sys.argv[1]), key=KEY)
    found = cache.recall("Incident")
    assert found is None or len({one.fields["summary"] for one in found.lives.values()}) == 1
    cache.keep("Incident", held(*range(1, 60), summary=f"{number}-{times}"))
"""


def test_two_processes_at_once_each_see_one_whole_state(tmp_path: Path) -> None:
    project = Path(__file__).parents[3]
    writers = [
        Popen((sys.executable, "-c", WRITER, str(tmp_path), number), cwd=project, stderr=PIPE)
        for number in "12"
    ]
    told = [(writer.communicate()[1], writer.returncode) for writer in writers]

    assert told == [(b"", 0), (b"", 0)]
    assert cache(tmp_path).recall("Incident") is not None
