"""What the tool costs: requests, time, CPU, memory, with peers in the same run. One table.

    .venv/bin/python -m tests.bench [PART…] [--quick] [--write]

On demand (ten minutes on two idle cores; --quick: one). octoDNS is installed with pip into a temporary
folder. Ends with 1 if a limit is not held. --write puts table and plot into docs/.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench import processor, startup, table
from tests.bench.sizes import FULL, QUICK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.bench.row import Row
    from tests.bench.sizes import Sizes

    Tell = Callable[[str], object]

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = DOCS / "performance.md"
PLOT: Final = DOCS / "performance.svg"


def _tenants(folder: Path, sizes: Sizes, tell: Tell) -> Iterator[Row]:
    from tests.bench import tenants

    return tenants.rows(folder, sizes, tell)


def _base(folder: Path, sizes: Sizes, tell: Tell) -> Iterator[Row]:
    from tests.bench import base

    return base.rows(folder, sizes, tell)


def _reports(folder: Path, sizes: Sizes, tell: Tell) -> Iterator[Row]:
    from tests.bench import reports

    return reports.rows(folder, sizes, tell)


def _page(folder: Path, sizes: Sizes, tell: Tell) -> Iterator[Row]:
    from tests.bench import page

    return page.rows(folder, sizes, tell)


def _quota(folder: Path, sizes: Sizes, tell: Tell) -> Sequence[Row]:
    from tests.bench.curves import drawn
    from tests.bench.quota import Bench

    points, rows = Bench(folder, sizes, tell).run()
    (folder / PLOT.name).write_text(drawn(points), encoding="utf-8")
    return rows


PARTS: Final = {
    "processor": processor.rows,
    "start-up": startup.rows,
    "tenants": _tenants,
    "base": _base,
    "reports": _reports,
    "page": _page,
    "quota": _quota,
}
"""The leanest first: this process hands the peak of its memory on to those that it measures."""


def main(words: Sequence[str] | None = None) -> int:
    options = _options(words)
    tell, sizes = _told_with_time(), QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        chosen = [part for part in PARTS if part in (options.parts or PARTS)]
        found = {part: tuple(PARTS[part](folder, sizes, tell)) for part in chosen}
        sys.stdout.write(table.text(found))
        if options.write:
            page = table.into_page(PAGE.read_text(encoding="utf-8"), table.markdown(found))
            PAGE.write_text(page, encoding="utf-8")
            PLOT.write_bytes((folder / PLOT.name).read_bytes())
    return int(any(row.is_over for rows in found.values() for row in rows))


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", metavar="PART", nargs="*", choices=[[], *PARTS])
    parser.add_argument("--quick", action="store_true", help="small folders, no ratios judged")
    parser.add_argument("--write", action="store_true", help="table and plot into docs/")
    options = parser.parse_args(words)
    if options.write and (options.quick or options.parts):
        parser.error("--write is for the whole benchmark at full size")
    return options


def _told_with_time() -> Tell:
    began = time.monotonic()

    def tell(line: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:7.1f} s  {line}\n")

    return tell


if __name__ == "__main__":
    sys.exit(main())
