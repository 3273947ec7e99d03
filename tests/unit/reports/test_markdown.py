from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt

from reconciler.model.plan import (
    Change,
    FieldChange,
    Kept,
    New,
    Objection,
    Plan,
    PlanTenant,
    Reviewed,
    Selection,
)
from reconciler.model.words import Foreign, Place, Ref
from reconciler.reports import markdown
from reconciler.reports.markdown_rows import ROW_BYTES
from reconciler.settings import COUNTED_GUARDS
from tests.support.plans import (
    DIGEST,
    HOSTILE,
    TENANT,
    closing_report,
    golden_plan,
    large_plan,
    quiet_plan,
    rich_plan,
    update,
)

TAGS = {"<code>", "</code>", "<br>", "<!-- -->"}
hostile = st.text(st.sampled_from("|`*_<>#@!~:/\\&$[](){}\x1b\n\u2028\ud800管"), max_size=20)


def links(source: str) -> set[str]:
    """Where a rendered report leads; anything that is no text, table or code of ours fails."""
    found = set()
    for block in MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(source):
        assert not block.type.startswith(("html_block", "fence", "code_block", "blockquote", "hr"))
        for token in block.children or []:
            if token.type == "link_open":
                found.add(str(token.attrs["href"]))
            elif token.type == "html_inline":
                assert token.content in TAGS
            else:
                assert token.type in {
                    "text",
                    "link_close",
                    "softbreak",
                    "strong_open",
                    "strong_close",
                }
    return found


@pytest.mark.parametrize(
    "source",
    [
        markdown.plan(rich_plan(), DIGEST),
        markdown.plan(golden_plan(), DIGEST),
        markdown.drift(rich_plan()),
        markdown.apply_report(closing_report()),
    ],
)
def test_a_report_leads_to_the_portal_only_and_holds_nothing_but_tables_and_text(
    source: str,
) -> None:
    found = links(source)

    assert found
    assert all(link.startswith("https://security.microsoft.com/") for link in found)


@settings(max_examples=60, deadline=None)
@given(st.lists(hostile, min_size=8, max_size=8))
def test_no_text_from_outside_becomes_markup(words: list[str]) -> None:
    change = update(
        Ref("LegacyAlert", "b0"),
        FieldChange("assignedTo", words[0], words[1]),
        FieldChange("tags", [words[2]], [words[3]]),
        title=Foreign(words[4]),
        severity="low",
        source=Place(words[5]),
        owner=words[6],
    )
    unread = change._replace(
        action="skip", reason="unknown", problem=words[0], detail=Foreign(words[7])
    )
    left = change._replace(
        action="noop",
        reason="drift-kept",
        fields=(),
        kept=(
            Kept("status", words[0], words[1], words[2], "conflict"),
            Kept("assignedTo", words[3], words[3], words[4], "drift"),
            Kept("tags", [words[5]], [words[5]], [words[6]], "drift"),
        ),
        moved_by=Foreign(words[0]),
        moved_at=words[1],
    )
    tenant = replace(TENANT, name=words[0])
    twin = change._replace(ref=Ref("LegacyAlert", "b1"), owner=words[0], moved_by=Foreign(words[1]))
    changes = (change, twin, left, unread)
    plan = replace(quiet_plan(), tenant=tenant, changes=changes, notices=(words[7],))

    assert_holds_only_text(markdown.plan(plan, DIGEST), rows=3)
    assert_holds_only_text(markdown.drift(plan), rows=2)


def assert_holds_only_text(source: str, *, rows: int) -> None:
    assert links(source) == set()
    assert source.count("\n| <code>LegacyAlert b0</code>") == rows
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u2028\u202e]", source)


def test_a_plan_that_fits_is_whole() -> None:
    source = markdown.plan(rich_plan(), DIGEST)

    assert "left out" not in source
    assert all(change.ref.id.split("_")[0] in source for change in rich_plan().changes[:5])


@pytest.mark.parametrize("budget", [1_500, 5_000, 60_000])
def test_what_does_not_fit_is_left_out_in_whole_rows_and_counted(budget: int) -> None:
    source = markdown.plan(large_plan(1000), DIGEST, budget_bytes=budget)

    rows = re.findall(r"^\| \[<code>Incident .* \|$", source, re.MULTILINE)
    left = re.search(r"\n([\d,]+) rows left out for size; the plan file has them all\.\n", source)
    assert left
    assert len(rows) + int(left[1].replace(",", "")) == 1000
    assert len(source.encode()) <= budget
    assert DIGEST.removeprefix("sha256:") in source
    assert all("closes-high-severity" in row for row in rows)


def test_a_drift_report_leaves_out_whole_rows_too() -> None:
    left = tuple(
        Change(
            Ref("Incident", str(1000 + number)),
            "noop",
            "drift-kept",
            Place("a.yaml"),
            kept=(Kept("status", "resolved", "resolved", "active", "drift"),),
        )
        for number in range(100)
    )
    plan = replace(quiet_plan(), changes=left)

    source = markdown.drift(plan, budget_bytes=3_000)

    rows = re.findall(r"^\| <code>Incident .* \|$", source, re.MULTILINE)
    assert len(source.encode()) <= 3_000
    assert f"\n{100 - len(rows)} rows left out for size" in source
    assert source.startswith(
        "### Drift of tenant <code>demo</code> (<code>emulator</code>)\n\n"
        "**100 fields of 100 objects moved on the live side**\n"
    )


def same(size: int) -> Plan:
    """A large plan of identical transitions: three groups by their risks, and one apart."""
    plan = large_plan(size)
    alike = tuple(one._replace(fields=one.fields[:3]) for one in plan.changes)
    apart = update(Ref("Incident", "1"), FieldChange("summary", "a", "b"))
    return replace(plan, changes=(*alike, apart))


def test_identical_transitions_are_one_block_with_a_row_each() -> None:
    plan = same(30)

    source = markdown.plan(plan, DIGEST)

    assert source.count("\n**10 incidents: <code>active</code> → <code>resolved</code>,") == 1
    assert source.count("\n**20 incidents: ") == 1
    assert len(re.findall(r"^\| \[<code>Incident 10\d+<", source, re.MULTILINE)) == 30
    assert source.count("status: <code>active</code> → <code>resolved</code>") == 2


def test_every_transition_is_shown_before_every_member_of_one() -> None:
    source = markdown.plan(same(10_000), DIGEST)

    rows = re.findall(r"^\| \[<code>Incident .* \|$", source, re.MULTILINE)
    left = re.search(r"\n([\d,]+) rows left out for size", source)
    assert left
    assert len(rows) + int(left[1].replace(",", "")) == 10_001
    assert "**3,334 incidents: " in source
    assert "**6,667 incidents: " in source or "**6,666 incidents: " in source
    assert "<code>Incident 1</code>" in source
    assert 50_000 < len(source.encode()) <= markdown.BUDGET_BYTES


def test_what_could_not_be_read_has_its_share_of_a_full_report() -> None:
    plan = large_plan(1000)
    unread = Change(Ref("Incident", "7"), "skip", "unknown", Place("a.yaml"), problem="503")

    source = markdown.plan(replace(plan, changes=(*plan.changes, unread)), DIGEST)

    assert "unknown<br><code>503</code>" in source


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(st.sampled_from("|`@<\U000e0041管a"), max_size=300), min_size=4, max_size=4),
    st.integers(markdown.LEAST_BYTES, 30_000),
    st.integers(1, 40),
)
def test_every_limit_holds_whatever_the_texts(words: list[str], budget: int, size: int) -> None:
    def hostile_update(number: int) -> Change:
        return update(
            Ref("LegacyAlert", str(number) + "_" * 200),
            FieldChange("assignedTo", words[number % 4], words[0] * 3),
            title=Foreign(words[1]),
            source=Place(words[2]),
            owner=words[3],
        )

    changes = tuple(map(hostile_update, range(size)))
    refs = tuple(change.ref for change in changes)
    plan = replace(
        rich_plan(),
        tenant=PlanTenant(words[0], words[1], words[2], "x"),
        selection=Selection(tuple(words * 30), tuple(words)),
        changes=changes,
        objections=tuple(Objection(guard, 0, 6, refs) for guard in COUNTED_GUARDS),
        notices=tuple(words * 4),
        reviewed=Reviewed(words[0] * 9, tuple(New(ref, (words[1],) * 9) for ref in refs)),
    )

    assert len(markdown.plan(plan, DIGEST, budget_bytes=budget).encode()) <= budget
    assert len(markdown.drift(plan, budget_bytes=budget).encode()) <= budget


def test_what_is_new_stands_before_what_guards_say_and_shrinks_before_it_goes() -> None:
    refs = tuple(Ref("Incident", str(number)) for number in range(12))
    fields = tuple("f" * 40 for _ in range(3))
    reviewed = Reviewed("sha256:1", tuple(New(ref, fields) for ref in refs), ("closures",))
    plan = replace(rich_plan(), reviewed=reviewed)
    changes = tuple(update(ref, FieldChange("status", "active", "resolved")) for ref in refs)
    plan = replace(plan, changes=changes)

    whole = markdown.plan(plan, DIGEST)
    small = markdown.plan(plan, DIGEST, budget_bytes=markdown.LEAST_BYTES)

    heading = "\n**New beyond the reviewed plan: 12 updates and 1 guard lifted; that plan is <code>"
    assert whole.index(heading) < whole.index("**Guards object")
    assert "\n- <code>Incident 0</code>: <code>fff" in whole
    assert "\n- and 2 more\n- lifted: <code>closures</code>\n" in whole
    assert heading in small
    assert "- <code>Incident 0</code>: <code>fff" not in small
    assert "remarks left out for size" in small


def test_a_covered_plan_says_so() -> None:
    source = markdown.plan(replace(quiet_plan(), reviewed=Reviewed("sha256:1")), DIGEST)

    assert "\nAll of it is covered by the reviewed plan <code>sha256&#58;1</code>\n" in source


def test_what_overwrites_a_person_stands_out() -> None:
    drift = FieldChange("status", "active", "resolved", "drift")
    plan = replace(quiet_plan(), changes=(update(Ref("Incident", "1"), drift),))

    assert "<code>resolved</code> (**overwrites what a person set**)" in markdown.plan(plan, DIGEST)
    assert "(**the next apply overwrites it: enforce**)" in markdown.drift(plan)


def test_a_change_does_not_leave_the_review_by_being_large() -> None:
    big = "\U000e0041" * 5000
    fields = [
        FieldChange(name, big, big + "x")
        for name in ("description", "summary", "displayName", "resolvingComment", "assignedTo")
    ]
    tags = FieldChange(
        "customTags", [big + str(n) for n in range(50)], [big + "x" + str(n) for n in range(50)]
    )
    change = update(
        Ref("Incident", "1"), *fields, tags, title=Foreign(big), risks=("closes",), owner=big
    )

    source = markdown.plan(replace(quiet_plan(), changes=(change,)), DIGEST)

    (row,) = re.findall(r"^\| <code>Incident 1<.*$", source, re.MULTILINE)
    assert len(row.encode()) < ROW_BYTES
    assert "and 42 more" in row


def test_a_notice_is_told_to_its_end() -> None:
    text = "This is the first run: nothing is on record yet. " * 8
    source = markdown.plan(replace(quiet_plan(), notices=(f"{text}END",)), DIGEST)

    assert "END</code>\n" in source


def test_a_notice_that_quotes_too_much_is_cut_early() -> None:
    source = markdown.plan(replace(quiet_plan(), notices=("@" * 600, "x" * 900)), DIGEST)

    assert 119 <= source.count("&#64;") <= 120
    assert f"<code>{'x' * 590}" in source
    assert "x" * 601 not in source


def test_notices_past_ten_are_counted() -> None:
    source = markdown.plan(replace(quiet_plan(), notices=("n",) * 12), DIGEST)

    assert source.count("- <code>n</code>\n") == 10
    assert "- and 2 more\n" in source


def test_hostile_titles_are_shown_in_full_as_text() -> None:
    source = markdown.plan(rich_plan(), DIGEST)

    assert "&#58;&#58;error&#58;&#58;pwned &#35;&#35;&#91;set-env&#93;" in source
    assert HOSTILE not in source


def test_objections_stand_right_after_the_counts_with_what_would_allow_them() -> None:
    closures = Objection("closures", 50, 63, tuple(Ref("Incident", str(n)) for n in range(63)))
    plan = replace(quiet_plan(), objections=(closures, Objection("empty", 0, 1, ())))

    assert markdown.plan(plan, DIGEST).split("\n\n")[1:5] == [
        "**2 declared: 0 to update, 2 in sync**",
        "**Guards object: 'reconciler apply' refuses this plan (exit 4)**",
        (
            "- closures: 63 of at most 50 (objects to close): <code>Incident 0</code>,"
            " <code>Incident 1</code>, <code>Incident 2</code>, <code>Incident 3</code>,"
            " <code>Incident 4</code> and 58 more\n"
            "- empty: the desired folder declares nothing"
        ),
        (
            "If this is meant, make this plan again with"
            " <code>--allow closures&#61;63 --allow empty&#61;1</code>"
        ),
    ]


def test_objections_of_the_longest_ids_leave_room_for_the_review() -> None:
    long = tuple(Ref("LegacyAlert", f"{n:_>255}") for n in range(6))
    guards = [Objection(guard, 0, 6, long) for guard in COUNTED_GUARDS]
    plan = replace(large_plan(1000), objections=tuple(guards))

    source = markdown.plan(plan, DIGEST)

    assert len(source.encode()) <= markdown.BUDGET_BYTES
    assert source.count("closes-high-severity<br>") + source.count("closes-high-severity |") > 20
    assert all(f"\n- {guard}: " in source for guard in COUNTED_GUARDS)


def test_a_plan_without_rows_has_no_table() -> None:
    assert markdown.plan(quiet_plan(), DIGEST) == (
        "### Plan for tenant <code>demo</code> (<code>emulator</code>)\n\n"
        "**2 declared: 0 to update, 2 in sync**\n\n"
        "Read 2 units in 1 round trip\n\n"
        f"Digest <code>{DIGEST.replace(':', '&#58;')}</code>\n"
    )
