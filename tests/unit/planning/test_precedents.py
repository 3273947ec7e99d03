"""Cases that are decided once: no decision may come from a case that differs in anything that counts."""

from __future__ import annotations

from copy import copy
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

import pytest
from hypothesis import given, strategies as st

from reconciler.codec.rows import encode
from reconciler.kinds import KINDS
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.live import Live
from reconciler.model.words import Foreign, Ref
from reconciler.planning import precedents
from reconciler.planning.decide import Decision, decide
from reconciler.planning.precedents import Precedents
from reconciler.planning.terms import Terms
from tests.support.world import declare, incident, legacy, live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Declaration, Mode, Spec
    from reconciler.model.words import Json

    Cases: TypeAlias = list[tuple[Spec, Live, Terms]]

KIND: Final = KINDS["Incident"]

ODD: Final[tuple[Json, ...]] = (0, False, 1, True, 1.0, -0.0, "1", [1], [True], "[1]", {"a": 1})
NAMES: Final = {
    "Incident": ("status", "classification", "determination", "customTags", "severity", "summary"),
    "Alert": ("status", "classification", "determination", "assignedTo", "customDetails"),
    "LegacyAlert": ("status", "feedback", "comments", "tags", "assignedTo"),
}
TEXTS: Final = (None, "", "active", "resolved", "truePositive", "falsePositive", "phishing", "high")
VALUES: Final = st.sampled_from(
    (*TEXTS, *ODD, ["a"], ["b", "a"], ["a", "b"], {"x": "1", "y": "2"}, {"y": "2", "x": "1"})
)
KNOWN: Final[tuple[Declaration, ...]] = (
    *map(Exactly, (None, "active", "resolved", "truePositive", "phishing", "low")),
    Exactly(["a"]),
    Exactly([]),
    Elements(("a",), ("b",)),
    Elements(("a", "b")),
    Entries({"x": "1", "y": "2"}),
    Entries({"y": "2", "x": "1"}),
)
DECLARATIONS: Final = st.sampled_from(KNOWN) | st.sampled_from(KNOWN).map(copy)
MODES: Final[st.SearchStrategy[Mode]] = st.sampled_from(("yield", "enforce", "once"))


def _specs(kind: str, least: int) -> st.SearchStrategy[Spec]:
    chosen = st.dictionaries(st.sampled_from(NAMES[kind]), DECLARATIONS, min_size=least, max_size=3)
    return chosen.map(lambda found: _ordered(kind, found))


def _ordered(kind: str, found: Spec) -> Spec:
    return {name: found[name] for name in NAMES[kind] if name in found}


def _neighbours(kind: str) -> st.SearchStrategy[tuple[Live, ...]]:
    """Answers that differ from the first in one thing each."""
    answers = st.builds(
        Live,
        ref=st.just(Ref(kind, "1")),
        fields=st.dictionaries(st.sampled_from(NAMES[kind]), VALUES, min_size=3),
        severity=st.sampled_from((None, "low")),
        attachments=st.sampled_from(({}, {"vendorInformation": {"provider": "MCAS"}})),
    )
    others = st.tuples(st.sampled_from(NAMES[kind]), VALUES)
    return st.builds(_around, answers, st.lists(others, max_size=4))


def _around(first: Live, others: list[tuple[str, Json]]) -> tuple[Live, ...]:
    return (
        first,
        first._replace(ref=Ref(first.ref.kind, "2"), title=Foreign("Malware")),
        first._replace(severity="high"),
        first._replace(attachments={"vendorInformation": {"provider": "IPC"}}),
        *(first._replace(fields={**first.fields, name: value}) for name, value in others),
    )


def _terms(kind: str) -> st.SearchStrategy[Terms]:
    return st.builds(
        Terms,
        base=st.none() | _specs(kind, 0),
        modes=st.dictionaries(st.sampled_from(NAMES[kind]), MODES, max_size=2),
        is_on_record=st.booleans(),
    )


def _cases(kind: str) -> st.SearchStrategy[Cases]:
    specs = st.lists(_specs(kind, 1), min_size=1, max_size=3)
    terms = st.lists(_terms(kind), min_size=1, max_size=3)
    return st.tuples(specs, _neighbours(kind), terms).map(lambda three: list(product(*three)))


def _text(decision: Decision) -> str:
    """As a plan says it: 1, 1.0 and true are equal, and their text is not."""
    values = [(one.name, one.before, one.after, one.cause) for one in decision.fields]
    kept = [(one.name, one.base, one.declared, one.live, one.cause) for one in decision.kept]
    return f"{encode(values)}{encode(kept)}{encode(decision.body)}"


@given(st.sampled_from(tuple(NAMES)).flatmap(_cases))
def test_a_decision_is_the_one_that_would_have_been_made_without_precedents(
    cases: Cases,
) -> None:
    remembered = Precedents()
    for spec, now, terms in cases:
        kind, declared = KINDS[now.ref.kind], declare(*now.ref)._replace(spec=spec)

        made = remembered.decide(kind, declared, now, terms)

        expected = decide(kind, declared, now, terms)
        assert (made, _text(made)) == (expected, _text(expected))


def test_objects_that_differ_in_what_names_them_share_one_decision() -> None:
    remembered = Precedents()
    spec: Spec = {"status": Exactly("resolved"), "customTags": Elements(("a",))}
    made = [
        remembered.decide(
            KIND,
            declare("Incident", one)._replace(spec=spec, owner=one, ticket=one),
            live("Incident", incident(one, displayName=f"On {one} endpoints", customTags=[one])),
            Terms(),
        )
        for one in ("1", "2", "2")
    ]

    assert made[0] is not made[1]
    assert made[1] is made[2]
    assert made[1].body == {"status": "resolved", "customTags": ["2", "a"]}


CLOSED: Final[Spec] = {"status": Exactly("resolved")}
HIGH: Final = Live(Ref("Incident", "1"), {"status": "active"}, severity="high")
TRUE: Final = HIGH._replace(fields={"status": "active", "classification": "truePositive"})
DONE: Final = HIGH._replace(fields={"status": "resolved"})
YIELDING: Final = Terms(CLOSED)
ONCE: Final[Mapping[str, Mode]] = {"status": "once"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((HIGH, Terms()), (HIGH._replace(severity="low"), Terms())),
        ((HIGH, Terms()), (TRUE, Terms())),
        ((HIGH, Terms()), (HIGH._replace(fields={}), Terms())),
        ((HIGH._replace(fields={"status": None}), Terms()), (HIGH._replace(fields={}), Terms())),
        ((HIGH, YIELDING), (HIGH, Terms())),
        ((HIGH, Terms(None, ONCE)), (HIGH, Terms({}, ONCE))),
        ((HIGH, YIELDING), (HIGH, Terms({"severity": CLOSED["status"]}))),
        ((HIGH, YIELDING), (HIGH, Terms(CLOSED, {"status": "enforce"}))),
        ((DONE, YIELDING), (DONE, Terms(CLOSED, is_on_record=True))),
    ],
)
def test_cases_that_differ_in_one_thing_are_decided_apart(
    one: tuple[Live, Terms], other: tuple[Live, Terms]
) -> None:
    remembered = Precedents()
    declared = declare("Incident", "1")._replace(spec=CLOSED)

    made = [remembered.decide(KIND, declared, *case) for case in (one, other)]

    assert made == [decide(KIND, declared, *case) for case in (one, other)]
    assert made[0] != made[1]


def test_a_declaration_never_comes_to_the_identity_of_one_that_a_case_is_told_by() -> None:
    remembered = Precedents()
    now, terms = live("Incident", incident()), Terms({"status": Exactly("inProgress")})

    for wanted in ("resolved", "redirected") * 20:  # a conflict keeps none of its declarations
        made = remembered.decide(KIND, declare("Incident", "1", status=wanted), now, terms)
        assert [kept.declared for kept in made.kept] == [wanted]


def test_where_objects_have_little_in_common_no_more_cases_are_kept() -> None:
    remembered = Precedents()
    now = live("Incident", incident())
    for _ in range(precedents.MOST):
        remembered.decide(KIND, declare("Incident", "1", status="active"), now, Terms())
    late = declare("Incident", "1", status="resolved")

    made = [remembered.decide(KIND, late, now, Terms()) for _ in range(2)]

    assert made[0] == made[1]
    assert made[0] is not made[1]


def test_an_answer_that_is_nested_too_deep_to_be_told_apart_is_decided_by_itself() -> None:
    deep: Json = None
    for _ in range(5000):
        deep = {"vendor": deep}
    now = live("LegacyAlert", legacy())._replace(attachments={"vendorInformation": deep})
    declared = declare("LegacyAlert", "la1", status="newAlert")

    made = Precedents().decide(KINDS["LegacyAlert"], declared, now, Terms())

    assert (made.action, made.reason) == ("noop", "in-sync")
