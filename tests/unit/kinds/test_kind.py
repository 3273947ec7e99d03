"""A kind's own facts: ids, paths, spill-over; and that all kinds hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.clouds import CLOUDS
from reconciler.kinds import KINDS, SETS
from reconciler.kinds.kind import SpillRule
from reconciler.kinds.shapes import EnumShape

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind

EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)

HOSTILE = [
    "",
    " ",
    "../../users/x",
    "..",
    ".",
    "1?x=1",
    "1#f",
    "1/2",
    "1%2f2",
    "1\n",
    "\n1",
    "1 ",
    "１２",
    "1\u202e",
    "1\\2",
    "x" * 300,
    "@1",
    "1;2",
    "1&2",
]


@EVERY
@pytest.mark.parametrize("object_id", HOSTILE)
def test_an_id_that_would_change_the_url_is_not_accepted(kind: Kind, object_id: str) -> None:
    assert not kind.accepts(object_id)


@EVERY
def test_the_example_is_accepted_and_stands_in_the_path(kind: Kind) -> None:
    assert kind.accepts(kind.id_example)
    assert kind.path(kind.id_example) == f"{kind.collection}/{kind.id_example}"
    assert kind.versioned_path(kind.id_example) == f"/{kind.version}{kind.path(kind.id_example)}"


def test_an_id_is_quoted_in_a_path_whatever_it_is() -> None:
    assert KINDS["Incident"].path("../x?y") == "/security/incidents/..%2Fx%3Fy"


@EVERY
def test_a_kind_hangs_together(kind: Kind) -> None:
    status = kind.by_name["status"].shape
    assert isinstance(status, EnumShape)
    assert set(kind.closing) <= {*status.names, *status.read_only}
    assert kind.verdict is None or kind.verdict in kind.by_name
    assert kind.clouds <= set(CLOUDS)
    assert not set(kind.attachments) & set(kind.by_name)
    assert len(kind.by_name) == len(kind.fields)


@EVERY
def test_a_verdicts_pairs_are_members_of_both_fields(kind: Kind) -> None:
    if kind.pairs is None:
        return
    first = kind.by_name[kind.pairs.classification].shape
    second = kind.by_name[kind.pairs.determination].shape
    assert isinstance(first, EnumShape)
    assert isinstance(second, EnumShape)
    assert set(kind.pairs.allowed) == set(first.names)
    assert {name for names in kind.pairs.allowed.values() for name in names} == set(second.names)


@EVERY
def test_what_spills_over_is_a_field_there_and_is_written_later(kind: Kind) -> None:
    for rule in kind.spills:
        assert rule.field in kind.by_name
        assert rule.to_field in KINDS[rule.to_kind].by_name
        assert kind.phase < KINDS[rule.to_kind].phase


def test_a_spill_happens_for_its_value_or_for_every_value_but_null() -> None:
    closing = SpillRule("status", "Alert", "status", only="resolved")
    owner = SpillRule("assignedTo", "Alert", "assignedTo")

    assert [closing.applies(value) for value in ("resolved", "active", None)] == [
        True,
        False,
        False,
    ]
    assert [owner.applies(value) for value in ("kai", None)] == [True, False]


def test_a_set_is_a_form_of_its_kind() -> None:
    assert {name: kind.name for name, kind in SETS.items()} == {
        "IncidentSet": "Incident",
        "AlertSet": "Alert",
    }
