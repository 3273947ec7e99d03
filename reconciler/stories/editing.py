"""From what is wanted of single declarations to edits of whole files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.documents import load
from reconciler.documents.edit import edit
from reconciler.model.edits import Edits, FileEdit, Told
from reconciler.model.words import Place, SourceFile
from reconciler.store.folder import read_one
from reconciler.stories.desired import rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.documents.edit import Edit
    from reconciler.model.desired import Declared
    from reconciler.model.words import Ref
    from reconciler.settings import Config, Tenant


def content(config: Config, tenant: Tenant, path: str) -> bytes | None:
    """A document's file as it is now; None if it is gone."""
    within = Path(config.root, tenant.desired)
    return read_one(Path(config.root, path), path, within=within).content


def edited(wanted: Sequence[tuple[Declared, Edit, str]], config: Config, tenant: Tenant) -> Edits:
    """``wanted``: each declaration with what is to be done to it, and how to tell that it was."""
    by_path: dict[str, list[tuple[Declared, Edit, str]]] = {}
    for item in wanted:
        by_path.setdefault(item[0].source.path, []).append(item)
    files: list[FileEdit] = []
    done: list[Told] = []
    left: list[Told] = []
    for path, items in sorted(by_path.items()):
        before = content(config, tenant, path)
        if before is None:
            left += [Told(one.ref, one.source, "its file is gone") for one, _, _ in items]
            continue
        moved = _moved(before, items, config, tenant)
        result = edit(before, [change for one, change, _ in items if one.ref not in moved])
        refused = {**dict(result.left), **moved}
        left += _told(items, refused)
        done += [
            Told(one.ref, one.source, what) for one, _, what in items if one.ref not in refused
        ]
        if result.content != before:
            files.append(FileEdit(path, before, result.content))
    return Edits(tuple(files), tuple(done), tuple(left))


def _moved(
    before: bytes, items: Sequence[tuple[Declared, Edit, str]], config: Config, tenant: Tenant
) -> Mapping[Ref, str]:
    """Live was read meanwhile, and that takes time: what somebody saved in the file stays."""
    loaded = load([SourceFile(items[0][0].source.path, before)], rules(config, tenant))
    now = {item.ref: item._replace(source=Place("")) for item in loaded.declared}
    return {
        one.ref: "its document changed meanwhile; run this again"
        for one, _, _ in items
        if one.ref in now and now[one.ref] != one._replace(source=Place(""))
    }


def _told(items: Sequence[tuple[Declared, Edit, str]], refused: Mapping[Ref, str]) -> list[Told]:
    return [
        Told(one.ref, one.source, refused[one.ref]) for one, _, _ in items if one.ref in refused
    ]
