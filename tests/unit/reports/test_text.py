from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from reconciler.errors import BaseFailure, Failure, InvalidInput
from reconciler.model.outcome import ApplyReport, Outcome
from reconciler.model.plan import (
    FieldChange,
    GitState,
    Kept,
    Objection,
    Plan,
    Reviewed,
    Spill,
)
from reconciler.model.words import Finding, Foreign, Place, Ref
from reconciler.reports import text_apply, text_drift, text_findings, text_plan
from reconciler.review.escape import columns
from tests.support.plans import (
    DIGEST,
    calm_report,
    closing_report,
    golden_plan,
    quiet_plan,
    rich_plan,
    update,
)

hostile = st.text(
    st.sampled_from('\x1b\x07\n\r\t\u2028\u202e\ud800\xa0 :#[]@|<管e\u0301\ufe0f\u034f"→…'),
    max_size=30,
) | st.sampled_from(
    ["::error::x", "##[error]x", "a" * 500, "管" * 200, ": :", " ::x", "a ::b" * 30]
)


def rendered(plan: Plan, *, width: int = 80) -> str:
    return "".join(text_plan.plan(plan, DIGEST, colour=False, width=width))


def drifted(plan: Plan, *, width: int = 80) -> str:
    return "".join(text_drift.drift(plan, colour=False, width=width))


def assert_is_inert(report: str, width: int) -> None:
    """No control sign but the newline, no runner command, no line that is too wide."""
    for line in report.split("\n"):
        assert line.isprintable() or not line.isascii()
        assert not any(sign < " " or "\x7f" <= sign < "\xa0" for sign in line)
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert columns(line) <= width


@settings(max_examples=80, deadline=None)
@given(st.lists(hostile, min_size=12, max_size=12), st.integers(20, 130))
def test_no_text_from_outside_leaves_its_line_of_a_plan(words: list[str], width: int) -> None:
    change = update(
        Ref("Incident", "1"),
        FieldChange("assignedTo", words[0], words[1]),
        FieldChange("customTags", [words[2]], [words[3], words[4]]),
        FieldChange("determination", words[5], words[5], "paired"),
        title=Foreign(words[6]),
        severity="high",
        risks=("closes", "unassigns"),
        source=Place(words[7], 3),
        owner=words[8],
        ticket=words[9],
        moved_by=Foreign(words[10]),
        spills=(Spill("status", "resolved", (Ref("Alert", "da1"),)),),
    )
    details = update(
        Ref("Alert", "da1"),
        FieldChange("customDetails", {words[0]: words[1]}, {words[0]: words[2]}),
    )
    unread = change._replace(
        action="skip", reason="unknown", problem=words[0], detail=Foreign(words[11])
    )
    left = change._replace(
        action="noop",
        reason="drift-kept",
        fields=(),
        request=None,
        kept=hostile_kept(words),
    )
    twin = change._replace(ref=Ref("Incident", "2"), title=Foreign(words[0]), owner=words[1])
    changes = (change, details, left, twin, unread)
    plan = replace(quiet_plan(), changes=changes, notices=(words[11],))

    assert " 2 incidents" in rendered(plan, width=200)
    assert_is_inert(rendered(plan, width=width), max(width, 40))


@settings(max_examples=60, deadline=None)
@given(st.lists(hostile, min_size=12, max_size=12), st.integers(20, 130))
def test_no_text_from_outside_leaves_its_line_of_a_drift_report(
    words: list[str], width: int
) -> None:
    change = update(
        Ref("Incident", "1"),
        FieldChange("summary", words[0], words[1], "drift"),
        FieldChange("displayName", words[2], words[3], "conflict"),
        kept=hostile_kept(words),
        moved_by=Foreign(words[10]),
        moved_at=words[11],
    )
    left = change._replace(ref=Ref("Incident", "2"), fields=(), moved_by=None)
    plan = replace(quiet_plan(), changes=(change, left), notices=(words[11],))

    assert_is_inert(drifted(plan, width=width), max(width, 40))


def hostile_kept(words: list[str]) -> tuple[Kept, ...]:
    return (
        Kept("status", words[0], words[1], words[2], "conflict"),
        Kept("classification", words[3], words[4], words[3], "conflict"),
        Kept("assignedTo", words[3], words[4], words[5], "drift"),
        Kept("customTags", [words[6]], [words[6]], [words[7], words[8]], "drift"),
        Kept("description", None, {words[9]: words[10]}, words[11], "declared"),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(hostile, min_size=6, max_size=6), st.integers(40, 130))
def test_no_text_from_outside_leaves_its_line_of_a_closing_report(
    words: list[str], width: int
) -> None:
    outcome = Outcome(
        Ref("Incident", "1"),
        "conflict",
        Place(words[0]),
        title=Foreign(words[1]),
        fields=(FieldChange("assignedTo", words[2], words[3]),),
        problem=words[4],
        detail=Foreign(words[5]),
        request_ids=(words[0],),
    )
    report = calm_report(outcomes=(outcome, replace(outcome, name="done")))

    shown = "".join(text_apply.apply_report(report, colour=False, width=width))

    assert_is_inert(shown, width)


@settings(max_examples=100)
@given(hostile, hostile)
def test_no_text_from_outside_leaves_its_line_of_findings_and_errors(left: str, right: str) -> None:
    problem = Failure(left, remedy=right, detail=Foreign(right))
    finding = Finding(Place(left), right, "warning")

    assert_is_inert("".join(text_findings.findings((finding,), colour=False)), 10_000)
    assert_is_inert("".join(text_findings.error(problem, colour=False, width=80)), 80)


def test_colour_adds_nothing_but_colour() -> None:
    plan, report = rich_plan(), closing_report()

    coloured = "".join(text_plan.plan(plan, DIGEST, colour=True, width=80))
    assert _plain(coloured) == rendered(plan)
    coloured = "".join(text_apply.apply_report(report, colour=True, width=80))
    assert _plain(coloured) == "".join(text_apply.apply_report(report, colour=False, width=80))
    coloured = "".join(text_drift.drift(plan, colour=True, width=80))
    assert _plain(coloured) == drifted(plan)


def test_a_plan_without_updates_says_that_nothing_is_to_do() -> None:
    assert rendered(quiet_plan()) == (
        "Plan for tenant demo (emulator)\n"
        "\n"
        "Read 2 units in 1 round trip\n"
        f"Digest {DIGEST}\n"
        "2 declared: 0 to update, 2 in sync\n"
        "Nothing to do: live state is as declared.\n"
    )


@pytest.mark.parametrize(
    ("plan", "report"),
    [
        (
            replace(quiet_plan(), git=GitState(base="9" * 40)),
            (
                "Drift of tenant demo (emulator)\n"
                "Nothing moved on the live side since it was applied.\n"
                "Since what was applied, at commit 999999999999\n"
            ),
        ),
        (
            replace(quiet_plan(), notices=("The applied tree is not there yet",)),
            (
                "Drift of tenant demo (emulator)\n"
                "There is no base (the note says why): what moved cannot be told.\n"
                "\n"
                "Note: The applied tree is not there yet\n"
            ),
        ),
    ],
    ids=["nothing moved", "no base"],
)
def test_a_drift_report_without_drift_is_a_few_lines(plan: Plan, report: str) -> None:
    assert drifted(plan) == report


def test_a_line_that_breaks_behind_a_comma_leaves_it_where_it_was() -> None:
    rival = Kept("assignedTo", "a" * 20, "b" * 20, "c" * 20, "conflict")
    change = update(Ref("Incident", "1"), FieldChange("summary", "x", "y"), kept=(rival,))
    plan = replace(quiet_plan(), changes=(change,))

    assert (
        f"    assignedTo        declared {'b' * 20},\n{' ' * 22}somebody set {'c' * 20}\n"
        in rendered(plan, width=58)
    )
    assert f" {'→'} {'c' * 20},\n{' ' * 22}declared {'b' * 20}\n" in drifted(plan, width=66)


def test_a_tree_that_was_not_replaced_is_told_with_what_to_do() -> None:
    report = replace(calm_report(outcomes=closing_report().outcomes[:1]), unrecorded="it is locked")

    shown = "".join(text_apply.apply_report(report, colour=False, width=120))

    assert (
        "\nThe applied tree was not replaced: it is locked. Apply the same plan again: it writes nothing"
        " twice\n"
    ) in shown
    assert shown.endswith("Every update holds, and the applied tree does not say so: see above.\n")


def test_objections_come_before_the_changes_with_what_would_allow_them() -> None:
    some = tuple(Ref("Incident", str(number)) for number in range(63))
    plan = replace(
        quiet_plan(),
        overrides={"tagRemovals": 40},
        objections=(
            Objection("updatePercent", 30, 32, some),
            Objection("closures", 50, 63, some),
            Objection("empty", 0, 1, ()),
        ),
    )

    assert rendered(plan, width=100) == (
        "Plan for tenant demo (emulator)\n"
        "Guards object: 'reconciler apply' refuses this plan (exit 4)\n"
        "! updatePercent: 32 %, 63 objects, of at most 30 % (share of the declared objects to update, from\n"
        "  200 on)\n"
        "  Incident 0, Incident 1, Incident 2, Incident 3, Incident 4 and 58 more\n"
        "! closures: 63 of at most 50 (objects to close)\n"
        "  Incident 0, Incident 1, Incident 2, Incident 3, Incident 4 and 58 more\n"
        "! empty: the desired folder declares nothing\n"
        "If this is meant, make this plan again with:\n"
        "  --allow tagRemovals=40 --allow updatePercent=32 --allow closures=63 --allow empty=1\n"
        "Allowed for this plan: tagRemovals=40\n"
        "\n"
        "Read 2 units in 1 round trip\n"
        f"Digest {DIGEST}\n"
        "2 declared: 0 to update, 2 in sync\n"
        "'reconciler apply' refuses this plan: 3 objections, see above.\n"
    )


@pytest.mark.parametrize("width", [20, 40, 57, 80])
def test_no_option_to_copy_is_broken_where_a_line_ends(width: int) -> None:
    shown = rendered(rich_plan(), width=width)

    assert_is_inert(shown, max(width, 40))
    for objection in rich_plan().objections:
        assert objection.override in shown


def wave(*titles: str | None) -> Plan:
    changes = [
        update(
            Ref("Incident", str(number)),
            FieldChange("status", "active", "resolved"),
            title=Foreign(title) if title else None,
            source=Place("w.yaml", number),
            owner="tier1",
        )
        for number, title in enumerate(titles, start=1)
    ]
    return replace(quiet_plan(), changes=tuple(changes))


def test_a_group_tells_what_becomes_of_all_and_has_a_row_for_each() -> None:
    assert rendered(wave("a title", "管理", None), width=60).split("\n\n")[1] == (
        "~ 3 incidents: active → resolved\n"
        "  owner tier1\n"
        "    status            active → resolved\n"
        "    id  declared in\n"
        "    1   w.yaml:1     a title\n"
        "    2   w.yaml:2     管理\n"
        "    3   w.yaml:3"
    )


def test_a_title_without_room_stands_below_its_row() -> None:
    plan = wave("a" * 60, "b")
    changes = tuple(one._replace(created="2026-11-20T10:00:00Z") for one in plan.changes)

    shown = rendered(replace(plan, changes=changes), width=40)

    assert shown.split("\n\n")[1].endswith(
        "    id  age     declared in\n"
        "    1   15 min  w.yaml:1\n"
        f"      {'a' * 30}…\n"
        "    2   15 min  w.yaml:2\n"
        "      b"
    )


def test_a_wide_sign_keeps_the_columns() -> None:
    plan = wave("a title", "another")
    changes = tuple(
        one._replace(moved_by=Foreign(name), moved_at="2026-11-20T10:00:00Z")
        for one, name in zip(plan.changes, ("管理", "kai@contoso.com"), strict=True)
    )

    shown = rendered(replace(plan, changes=changes), width=100)

    assert "    1   w.yaml:1     15 min ago, 管理             a title\n" in shown
    assert "    2   w.yaml:2     15 min ago, kai@contoso.com  another\n" in shown


@pytest.mark.parametrize("width", [40, 57, 80, 120])
def test_no_row_of_a_group_is_wider_than_the_terminal(width: int) -> None:
    assert_is_inert(rendered(golden_plan(), width=width), width)


def test_what_is_new_beyond_the_reviewed_plan_comes_first() -> None:
    lines = rendered(golden_plan(), width=160).split("\n")

    assert lines[1].startswith("New beyond the reviewed plan: 2 updates and 1 guard lifted; ")
    assert lines[2:5] == [
        "+ Incident 2973001: status",
        "+ Incident 2972403: status, assignedTo",
        "+ lifted: tagRemovals",
    ]
    covered = replace(quiet_plan(), reviewed=Reviewed("sha256:1"))
    assert "All of it is covered by the reviewed plan sha256:1\n" in rendered(covered)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("kai@contoso.com", "kai@contoso.com"),
        ("two words", '"two words"'),
        ('say "x"', '"say \\"x\\""'),
        ("(unset)", '"(unset)"'),
        (" ", '" "'),
        ("x" * 700, f'"{"x" * 600}… (100 more characters)"'),
    ],
)
def test_a_value_that_is_not_one_word_is_quoted(value: str, shown: str) -> None:
    plan = replace(
        quiet_plan(), changes=(update(Ref("Incident", "1"), FieldChange("summary", None, value)),)
    )

    assert f"summary           (unset) → {shown}\n" in rendered(plan, width=800)


def test_a_row_that_is_too_long_breaks_before_the_arrow() -> None:
    change = update(Ref("Incident", "1"), FieldChange("summary", "a" * 20, "b" * 20))

    shown = rendered(replace(quiet_plan(), changes=(change,)), width=50)

    assert f"    summary           {'a' * 20}\n{' ' * 22}→ {'b' * 20}\n" in shown


@pytest.mark.parametrize(
    ("report", "last"),
    [
        (calm_report(), "Nothing was written: there was nothing to do.\n"),
        (calm_report(outcomes=closing_report().outcomes[:1]), "Every update holds.\n"),
    ],
)
def test_a_closing_report_ends_with_the_verdict(report: ApplyReport, last: str) -> None:
    assert [*text_apply.apply_report(report, colour=False, width=80)][-1].endswith(last)


def test_findings_stand_in_order_with_their_place_and_are_counted() -> None:
    items = (
        Finding(Place("b.yaml", 2, 3), "second", "warning"),
        Finding(Place("a.yaml", 9, 11), "spec.status is 'closed'"),
    )

    assert "".join(text_findings.findings(items, colour=False)) == (
        "a.yaml:9:11: spec.status is 'closed'\nb.yaml:2:3: warning: second\n1 error, 1 warning\n"
    )
    assert (
        "".join(text_findings.findings((), colour=True)) == "\x1b[1mNo errors, no warnings\x1b[0m\n"
    )


@pytest.mark.parametrize("width", [10, 40, 60, 80, 100])
def test_a_command_to_type_is_whole_on_one_line_at_any_width(width: int) -> None:
    trust = "git config --global --add safe.directory /srv/a/long/path/to/the/repository/of/soc"
    fetch = "reconciler applied fetch --tenant contoso-of-a-long-name --config soc/reconciler.yaml"
    problem = BaseFailure(
        "it cannot be read: 'reconciler plan --base none' plans without it, two-way, for once",
        detail=Foreign(f"fatal: dubious ownership\ncall:\n\n\t{trust}\n"),
        remedy=f"get it: {fetch} (or name a commit)",
    )

    lines = "".join(text_findings.error(problem, colour=False, width=width)).splitlines()

    for command in (fetch, trust, "'reconciler plan --base none'"):
        assert any(command in line for line in lines)
    assert fetch in map(str.strip, lines) or width > len(fetch)


def test_an_error_tells_what_was_answered_and_what_to_do() -> None:
    problem = Failure(
        "Incident 2972395: Graph answered 403 to PATCH (request-id 1f0c)",
        remedy="the identity lacks SecurityIncident.ReadWrite.All",
        detail=Foreign("Forbidden\x1b[2J"),
    )

    assert "".join(text_findings.error(problem, colour=False, width=80)) == (
        "error: Incident 2972395: Graph answered 403 to PATCH (request-id 1f0c)\n"
        "  answered: Forbidden\\u001b[2J\n"
        "  the identity lacks SecurityIncident.ReadWrite.All\n"
    )


def test_invalid_input_shows_every_finding_then_the_remedy() -> None:
    problem = InvalidInput((Finding(Place("a.yaml"), "bad"),), remedy="see the schema")

    assert "".join(text_findings.error(problem, colour=False, width=80)) == (
        "a.yaml:1:1: bad\n1 error\n  see the schema\n"
    )


def _plain(text: str) -> str:
    for code in ("0", "1", "2", "31", "32", "33"):
        text = text.replace(f"\x1b[{code}m", "")
    return text
