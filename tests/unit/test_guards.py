"""Each guard at its limit, past it and allowed; which objects it counts; what may be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import pytest
from hypothesis import given, strategies as st

from reconciler import guards
from reconciler.errors import UsageError
from reconciler.model.plan import Change, FieldChange, Kept, Objection, Risk
from reconciler.model.words import Place, Ref
from reconciler.settings import COUNTED_GUARDS, GUARDS, Config, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.model.plan import Cause

RISKS_OF: Final[Mapping[str, tuple[Risk, ...]]] = {
    "closures": ("closes", "closes-high-severity"),
    "highSeverityClosures": ("closes-high-severity",),
    "reopenings": ("reopens", "ends-awaiting-action"),
    "truePositiveReversals": ("reverses-true-positive",),
    "severityReductions": ("lowers-severity",),
    "unassignments": ("unassigns",),
    "tagRemovals": ("removes-tags", "removes-details"),
}
"""Written down again, so that the table under test is not its own judge."""
COUNTED: Final = [(guard, risk) for guard, risks in RISKS_OF.items() for risk in risks]
DEFAULTS: Final = {
    "updates": 100,
    "updatePercent": 30,
    "closures": 50,
    "highSeverityClosures": 0,
    "reopenings": 0,
    "truePositiveReversals": 0,
    "severityReductions": 0,
    "unassignments": 20,
    "tagRemovals": 20,
    "driftOverwrites": 0,
    "releasedPercent": 50,
}
NO_LIMIT: Final = dict.fromkeys(DEFAULTS, 1_000_000)


def updates(count: int, *risks: Risk, first: int = 1) -> tuple[Change, ...]:
    return tuple(
        Change(Ref("Incident", str(number)), "update", "differs", Place("a.yaml"), risks=risks)
        for number in range(first, first + count)
    )


def in_sync(count: int) -> tuple[Change, ...]:
    return tuple(
        Change(Ref("LegacyAlert", str(number)), "noop", "in-sync", Place("a.yaml"))
        for number in range(count)
    )


def refs(changes: Iterable[Change]) -> tuple[Ref, ...]:
    return tuple(sorted(change.ref for change in changes))


def objected(changes: Sequence[Change], **limits: int) -> tuple[Objection, ...]:
    return guards.objections(changes, {**NO_LIMIT, **limits}, {})


def config(common: Mapping[str, int], own: Mapping[str, int]) -> tuple[Config, Tenant]:
    tenant = Tenant("contoso", "global", "desired", guards=own)
    return Config("reconciler.yaml", "/repo", {"contoso": tenant}, guards=common), tenant


def test_guards_are_on_by_default_with_the_limits_of_the_contract() -> None:
    assert guards.limits(*config({}, {})) == DEFAULTS
    assert [guard.setting for guard in GUARDS][:2] == ["maxUpdates", "maxUpdatePercent"]


def test_a_tenant_overrides_single_guards_of_the_configuration() -> None:
    found = guards.limits(
        *config({"maxClosures": 5, "maxReopenings": 1}, {"maxClosures": 0, "maxUpdates": 7})
    )

    assert found == {**DEFAULTS, "closures": 0, "reopenings": 1, "updates": 7}


@pytest.mark.parametrize(("guard", "risk"), COUNTED)
def test_a_guard_objects_past_its_limit_and_names_the_objects_it_counts(
    guard: str, risk: Risk
) -> None:
    counted = updates(3, risk)
    changes = (*counted, *updates(4, "recomputes-determination", first=10), *in_sync(3))

    assert objected(changes, **{guard: 3}) == ()
    assert objected(changes, **{guard: 2}) == (Objection(guard, 2, 3, refs(counted)),)


def test_every_risk_but_the_one_that_takes_nothing_away_is_counted() -> None:
    assert {risk for _, risk in COUNTED} == {*get_args(Risk)} - {"recomputes-determination"}
    others = {"updates", "updatePercent", "driftOverwrites", "releasedPercent", "empty"}
    assert {*RISKS_OF} | others == {*COUNTED_GUARDS} == {*DEFAULTS, "empty"}


def test_an_object_that_carries_two_risks_of_a_guard_counts_once() -> None:
    changes = updates(1, "closes", "closes-high-severity")

    assert objected(changes, closures=0) == (Objection("closures", 0, 1, refs(changes)),)


def test_updates_are_counted_whatever_they_change() -> None:
    changes = updates(4)

    assert objected((*changes, *in_sync(9)), updates=4) == ()
    assert objected((*changes, *in_sync(9)), updates=3) == (
        Objection("updates", 3, 4, refs(changes)),
    )


def test_what_is_not_updated_is_never_counted() -> None:
    skipped = Change(Ref("Alert", "a"), "skip", "unknown", Place("a.yaml"), risks=("closes",))

    assert guards.objections((skipped, *in_sync(500)), dict.fromkeys(DEFAULTS, 0), {}) == ()


@pytest.mark.parametrize(
    ("update", "others", "percent"),
    [
        (60, 140, None),  # exactly 30 %
        (61, 139, 31),  # 30.5 % is rounded up
        (61, 140, 31),
        (200, 0, 100),
        (199, 0, None),  # 100 % of fewer than 200
        (1, 1000, None),
    ],
)
def test_the_share_of_updates_counts_from_200_declared_objects_on(
    update: int, others: int, percent: int | None
) -> None:
    changes = updates(update)
    expected = Objection("updatePercent", 30, percent, refs(changes)) if percent else None

    assert objected((*changes, *in_sync(others)), updatePercent=30) == (
        (expected,) if expected else ()
    )


@given(st.integers(0, 199), st.integers(0, 199), st.integers(0, 100))
def test_the_share_of_fewer_than_200_objects_never_objects(
    update: int, others: int, limit: int
) -> None:
    changes = (*updates(update), *in_sync(min(others, 199 - update)))

    assert objected(changes, updatePercent=limit) == ()


def overwriting(number: int, *causes: Cause) -> Change:
    (change,) = updates(1, first=number)
    fields = tuple(FieldChange("status", "active", "resolved", cause) for cause in causes)
    return change._replace(fields=fields)


def test_an_object_on_which_a_persons_value_is_overwritten_counts_once_by_default_not_at_all() -> (
    None
):
    counted = (overwriting(1, "drift", "conflict"), overwriting(2, "declared", "conflict"))
    others = (overwriting(3, "declared", "paired"), *updates(3, "closes", first=10))
    kept = Kept("status", "resolved", "resolved", "active", "drift")
    left = in_sync(1)[0]._replace(reason="drift-kept", kept=(kept,))
    changes = (*counted, *others, left)

    assert objected(changes, driftOverwrites=2) == ()
    assert objected(changes, driftOverwrites=DEFAULTS["driftOverwrites"]) == (
        Objection("driftOverwrites", 0, 2, refs(counted)),
    )


@pytest.mark.parametrize(
    ("gone", "of", "percent"),
    [
        (5, 10, None),  # exactly 50 %
        (101, 200, 51),  # 50.5 % is rounded up
        (1, 1, 100),  # however few there are
        (1, 2, None),
        (2, 3, 67),
        (0, 0, None),
        (0, 9, None),
    ],
)
def test_the_share_of_declarations_that_are_gone_is_of_all_that_were_applied(
    gone: int, of: int, percent: int | None
) -> None:
    released = guards.Released(tuple(Ref("Alert", f"a{number:03}") for number in range(gone)), of)

    found = guards.objections(in_sync(1), DEFAULTS, {}, released=released)

    expected = Objection("releasedPercent", 50, percent, released.refs) if percent else None
    assert found == ((expected,) if expected else ())


def test_what_is_gone_may_be_allowed_by_its_share() -> None:
    released = guards.Released((Ref("Alert", "a"), Ref("Alert", "b")), 3)
    overrides = guards.parse_allowed(["releasedPercent=67"])

    assert guards.objections(in_sync(1), DEFAULTS, overrides, released=released) == ()


def test_objects_are_named_by_ref_and_guards_in_their_order() -> None:
    changes = updates(11, "closes-high-severity", "unassigns", "removes-tags")[::-1]
    limits = {**guards.limits(*config({}, {})), "updates": 1, "unassignments": 1, "closures": 1}

    found = guards.objections(changes, limits, {})

    assert [one.guard for one in found] == [
        "updates",
        "closures",
        "highSeverityClosures",
        "unassignments",
    ]
    assert {one.refs for one in found} == {refs(changes)}


def test_an_override_takes_the_place_of_its_limit_up_or_down() -> None:
    changes = updates(3, "closes")

    assert guards.objections(changes, {**NO_LIMIT, "closures": 0}, {"closures": 3}) == ()
    assert guards.objections(changes, NO_LIMIT, {"closures": 2}) == (
        Objection("closures", 2, 3, refs(changes)),
    )


def test_an_empty_desired_folder_is_objected_to_unless_that_is_allowed() -> None:
    (found,) = guards.nothing_declared({})

    assert found == Objection("empty", 0, 1, ())
    assert guards.nothing_declared(guards.parse_allowed([allowed(found)])) == ()


def allowed(objection: Objection) -> str:
    option, word = objection.override.split(" ")
    assert option == "--allow"
    return word


risky = st.lists(st.sets(st.sampled_from(sorted(get_args(Risk)))), max_size=12)


@given(
    risky,
    st.integers(0, 250),
    st.fixed_dictionaries({guard: st.integers(0, 8) for guard in DEFAULTS}),
)
def test_an_objection_disappears_exactly_when_its_printed_override_is_used(
    risks: list[set[Risk]], others: int, limits: dict[str, int]
) -> None:
    changes = (
        *(updates(1, *sorted(some), first=number)[0] for number, some in enumerate(risks, 1)),
        *in_sync(others),
    )
    found = guards.objections(changes, limits, {})

    for objection in found:
        kept = tuple(one for one in found if one != objection)
        overrides = guards.parse_allowed([allowed(objection)])
        assert guards.objections(changes, limits, overrides) == kept
        less = {objection.guard: objection.count - 1}
        assert objection.guard in {one.guard for one in guards.objections(changes, limits, less)}
    everything = guards.parse_allowed([allowed(objection) for objection in found])
    assert guards.objections(changes, limits, everything) == ()


def test_what_may_be_allowed_is_a_guard_and_a_whole_number() -> None:
    words = ["closures=40", "updatePercent=0", "empty=1"]

    assert guards.parse_allowed(words) == {"closures": 40, "updatePercent": 0, "empty": 1}
    assert guards.parse_allowed([]) == {}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["closures"], "--allow is 'closures'; expected a guard and a whole number"),
        (["closures="], "expected a guard and a whole number"),
        (["closures=-1"], "expected a guard and a whole number"),
        (["closures=4.5"], "expected a guard and a whole number"),
        (["closures=٣"], "expected a guard and a whole number"),
        (["closures=all"], "expected a guard and a whole number"),
        (["closures=4\n"], "expected a guard and a whole number"),
        (["closures=9999999999"], "expected a guard and a whole number"),
        (["=4"], "expected a guard and a whole number"),
        (["Closures=4"], "'Closures', which is no guard; did you mean 'closures'?"),
        (["maxClosures=4"], "'maxClosures', which is no guard; did you mean 'closures'?"),
        (["whims=4"], "--allow names 'whims', which is no guard"),
        (["driftOverwrite=4"], "which is no guard; did you mean 'driftOverwrites'?"),
        (["closures=4", "closures=5"], "--allow closures stands twice"),
    ],
)
def test_anything_else_is_refused_by_name(words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        guards.parse_allowed(words)

    assert message in refused.value.message


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["closures"], "for example --allow closures=40"),
        (["whims=4"], f"guards: {', '.join(COUNTED_GUARDS)}"),
    ],
)
def test_a_refusal_says_what_to_type(words: list[str], remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        guards.parse_allowed(words)

    assert remedy in (refused.value.remedy or "")


def test_all_that_is_wrong_with_allow_is_told_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        guards.parse_allowed(["closures", "whims=4", "empty=1", "empty=2"])

    assert refused.value.message == (
        "--allow is 'closures'; expected a guard and a whole number; "
        "--allow names 'whims', which is no guard; --allow empty stands twice; one of them is enough"
    )
