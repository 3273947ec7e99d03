"""Results as JSON (CONTRACT 3): findings, errors and the closing report of apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.errors import ReconcilerError
    from reconciler.model import ApplyReport, Finding


def findings(items: Sequence[Finding], *, exit_code: int, files: int, objects: int) -> str:
    """``{formatVersion, exitCode, errors, warnings, files, objects}`` and a newline."""
    raise NotImplementedError


def error(problem: ReconcilerError) -> str:
    """``{formatVersion, exitCode, errors: [{path, line, column, message}]}`` and a newline."""
    raise NotImplementedError


def report(outcome: ApplyReport, *, exit_code: int) -> str:
    """The closing report and a newline."""
    raise NotImplementedError
