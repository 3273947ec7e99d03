"""adopt: write live values back into the documents; Graph is only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.showing import show_edits, write_edits
from reconciler.errors import Failure
from reconciler.review.words import number
from reconciler.stories import adopt, base

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.model.edits import Edits


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "ids",
        metavar="ID",
        nargs="*",
        help="only these objects, and every value of theirs that differs"
        " (default: of all objects what people changed)",
    )
    options.add_argument(
        "--check", action="store_true", help="show the edits as a diff, and write nothing"
    )
    parser.add_base(options)


def run(options: Namespace, door: Door) -> int:
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    declared = session.read_documents(config, tenant, door)
    with session.line(config, tenant, door) as way:
        edits = adopt.run(
            declared,
            config=config,
            tenant=tenant,
            base=base.choose(options.base, way.tree, config, tenant),
            today=door.clock.now().date(),
            open_reader=way.open_reader,
            ids=options.ids,
        )
    if options.check:
        show_edits(edits, door, is_written=False)
    else:
        is_asked = bool(edits.files) and door.is_conversation
        if is_asked:
            _ask(edits, door)
        write_edits(edits, config)
        was_shown = is_asked and door.stdout.isatty()
        show_edits(edits, door, is_written=True, was_shown=was_shown)
    return int(bool(edits.unknown or edits.doubt))


def _ask(edits: Edits, door: Door) -> None:
    """Raises Failure without a yes."""
    show_edits(edits, door, is_written=False, stream=door.stderr)
    files = number(len(edits.files), "file")
    door.write(door.stderr, (f"\nWrite {files}? Type 'yes': ",))
    if door.stdin.readline().strip() != "yes":
        raise Failure("not confirmed; nothing was written")
