"""What to type after a plan: the same options again, or the file that it was saved to."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from reconciler.reports.text_plan import Then
from reconciler.review.objections import allowing
from reconciler.stories.base import AUTO

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator

    from reconciler.model.plan import Plan

_WHERE: Final = ("config", "graph_url", "ca_bundle")
_PLANNED: Final = ("tenant", "select", "exclude", "base", "approved", "refresh", "redact")
_KEPT: Final = ("snapshot", "out", "out_dir")
_PLAN_FILE: Final = "plan.json"


def after_plan(plan: Plan, options: Namespace, file: str | None) -> Then:
    """``options``: those of ``plan``. ``file``: where it was saved, if it was."""
    if plan.objections:
        allow = allowing(plan.overrides, plan.objections)
        return _meant(("plan", *_typed(options, (*_WHERE, *_PLANNED, *_KEPT))), allow)
    if options.snapshot is not None and file is None:
        words = _typed(options, (*_WHERE, *_PLANNED, "allow", "snapshot"))
        again = _line("plan", *words, "--out", _PLAN_FILE)
        return Then("A plan on a snapshot is applied from its file. To save it:", again)
    if file is not None:
        return after_saving(plan, options, file)
    words = _typed(options, (*_WHERE, *_PLANNED, "allow"))
    return _unless_new(plan, Then("To write the updates above:", _line("apply", *words)))


def after_revert(plan: Plan, options: Namespace) -> Then:
    """``options``: those of ``revert``, which always saves."""
    if plan.objections:
        words = ("revert", _name(options.journal), *_typed(options, (*_WHERE, "tenant", "out")))
        return _meant(words, allowing(plan.overrides, plan.objections))
    return after_saving(plan, options, options.out)


def after_saving(plan: Plan, options: Namespace, file: str) -> Then:
    """Of a plan in a file; nobody can tell from it with which options it was made."""
    if plan.objections:
        allow = allowing(plan.overrides, plan.objections)
        return Then("If this is meant, make it again with:", " ".join(allow))
    words = _typed(options, (*_WHERE, "approved"))
    return _unless_new(plan, Then("To write exactly this:", _line("apply", _name(file), *words)))


def planning_on(options: Namespace) -> str:
    """``options``: those of ``snapshot``."""
    words = _typed(options, (*_WHERE, "tenant", "select", "exclude"))
    return _line("plan", *words, *_pair("--snapshot", options.out))


def _meant(words: Iterable[str], allow: Iterable[str]) -> Then:
    return Then("If this is meant:", " ".join((_line(*words), *allow)))


def _unless_new(plan: Plan, then: Then) -> Then:
    if plan.reviewed is None or plan.reviewed.is_covered:
        return then
    return Then("What is new beyond the reviewed plan has to be reviewed first.")


def _line(*words: str) -> str:
    return shlex.join(("reconciler", *words))


def _typed(options: Namespace, names: Iterable[str]) -> Iterator[str]:
    """Those of them that are not as they are by default."""
    for name in names:
        flag, value = f"--{name.replace('_', '-')}", getattr(options, name, None)
        if value is True:
            yield flag
        elif value and not (name == "base" and value == AUTO):
            for one in value if isinstance(value, list) else (value,):
                yield from _pair(flag, one)


def _pair(flag: str, value: str) -> tuple[str, ...]:
    """One word where the value could be taken for an option."""
    return (f"{flag}={value}",) if value.startswith("-") else (flag, value)


def _name(file: str) -> str:
    """A file's name that cannot be taken for an option."""
    return f"./{file}" if file.startswith("-") else file
