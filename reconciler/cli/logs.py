"""Logging to stderr: one line a record, everything made visible, never a token or a body."""

from __future__ import annotations

import logging
from typing import Final, TextIO

from reconciler.review.escape import terminal

TENANT_THREAD: Final = "tenant "
"""Before the tenant's name, in that of the thread that works for it beside others."""


class _Visible(logging.Formatter):
    """A server's word in a log line cannot move the cursor or start a workflow command."""

    def format(self, record: logging.LogRecord) -> str:
        text = terminal(f"{record.levelname.lower()}: {record.name}: {record.getMessage()}")
        prefix, is_tenant, name = (record.threadName or "").partition(TENANT_THREAD)
        return f"{name}: {text}" if is_tenant and not prefix else text


def start(level: str, stream: TextIO) -> None:
    """Our own modules only: the libraries below may log what must not be seen."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Visible())
    logger = logging.getLogger("reconciler")
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(level.upper())
