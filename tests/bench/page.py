"""The HTML report of a large plan in a real Chromium: what its page's thread works at until a frame is out.

Thread ticks, so what else the machine does has little part in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.reports import html
from tests.bench.row import Row
from tests.support.browser import chromium
from tests.support.plans import DIGEST, large_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import CDPSession, Page

    from tests.bench.sizes import Sizes

LIMIT_SECONDS: Final = 1.0
_FRAME: Final = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def rows(folder: Path, sizes: Sizes, tell: Callable[[str], object]) -> Iterator[Row]:
    tell(f"page: {sizes.whole:,} changes")
    file = folder / "report.html"
    file.write_text("".join(html.plan(large_plan(sizes.whole), DIGEST)), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto("about:blank")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        acts: dict[str, Callable[[], object]] = {
            "open": lambda: page.goto(file.as_uri()),
            "filter": lambda: page.get_by_label("Search").fill("incident number 77"),
            "sort": page.locator("thead button").first.click,
        }
        for name, act in acts.items():
            seconds = _seconds(page, session, act)
            limit = sizes.limit(LIMIT_SECONDS)
            yield Row(
                f"HTML page of {sizes.whole:,} changes", f"work to {name}", seconds, limit, "s"
            )


def _seconds(page: Page, session: CDPSession, act: Callable[[], object]) -> float:
    before = _so_far(session)
    act()
    page.evaluate(_FRAME)
    return _so_far(session) - before


def _so_far(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))
