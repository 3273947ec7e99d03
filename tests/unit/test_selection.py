from __future__ import annotations

import pytest

from reconciler.errors import InvalidInput, UsageError
from reconciler.model.desired import Declared, Exactly
from reconciler.model.plan import Selection
from reconciler.model.words import Place, Ref
from reconciler.selection import choose


def declared(
    kind: str,
    object_id: str,
    path: str = "d/a.yaml",
    *,
    owner: str | None = None,
    ticket: str | None = None,
    name: str | None = None,
) -> Declared:
    spec = {"status": Exactly("resolved")}
    ref, place = Ref(kind, object_id), Place(path)
    return Declared(ref, place, spec, name=name, ticket=ticket, owner=owner)


ALERT = declared("Alert", "da1", "d/alerts/a.yaml", owner="tier1")
INCIDENT = declared("Incident", "2972395", owner="tier2", ticket="SEC-1", name="pentest")
OTHER = declared("Incident", "3001", "d/[x]/b.yaml", ticket="SEC-2")
ALL = (ALERT, INCIDENT, OTHER)


def chosen(*select: str, exclude: tuple[str, ...] = ()) -> tuple[Declared, ...]:
    return choose(ALL, Selection(select, exclude))


def test_without_terms_everything_is_chosen() -> None:
    assert chosen() == ALL


def test_without_terms_and_documents_nothing_is_chosen() -> None:
    assert choose((), Selection()) == ()


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("kind=Incident", (INCIDENT, OTHER)),
        ("kind=*Al*", (ALERT,)),
        ("id=29*", (INCIDENT,)),
        ("id=300?", (OTHER,)),
        ("id=[0-2]*", (INCIDENT,)),
        ("id=[!0-9]*", (ALERT,)),
        ("path=d/*", ALL),
        ("path=d/*/*", (ALERT, OTHER)),
        ("path=*/[[]x]/*", (OTHER,)),
        ("owner=tier?", (ALERT, INCIDENT)),
        ("ticket=SEC-*", (INCIDENT, OTHER)),
        ("name=*", (INCIDENT,)),
        ("kind=Incident,ticket=SEC-2", (OTHER,)),
        (" kind = Incident , id=3* ", (OTHER,)),
        ("id=2*,id=*5", (INCIDENT,)),
    ],
)
def test_a_term_is_met_when_all_of_its_globs_match(
    term: str, expected: tuple[Declared, ...]
) -> None:
    assert chosen(term) == expected


def test_repeating_is_or_and_keeps_the_order() -> None:
    assert chosen("id=3001", "kind=Alert") == (ALERT, OTHER)


def test_exclude_wins() -> None:
    assert chosen("kind=*", exclude=("kind=Alert", "ticket=SEC-2")) == (INCIDENT,)


def test_what_a_document_does_not_say_is_not_excluded_either() -> None:
    assert chosen(exclude=("owner=*",)) == (OTHER,)


@pytest.mark.parametrize("term", ["kind=incident", "id=297239", "owner=", "name=x"])
def test_globs_are_case_sensitive_and_match_the_whole_value(term: str) -> None:
    with pytest.raises((InvalidInput, UsageError)):
        chosen(term)


def test_a_term_beside_others_need_not_match() -> None:
    assert chosen("id=none", "kind=Alert", exclude=("id=none",)) == (ALERT,)


def test_no_match_in_the_whole_is_invalid_input() -> None:
    with pytest.raises(InvalidInput) as invalid:
        chosen("kind=Incident", "id=x", exclude=("id=*",))

    finding = invalid.value.findings[0]
    assert finding.place == Place("--select")
    assert finding.message == (
        "--select 'kind=Incident' --select 'id=x' --exclude 'id=*' leaves none of 3 declared "
        "objects; globs are case-sensitive and match the whole value"
    )


def test_excluding_everything_is_invalid_input() -> None:
    with pytest.raises(InvalidInput) as invalid:
        chosen(exclude=("id=*",))

    assert invalid.value.findings[0].place == Place("--exclude")


@pytest.mark.parametrize("term", ["", "kind", "kind=", "=x", "kind=Incident,", ",", "kind=x,y"])
def test_a_term_that_is_no_condition_is_wrong_usage(term: str) -> None:
    with pytest.raises(UsageError):
        chosen(term)


def test_an_unknown_key_is_wrong_usage_and_the_nearest_is_named() -> None:
    with pytest.raises(UsageError) as usage:
        chosen(exclude=("kind=Alert,Tickets=x",))

    assert usage.value.message == (
        "--exclude 'kind=Alert,Tickets=x': there is no key 'Tickets'; "
        "expected one of kind, id, path, owner, ticket, name; did you mean 'ticket'?"
    )


def test_an_unknown_key_near_none_has_no_hint() -> None:
    with pytest.raises(UsageError) as usage:
        chosen("\u202e=x")

    assert "did you mean" not in usage.value.message
    assert "'\\u202e'" in usage.value.message


def test_all_that_is_wrong_with_a_selection_is_told_at_once() -> None:
    with pytest.raises(UsageError) as usage:
        chosen("kin=Alert", "kind", exclude=("Tickets=x,owner=",))

    found = usage.value.message
    assert [found.count(one) for one in ("'kin'", "'Tickets'", "is no condition")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("term", "hint"),
    [
        ("kind=Incidnt", "; did you mean 'Incident'?"),
        ("kind=alerts", "; did you mean 'Alert'?"),
        ("kind=AlertSet", "; kind=AlertSet is of no object: did you mean kind=Alert?"),
        ("kind=LegacyAlert", "match the whole value"),
        ("kind=L*", "match the whole value"),
    ],
)
def test_a_kind_that_there_is_not_is_told_with_the_nearest(term: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as invalid:
        chosen(term)

    assert invalid.value.findings[0].message.endswith(hint)
