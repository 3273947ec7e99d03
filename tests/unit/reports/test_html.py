from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import html5lib
import pytest

from reconciler.model.plan import FieldChange, Reviewed
from reconciler.model.words import Foreign, Ref
from reconciler.reports import html
from tests.injection import html_judge
from tests.support.plans import (
    DIGEST,
    HOSTILE,
    calm_report,
    closing_report,
    golden_plan,
    large_plan,
    quiet_plan,
    rich_plan,
    update,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan
    from tests.conftest import Golden

PAGES: Final = {
    "plan": "".join(html.plan(rich_plan(), DIGEST)),
    "golden": "".join(html.plan(golden_plan(), DIGEST)),
    "drift": "".join(html.drift(rich_plan())),
    "report": "".join(html.apply_report(closing_report())),
    "quiet": "".join(html.plan(quiet_plan(), DIGEST)),
    "still": "".join(html.drift(quiet_plan())),
    "nothing applied": "".join(html.apply_report(calm_report())),
}


def page(plan: Plan) -> str:
    return "".join(html.plan(plan, DIGEST))


def tree(source: str) -> Any:
    """``Any``: html5lib brings no types. Strict: a page that a parser has to mend fails."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(source)


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def section(source: str, name: str) -> Any:
    """The section that carries the id, or that a heading with the id names."""
    root = tree(source)
    found = root.find(f".//section[@id='{name}']")
    return root.find(f".//section[@aria-labelledby='{name}']") if found is None else found


def rows(source: str, name: str) -> Iterator[list[str]]:
    for row in section(source, name).findall(".//tbody/tr"):
        yield [words(cell) for cell in row]


def readable(source: str) -> str:
    """Without the text of script and style, which have tests of their own."""
    bare = re.sub(r"(<style>|<script>).*?(</style>|</script>)", r"\1\2", source, flags=re.DOTALL)
    return re.sub(r"'sha256-[^']+'", "'sha256-'", bare)


@pytest.mark.parametrize("name", ["golden", "drift", "report"])
def test_a_page_reads_well_in_its_source(golden: Golden, name: str) -> None:
    golden(f"{name.replace('golden', 'plan')}.html", readable(PAGES[name]))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed_and_brings_nothing_that_acts(name: str) -> None:
    tree(PAGES[name])

    assert list(html_judge.html(PAGES[name])) == []


@pytest.mark.parametrize("name", PAGES)
def test_each_id_stands_once_and_each_reference_leads_to_one(name: str) -> None:
    root = tree(PAGES[name])

    ids = [element.get("id") for element in root.iter() if element.get("id")]
    named = [
        one
        for element in root.iter()
        for one in (element.get("aria-labelledby") or "").split()
        + [link[1:] for link in [element.get("href") or ""] if link.startswith("#")]
    ]
    assert sorted(ids) == sorted(set(ids))
    assert set(named) <= set(ids)


@pytest.mark.parametrize("name", PAGES)
def test_headings_go_down_one_level_at_a_time(name: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", PAGES[name])]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(low - high <= 1 for high, low in itertools.pairwise(levels))


def test_the_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    policy = tree(PAGES["plan"]).find(".//meta[@http-equiv]").get("content")

    assert re.sub(r"sha256-[\w+/=]+", "sha256", policy) == (
        "default-src 'none'; style-src 'sha256'; script-src 'sha256'; img-src 'none'; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    assert PAGES["plan"].index("Content-Security-Policy") < PAGES["plan"].index("<title>")


def test_every_object_of_a_plan_stands_in_its_section() -> None:
    counted = {
        name: len(list(rows(PAGES["plan"], name)))
        for name in ("update", "conflict", "left", "skip", "unknown")
    }

    assert counted == {"update": 10, "conflict": 1, "left": 2, "skip": 6, "unknown": 1}


def test_a_row_says_what_is_written_and_all_that_a_reader_needs() -> None:
    (row,) = (one for one in rows(PAGES["plan"], "update") if "2972395" in one[0])

    assert row[0].startswith("Incident 2972395Multi-stage incident")
    assert row[1:3] == ["high", "3 d"]
    assert "status active → resolved classification (unset) → informational" in " ".join(row)
    assert "customTags added pentest-2026, added red team, removed needs-triage" in " ".join(row)
    assert "closes-high-severity removes-tags" in row
    assert row[-1].startswith(
        "desired/contoso/2972395.yaml:2 set pentest-acme owner soc-tier2 ticket SEC-1234"
    )
    assert row[-1].endswith(
        "last changed by API-App:triage-bot at 2026-11-20T09:58:01Z 16 min before this was read"
    )


def test_what_overwrites_a_person_stands_out() -> None:
    drift = FieldChange("status", "active", "resolved", "drift")
    source = page(replace(quiet_plan(), changes=(update(Ref("Incident", "1"), drift),)))

    assert "active &#8594; resolved <strong>overwrites what a person set</strong>" in source


def test_links_lead_to_the_portal_by_id_and_tell_it_nothing() -> None:
    links = [link for link in tree(PAGES["plan"]).iter("a") if not link.get("href").startswith("#")]

    assert links
    assert all(link.get("rel") == "noreferrer noopener" for link in links)
    assert "https://security.microsoft.com/incident2/2972395/overview" in {
        link.get("href") for link in links
    }


def test_hostile_titles_are_text() -> None:
    text = "</script><!-- <b onclick=x>\u2028\x00\ud800\u202e\"'&amp;"
    source = page(
        replace(
            quiet_plan(),
            changes=(
                update(
                    Ref("Incident", "1"), FieldChange("status", "new", text), title=Foreign(text)
                ),
            ),
        )
    )

    (row,) = rows(source, "update")
    shown = "</script><!-- <b onclick=x>\\u2028\\u0000\\ud800\\u202e\"'&amp;"
    assert row[0] == f"Incident 1{shown}"
    assert shown in " ".join(row[1:])
    assert list(html_judge.html(source)) == []


def test_a_value_of_several_words_cannot_pass_for_words_of_ours() -> None:
    text = "resolved (unchanged, sent with its pair)"
    source = page(
        replace(
            quiet_plan(),
            changes=(update(Ref("Incident", "1"), FieldChange("assignedTo", None, text)),),
        )
    )

    assert f"&#8594; <code>{text}</code>" in source


def test_objections_come_before_the_picture_with_what_would_allow_them() -> None:
    source = PAGES["plan"]

    told = words(section(source, "guards"))
    assert told.startswith("Guards object: 'reconciler apply' refuses this plan (exit 4)")
    assert "highSeverityClosures: 1 of at most 0" in told
    assert "--allow closures=3" in told
    assert source.index('id="guards"') < source.index('id="moves"')


def test_what_is_new_against_a_reviewed_plan_comes_first() -> None:
    told = words(section(PAGES["golden"], "reviewed"))

    assert told.startswith(
        "New beyond the reviewed plan: 2 updates and 1 guard lifted; that plan is sha256:2e0d1c3f"
    )
    assert "Incident 2972403: status, assignedTo" in told
    assert told.endswith(f"lifted: tagRemovals This plan is {DIGEST}")
    assert PAGES["golden"].index('id="reviewed"') < PAGES["golden"].index('id="guards"')


def test_a_plan_that_a_reviewed_one_covers_says_so() -> None:
    source = page(replace(rich_plan(), reviewed=Reviewed("sha256:old")))

    assert words(section(source, "reviewed")) == (
        f"All of it is covered by the reviewed plan sha256:old This plan is {DIGEST}"
    )


def test_a_plan_with_nothing_to_do_has_neither_picture_nor_table() -> None:
    source = PAGES["quiet"]

    assert "<svg" not in source
    assert "<table" not in source
    assert "Nothing to do: live state is as declared." in source


def test_a_closing_report_has_a_section_for_each_way_to_end() -> None:
    names = re.findall(r'<section class="group" id="(\w+)"', PAGES["report"])

    assert names == [
        "failed",
        "unsettled",
        "conflict",
        "notKept",
        "notTried",
        "done",
        "alreadyDone",
    ]
    assert "Journal <code>.reconciler/journal/contoso/" in PAGES["report"]


def test_the_picture_says_in_words_what_it_shows() -> None:
    figure, *_ = tree(PAGES["plan"]).iter("figure")

    (desc,) = (one for one in figure.iter() if one.tag.endswith("desc"))
    table = [[words(cell) for cell in row] for row in figure.findall(".//table//tr")]
    assert "active to resolved: 1 high" in desc.text
    assert table[0] == ["Before", "After", "high", "medium", "low", "unrated", "Objects"]
    assert ["active", "resolved", "1", "0", "0", "0", "1"] in table


def test_ten_thousand_changes_make_a_file_that_can_be_sent() -> None:
    size = sum(len(piece) for piece in html.plan(large_plan(10_000), DIGEST))

    assert size < 12_000_000


def test_no_text_of_the_page_is_an_attribute_that_acts() -> None:
    source = page(rich_plan())

    assert HOSTILE not in source
    assert not re.search(r"<[^>]* (style|on\w+|src|srcset|action)=", source)
