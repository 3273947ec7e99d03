"""docs/ownership.md says what the code does: its table and its examples are judged, cell by cell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import pytest
import yaml

from reconciler.codec.specs import spec
from reconciler.kinds import KINDS
from reconciler.model.desired import Mode
from reconciler.planning.fields import judge
from reconciler.planning.ownership import TABLE
from reconciler.planning.terms import Terms
from tests.support.world import alert, declare, incident, live

if TYPE_CHECKING:
    from reconciler.model.desired import Spec
    from reconciler.model.words import Json

PAGE: Final = (Path(__file__).parent.parent / "docs" / "ownership.md").read_text(encoding="utf-8")
MODES: Final[tuple[Mode, ...]] = get_args(Mode)


def table(heading: str) -> list[list[str]]:
    """Rows of the first table below a heading, without code marks."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(f"{heading}\n"))
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip("`") for cell in row] for row in rows[2:]]


def test_the_table_of_the_page_is_the_one_in_the_code() -> None:
    shown = {
        (row[0], row[3], mode, cell)
        for row in table("The table")
        for mode, cell in zip(MODES, row[4:], strict=True)
    }

    assert shown == {
        (situation, row.cause, mode, "written" if mode in row.writes else "kept")
        for situation, row in TABLE.items()
        for mode in MODES
    }
    assert [row[0] for row in table("The table")] == list(TABLE)


EXAMPLES: Final = [
    *table("Values, by example"),
    *(["customTags", *row] for row in table("Tags, one by one")),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=" ".join)
def test_an_example_of_the_page_comes_out_as_it_says(example: list[str]) -> None:
    name, base, declared, now, mode, after, causes = example
    kind = KINDS["Alert" if name == "customDetails" else "Incident"]
    answer = {**(alert() if kind.name == "Alert" else incident()), name: yaml.safe_load(now)}

    judged = judge(
        kind,
        declare(kind.name, "1")._replace(spec=said(kind.name, name, declared)),
        live(kind.name, answer),
        Terms(said(kind.name, name, base), {name: next(one for one in MODES if one == mode)}),
    )

    found: Json = answer[name]
    for change in judged.changes:
        found = change.after
    assert found == yaml.safe_load(after)
    told = [*(change.cause for change in judged.changes), *(kept.cause for kept in judged.kept)]
    assert told == causes.split(", ")


def said(kind: str, name: str, text: str) -> Spec:
    return {} if text == "-" else spec(kind, {name: yaml.safe_load(text)})


def test_the_page_shows_every_mode_and_cause() -> None:
    assert {row[4] for row in EXAMPLES} == set(MODES)
    assert {cause for row in EXAMPLES for cause in row[6].split(", ")} == {
        row.cause for row in TABLE.values()
    }
