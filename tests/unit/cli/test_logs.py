from __future__ import annotations

import io
import logging
import threading
from typing import TYPE_CHECKING

import pytest

from reconciler.cli import logs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    logger = logging.getLogger("reconciler")
    before = logger.handlers[:], logger.propagate, logger.level
    stream = io.StringIO()
    logs.start("debug", stream)
    yield stream
    logger.handlers[:], logger.propagate = before[0], before[1]
    logger.setLevel(before[2])


@pytest.mark.parametrize(
    ("thread_name", "prefix"),
    [
        (f"{logs.TENANT_THREAD}contoso", "contoso: "),
        ("MainThread", ""),
        ("of a tenant that nobody knows", ""),
    ],
)
def test_a_line_bears_the_name_of_the_tenant_whose_thread_logged_it(
    stream: io.StringIO, thread_name: str, prefix: str
) -> None:
    def log() -> None:
        logging.getLogger("reconciler.net").debug("sent\n%s", "x")

    thread = threading.Thread(target=log, name=thread_name)
    thread.start()
    thread.join()
    assert stream.getvalue() == f"{prefix}debug: reconciler.net: sent\\nx\n"
