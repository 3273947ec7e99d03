from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from reconciler.store.provenance import requirement

if TYPE_CHECKING:
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FROM_GIT = {
    "url": "https://git.example/soc/reconciler",
    "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": COMMIT},
}
FROM_A_FILE = {"url": "https://files.example/r.whl", "archive_info": {"hashes": {"sha256": "ab12"}}}


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path, record: str | None) -> None:
    """The package as pip would have left it in ``folder``, found before any other."""
    info = folder / "reconciler-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: reconciler\nVersion: 0.1.0\n")
    if record is not None:
        (info / "direct_url.json").write_text(record)
    monkeypatch.setattr(sys, "path", [str(folder)])


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (FROM_GIT, f"reconciler @ git+https://git.example/soc/reconciler@{COMMIT}"),
        (FROM_A_FILE, "reconciler @ https://files.example/r.whl#sha256=ab12"),
    ],
)
def test_a_release_is_pinned_to_where_it_came_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, record: dict[str, object], line: str
) -> None:
    installed(monkeypatch, tmp_path, json.dumps(record))

    assert requirement() == line


@pytest.mark.parametrize(
    "record",
    [
        *(None, "", "no json", "[]"),
        '{"url": "file:///here", "dir_info": {"editable": true}}',
        *(
            json.dumps({**FROM_GIT, "url": url})
            for url in ("ssh://git@git.example/r", "https://kai:x@git.example/r", "file:///r", "x")
        ),
        json.dumps({**FROM_A_FILE, "url": "file:///r.whl"}),
        json.dumps({"url": "https://hg.example/r", "vcs_info": {"vcs": "hg", "commit_id": "0"}}),
    ],
)
def test_a_name_alone_is_no_pin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, record: str | None
) -> None:
    installed(monkeypatch, tmp_path, record)

    assert requirement() is None


def test_a_copy_that_was_never_installed_is_not_pinned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    assert requirement() is None
