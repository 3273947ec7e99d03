"""The schemas in the real YAML language server: what somebody who writes a document sees."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from reconciler.clouds import CLOUDS
from reconciler.contract.modes import MEANINGS
from reconciler.kinds import KINDS, SETS
from reconciler.kinds.shapes import EnumShape
from reconciler.model.desired import EVERY_FIELD
from tests.editor.language_server import CURSOR, HERE, Diagnostic, LanguageServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.kinds.kind import Field, Kind

pytestmark = pytest.mark.editor

PROJECT = HERE.parent.parent
MODELINE = "# yaml-language-server: $schema=../../schemas/document.schema.json\n"
DOCUMENT = "desired/demo/{number}.yaml"
CONFIG = "{number}/reconciler.yaml"


PAIRS = [
    pytest.param(kind, verdict, reasons, id=f"{kind.name}-{verdict}")
    for kind in KINDS.values()
    if kind.pairs
    for verdict, reasons in kind.pairs.allowed.items()
]


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    workspace = tmp_path_factory.mktemp("workspace")
    shutil.copytree(PROJECT / "schemas", workspace / "schemas")
    schemas = {str(workspace / "schemas/config.schema.json"): ["reconciler.yaml"]}
    with LanguageServer(workspace, schemas) as server:
        yield server


def document(kind: Kind, *spec: str) -> str:
    """A document of the kind with these lines below ``spec``; starts with the modeline."""
    head = f'{MODELINE}apiVersion: reconciler/v1\nkind: {kind.name}\nmetadata:\n  id: "{kind.id_example}"\n'
    return head + "spec:\n" + "".join(f"  {line}\n" for line in spec)


def offered(editor: LanguageServer, text: str) -> set[str]:
    return set(editor.completion(DOCUMENT, text))


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "desired").rglob("*.yaml")), ids=lambda p: p.name
)
def test_the_demo_documents_are_clean(editor: LanguageServer, path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.startswith(MODELINE)
    assert editor.diagnostics(DOCUMENT, text) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_status_that_does_not_exist_is_underlined(editor: LanguageServer, kind: Kind) -> None:
    found = editor.diagnostics(DOCUMENT, document(kind, "status: closed"))

    assert [item.line for item in found] == [7]
    assert f'"{_status(kind)[0]}"' in found[0].message


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_misspelt_key_is_underlined(editor: LanguageServer, kind: Kind) -> None:
    found = editor.diagnostics(
        DOCUMENT, document(kind, f"status: {_status(kind)[0]}", "clasification: falsePositive")
    )

    assert found == [Diagnostic(8, "Property clasification is not allowed.")]


@pytest.mark.parametrize(("kind", "verdict", "reasons"), PAIRS)
def test_a_determination_that_does_not_fit_is_underlined(
    editor: LanguageServer, kind: Kind, verdict: str, reasons: tuple[str, ...]
) -> None:
    misfit = "phishing" if "phishing" not in reasons else "securityTesting"

    found = editor.diagnostics(
        DOCUMENT, document(kind, f"classification: {verdict}", f"determination: {misfit}")
    )

    assert [item.line for item in found] == [8]


def test_kinds_are_offered(editor: LanguageServer) -> None:
    text = f"{MODELINE}apiVersion: reconciler/v1\nkind: {CURSOR}\n"

    assert offered(editor, text) == {*KINDS, *SETS}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_fields_of_the_kind_are_offered(editor: LanguageServer, kind: Kind) -> None:
    assert offered(editor, document(kind, CURSOR)) == set(kind.by_name)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_states_are_offered_with_their_meaning(editor: LanguageServer, kind: Kind) -> None:
    shape = kind.by_name["status"].shape
    assert isinstance(shape, EnumShape)

    found = editor.completion(DOCUMENT, document(kind, f"status: {CURSOR}"))

    assert found == {member.name: member.meaning for member in shape.members}


@pytest.mark.parametrize(("kind", "verdict", "reasons"), PAIRS)
def test_determinations_follow_the_classification(
    editor: LanguageServer, kind: Kind, verdict: str, reasons: tuple[str, ...]
) -> None:
    text = document(kind, f"classification: {verdict}", f"determination: {CURSOR}")

    assert offered(editor, text) - {"null"} == set(reasons)


def test_a_later_document_of_a_file_is_helped_if_it_has_the_line_too(
    editor: LanguageServer,
) -> None:
    incident, task = KINDS["Incident"], KINDS["IncidentTask"]
    first, second = document(incident, "status: resolved"), document(task, f"status: {CURSOR}")

    assert offered(editor, f"{first}---\n{second}") == set(_status(task))


@pytest.mark.parametrize(
    ("kind", "item"),
    [(kind, item) for kind in KINDS.values() for item in kind.fields],
    ids=lambda value: value.name,
)
def test_a_field_explains_itself(editor: LanguageServer, kind: Kind, item: Field) -> None:
    shown = editor.hover(DOCUMENT, document(kind, f"{item.name[:2]}{CURSOR}{item.name[2:]}: null"))

    assert item.description in shown.replace("\\", "").replace("&nbsp;", " ")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_fields_that_can_have_an_owner_are_offered(editor: LanguageServer, kind: Kind) -> None:
    assert offered(editor, f"{_managed(kind)}  {CURSOR}\n") == {*kind.by_name, EVERY_FIELD}


@pytest.mark.parametrize("name", ["status", f'"{EVERY_FIELD}"'])
def test_modes_are_offered_with_their_meaning(editor: LanguageServer, name: str) -> None:
    text = f"{_managed(KINDS['Incident'])}  {name}: {CURSOR}\n"

    assert editor.completion(DOCUMENT, text) == dict(MEANINGS)


def test_what_cannot_be_an_owner_is_underlined(editor: LanguageServer) -> None:
    text = f"{_managed(KINDS['Incident'])}  status: keep\n  priorityScore: once\n"

    found = editor.diagnostics(DOCUMENT, text)

    assert sorted(item.line for item in found) == [9, 10]


def test_a_document_that_says_who_owns_its_fields_is_clean(editor: LanguageServer) -> None:
    text = f"{_managed(KINDS['Incident'])}  status: enforce\n  '{EVERY_FIELD}': once\n"

    assert editor.diagnostics(DOCUMENT, text) == []


def test_modes_are_offered_in_the_configuration(editor: LanguageServer) -> None:
    text = f"apiVersion: reconciler/v1\nkind: Config\nmanagement:\n  default: {CURSOR}\n"

    assert editor.completion(CONFIG, text) == dict(MEANINGS)


def test_the_configuration_is_checked_by_the_editors_setting(editor: LanguageServer) -> None:
    text = "apiVersion: reconciler/v1\nkind: Config\ntenants:\n  demo: {cloud: emu, desired: desired/demo}\n"

    found = editor.diagnostics(CONFIG, text)

    assert [item.line for item in found] == [4]
    assert '"emulator"' in found[0].message


def test_clouds_are_offered_in_the_configuration(editor: LanguageServer) -> None:
    text = f"apiVersion: reconciler/v1\nkind: Config\ntenants:\n  demo:\n    cloud: {CURSOR}\n"

    assert set(editor.completion(CONFIG, text)) == set(CLOUDS)


def _managed(kind: Kind) -> str:
    """Its ``management`` starts in line 8 and is to be filled, two blanks deep."""
    return f"{document(kind, f'status: {_status(kind)[0]}')}management:\n"


def _status(kind: Kind) -> tuple[str, ...]:
    shape = kind.by_name["status"].shape
    assert isinstance(shape, EnumShape)
    return shape.names
