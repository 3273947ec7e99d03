"""Why a schema refuses a document: jsonschema's errors, said in words and at their places.

Imported only when a document is bad: jsonschema costs more to import than a good run takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft7Validator

from reconciler.contract.document import NOTES
from reconciler.documents.characters import visible
from reconciler.documents.events import ERRORS_LIMIT
from reconciler.documents.suggest import nearest
from reconciler.documents.tree import shown
from reconciler.kinds import KINDS, SETS
from reconciler.kinds.elsewhere import field_of, having
from reconciler.kinds.shapes import EnumShape
from reconciler.model.words import Finding
from reconciler.review.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jsonschema import ValidationError

    from reconciler.documents.tree import Document, Path
    from reconciler.kinds.kind import Kind

_NAMED_AT_MOST: Final = 20
"""Unknown keys that one mapping is told about."""
_WRITTEN_AT_MOST: Final = 80
_FORMS: Final = {**KINDS, **SETS}
_IN_METADATA: Final = ("id", *NOTES)
_PARTS: Final = ("apiVersion", "kind", "metadata", "spec", "members", "management")
_LACKING: Final = frozenset({"required", "minProperties"})


@dataclass(frozen=True, slots=True)
class _Fault:
    """One of jsonschema's errors: which keyword of the schema wanted what, and found what."""

    document: Document
    path: Path
    keyword: str
    wanted: Any
    found: Any
    schema: Any
    is_about_key: bool

    def __str__(self) -> str:
        """What was found, in words."""
        match self.found:
            case None:
                return "null"
            case bool():
                return self.written
            case int() | float():
                return f"the number {self.written}"
            case str():
                return visible(self.found)
            case _:
                return "a list" if isinstance(self.found, list) else "a mapping"

    @property
    def written(self) -> str:
        """A number or boolean as it stands in the file."""
        return self.document.written.get(self.path, str(self.found).lower())[:_WRITTEN_AT_MOST]

    def error(self, message: str) -> Finding:
        return self.document.error(self.path, message)


def explain(document: Document, schema: Mapping[str, Any]) -> list[Finding]:
    """One finding per fault, none about what is poisoned. Empty if jsonschema sees no fault.

    What has a fault is poisoned afterwards.
    """
    findings: list[Finding] = []
    faulty: set[Path] = set()
    for error in Draft7Validator(schema).iter_errors(document.data):
        fault = _fault(document, error)
        is_lost = fault.keyword in _LACKING and fault.path in document.incomplete
        if not is_lost and not document.is_poisoned(fault.path):
            findings += _EXPLAINERS.get(fault.keyword, _other)(fault)
            faulty |= _touched(fault)
        if len(findings) > ERRORS_LIMIT:
            break
    document.poisoned |= faulty
    return list(dict.fromkeys(findings))


def _touched(fault: _Fault) -> set[Path]:
    """What is not worth judging further. A mapping with a wrong key is, but for that key."""
    if fault.is_about_key:
        return set()
    match fault.keyword:
        case "required":
            return set()
        case "additionalProperties":
            known = fault.schema["properties"]
            return {(*fault.path, key) for key in fault.found if key not in known}
        case _:
            return {fault.path}


def _fault(document: Document, error: ValidationError) -> _Fault:
    return _Fault(
        document,
        tuple(error.absolute_path),
        str(error.validator),
        error.validator_value,
        error.instance,
        error.schema,
        "propertyNames" in error.absolute_schema_path,
    )


def _unknown_keys(fault: _Fault) -> Iterator[Finding]:
    document, path = fault.document, fault.path
    known = list(fault.schema["properties"])
    free = [key for key in known if key not in fault.found]
    extra = [key for key in fault.found if key not in known]
    for key in extra[:_NAMED_AT_MOST]:
        if (*path, key) not in document.refused:
            where = f" in {shown(path)}" if path else ""
            advice = _place_of_key(fault, key, free)
            advice = nearest(key, free) if advice is None else advice
            advice = advice or f"; expected {_listed(known)}"
            message = f"unknown key {visible(key)}{where}{advice}"
            yield Finding(document.key_place((*path, key)), message)
    if len(extra) > _NAMED_AT_MOST:
        more = len(extra) - _NAMED_AT_MOST
        yield fault.error(f"has {more} more unknown keys; expected {_listed(known)}")


def _place_of_key(fault: _Fault, key: str, free: Sequence[str]) -> str | None:
    """What a document's key is called, or where it belongs; None: what is near may be meant."""
    data = fault.document.data
    kind = _FORMS.get(str(data.get("kind"))) if isinstance(data, dict) else None
    if kind is None:
        return None
    if fault.path in {("spec",), ("management",)}:
        return _field_for(kind, key, free)
    if fault.path == () and key not in _PARTS and key in {*kind.by_name, *_IN_METADATA}:
        return f"; it belongs in {'spec' if key in kind.by_name else 'metadata'}"
    if fault.path == ("metadata",) and key in kind.by_name:
        return "; it belongs in spec"
    return None


def _field_for(kind: Kind, key: str, free: Sequence[str]) -> str | None:
    found = field_of(kind, key)
    if found is not None:
        if found in free:
            return f"; did you mean {found!r}?"
        return f"; it is {found!r}, which is here already: delete this line"
    if key in _IN_METADATA:
        return "; it belongs in metadata"
    others = having(key, KINDS.values())
    if not others:
        return None
    names: dict[str, list[str]] = {}
    for other, name in others:
        names.setdefault(name, []).append(other)
    told = " and ".join(f"{name!r} is a field of {', '.join(of)}" for name, of in names.items())
    return f"; {plural(kind.name)} have none ({told}); expected {_listed(list(kind.by_name))}"


def _missing(fault: _Fault) -> Iterator[Finding]:
    """All of them: jsonschema names the key in its message only (doubles are dropped)."""
    for key in fault.wanted:
        if key not in fault.found:
            about = fault.schema["properties"][key]["description"]
            place = fault.document.key_place(fault.path)
            yield Finding(place, f"{shown((*fault.path, key))} is missing ({about}); add it")


def _type(fault: _Fault) -> Iterator[Finding]:
    names = fault.wanted if isinstance(fault.wanted, list) else [fault.wanted]
    message = f"is {fault}; expected {' or '.join(_TYPES[name] for name in names)}"
    if fault.found is None and "array" in names:
        is_clearable = not fault.schema.get("minItems")
        message += "; write [] to clear it" if is_clearable else ", or delete the line"
    if isinstance(fault.found, bool | int | float) and "string" in names:
        message += f'; write it in quotes: "{fault.written}"'
    yield fault.error(message)


def _choice(fault: _Fault) -> Iterator[Finding]:
    values = fault.wanted if isinstance(fault.wanted, list) else [fault.wanted]
    texts = [value for value in values if isinstance(value, str)]
    if len(values) == 1:
        yield fault.error(f"is {fault}; expected {_listed(values)}")
        return
    hint = _meant(fault, texts) if isinstance(fault.found, str) else ""
    yield fault.error(f"is {fault}; expected one of {_listed(values)}{hint}")


def _meant(fault: _Fault, texts: Sequence[str]) -> str:
    """The member that another product calls so, else the nearest one."""
    data = fault.document.data
    kind = _FORMS.get(str(data.get("kind"))) if isinstance(data, dict) else None
    item = kind.by_name.get(str(fault.path[-1])) if kind and fault.path[:-1] == ("spec",) else None
    shape = item.shape if item else None
    found = shape.meant.get(fault.found.casefold()) if isinstance(shape, EnumShape) else None
    return f"; did you mean {found!r}?" if found else nearest(fault.found, texts)


def _pattern(fault: _Fault) -> Iterator[Finding]:
    expected = fault.schema["patternErrorMessage"]
    if fault.is_about_key:
        path = (*fault.path, fault.found)
        found = f"the key {visible(fault.found)} in {shown(fault.path)} cannot be a name"
        yield Finding(fault.document.key_place(path), f"{found}; {expected}")
    else:
        yield fault.error(f"is {fault}; {expected}")


def _too_few(fault: _Fault) -> Iterator[Finding]:
    keys = _listed(list(fault.schema.get("properties", ())))
    expected = f"at least one of {keys}" if keys else "at least one entry"
    yield fault.error(f"is empty; expected {expected}, or delete the line")


def _range(fault: _Fault) -> Iterator[Finding]:
    low, high = fault.schema["minimum"], fault.schema.get("maximum")
    wanted = f"at least {low}" if high is None else f"a number from {low} to {high}"
    yield fault.error(f"is {fault}; expected {wanted}")


def _other(fault: _Fault) -> Iterator[Finding]:
    yield fault.error(f"is {fault}; expected {fault.keyword} {fault.wanted!r}")


_EXPLAINERS: Final[Mapping[str, Callable[[_Fault], Iterator[Finding]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _type,
    "enum": _choice,
    "const": _choice,
    "pattern": _pattern,
    "minProperties": _too_few,
    "minItems": _too_few,
    "minimum": _range,
    "maximum": _range,
}

_TYPES: Final = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def _listed(values: list[Any]) -> str:
    return ", ".join("null" if value is None else repr(value) for value in values)
