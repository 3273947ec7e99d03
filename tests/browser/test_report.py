"""The HTML report in a real browser: what it looks like is judged by people, what it does by these."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from reconciler.model.plan import FieldChange
from reconciler.model.words import Foreign, Ref
from reconciler.reports import html
from tests.injection.texts import PIECES
from tests.injection.worlds import world
from tests.support.plans import DIGEST, closing_report, large_plan, rich_plan, update

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opening

pytestmark = pytest.mark.browser

PAGES: Final = {
    "plan": lambda: html.plan(rich_plan(), DIGEST),
    "drift": lambda: html.drift(rich_plan()),
    "report": lambda: html.apply_report(closing_report()),
}
CONTRAST: Final = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
ENOUGH: Final = 4.5
"""WCAG 2.2, 1.4.3 (AA), for text of any size."""
UPDATES: Final = "#update tbody tr:visible"


def objects(page: Page, rows: str = UPDATES) -> list[str]:
    return page.locator(f"{rows} th > *").all_inner_texts()


def told(page: Page) -> str:
    return page.locator("#shown").inner_text()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_report_opens_in_silence_and_asks_for_nothing(
    opening: Opening, name: str, scheme: str, width: int
) -> None:
    opened = opening(PAGES[name](), scheme=scheme, width=width)

    assert opened.complaints == []
    assert opened.requests == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(opening: Opening, name: str, scheme: str) -> None:
    page = opening(PAGES[name](), scheme=scheme).page

    found = page.evaluate(CONTRAST)

    assert len(found) > 50
    assert [text for ratio, text in found if ratio < ENOUGH] == []


def test_dark_is_dark_and_paper_is_white(opening: Opening) -> None:
    page = opening(PAGES["plan"](), scheme="dark").page
    ground = "getComputedStyle(document.body).backgroundColor"

    dark = page.evaluate(ground)
    page.emulate_media(media="print")

    assert (dark, page.evaluate(ground)) == ("rgb(17, 22, 27)", "rgb(255, 255, 255)")


def test_nothing_is_wider_than_a_telephone(opening: Opening) -> None:
    page = opening(PAGES["plan"](), width=360).page

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_word_filters_all_tables_and_the_count_is_announced(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page

    assert told(page) == "All 20 objects"
    page.get_by_label("Search").fill("POWERSHELL medium")

    assert objects(page, "tbody tr:visible") == ["Alert da637551227677560813_-961444813"]
    assert told(page) == "1 of 20 objects"
    assert page.locator("#shown").get_attribute("aria-live") == "polite"
    assert page.locator(".group:visible h3").all_inner_texts() == ["To update 1 of 10"]


def test_choices_filter_together_with_the_words(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page

    page.get_by_label("Action").select_option("To update")
    page.get_by_label("Severity", exact=True).select_option("high")
    page.get_by_label("Risk", exact=True).select_option("removes-tags")
    page.get_by_label("Kind").select_option("Incident")

    assert objects(page, "tbody tr:visible") == ["Incident 2972395"]
    page.get_by_label("Search").fill("no such word")
    assert page.get_by_text("Nothing here matches.").is_visible()
    page.get_by_role("button", name="Show all").click()
    assert told(page) == "All 20 objects"


def test_a_choice_offers_only_what_there_is(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page

    offered = page.get_by_label("Kind").locator("option").all_inner_texts()
    assert offered == ["all", "Incident", "IncidentTask", "Alert", "LegacyAlert"]
    assert page.get_by_label("Severity", exact=True).locator("option").all_inner_texts() == [
        *("all", "high", "medium", "low", "informational", "unrated")
    ]


def test_the_mouse_sorts_up_down_and_back_to_the_order_of_review(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page
    before = objects(page)
    button = page.locator("#update").get_by_role("button", name="Object")
    head = page.locator("#update thead th").first

    button.click()
    assert (head.get_attribute("aria-sort"), objects(page)) == ("ascending", sorted(before))
    assert told(page) == "All 20 objects, to update by object, ascending"
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    assert objects(page) == sorted(before, reverse=True)
    button.click()
    assert (head.get_attribute("aria-sort"), objects(page)) == (None, before)


def test_severity_sorts_by_weight_and_what_has_none_stands_last(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page
    button = page.locator("#update").get_by_role("button", name="Severity")
    severities = f"{UPDATES} td:nth-child(2)"

    button.click()
    first = page.locator(severities).all_inner_texts()
    button.click()
    second = page.locator(severities).all_inner_texts()

    assert first[0] == "high"
    assert second[0] == "informational"
    assert first[-1] == second[-1] == "unrated"


def test_the_keyboard_alone_filters_and_sorts(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    tab_to(page, "query")
    page.keyboard.type("low")
    assert told(page).startswith("6 of 20")
    tab_to(page, "Object")
    page.keyboard.press("Enter")

    assert page.locator("#update thead th").first.get_attribute("aria-sort") == "ascending"
    assert objects(page) == sorted(objects(page))
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def tab_to(page: Page, name: str) -> None:
    """By the keyboard, to what has this id or text."""
    focused = "[document.activeElement.id, document.activeElement.textContent]"
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate(focused):
            return
    pytest.fail(f"no way by Tab to {name}")


def test_every_control_has_a_name_and_tables_stay_tables(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page

    nodes = accessible(page)
    for role in ("button", "textbox", "searchbox", "combobox", "link", "table", "image"):
        assert all(name for found, name in nodes if found == role), role
    counted = [role for role, _ in nodes]
    assert counted.count("rowheader") == 20
    assert counted.count("columnheader") > 20
    assert {"banner", "main", "contentinfo", "navigation", "search"} <= set(counted)


def accessible(page: Page) -> list[tuple[str, str]]:
    """Role and name of all that a screen reader is told of."""
    session = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in found
        if not node["ignored"]
    ]


def test_without_script_all_is_there_to_read_and_no_control_is(opening: Opening) -> None:
    page = opening(PAGES["plan"](), has_script=False).page

    assert page.locator("tbody tr:visible").count() >= 20
    assert page.locator(":is(input, select, button):visible").count() == 0
    assert page.get_by_role("columnheader", name="Severity").first.is_visible()


def test_paper_gets_every_row_and_no_control(opening: Opening) -> None:
    page = opening(PAGES["plan"]()).page
    page.get_by_label("Search").fill("powershell")

    page.emulate_media(media="print")

    assert page.locator(".objects tbody tr:visible").count() == 20
    assert page.locator(":is(input, select):visible").count() == 0


def test_nothing_from_outside_runs_or_leaves(opening: Opening) -> None:
    held = world(iter(PIECES))

    for pieces in (html.plan(held.plan, DIGEST), html.apply_report(held.report)):
        opened = opening(pieces)
        opened.page.get_by_label("Search").fill("<script>")
        assert opened.complaints == []
        assert opened.requests == []


def test_a_hostile_title_is_shown_as_the_text_that_it_is(opening: Opening) -> None:
    title = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202etxt"
    change = update(
        Ref("Incident", "1"), FieldChange("status", "new", "resolved"), title=Foreign(title)
    )
    opened = opening(html.plan(replace(rich_plan(), changes=(change,)), DIGEST))

    shown = opened.page.locator("#update tbody th").inner_text()
    assert shown == f"Incident 1\n{title.replace(chr(0x202E), chr(92) + 'u202e')}"
    assert opened.complaints == []


def test_the_policy_stops_what_does_not_belong_to_the_page(opening: Opening) -> None:
    """The judge of all others here: a stranger's script is refused, and the test would see it."""
    source = "".join(PAGES["plan"]()).replace("</main>", "<script>alert(1)</script></main>")

    opened = opening([source])

    assert any("script-src" in complaint for complaint in opened.complaints)
    assert not any("dialog" in complaint for complaint in opened.complaints)


def test_ten_thousand_changes_open_filter_and_sort(opening: Opening) -> None:
    """How fast: ``tests/bench/page.py``."""
    opened = opening(html.plan(large_plan(10_000), DIGEST))
    page = opened.page
    assert told(page).startswith("All 10,000 objects")

    page.get_by_label("Search").fill("incident number 77")
    assert told(page).startswith("280 of 10,000")
    page.get_by_label("Search").fill("")
    page.locator("thead button").first.click()

    assert told(page).startswith("All 10,000 objects")
    assert opened.complaints == []
