from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt

from reconciler.model.plan import Change, FieldChange, Kept, Objection
from reconciler.model.words import Foreign, Place, Ref
from reconciler.reports import markdown
from reconciler.reports.markdown_rows import ROW_BYTES
from reconciler.settings import COUNTED_GUARDS
from tests.support.plans import (
    DIGEST,
    HOSTILE,
    TENANT,
    closing_report,
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
    unread = replace(
        change, action="skip", reason="unknown", problem=words[0], detail=Foreign(words[7])
    )
    left = replace(
        change,
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
    plan = replace(quiet_plan(), tenant=tenant, changes=(change, left, unread), notices=(words[7],))

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
