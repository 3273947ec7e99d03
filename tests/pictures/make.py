"""The README's pictures: what the demo tenant's first plan looks like, to whom.

    .venv/bin/python -m tests.pictures.make

Runs the real commands in a folder of its own and lets an installed Chromium take a picture of what they
print: on a terminal, as a comment on a pull request, as an HTML page. Look at them before you commit.
"""

from __future__ import annotations

import html
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cmarkgfm
from cmarkgfm.cmark import Options

from tests.support.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

PROJECT: Final = Path(__file__).parent.parent.parent
FOLDER: Final = PROJECT / "docs/pictures"
RECONCILER: Final = str(Path(sys.executable).with_name("reconciler"))
COLUMNS, ROWS = 108, 44
_COLOURS: Final = {"1": "strong", "2": "faint", "31": "bad", "32": "good", "33": "change"}
_SGR: Final = re.compile(r"\x1b\[(\d+)m")
_TERMINAL: Final = """\
body { margin: 0; background: #0d1117 }
pre { margin: 0; padding: 18px 22px; color: #d1d7e0; font: 14px/1.4 "DejaVu Sans Mono", monospace }
.strong { font-weight: bold; color: #f0f6fc } .faint { color: #8b949e } .bad { color: #ff7b72 }
.good { color: #56d364 } .change { color: #e3b341 }
"""
_COMMENT: Final = """\
body { margin: 0; padding: 20px; background: #fff; color: #1f2328; font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif }
main { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden }
header { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; color: #59636e }
article { padding: 4px 16px 16px } h3 { font-size: 1.25em; margin: 16px 0 8px } h4 { margin: 20px 0 8px }
table { border-collapse: collapse; font-size: 13px } th, td { border: 1px solid #d1d9e0; padding: 6px 12px; text-align: left }
code { background: #818b981f; border-radius: 6px; padding: 2px 5px; font: 85% "DejaVu Sans Mono", monospace }
a { color: #0969da; text-decoration: none } tr:nth-child(2n) { background: #f6f8fa }
"""


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        work = _demo(Path(name))
        _shoot(browser, "terminal", _page(_TERMINAL, f"<pre>{_terminal(work)}</pre>"), width=960)
        _shoot(browser, "comment", _page(_COMMENT, _comment(work)), width=1180, height=1000)
        _shoot(browser, "report", _printed(work, "html"), width=1280, height=900)
    return 0


def _demo(folder: Path) -> Path:
    """The repository's own declarations for the embedded tenant, as a new clone has them."""
    shutil.copytree(PROJECT / "desired", folder / "desired")
    shutil.copy(PROJECT / "reconciler.yaml", folder)
    return folder


def _terminal(work: Path) -> str:
    """On a terminal of its own, so that it comes in colour and cut to its width."""
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    own, other = pty.openpty()
    os.set_inheritable(other, True)
    words = f"stty rows {ROWS} cols {COLUMNS}; exec {RECONCILER} plan --out plan.json"
    process = subprocess.Popen(
        ["/bin/sh", "-c", words],
        cwd=work,
        env={**environment, "TERM": "xterm-256color"},
        stdin=other,
        stdout=other,
        stderr=other,
    )
    os.close(other)
    told = b"".join(_read(own)).decode().replace("\r\n", "\n")
    process.wait()
    lines = told.splitlines()[:ROWS]
    shown = "\n".join(["$ reconciler plan --out plan.json", *lines])
    return "".join(_spans(shown))


def _read(descriptor: int) -> Iterator[bytes]:
    """Until whoever has the other end is gone, which Linux tells by an error."""
    try:
        while chunk := os.read(descriptor, 65_536):
            yield chunk
    except OSError:
        return
    finally:
        os.close(descriptor)


def _spans(text: str) -> Iterator[str]:
    style, *parts = "", *_SGR.split(text)
    for number, part in enumerate(parts):
        if number % 2:
            style = _COLOURS.get(part, "")
        else:
            yield f'<span class="{style}">{html.escape(part)}</span>'


def _comment(work: Path) -> str:
    options = Options.CMARK_OPT_UNSAFE
    body = cmarkgfm.github_flavored_markdown_to_html(_printed(work, "markdown"), options)
    header = "<header><b>github-actions</b> commented</header>"
    return f"<main>{header}<article>{body}</article></main>"


def _printed(work: Path, form: str) -> str:
    words = (RECONCILER, "show", "plan.json", "--format", form)
    return subprocess.run(words, cwd=work, stdout=subprocess.PIPE, check=True, text=True).stdout


def _page(style: str, body: str) -> str:
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>{body}"


def _shoot(
    browser: Browser, name: str, page: str, *, width: int, height: int | None = None
) -> None:
    """Whole, or the first ``height`` pixels of it."""
    tab = browser.new_page(viewport={"width": width, "height": height or 600})
    tab.set_content(page)
    tab.screenshot(path=str(FOLDER / f"{name}.png"), full_page=height is None)
    tab.close()


if __name__ == "__main__":
    sys.exit(main())
