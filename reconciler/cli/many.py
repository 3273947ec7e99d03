"""One command for several tenants, side by side: what it may be asked, and one answer for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from reconciler import config as configuration
from reconciler.cli import exits, session
from reconciler.cli.crew import Crew
from reconciler.cli.door import Beside
from reconciler.cli.github_job import gather
from reconciler.cli.interrupts import braking
from reconciler.codec import tenant_runs as codec
from reconciler.errors import UsageError
from reconciler.reports import tenant_runs as reports

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence
    from types import ModuleType

    from reconciler.cli.door import Door
    from reconciler.model.tenant_run import TenantRun
    from reconciler.settings import Config


class Form(Protocol):
    """How the results of several tenants are printed."""

    def opening(self) -> Iterable[str]: ...

    def one(self, run: TenantRun, result: str) -> Iterable[str]: ...

    def closing(self, runs: Sequence[TenantRun]) -> Iterable[str]: ...


def run(name: str, module: ModuleType, options: Namespace, door: Door) -> int:
    """The first of all exit codes, in the contract's order.

    Raises UsageError for what is for one tenant only, InvalidInput for the configuration.
    """
    _check(name, module, options)
    config = session.load_config(options, door)
    tenants = _chosen(options, config)
    runs: list[TenantRun] = []
    with braking(door.say) as brakes:  # until all is printed: a late Ctrl-C cannot lose a report
        beside = Beside(config, brakes, shares=len(tenants))
        form = _form(getattr(options, "format", "text"), door, beside)
        crew = Crew(module.run, options, door, beside, as_json=isinstance(form, _Json))
        door.out(form.opening())
        for one, result in crew.results(tenants):
            door.out(form.one(one, result))
            runs.append(one)
        door.out(form.closing(runs))
    return _exit_code(runs)


def _check(name: str, module: ModuleType, options: Namespace) -> None:
    """``MANY`` of a command: its options that are one tenant's; ``MANY_NEED``: those it needs."""
    if not hasattr(module, "MANY"):
        raise UsageError(f"'{name}' takes one tenant", remedy="name it once, without --all-tenants")
    if options.all_tenants and options.tenants:
        raise UsageError("--tenant and --all-tenants exclude each other", remedy="leave one out")
    objections = [said for option, said in module.MANY.items() if getattr(options, option)]
    if options.graph_url is not None:
        objections.append("--graph-url is one tenant's; graphUrl in the configuration is of each")
    if getattr(options, "format", "") == "html":
        objections.append("--format html is a page of one tenant")
    needed = getattr(module, "MANY_NEED", {})
    objections += [said for option, said in needed.items() if not getattr(options, option)]
    if objections:
        raise UsageError(f"'{name}' for several tenants: {'; '.join(objections)}")


def _chosen(options: Namespace, config: Config) -> Sequence[str]:
    """In the order of the configuration, each once. Raises UsageError for all that are not there."""
    configuration.check_tenants(config, options.tenants)
    return [name for name in config.tenants if options.all_tenants or name in options.tenants]


def _form(name: str, door: Door, beside: Beside) -> Form:
    match name:
        case "json":
            return _Json()
        case "markdown":
            return _Markdown()
        case "github":
            return _Github(door, beside)
        case _:
            return _Text()


def _exit_code(runs: Sequence[TenantRun]) -> int:
    return exits.first(one.exit_code for one in runs)


class _Text:
    def opening(self) -> Iterable[str]:
        return ()

    def one(self, run: TenantRun, result: str) -> Iterable[str]:
        return reports.text_heading(run.tenant), result or f"{reports.NO_REPORT}\n", "\n"

    def closing(self, runs: Sequence[TenantRun]) -> Iterable[str]:
        return reports.text_table(runs)


class _Github(_Text):
    """Texts one after the other; annotations, summary and outputs of all together at the end."""

    def __init__(self, door: Door, beside: Beside) -> None:
        self._door = door
        self._beside = beside

    def closing(self, runs: Sequence[TenantRun]) -> Iterable[str]:
        told = self._door.told
        found = [(run.tenant, run.exit_code, self._beside.told[run.tenant]) for run in runs]
        told.outputs |= gather(found, self._door)
        form = _Markdown()
        pieces = [
            piece
            for run, (*_, one) in zip(runs, found, strict=True)
            for piece in form.one(run, one.summary)
        ]
        told.summary = "".join((*pieces, *form.closing(runs)))
        return super().closing(runs)


class _Markdown:
    def opening(self) -> Iterable[str]:
        return ()

    def one(self, run: TenantRun, result: str) -> Iterable[str]:
        return reports.markdown_heading(run.tenant), result or f"{reports.NO_REPORT}\n", "\n"

    def closing(self, runs: Sequence[TenantRun]) -> Iterable[str]:
        return "## All tenants\n\n", *reports.markdown_table(runs)


class _Json:
    def __init__(self) -> None:
        self._is_first = True

    def opening(self) -> Iterable[str]:
        return (codec.opening(),)

    def one(self, run: TenantRun, result: str) -> Iterable[str]:
        is_first, self._is_first = self._is_first, False
        return (codec.one(run, result, is_first=is_first),)

    def closing(self, runs: Sequence[TenantRun]) -> Iterable[str]:
        return (codec.closing(_exit_code(runs)),)
