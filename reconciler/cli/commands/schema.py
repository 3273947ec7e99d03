"""schema: the JSON Schemas that documents, configuration and files follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.exits import DONE
from reconciler.contract.document import document_schema
from reconciler.contract.schemas import SCHEMAS, as_text
from reconciler.kinds import KINDS, SETS

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door

FILES = {"Config": "config", "Plan": "plan", "Result": "result"}


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "--kind",
        metavar="K",
        choices=[*KINDS, *SETS, *FILES],
        help="one of %(choices)s (default: documents of every kind)",
    )


def run(options: Namespace, door: Door) -> int:
    if options.kind in FILES:
        door.out((as_text(SCHEMAS[FILES[options.kind]]()),))
    else:
        door.out((as_text(document_schema(options.kind)),))
    return DONE
