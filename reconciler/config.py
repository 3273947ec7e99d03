"""reconciler.yaml → Config: checked as a whole, all findings at once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from reconciler.clouds import EMULATOR
from reconciler.contract.config import DURATION, config_schema
from reconciler.contract.graph_url import NotAnOrigin, origin
from reconciler.documents.characters import visible
from reconciler.documents.checking import Checker
from reconciler.documents.reading import has_libyaml, read
from reconciler.documents.suggest import nearest
from reconciler.documents.tree import shown
from reconciler.errors import InvalidInput, UsageError
from reconciler.kinds import KINDS
from reconciler.model.words import Finding, Place
from reconciler.settings import (
    OF_AN_APPLICATION,
    Config,
    Identity,
    Limits,
    Management,
    Require,
    Tenant,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.documents.tree import Data, Document, Path
    from reconciler.model.words import SourceFile

_DURATION: Final = re.compile(DURATION, re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}


def parse(source: SourceFile, *, root: str) -> Config:
    """``root``: absolute folder of the file. Raises InvalidInput with every finding."""
    documents, findings = read(source, libyaml=has_libyaml())
    if not findings and len(documents) != 1:
        message = f"the configuration has {len(documents)} documents; expected one of kind Config"
        findings.append(Finding(Place(source.path), message))
    for document in documents:
        findings += _findings(document)
    if any(finding.level == "error" for finding in findings):
        raise InvalidInput(tuple(sorted(findings)))
    return _config(documents[0].data, source.path, root)


def tenant(config: Config, name: str | None, *, graph_url: str | None = None) -> Tenant:
    """The named (or default) tenant, with ``--graph-url`` taking the place of its own.

    Raises UsageError if there is no such tenant or the URL may not be used.
    """
    known = ", ".join(config.tenants)
    wanted = config.default_tenant if name is None else name
    if wanted is None:
        message = "no tenant is named, and the configuration has no defaultTenant"
        raise UsageError(message, remedy=f"add --tenant with one of: {known}")
    check_tenants(config, (wanted,))
    chosen = config.tenants[wanted]
    if graph_url is None:
        return chosen
    try:
        url = origin(graph_url, loopback_only=chosen.cloud == EMULATOR)
    except NotAnOrigin as error:
        raise UsageError(f"--graph-url is {visible(graph_url)}; {error}") from error
    return replace(chosen, graph_url=url)


def check_tenants(config: Config, names: Iterable[str]) -> None:
    """Raises UsageError for every name that is no tenant's, with the nearest one that is."""
    missing = [
        f"there is no tenant {visible(name)}{nearest(name, list(config.tenants))}"
        for name in dict.fromkeys(names)
        if name not in config.tenants
    ]
    if missing:
        known = ", ".join(config.tenants)
        raise UsageError("; ".join(missing), remedy=f"tenants of {config.path}: {known}")


def tenant_of(config: Config, path: str) -> Tenant | None:
    """The tenant whose ``desired`` folder holds ``path`` (POSIX, relative to the root)."""
    wanted = PurePosixPath(path)
    for candidate in config.tenants.values():
        if wanted.is_relative_to(candidate.desired):
            return candidate
    return None


def _findings(document: Document) -> list[Finding]:
    """First the schema, then what no schema can say."""
    findings = list(_broken(document))
    checker = Checker(config_schema())
    if document.is_bad or not checker.accepts(document):
        findings += checker.explain(document)
    data: Any = _sound(document, document.data)
    tenants = data.get("tenants") if isinstance(data, dict) else None
    if isinstance(tenants, dict):
        findings += _default_tenant(document, data)
        findings += _tenants(document, tenants)
        findings += _folders(document, tenants)
    return findings


def _sound(document: Document, data: Data, path: Path = ()) -> Data:
    """Without what has an error of its own, so that the rest is judged all the same."""
    if not isinstance(data, dict):
        return data
    return {
        key: _sound(document, value, (*path, key))
        for key, value in data.items()
        if (*path, key) not in document.poisoned | document.refused
    }


def _broken(document: Document) -> Iterator[Finding]:
    for path in document.broken:
        document.poisoned.add(path)
        yield document.error(path, "holds a line end or a tab; write it in one line")


def _default_tenant(document: Document, data: Mapping[str, Any]) -> Iterator[Finding]:
    """Of all names that are written, also of tenants with errors."""
    written = document.data if isinstance(document.data, dict) else {}
    default, names = data.get("defaultTenant"), written["tenants"]
    if default is None or not isinstance(names, dict) or ("tenants",) in document.incomplete:
        return
    if default not in names:
        known, hint = ", ".join(map(repr, names)), nearest(default, names)
        message = f"is {visible(default)}; expected one of {known}{hint}"
        yield document.error(("defaultTenant",), message)


def _tenants(document: Document, tenants: Mapping[str, Any]) -> Iterator[Finding]:
    for name, settings in tenants.items():
        path = ("tenants", name)
        if "cloud" not in settings or path in document.incomplete:
            continue
        has_id = "tenantId" in settings or document.is_poisoned((*path, "tenantId"))
        if _needs_tenant_id(settings) and not has_id:
            message = (
                f"{shown((*path, 'tenantId'))} is missing (the id of the tenant, a GUID); add it"
            )
            yield Finding(document.key_place(path), message)
        yield from _credentials(document, path, settings)
        yield from _clouds_kinds(document, path, settings)
        if "graphUrl" in settings:
            yield from _url(document, (*path, "graphUrl"), settings)


def _needs_tenant_id(settings: Mapping[str, Any]) -> bool:
    """A token that was handed in names no tenant: then the plan says that none is checked."""
    reader = settings.get("credential", "default")
    writer = settings.get("apply", {}).get("credential", reader)
    return settings["cloud"] != EMULATOR and {reader, writer} != {"static-token"}


def _credentials(document: Document, path: Path, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Each identity's, at the word that chose it; the writer has the reader's clientId, too."""
    reader = _identity(settings, Identity())
    found: dict[Path, Identity] = {("credential",): reader}
    if "credential" in settings.get("apply", {}):
        found["apply", "credential"] = _identity(settings["apply"], reader)
    for steps, identity in found.items():
        name = identity.credential
        if settings["cloud"] == EMULATOR and name not in _OF_THE_EMULATOR:
            why = "which signs in to Microsoft; the emulator takes 'default' or 'static-token'"
            yield document.error((*path, *steps), f"is {name!r}, {why}")
        elif (
            name in OF_AN_APPLICATION
            and identity.client_id is None
            and not _has_bad_id(document, path)
        ):
            why = "which signs in as an application of the tenant; add its clientId"
            yield document.error((*path, *steps), f"is {name!r}, {why}")


def _has_bad_id(document: Document, path: Path) -> bool:
    """It is there, and has its error already."""
    ids = ((*path, "clientId"), (*path, "apply", "clientId"))
    return any(document.is_poisoned(one) for one in ids)


_OF_THE_EMULATOR: Final = ("default", "static-token")


def _clouds_kinds(document: Document, path: Path, settings: Mapping[str, Any]) -> Iterator[Finding]:
    cloud = settings["cloud"]
    for name, is_on in settings.get("kinds", {}).items():
        if is_on and cloud not in KINDS[name].clouds:
            why = f"Microsoft has no {name} in the cloud {cloud!r}; delete this"
            yield document.error((*path, "kinds", name), f"is true, and {why}")


def _url(document: Document, path: Path, settings: Mapping[str, Any]) -> Iterator[Finding]:
    url = settings["graphUrl"]
    try:
        origin(url, loopback_only=settings["cloud"] == EMULATOR)
    except NotAnOrigin as error:
        yield document.error(path, f"is {visible(url)}; {error}")


def _folders(document: Document, tenants: Mapping[str, Any]) -> Iterator[Finding]:
    """Each tenant has a folder of its own: a document belongs to exactly one tenant."""
    seen: dict[str, PurePosixPath] = {}
    for name, settings in tenants.items():
        if "desired" not in settings:
            continue
        path = ("tenants", name, "desired")
        folder = _folder(settings["desired"])
        if folder is None:
            found = visible(settings["desired"])
            expected = "a relative folder below this file's, with '/' between names and no '..'"
            yield document.error(path, f"is {found}; expected {expected}")
            continue
        for other, taken in seen.items():
            if folder.is_relative_to(taken) or taken.is_relative_to(folder):
                found = f"is {visible(str(folder))}, and tenant {other} has {visible(str(taken))}"
                yield document.error(path, f"{found}; expected a folder for each tenant alone")
        seen[name] = folder


def _folder(text: str) -> PurePosixPath | None:
    folder = PurePosixPath(text)
    odd = folder.is_absolute() or ".." in folder.parts or not folder.parts
    return None if odd or _NO_POSIX.search(text) else folder


_NO_POSIX: Final = re.compile(r"\\|^[A-Za-z]:|^~")


def _config(data: Any, path: str, root: str) -> Config:
    tenants = {name: _tenant(name, settings) for name, settings in data["tenants"].items()}
    alone = next(iter(tenants)) if len(tenants) == 1 else None
    require = data.get("require", {})
    return Config(
        path=path,
        root=root,
        tenants=tenants,
        default_tenant=data.get("defaultTenant", alone),
        guards=data.get("guards", {}),
        require=Require(**{key: tuple(names) for key, names in require.items()}),
        management=Management(**data.get("management", {})),
        pairs=data.get("pairs", "error"),
        limits=_limits(data.get("limits", {})),
    )


def _tenant(name: str, settings: Mapping[str, Any]) -> Tenant:
    reader = _identity(settings, Identity())
    url = settings.get("graphUrl")
    switches = settings.get("kinds", {})
    tenant_id = settings.get("tenantId")
    return Tenant(
        name=name,
        cloud=settings["cloud"],
        desired=str(PurePosixPath(settings["desired"])),
        tenant_id=tenant_id and tenant_id.lower(),
        reader=reader,
        writer=_identity(settings["apply"], reader) if "apply" in settings else None,
        kinds=frozenset(
            kind.name
            for kind in KINDS.values()
            if settings["cloud"] in kind.clouds and switches.get(kind.name, kind.on_by_default)
        ),
        approval=settings.get("approval", "environment"),
        graph_url=None if url is None else origin(url, loopback_only=False),
        guards=settings.get("guards", {}),
        management=Management(**settings.get("management", {})),
    )


def seconds(text: str) -> int:
    """``90s``, ``30m``, ``24h``, ``7d``: one form for the file and the command line.

    Raises ValueError for anything else.
    """
    if _DURATION.fullmatch(text) is None:
        raise ValueError(text)
    return int(text[:-1]) * _SECONDS[text[-1]]


def _identity(settings: Mapping[str, Any], otherwise: Identity) -> Identity:
    """What is not said is as for the other identity: the writer's as the reader's."""
    return Identity(
        client_id=settings.get("clientId", otherwise.client_id),
        credential=settings.get("credential", otherwise.credential),
    )


def _limits(settings: Mapping[str, Any]) -> Limits:
    usual = Limits()
    age = settings.get("maxPlanAge")
    return Limits(
        requests_per_minute=settings.get("requestsPerMinute", usual.requests_per_minute),
        batch_size=settings.get("batchSize", usual.batch_size),
        connections=settings.get("connections", usual.connections),
        max_plan_age_seconds=seconds(age) if age else usual.max_plan_age_seconds,
    )
