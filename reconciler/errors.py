"""The error tree. An error carries what a person needs; it never prints and never exits.

ReconcilerError            exit code   meaning
├── UsageError             64          the command line cannot be run as typed
├── InvalidInput           3           documents or configuration; carries all findings
├── Objected               4           a guard refused, before any write
├── Refused                5           before any write: age, digest, seal, tenant, approval
├── Interrupted            130         a person stopped the run
└── Failure                1           anything else that stopped the run
    ├── IdentityFailure                no token
    ├── JournalFailure                 what is to be written down could not be: nothing is sent
    ├── BaseFailure                    the applied tree is there and cannot be read or replaced
    └── NetworkFailure                 Graph could not be reached, or what came back is no answer
        ├── NotSent                    surely never reached the server
        └── AnswerLost                 sent; nobody can tell whether it took effect
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.words import Finding, Foreign


class ReconcilerError(Exception):
    """Root of all errors that a user may see.

    ``message``: what was found and what was expected. ``remedy``: what to do, one line.
    ``detail``: what somebody outside said (server, library); escaped by the sink.
    """

    exit_code: int = 1

    def __init__(
        self, message: str, *, remedy: str | None = None, detail: Foreign | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail


class UsageError(ReconcilerError):
    exit_code = 64


class InvalidInput(ReconcilerError):
    """All findings at once; ``message`` counts them."""

    exit_code = 3

    def __init__(self, findings: tuple[Finding, ...], *, remedy: str | None = None) -> None:
        errors = sum(1 for finding in findings if finding.level == "error")
        super().__init__(f"{errors} error{'' if errors == 1 else 's'}", remedy=remedy)
        self.findings = findings


class Objected(ReconcilerError):
    exit_code = 4


class Refused(ReconcilerError):
    exit_code = 5


class Interrupted(ReconcilerError):
    exit_code = 130


class Failure(ReconcilerError):
    exit_code = 1


class IdentityFailure(Failure):
    pass


class JournalFailure(Failure):
    pass


class BaseFailure(Failure):
    pass


class NetworkFailure(Failure):
    pass


class NotSent(NetworkFailure):
    pass


class AnswerLost(NetworkFailure):
    pass


def unexpected(surprise: Exception) -> Failure:
    """Tell a fault of ours by its type and our own line: its text may hold anything.

    The whole traceback goes to the log, for ``--log-level debug``.
    """
    import logging
    from pathlib import Path
    from traceback import extract_tb, format_exception

    for line in _less_tokens("".join(format_exception(surprise))).splitlines():
        logging.getLogger(__name__).debug("%s", line)
    package = Path(__file__).parent
    ours = [
        f" at {path.relative_to(package.parent).as_posix()}:{frame.lineno}"
        for frame in extract_tb(surprise.__traceback__)
        if (path := Path(frame.filename)).is_relative_to(package)
    ]
    where = ours[-1] if ours else ""
    return Failure(
        f"unexpected {type(surprise).__name__}{where}; this is a defect of reconciler",
        remedy="please report it on the issues page of reconciler's GitHub project, with what"
        " '--log-level debug' shows (SECURITY.md: what must not be public)",
    )


def _less_tokens(text: str) -> str:
    """A library may quote a request."""
    import re

    return re.sub(r"(?i)(\bbearer[ +]+|\beyJ)[\w.~+/=-]+", r"\1***", text)
