"""The command line: one parser a command, built only for the command that was typed.

argparse raises UsageError here in place of exiting, so that every exit goes through one door.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, NoReturn

from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

COMMANDS: Final[Mapping[str, str]] = {
    "init": "write a first repository: configuration, folders, schemas; overwrites nothing",
    "validate": "check documents and configuration, offline",
    "plan": "read the live state and print what would be written; never writes",
    "show": "render a saved plan",
    "apply": "write what a plan says, where live still is what the plan saw",
    "applied": "fetch what was applied last from the remote, or push it there",
    "comment": "put plans on a pull request, as one comment that is kept up to date",
    "approval": "say how the apply of this commit was approved, or refuse",
    "drift": "show what moved on the live side since it was applied; never writes",
    "adopt": "write live values back into the documents",
    "prune": "remove documents that have done their work",
    "revert": "make the plan that undoes a run, from its journal; never writes",
    "import": "turn live objects into documents",
    "snapshot": "save the live state to a file that 'plan --snapshot' reads",
    "schema": "print the JSON Schemas of documents and files",
    "tenants": "list the tenants of the configuration",
    "doctor": "check configuration, identity, permissions, clock and quota; each with its fix",
    "emulator": "serve the embedded Graph security tenant on a loopback port",
}

LOG_LEVELS: Final = ("debug", "info", "warning", "error")


class HelpShown(Exception):
    """A command's help was asked for; ``text`` is it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Parser(argparse.ArgumentParser):
    """argparse without exits and without guessing abbreviated options."""

    def __init__(self, prog: str, description: str, *, add_help: bool = True) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False, add_help=add_help)

    def print_help(self, file: object = None) -> NoReturn:  # noqa: ARG002 — argparse's signature
        raise HelpShown(self.format_help())

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}", remedy=f"see '{self.prog} --help'")

    def parse_whole(self, words: Sequence[str], known: argparse.Namespace) -> argparse.Namespace:
        """Raises UsageError for what is left over, with the nearest option."""
        chosen, rest = self.parse_known_args(words, known)
        if rest:
            self.refuse(rest)
        return chosen

    def refuse(self, rest: Sequence[str]) -> NoReturn:
        """Raises UsageError for the words that no option and no argument took."""
        from reconciler.documents.suggest import nearest

        unknown = next((word.partition("=")[0] for word in rest if word.startswith("-")), "")
        near = nearest(unknown, self._option_string_actions) if unknown else ""
        self.error(
            f"unknown option {unknown!a}{near}"
            if near
            else f"unrecognized arguments: {' '.join(rest)}"
        )

    def _check_value(self, action: argparse.Action, value: object) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as problem:
            from reconciler.documents.suggest import nearest

            near = nearest(str(value), map(str, action.choices or ()))
            raise argparse.ArgumentError(action, f"{problem.message}{near}") from problem


def common() -> Parser:
    """Options of every command, accepted before and after its name."""
    parser = Parser("reconciler", "", add_help=False)
    add_common(parser)
    return parser


def add_common(parser: argparse.ArgumentParser, *, takes_many: bool = True) -> None:
    """``takes_many``: whether the command works on several tenants, which its help then says."""
    several = "; repeatable: several side by side" if takes_many else ""
    group = parser.add_argument_group("options of every command")
    group.add_argument(
        "--config",
        metavar="FILE",
        help="the configuration (default: RECONCILER_CONFIG, else reconciler.yaml here or above)",
    )
    group.add_argument(
        "--tenant",
        metavar="NAME",
        action="append",
        default=[],
        dest="tenants",
        help=f"the tenant{several} (default: the configuration's defaultTenant)",
    )
    group.add_argument(
        "--all-tenants",
        action="store_true",
        help="every tenant of the configuration, side by side" if takes_many else argparse.SUPPRESS,
    )
    group.add_argument(
        "--graph-url", metavar="URL", help="Graph at another origin; plain http only on loopback"
    )
    group.add_argument(
        "--ca-bundle",
        metavar="FILE",
        help="trust these CA certificates only (PEM), for Graph and for the token authority",
    )
    group.add_argument(
        "--log-level",
        metavar="L",
        choices=LOG_LEVELS,
        default="warning",
        help="one of %(choices)s (default: %(default)s)",
    )


def number(lowest: int, highest: int) -> Callable[[str], int]:
    """What reads an option's whole number within these bounds; anything else is wrong usage."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and lowest <= int(text[:20]) <= highest:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{text!a} is no whole number from {lowest:,} to {highest:,}"
        )

    return read


def add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    parser.add_argument(
        "--format", choices=formats, default=formats[0], help="default: %(default)s"
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--select",
        metavar="KEY=GLOB[,…]",
        action="append",
        default=[],
        help="only these: keys kind, id, path, owner, ticket, name; comma is and, repeating is or",
    )
    parser.add_argument(
        "--exclude",
        metavar="KEY=GLOB[,…]",
        action="append",
        default=[],
        help="not these; wins over --select",
    )


def add_base(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--base",
        metavar="auto|REF|none",
        default="auto",
        help="what moved is judged against: what was applied last (auto), the documents at a commit,"
        " or nothing (two-way); default: %(default)s",
    )


def add_allow(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow",
        metavar="GUARD=N",
        action="append",
        default=[],
        help="let this plan do so much of what a guard counts: closures=40; stored in the plan",
    )


def add_refresh(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="read all live state anew, not only what changed since it was last read",
    )


def add_approved(parser: argparse.ArgumentParser, consequence: str) -> None:
    parser.add_argument(
        "--approved", metavar="PLAN", help=f"a plan that was reviewed: {consequence}"
    )


def add_redact(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--redact",
        action="store_true",
        help="show no people, titles, free text and details; a saved plan stays whole",
    )


def check_command(name: str) -> None:
    """Raises UsageError for a word that is no command, with the nearest one that is."""
    if name in COMMANDS:
        return
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "see 'reconciler --help'"
    raise UsageError(f"{name!r} is no command", remedy=hint)


def overview() -> str:
    """What ``reconciler --help`` prints."""
    prog = "reconciler"
    width = max(map(len, COMMANDS))
    lines = [
        f"usage: {prog} [--config FILE] [--tenant NAME]… [--log-level L] COMMAND …",
        "",
        "Declarative state for Microsoft Graph security incidents, incident tasks and alerts.",
        "",
        "commands:",
        *(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()),
        "",
        f"'{prog} COMMAND --help' shows a command's options; '{prog} --version' the version.",
        "",
        "exit codes: 0 done · 1 error · 2 changes (--detailed-exitcode) · 3 invalid documents",
        "or configuration · 4 refused by a guard, 5 otherwise, before any write · 6 partly applied ·",
        "64 usage · 130 interrupted",
    ]
    return "\n".join(lines) + "\n"
