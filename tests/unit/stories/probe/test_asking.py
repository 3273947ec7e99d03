from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.kinds.incident import INCIDENT
from reconciler.stories.probe.asking import seen_as, spelling

if TYPE_CHECKING:
    from reconciler.model.words import Json, JsonObject


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("notMalicious", "camelCase"),
        ("apt", "camelCase"),
        ("NotMalicious", "PascalCase"),
        ("clean", "an old name"),
        ("NOTMALICIOUS", "another casing"),
        ("secret-canary", "other"),
        ("", "none set"),
        (None, "none set"),
        (7, "none set"),
    ],
)
def test_the_spelling_of_a_member_is_told_and_never_the_member(value: Json, told: str) -> None:
    assert spelling(INCIDENT, "determination", value) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "left out"),
        ({"it": None}, "null"),
        ({"it": ""}, "empty"),
        ({"it": "unknown"}, "unknown"),
        ({"it": "kai@contoso.com"}, "a value"),
    ],
)
def test_how_something_is_unset_is_told_and_never_what_it_is(body: JsonObject, told: str) -> None:
    assert seen_as(body, "it") == told
