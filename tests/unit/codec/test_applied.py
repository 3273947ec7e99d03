from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.codec import applied
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS
from reconciler.model.desired import Elements, Exactly
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from reconciler.model.desired import Spec

ONE = Ref("Incident", "2972395")
SPEC: Spec = {"status": Exactly("resolved"), "customTags": Elements(("ü",), ("b",))}
CONTENT = (
    b'{"formatVersion":"1.0","id":"2972395","kind":"Incident",'
    b'"spec":{"customTags":{"absent":["b"],"present":["\\u00fc"]},"status":"resolved"}}\n'
)


def changed(**changes: object) -> bytes:
    return json.dumps({**json.loads(CONTENT), **changes}).encode()


def test_an_entry_is_canonical_and_ends_its_line() -> None:
    assert applied.dump(ONE, SPEC) == CONTENT
    assert applied.dump(ONE, {name: SPEC[name] for name in ("customTags", "status")}) == CONTENT


def test_an_entry_comes_back() -> None:
    assert applied.load(ONE, CONTENT) == SPEC


def test_a_minor_version_adds_keys_that_are_passed_over() -> None:
    assert applied.load(ONE, changed(formatVersion="1.12", more=[])) == SPEC


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is no JSON object"),
        (CONTENT[:-3], "it is no JSON object"),
        (CONTENT + CONTENT, "it is no JSON object"),
        (b"\xff", "it is no JSON object"),
        (b"[]", "it is no JSON object"),
        (b"[" * 100_000, "it is no JSON object"),
        (CONTENT.replace(b'"id"', b'"kind"'), "it is no JSON object"),
        (changed(formatVersion="2.0"), "written by a newer reconciler"),
        (changed(formatVersion=1), "'formatVersion' is 1; expected a text"),
        (changed(formatVersion="1"), "'formatVersion' is no version"),
        (changed(id="1"), "it is of another object than its path says"),
        (changed(id=2972395), "'id' is 2972395; expected a text"),
        (changed(kind="Alert"), "it is of another object than its path says"),
        (changed(spec=None), "'spec' is None; expected an object"),
        (changed(spec={}), "it declares nothing"),
    ],
)
def test_what_is_no_entry_of_the_object_is_odd(content: bytes, message: str) -> None:
    with pytest.raises(Odd, match=message):
        applied.load(ONE, content)


@pytest.mark.parametrize("kind", KINDS)
def test_every_object_has_a_path_of_its_own(kind: str) -> None:
    ref = Ref(kind, KINDS[kind].id_example)

    assert applied.path(ref) == f"{kind}/{ref.id}.json"
    assert applied.ref(applied.path(ref)) == ref


@pytest.mark.parametrize("kind", KINDS)
def test_no_id_holds_what_parts_a_path_or_would_have_to_be_quoted(kind: str) -> None:
    for odd in "/\\\n\r\0\"' \t:*?~^[{ü":
        assert not KINDS[kind].accepts(f"1{odd}1")
    for start in ("", ".", "..", ".git", "-", "="):
        assert not KINDS[kind].accepts(start)
        assert not KINDS[kind].accepts(f"{start}/1")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "README.md",
        "Incident",
        "Incident/",
        "Incident/1",
        "Incident/1.yaml",
        "Incident/.json",
        "Incident/x.json",
        "Incident/1.json.json",
        "Incident/a/1.json",
        "incident/1.json",
        "IncidentSet/1.json",
        "/1.json",
        "Incident/\u202e1.json",
    ],
)
def test_another_path_is_odd(path: str) -> None:
    with pytest.raises(Odd) as raised:
        applied.ref(path)

    assert str(raised.value).isascii()


def test_folders_are_kinds() -> None:
    assert applied.is_folder("Incident")
    assert not applied.is_folder("IncidentSet")
