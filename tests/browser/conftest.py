"""Reports in a real browser, and what they do there that they must not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest

from tests.support.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    from playwright.sync_api import Browser, Page, Route

    Opening: TypeAlias = Callable[..., "Opened"]


@dataclass
class Opened:
    """A page, and what it did that it must not."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Messages of the console, errors, dialogs, violations of the policy."""
    requests: list[str] = field(default_factory=list)
    """Beyond the file itself."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def opening(browser: Browser, tmp_path: Path) -> Iterator[Opening]:
    """``opening(pieces, …)``: the report as a file, opened; nothing it asks for is served."""
    contexts = []

    def open_page(
        pieces: Iterable[str],
        *,
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
        has_script: bool = True,
    ) -> Opened:
        file = tmp_path / "report.html"
        file.write_text("".join(pieces), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=has_script,
            offline=True,
        )
        contexts.append(context)
        opened = Opened(context.new_page())
        _watch(opened, file.as_uri())
        opened.page.goto(file.as_uri())
        return opened

    yield open_page
    for context in contexts:
        context.close()


def _watch(opened: Opened, own: str) -> None:
    page = opened.page

    def judge(route: Route) -> None:
        if route.request.url.split("#")[0] == own:
            route.continue_()
        else:
            opened.requests.append(route.request.url)
            route.abort()

    page.route("**/*", judge)
    page.on("console", lambda message: opened.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("dialog", lambda dialog: opened.complaints.append(f"a dialog: {dialog.message}"))
    page.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " (event) => console.error('policy', event.violatedDirective))"
    )
