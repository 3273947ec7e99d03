"""schemas/config.schema.json: reconciler.yaml, for editors and for the check at start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from reconciler.clouds import CLOUDS
from reconciler.contract.document import API_VERSION, DRAFT, NOTES
from reconciler.contract.modes import mode
from reconciler.kinds import KINDS
from reconciler.settings import CREDENTIALS, GUARDS, Approval

if TYPE_CHECKING:
    from reconciler.settings import Guard

Schema = dict[str, Any]

DURATION: Final = "^[1-9][0-9]{0,5}[smhd]$"
FIELDS: Final = tuple(dict.fromkeys(name for kind in KINDS.values() for name in kind.by_name))
"""The fields of all kinds."""
REQUIRABLE: Final = (*NOTES, *FIELDS)
"""What ``require`` may ask of a document: keys of its metadata, properties of its spec."""

_GUID: Final = {
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "patternErrorMessage": "expected a GUID like 12f988bf-16f1-11af-11ab-1d7cd011db47",
}


def config_schema() -> Schema:
    return {
        "$schema": DRAFT,
        "title": "reconciler configuration",
        "description": "reconciler.yaml: the tenants, and what may be done to them",
        **_mapping(
            {
                "apiVersion": {"const": API_VERSION, "description": f"always {API_VERSION}"},
                "kind": {"const": "Config", "description": "always Config"},
                "defaultTenant": _text("the tenant to use where none is named"),
                "tenants": _tenants(),
                "guards": _guards("the most that one plan may do"),
                "management": _management("who owns a declared field when people change it"),
                "require": _require(),
                "pairs": {
                    "enum": ["error", "warn"],
                    "enumDescriptions": ["refused", "a warning"],
                    "description": "a determination that does not fit its classification",
                },
                "limits": _limits(),
            },
            required=("apiVersion", "kind", "tenants"),
        ),
    }


def _mapping(properties: Schema, *, required: tuple[str, ...] = (), about: str = "") -> Schema:
    return {
        **({"description": about} if about else {}),
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def _text(about: str) -> Schema:
    return {"type": "string", "minLength": 1, "description": about}


def _count(about: str, low: int = 0, high: int | None = None) -> Schema:
    top = {} if high is None else {"maximum": high}
    return {"type": "integer", "minimum": low, **top, "description": about}


def _tenants() -> Schema:
    return {
        "type": "object",
        "description": "the tenants, under names of your own",
        "minProperties": 1,
        "propertyNames": {
            "pattern": "^[0-9A-Za-z]+([._-][0-9A-Za-z]+)*$",
            "maxLength": 64,
            "patternErrorMessage": "expected a name of letters and digits, parted by '.', '_' or '-'",
        },
        "additionalProperties": _tenant(),
    }


def _tenant() -> Schema:
    kinds = {
        kind.name: {"type": "boolean", "description": kind.description} for kind in KINDS.values()
    }
    return _mapping(
        {
            "cloud": {"enum": list(CLOUDS), "description": "where the tenant lives"},
            "tenantId": {**_GUID, "description": "the tenant's id; not needed for the emulator"},
            "desired": _text("the folder of its documents, relative to this file"),
            "clientId": {**_GUID, "description": "the application that reads"},
            "credential": _credential(),
            "apply": _mapping(
                {
                    "clientId": {**_GUID, "description": "the application that writes"},
                    "credential": _credential(),
                },
                about="the identity that writes; absent: the one that reads",
            ),
            "approval": {
                "enum": list(get_args(Approval)),
                "description": "who approves a plan in a pipeline: the environment's reviewers, or "
                "the protected branch's review; then nothing beyond the reviewed plan is written",
            },
            "graphUrl": _text("speak to this origin in place of the cloud's Graph"),
            "kinds": _mapping(kinds, about="kinds to switch on or off"),
            "guards": _guards("guards of this tenant, in place of the common ones"),
            "management": _management("what this tenant says of it, before the common word"),
        },
        required=("cloud", "desired"),
    )


def _credential() -> Schema:
    return {"enum": list(CREDENTIALS), "description": "how the application proves itself"}


def _guards(about: str) -> Schema:
    return _mapping({guard.setting: _guard(guard) for guard in GUARDS}, about=about)


def _guard(guard: Guard) -> Schema:
    high = 100 if guard.name.endswith("Percent") else None
    return {**_count(f"at most so many: {guard.counted}", high=high), "default": guard.default}


def _management(about: str) -> Schema:
    fields = {name: mode(f"{name} of {_having(name)}") for name in FIELDS}
    return _mapping(
        {
            "default": mode("of every field that is not named; where nothing is said: yield"),
            "fields": _mapping(fields, about="by field, whatever the kind"),
        },
        about=about,
    )


def _having(field: str) -> str:
    return ", ".join(kind.name for kind in KINDS.values() if field in kind.by_name)


def _require() -> Schema:
    keys = {"type": "array", "items": {"enum": list(REQUIRABLE)}}
    return _mapping(
        {
            "closures": {**keys, "description": "of a document that closes an object"},
            "reversals": {**keys, "description": "of a document that takes a true positive back"},
        },
        about="keys that a document must have",
    )


def _limits() -> Schema:
    return _mapping(
        {
            "requestsPerMinute": _count("requests a minute; Graph's quota is 150", low=2),
            "batchSize": _count("requests in one batch", low=1, high=20),
            "connections": _count("connections to Graph at a time", low=1, high=4),
            "maxPlanAge": {
                "type": "string",
                "pattern": DURATION,
                "patternErrorMessage": "expected a number and a unit: 90s, 30m, 24h or 7d",
                "description": "the age from which a plan is refused",
            },
        },
        about="how to treat Graph",
    )
