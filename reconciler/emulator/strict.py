"""What a PATCH body may say: writable properties of the right type with known members, nothing else.

The metadata marks nothing read-only, so the service may ignore what this refuses (API notes 2.3); a
client that passes here sends nothing that the documentation does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

from reconciler.emulator.messages import bad_request, quoted
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    PrincipalShape,
    TagsShape,
    TextShape,
    TimeShape,
    ticks,
)

if TYPE_CHECKING:
    from reconciler.emulator.messages import Object
    from reconciler.emulator.wire import Wire
    from reconciler.kinds.kind import Field
    from reconciler.model.words import Json, JsonObject

_ANNOTATION = "@odata.type"


def changes(wire: Wire, body: Json, stored: JsonObject) -> Object:
    """Property → value as it will be stored. Raises 400 at the first fault."""
    if not isinstance(body, dict):
        raise bad_request("The request body is not an object.")
    kind = wire.kind
    for name in kind.attachments:
        _check_attachment(name, body.get(name), stored.get(name))
    sent = {
        name: value
        for name, value in body.items()
        if name not in kind.attachments and name != _ANNOTATION
    }
    if not sent:
        raise bad_request("The request body holds no property to update.")
    return {
        name: _accepted(_writable(wire, name), value, stored.get(name))
        for name, value in sent.items()
    }


def _check_attachment(name: str, sent: Json, stored: Json) -> None:
    """api/alert-update: provider and vendor are required; they have to be those of the alert."""
    if not isinstance(sent, dict) or not isinstance(stored, Mapping):
        raise bad_request(f"The request body must hold {name} with provider and vendor.")
    for part in ("provider", "vendor"):
        if not sent.get(part) or sent[part] != stored.get(part):
            raise bad_request(f"{name}/{part} has to be that of the alert.")
    for part in sent:
        if part not in _VENDOR or sent[part] not in (None, stored.get(part)):
            raise bad_request(f"{quoted(part)} in {name} is not that of the alert.")


_VENDOR = frozenset({"provider", "providerVersion", "subProvider", "vendor", _ANNOTATION})


def _writable(wire: Wire, name: str) -> Field:
    found = wire.kind.by_name.get(name)
    if found is not None:
        return found
    if name in wire.blank or name in wire.beta_blank or name in wire.navigation:
        raise bad_request(f"Property {quoted(name)} is read-only.")
    raise bad_request(f"Property {quoted(name)} does not exist on this type.")


def _accepted(field: Field, value: Json, stored: Json) -> Json:
    if value is not None:
        return _typed(field, value, stored)
    if not field.nullable:
        raise bad_request(f"Property '{field.name}' cannot be null.")
    return None


def _typed(field: Field, value: Json, stored: Json) -> Json:
    shape = field.shape
    match shape:
        case EnumShape():
            return _member(field.name, shape, value)
        case TextShape() | PrincipalShape():
            return _string(field.name, value)
        case TimeShape():
            return _time(field.name, value)
        case TagsShape():
            return _strings(field.name, value)
        case PhrasesShape():
            return _phrases(field.name, shape, value, stored if isinstance(stored, list) else [])
        case DetailsShape():
            return _details(field.name, value)
        case _:
            assert_never(shape)


def _member(name: str, shape: EnumShape, value: Json) -> str:
    """Any casing; neither old names nor what a client must not send (API notes 1.2)."""
    members = {member.casefold(): member for member in shape.names}
    found = members.get(value.casefold()) if isinstance(value, str) else None
    if found is None:
        raise bad_request(f"Property '{name}' cannot be set to {quoted(str(value))}.")
    return found


def _string(name: str, value: Json) -> str:
    if not isinstance(value, str):
        raise bad_request(f"Property '{name}' takes a string.")
    return value


def _time(name: str, value: Json) -> str:
    text = _string(name, value)
    if ticks(text) is None:
        raise bad_request(f"Property '{name}' takes a date and time.")
    return text


def _strings(name: str, value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise bad_request(f"Property '{name}' takes an array of strings.")
    return [_string(name, item) for item in value]


def _phrases(name: str, shape: PhrasesShape, value: Json, stored: list[Json]) -> list[Json]:
    """What stands there may be sent along."""
    found = _strings(name, value)
    for item in found:
        if item not in shape.allowed and item not in stored:
            raise bad_request(f"Property '{name}' takes only {', '.join(shape.allowed)}.")
    return found


def _details(name: str, value: Json) -> Object:
    if not isinstance(value, dict):
        raise bad_request(f"Property '{name}' takes an object with string values.")
    return {key: _string(name, item) for key, item in value.items() if key != _ANNOTATION}
