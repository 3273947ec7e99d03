"""Fields that are left to people, as they are shown: what they were applied as, and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import DetailsShape, PhrasesShape, TagsShape, tag_name
from reconciler.planning.describe import Delta, describe
from reconciler.review import words
from reconciler.review.steps import Form, is_collection, parts, transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.kinds.shapes import Shape
    from reconciler.model.plan import Kept
    from reconciler.model.words import Json
    from reconciler.review.steps import Step

FOUND: Final = ", found "
SET: Final = ", somebody set "


def left(kind: str, kept: Sequence[Kept]) -> tuple[Step, ...]:
    return tuple([_left(kind, one) for one in kept])


def _left(kind: str, one: Kept) -> Step:
    if one.cause == "drift":
        return drifted(kind, one, words.LEFT)
    return against(kind, one, words.LEFT)


def drifted(kind: str, one: Kept, mark: str) -> Step:
    """From what was applied to what is there: parts of a collection only if they are kept."""
    if is_collection(one.base) or is_collection(one.live):
        shape = KINDS[kind].by_name[one.name].shape
        delta = _both(_delta(shape, one.base, one.live), _delta(shape, one.declared, one.live))
        found = parts(one.name, delta, mark)
        if found is not None:
            return found
    return transition(kind, one.name, one.base, asked(one), Form(mark=mark))


def against(kind: str, one: Kept, mark: str) -> Step:
    """What is declared, and what is there. Half a verdict may rest where the other half moved."""
    is_moved = one.cause == "conflict" and one.live != one.base
    form = Form("declared ", SET if is_moved else FOUND, mark)
    return transition(kind, one.name, one.declared, asked(one), form)


def asked(one: Kept) -> Json:
    """Live, without keys that the document does not name."""
    if not isinstance(one.declared, Mapping) or not isinstance(one.live, Mapping):
        return one.live
    return {key: one.live[key] for key in one.declared if key in one.live}


def _delta(shape: Shape, said: Json, live: Json) -> Delta:
    """How live differs from what a document said."""
    match shape:
        case TagsShape():
            return _tags(said, live)
        case PhrasesShape():
            return _tags({"present": said}, live)
        case DetailsShape() if isinstance(said, Mapping) and isinstance(live, Mapping):
            return describe(said, {key: live[key] for key in said if key in live})
        case _:
            return describe(said, live)


def _tags(said: Json, live: Json) -> Delta:
    there = _names(live)
    if isinstance(said, Mapping):
        present, absent = _names(said.get("present")), _names(said.get("absent"))
        come = [tag for tag in absent if tag in there]
    else:
        present = _names(said)
        come = [tag for tag in there if tag not in present]
    return Delta(added=tuple(come), removed=tuple(tag for tag in present if tag not in there))


def _names(tags: Json) -> tuple[str, ...]:
    """Compared as tags are: by name, each once."""
    items = tags if isinstance(tags, list | tuple) else ()
    return tuple(dict.fromkeys(tag_name(words.value(item).raw) for item in items))


def _both(one: Delta, other: Delta) -> Delta:
    return Delta(
        added=tuple(item for item in one.added if item in other.added),
        removed=tuple(item for item in one.removed if item in other.removed),
        changed=tuple(item for item in one.changed if item in other.changed),
    )
