"""import: live objects to documents."""  # noqa: N999 — a command is found by its name

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.cli import parser, session
from reconciler.cli.exits import DONE, ERROR
from reconciler.cli.interrupts import end_of_reading
from reconciler.cli.progress import Progress
from reconciler.documents.suggest import nearest
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.store.output import output_folder
from reconciler.stories import importing

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from reconciler.cli.door import Door
    from reconciler.model.imported import Imported
    from reconciler.settings import Config, Tenant

MANY = {
    "out": "--out is one folder: without it each tenant's documents go to its own",
    "id": "--id is one tenant's object",
}
"""For several tenants without these."""
SCHEMA: Final = "schemas/document.schema.json"
"""Where ``init`` puts it; documents in a repository without it get no modeline."""


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "--kind",
        metavar="K",
        action="append",
        default=[],
        choices=list(KINDS),
        help="one of %(choices)s; repeatable (default: the tenant's kinds that are on)",
    )
    options.add_argument(
        "--id", metavar="ID", action="append", default=[], help="this object; repeatable"
    )
    options.add_argument(
        "--filter", metavar="TEXT", help="Graph's $filter, with one --kind: \"status eq 'active'\""
    )
    options.add_argument("--limit", metavar="N", type=int, help="at most so many documents")
    options.add_argument(
        "--fields", metavar="F[,…]", help="declare these (default: verdict and tags, if set)"
    )
    options.add_argument("--out", metavar="DIR", help="default: the tenant's desired folder")
    options.add_argument(
        "--overwrite", action="store_true", help="replace documents that are there already"
    )
    parser.add_format(options, "text", "json")


def run(options: Namespace, door: Door) -> int:
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    wish = _wish(options, tenant)
    target = _target(options.out, config, tenant, door)
    result = _imported(wish, target, config, tenant, door)
    not_found = any(item.reason == "not-found" for item in result.skipped)
    code = ERROR if result.failed or not_found else DONE
    _show(result, tenant, options.format, code, door)
    return code


def _imported(
    wish: importing.Wish, target: importing.Target, config: Config, tenant: Tenant, door: Door
) -> Imported:
    from reconciler.graph import open_reader
    from reconciler.graph.catalogue import Catalogue

    end, progress = end_of_reading(door.beside), Progress(door)
    with session.line(config, tenant, door) as way:
        connection = way.connection(tenant.reader, stop=end, abort=end)
        hands = importing.Hands(Catalogue(connection), open_reader(connection), progress.tell)
        try:
            return importing.run(wish, target, hands, config=config, tenant=tenant)
        finally:
            progress.end()


def _show(result: Imported, tenant: Tenant, form: str, code: int, door: Door) -> None:
    from reconciler.reports import text_import

    door.write(door.stderr, text_import.remarks(result))
    if form == "json":
        from reconciler.codec import imported

        door.out((imported.report(result, tenant=tenant.name, exit_code=code),))
    else:
        door.out(text_import.report(result))


def _wish(options: Namespace, tenant: Tenant) -> importing.Wish:
    kinds = tuple(name for name in KINDS if name in (options.kind or tenant.kinds))
    _check_kinds(kinds, tenant)
    if options.id and (options.filter is not None or options.limit is not None):
        raise UsageError(
            "--filter and --limit are for lists; --id names the objects themselves",
            remedy="leave one of them out",
        )
    if options.filter is not None and len(set(options.kind)) != 1:
        raise UsageError(
            "--filter is of one kind: each has properties of its own",
            remedy=f"add one --kind: {' or '.join(kinds)}",
        )
    if options.limit is not None and options.limit < 1:
        raise UsageError(f"--limit is {options.limit}", remedy="a whole number from 1")
    _check_ids(options.id, kinds)
    fields = None if options.fields is None else _fields(options.fields, kinds)
    return importing.Wish(
        kinds, tuple(options.id), options.filter, options.limit, fields, options.overwrite
    )


def _check_kinds(kinds: Sequence[str], tenant: Tenant) -> None:
    if not kinds:
        raise UsageError(f"no kind is on for tenant {tenant.name}", remedy="see 'kinds' there")
    off = [name for name in kinds if name not in tenant.kinds]
    if off:
        raise UsageError(
            f"{', '.join(off)}: off for tenant {tenant.name}, so nothing would read its documents",
            remedy=f"switch it on in the configuration: kinds: {{{off[0]}: true}}",
        )


def _check_ids(ids: Sequence[str], kinds: Sequence[str]) -> None:
    for one in ids:
        if not any(KINDS[kind].accepts(one) for kind in kinds):
            examples = ", ".join(f"{KINDS[kind].id_example} ({kind})" for kind in kinds)
            raise UsageError(
                f"--id is {one!a}, which no kind has", remedy=f"ids look so: {examples}"
            )


def _fields(text: str, kinds: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    known = list(dict.fromkeys(name for kind in kinds for name in KINDS[kind].by_name))
    for name in names:
        if name not in known:
            hint = nearest(name, known) or f"; expected some of {', '.join(known)}"
            raise UsageError(f"--fields names {name!a}{hint}")
    if not names:
        raise UsageError("--fields names nothing", remedy=f"some of {', '.join(known)}")
    for pairs in (KINDS[kind].pairs for kind in kinds):
        if pairs and pairs.determination in names and pairs.classification not in names:
            raise UsageError(
                f"--fields names {pairs.determination}, which needs {pairs.classification}",
                remedy=f"name both: --fields {pairs.classification},{text}",
            )
    return names


def _target(out: str | None, config: Config, tenant: Tenant, door: Door) -> importing.Target:
    """Raises UsageError for another tenant's folder: an object belongs to one tenant."""
    root = Path(os.path.realpath(config.root))
    folder = root / tenant.desired if out is None else output_folder(door.cwd / out)
    for other in config.tenants.values():
        if other.name != tenant.name and folder.is_relative_to(root / other.desired):
            raise UsageError(
                f"--out lies in the folder of tenant {other.name}",
                remedy=f"leave it out: documents of {tenant.name} go to {tenant.desired}",
            )
    if not folder.is_relative_to(root / tenant.desired):
        door.say("--out is no folder of a tenant: plan does not read what is written there")
    if not folder.is_relative_to(root):
        return importing.Target(folder, "", str(folder), lambda _: None)
    below = folder.relative_to(root).as_posix()
    return importing.Target(root, below, below, _modeline(root, folder, door))


def _modeline(root: Path, folder: Path, door: Door) -> Callable[[str], str | None]:
    """From a document to the schema beside the configuration; None where there is none."""
    if not (root / SCHEMA).is_file():
        door.say(f"no {SCHEMA} beside the configuration: documents get no line for editors")
        return lambda _: None
    return lambda name: os.path.relpath(root / SCHEMA, (folder / name).parent)
