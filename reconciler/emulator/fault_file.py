"""``--faults FILE`` → Faults: strict JSON, every mistake at once, each with what is allowed."""

from __future__ import annotations

from secrets import randbelow
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from reconciler.codec import strict
from reconciler.codec.strict import Odd
from reconciler.emulator.faults import DEEDS, Fault, Faults, On
from reconciler.emulator.wires import WIRES
from reconciler.errors import Failure, InvalidInput
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from reconciler.model.words import JsonObject

    Reader: TypeAlias = Callable[[JsonObject, str], object]

_REMEDY: Final = (
    'faults are JSON: {"seed": 7, "faults": [{"do": "status", "status": 503, "at": [3],'
    ' "on": {"method": "PATCH"}}]}'
)
_SEEDS: Final = 1_000_000
_LONGEST_WAIT: Final = 600_000


def load(path: Path) -> Faults:
    """A file without a seed gets a random one. Raises Failure if it cannot be read, InvalidInput."""
    try:
        document = strict.parse(path.read_text("utf-8"))
    except OSError as problem:
        raise Failure(f"the faults {path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise _invalid(path, ["it is not UTF-8"]) from problem
    except Odd as problem:
        raise _invalid(path, [str(problem)]) from problem
    except (ValueError, RecursionError) as problem:
        raise _invalid(path, [f"it is not JSON: {problem}"]) from problem
    reading = _Reading()
    found = reading.faults(document)
    if reading.mistakes:
        raise _invalid(path, reading.mistakes)
    return found


def _invalid(path: Path, mistakes: list[str]) -> InvalidInput:
    place = Place(str(path))
    findings = tuple(Finding(place, f"the faults are not usable: {text}") for text in mistakes)
    return InvalidInput(findings, remedy=_REMEDY)


class _Reading:
    """What is wrong is collected; what is returned counts only if nothing was."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def faults(self, document: JsonObject) -> Faults:
        known = {"seed": ("seed", strict.count), "faults": ("faults", strict.objects)}
        read = {"seed": randbelow(_SEEDS), **self._read(document, known, "")}
        items = [item for item in read.get("faults", ()) if isinstance(item, dict)]
        if "faults" not in document:
            self.mistakes.append("'faults' is missing; expected a list of objects")
        faults = (self._fault(item, f"faults[{number}].") for number, item in enumerate(items))
        return Faults(read["seed"], tuple(faults))

    def _fault(self, item: JsonObject, place: str) -> Fault:
        try:
            deed = strict.word(item, "do", {deed: deed for deed in DEEDS})
        except Odd as odd:
            self.mistakes.append(f"{place}{odd}")
            return Fault("status")
        own = {key: _OPTIONS[key] for key in DEEDS[deed].options}
        read = self._read(item, {**_COMMON, **own}, place)
        if "at" in item and "probability" in item:
            self.mistakes.append(f"{place}at and probability exclude each other")
        fault = Fault(**{**read, "on": self._on(read.get("on", {}), place)})
        if fault.on.part is not None and not fault.can_befall(is_part=fault.on.part):
            parts, wholes = "parts of a batch", "whole requests"
            never, only = (parts, wholes) if fault.on.part else (wholes, parts)
            self.mistakes.append(f"{place}'{deed}' cannot befall {never}, only {only}")
        return fault

    def _on(self, item: JsonObject, place: str) -> On:
        return On(**self._read(item, _ON, f"{place}on."))

    def _read(
        self, item: JsonObject, known: Mapping[str, tuple[str, Reader]], place: str
    ) -> dict[str, Any]:
        """What stands there, by the name of the attribute."""
        found: dict[str, Any] = {}
        for key in item:
            if key not in known:
                allowed = ", ".join(sorted(known))
                self.mistakes.append(f"{place}{key!a} is no key here; these are: {allowed}")
                continue
            name, reader = known[key]
            try:
                found[name] = reader(item, key)
            except Odd as odd:
                self.mistakes.append(f"{place}{odd}")
        return found


def _odd(item: JsonObject, key: str, expected: str) -> Odd:
    return Odd(f"'{key}' is {item[key]!a:.60}; expected {expected}")


def _whole(least: int, most: int) -> Reader:
    def read(item: JsonObject, key: str) -> int:
        value = item[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _odd(item, key, f"a whole number from {least} to {most}")
        return value

    return read


def _places(item: JsonObject, key: str) -> frozenset[int]:
    value = item[key]
    places = value if isinstance(value, list) else []
    whole = [
        one for one in places if isinstance(one, int) and not isinstance(one, bool) and one > 0
    ]
    if not whole or len(whole) != len(places):
        raise _odd(item, key, "a list of places, counted from 1")
    return frozenset(whole)


def _share(item: JsonObject, key: str) -> float:
    value = strict.amount(item, key)
    if value > 1:
        raise _odd(item, key, "a number from 0 to 1")
    return value


def _header(item: JsonObject, key: str) -> str | int:
    """Printable ASCII, so that it cannot end the header; or seconds to the date it names."""
    value = item[key]
    if isinstance(value, str) and value.isascii() and value.isprintable():
        return value
    seconds = value.get("date") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(seconds, int) or isinstance(seconds, bool) or abs(seconds) > _LONGEST_WAIT:
        raise _odd(item, key, 'a text, or {"date": seconds from now}')
    return seconds


def _names(item: JsonObject, key: str) -> frozenset[str]:
    return frozenset(strict.texts(item, key))


def _options(item: JsonObject, key: str) -> frozenset[str]:
    """Those that a list takes: whoever names another one has mistyped it."""
    names = frozenset(strict.texts(item, key))
    known = frozenset(name for wire in WIRES.values() for name in wire.options)
    if not names or names - known:
        raise _odd(item, key, f"a list of {', '.join(sorted(known))}")
    return names


def _method(item: JsonObject, key: str) -> str:
    value = strict.text(item, key)
    if not (value.isascii() and value.isalpha() and value.isupper()):
        raise _odd(item, key, "a method as 'PATCH'")
    return value


_COMMON: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "do": ("do", strict.text),
        "on": ("on", strict.mapping),
        "at": ("at", _places),
        "probability": ("probability", _share),
    }
)
_OPTIONS: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "applied": ("applied", strict.truth),
        "status": ("status", _whole(400, 599)),
        "retryAfter": ("retry_after", _header),
        "by": ("by", _whole(-_SEEDS, _SEEDS)),
        "milliseconds": ("milliseconds", _whole(0, _LONGEST_WAIT)),
        "fields": ("fields", _names),
        "options": ("options", _options),
        "beyond": ("beyond", _whole(0, _SEEDS)),
    }
)
_ON: Final[Mapping[str, tuple[str, Reader]]] = MappingProxyType(
    {
        "method": ("method", _method),
        "path": ("path", strict.text),
        "part": ("part", strict.truth),
    }
)
