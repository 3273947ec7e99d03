"""The modes of ``management`` for schemas: one meaning each, in documents and configuration alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Mode

MEANINGS: Final[Mapping[Mode, str]] = {
    "yield": "people win: a value changed in the portal stays and is reported",
    "enforce": "the document wins; a guard counts it",
    "once": "written first, then left to people",
}
MODES: Final = tuple(MEANINGS)


def mode(about: str) -> dict[str, Any]:
    return {
        "description": about,
        "enum": list(MODES),
        "enumDescriptions": list(MEANINGS.values()),
    }
