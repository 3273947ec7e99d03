"""What changed inside a list or a mapping that is known to differ; deepdiff's only home.

What is written is decided in ``planning/compare.py``; this is for people only. deepdiff takes some
300 µs a call and a tenth of a second to import, so what both sides share is dropped first: of two
lists nothing is left to ask, for what remains of one came and of the other went. Of mappings the same
question is asked once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.words import Json

_Entries: TypeAlias = tuple[tuple[str, str], ...]

_encode: Final = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Delta:
    """The parts of a value that came, went and changed.

    A list is compared without order, repeats counted: ``added`` and ``removed`` hold elements.
    A mapping is compared per key: they hold one mapping of one key each, and ``changed`` holds
    ``(key, before, after)``. Anything else has changed as a whole, under the key ``""``.
    """

    added: tuple[Json, ...] = ()
    removed: tuple[Json, ...] = ()
    changed: tuple[tuple[str, Json, Json], ...] = ()


def describe(before: Json, after: Json) -> Delta:
    """The difference of two JSON values; null beside a list or a mapping counts as an empty one."""
    if _is_list(before) and _is_list(after):
        return _lists(_tokens(before), _tokens(after))
    if _is_mapping(before) and _is_mapping(after):
        return _mappings(*_rest_of_mappings(_entries(before), _entries(after)))
    return Delta(changed=(("", before, after),))


def _is_list(value: Json) -> bool:
    return value is None or (isinstance(value, Sequence) and not isinstance(value, str))


def _is_mapping(value: Json) -> bool:
    return value is None or isinstance(value, Mapping)


def _tokens(value: Json) -> list[str]:
    return [_token(item) for item in value] if isinstance(value, Sequence) else []


def _entries(value: Json) -> dict[str, str]:
    items = value.items() if isinstance(value, Mapping) else ()
    return {_token(key): _token(item) for key, item in items}


def _token(value: Json) -> str:
    """Canonical and ASCII: deepdiff hashes text, and a lone surrogate has no bytes to hash."""
    return _encode(value if isinstance(value, str) else _plain(value))


def _plain(value: Json) -> Json:
    """Tuples and mappings of any class as the ones that json writes."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _lists(before: Sequence[str], after: Sequence[str]) -> Delta:
    """Each element as often as it came or went; where it stands does not count."""
    old, new = Counter(before), Counter(after)
    return Delta(added=_values((new - old).elements()), removed=_values((old - new).elements()))


def _rest_of_mappings(before: dict[str, str], after: dict[str, str]) -> tuple[_Entries, _Entries]:
    old, new = before.items() - after.items(), after.items() - before.items()
    return tuple(sorted(old)), tuple(sorted(new))


@lru_cache(maxsize=4096)
def _mappings(before: _Entries, after: _Entries) -> Delta:
    old, new = dict(before), dict(after)
    found = _deepdiff(old, new)
    return Delta(
        added=tuple(_entry(key, new) for key in _keys(found, "dictionary_item_added")),
        removed=tuple(_entry(key, old) for key in _keys(found, "dictionary_item_removed")),
        changed=tuple(
            (json.loads(key), json.loads(old[key]), json.loads(new[key]))
            for key in _keys(found, "values_changed")
        ),
    )


def _deepdiff(before: object, after: object) -> Mapping[str, Any]:
    from deepdiff import DeepDiff

    found: Mapping[str, Any] = DeepDiff(
        before,
        after,
        threshold_to_diff_deeper=0,  # else two mappings without a common key are one change
        view="tree",
    )
    return found


def _keys(found: Mapping[str, Any], name: str) -> list[str]:
    return sorted(level.get_root_key() for level in found.get(name, ()))


def _values(tokens: Iterable[str]) -> tuple[Json, ...]:
    return tuple(json.loads(token) for token in sorted(tokens))


def _entry(key: str, entries: Mapping[str, str]) -> Json:
    return {json.loads(key): json.loads(entries[key])}
