"""doctor: is everything there that plan and apply need? Each check alone; none hides another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.errors import InvalidInput, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.model.diagnosis import Check, Diagnosis
from reconciler.model.words import Foreign
from reconciler.review.words import number
from reconciler.stories import desired
from reconciler.stories.doctor_graph import Side, asked, enabled, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.model.diagnosis import State
    from reconciler.ports import Clock
    from reconciler.settings import Config, Identity, Tenant
    from reconciler.stories.doctor_graph import Caller

APART_FIX: Final = "set 'apply: {clientId: …, credential: …}' of the tenant: docs/identity.md"
OUTSIDE_GIT: Final = (
    "outside git nothing that was applied is kept: what a person changed looks like what was never "
    "applied, and is overwritten"
)
LIBYAML_FIX: Final = "install PyYAML from a wheel that has libyaml"


@dataclass(frozen=True, slots=True)
class Machine:
    """What this runs on."""

    tool_version: str
    python_version: str
    has_libyaml: bool


@dataclass(frozen=True, slots=True)
class Hands:
    """What doctor works with. What is called here raises ReconcilerError, which is a finding."""

    open_caller: Callable[[Identity], Caller]
    try_journal: Callable[[], str]
    """Answers what was found."""
    try_lock: Callable[[], str]
    try_applied: Callable[[], str | None]
    """None: outside git, where nothing that was applied is kept."""
    clock: Clock
    machine: Machine


def run(config: Config, tenant: Tenant, hands: Hands) -> Diagnosis:
    return Diagnosis(tenant.name, tuple(_checks(config, tenant, hands)))


def unconfigured(problem: InvalidInput, machine: Machine) -> Diagnosis:
    """There is no valid configuration: its findings, and what can be told without one."""
    found = [
        Check(
            "configuration",
            "problem" if finding.level == "error" else "warning",
            (
                f"line {finding.place.line}, column {finding.place.column} of ",
                Foreign(finding.place.path),
                ": ",
                Foreign(finding.message),
            ),
            "correct the file; 'reconciler init' writes a first one",
        )
        for finding in problem.findings
    ]
    return Diagnosis(None, (*found, *_machine(machine)))


def _checks(config: Config, tenant: Tenant, hands: Hands) -> Iterator[Check]:
    yield from _configuration(config, tenant, hands.clock.now().date().isoformat())
    yield _documents(config, tenant)
    yield from _credentials(tenant)
    yield from asked(config, tenant, _sides(tenant, hands), hands.clock)
    yield _tried("journal folder", hands.try_journal)
    yield _tried("lock", hands.try_lock)
    yield _applied(hands.try_applied)
    yield from _machine(hands.machine)


def _configuration(config: Config, tenant: Tenant, today: str) -> Iterator[Check]:
    own = "" if tenant.cloud == EMULATOR else CLOUDS[tenant.cloud].graph_root
    root = tenant.graph_url or own
    where = f" at {root}" if root else ""
    whose = f" ({tenant.tenant_id})" if tenant.tenant_id else ""
    told = f"; tenant {tenant.name}{whose}, cloud {tenant.cloud}"
    yield Check("configuration", "ok", (Foreign(config.path), told, Foreign(where)))
    if tenant.tenant_id is None and tenant.cloud != EMULATOR:
        found = "no tenantId: nobody checks whose objects are read and written"
        yield Check("configuration", "warning", (found,), "set 'tenantId' of the tenant")
    if not any(tenant.cloud in kind.clouds for kind in KINDS.values()):
        yield _without_kinds(tenant)
    elif not tenant.kinds:
        yield Check("configuration", "warning", ("every kind is switched off",), "see 'kinds'")
    for kind in enabled(tenant):
        if caveat := kind.caveat_on(today):
            fix = f"as you need it; off: kinds: {{{kind.name}: false}}"
            yield Check("configuration", "warning", (caveat,), fix)


def _without_kinds(tenant: Tenant) -> Check:
    own = CLOUDS[tenant.cloud].graph_root
    found = f"none of the kinds exists in cloud {tenant.cloud} (API {own})"
    there = sorted(frozenset().union(*(kind.clouds for kind in KINDS.values())) - {EMULATOR})
    fix = f"no setting helps: Microsoft offers them in {', '.join(there)}"
    return Check("configuration", "problem", (found,), fix)


def _documents(config: Config, tenant: Tenant) -> Check:
    fix = f"reconciler validate --tenant {tenant.name}"
    try:
        loaded = desired.read(config, tenant)
    except InvalidInput as problem:
        first = min(problem.findings)
        place = Foreign(f"{first.place.path}:{first.place.line}: {first.message}")
        return Check("desired folder", "problem", (f"{problem.message}; first: ", place), fix)
    counts = f"{number(len(loaded.declared), 'object')} in {number(loaded.files, 'file')} of "
    found: tuple[str | Foreign, ...] = (counts, Foreign(tenant.desired))
    if loaded.findings:
        warned = (*found, f", {number(len(loaded.findings), 'warning')}")
        return Check("desired folder", "warning", warned, fix)
    return Check("desired folder", "ok", found)


def _credentials(tenant: Tenant) -> Iterator[Check]:
    yield Check("credential (reader)", "ok", _credential(tenant, tenant.reader))
    name = "credential (writer)"
    if tenant.cloud == EMULATOR and tenant.writer is None:
        yield Check(name, "ok", ("the reader's: the emulator asks for no permission",))
    elif tenant.writer is None:
        found = "no 'apply' identity: the reader's writes, so who may plan may also write"
        yield Check(name, "warning", (found,), APART_FIX)
    else:
        is_apart = tenant.writer.client_id != tenant.reader.client_id
        apart = "" if is_apart else "; the reader's own application, so not apart from it"
        state: State = "ok" if is_apart else "warning"
        fix = None if is_apart else APART_FIX
        yield Check(name, state, (*_credential(tenant, tenant.writer), apart), fix)


def _credential(tenant: Tenant, identity: Identity) -> tuple[str | Foreign, ...]:
    chosen = f"'{identity.credential}', "
    if identity.client_id:
        return (f"{chosen}application ", Foreign(identity.client_id))
    if tenant.cloud == EMULATOR:
        return (f"{chosen}the emulator takes any token",)
    return (f"{chosen}no clientId: the application is the one that the credential finds",)


def _sides(tenant: Tenant, hands: Hands) -> tuple[Side, ...]:
    """One identity that reads and writes is asked once."""
    if tenant.writer is None or tenant.writer == tenant.reader:
        return (_side("reader and writer", tenant.reader, hands, is_writer=True),)
    return (
        _side("reader", tenant.reader, hands, is_writer=False),
        _side("writer", tenant.writer, hands, is_writer=True),
    )


def _side(name: str, identity: Identity, hands: Hands, *, is_writer: bool) -> Side:
    try:
        caller: Caller | ReconcilerError = hands.open_caller(identity)
    except ReconcilerError as problem:
        caller = problem
    return Side(name, identity, caller, is_writer=is_writer)


def _tried(name: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", (Foreign(attempt()),))
    except ReconcilerError as problem:
        return problem_of(name, problem)


def _applied(attempt: Callable[[], str | None]) -> Check:
    name = "applied ref"
    try:
        found = attempt()
    except ReconcilerError as problem:
        return problem_of(name, problem)
    if found is None:
        return Check(name, "warning", (OUTSIDE_GIT,), "git init")
    return Check(name, "ok", (Foreign(found),))


def _machine(machine: Machine) -> Iterator[Check]:
    if machine.has_libyaml:
        yield Check("libyaml", "ok", ("present",))
    else:
        found = "PyYAML was built without libyaml: documents are read ten times slower"
        yield Check("libyaml", "warning", (found,), LIBYAML_FIX)
    versions = f"reconciler {machine.tool_version}, Python {machine.python_version}"
    yield Check("version", "ok", (versions,))
