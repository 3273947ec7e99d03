"""Live → document: it reads back as it was meant, whatever an attacker put into titles and tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings, strategies as st

from reconciler.documents import load
from reconciler.documents.compose import LONGEST_COMMENT, compose, file_name, usual
from reconciler.documents.said import NOT_TOLD
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.words import Ref, SourceFile
from tests.support.documents import ALL_ON, shown
from tests.support.world import alert, incident, legacy, live, task

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from reconciler.documents.compose import Composed
    from reconciler.kinds.kind import Kind
    from reconciler.kinds.shapes import EnumShape
    from reconciler.model.live import Live
    from reconciler.model.words import Json

MAKERS: dict[str, Callable[..., dict[str, Json]]] = {
    "Incident": incident,
    "Alert": alert,
    "LegacyAlert": legacy,
    "IncidentTask": task,
}
EVERY = {name: tuple(kind.by_name) for name, kind in KINDS.items()}


def of(kind: str, fields: Collection[str] | None = None, /, **properties: Json) -> Composed:
    return compose(live(kind, MAKERS[kind](**properties)), fields=fields)


def read_back(item: Composed) -> None:
    """It loads without a word, and says exactly what was meant."""
    loaded = load([SourceFile("a.yaml", item.text.encode())], ALL_ON)
    assert shown(loaded.findings) == []
    assert [(one.ref, one.spec) for one in loaded.declared] == [(item.ref, item.spec)]


def check_comments(item: Composed) -> None:
    """Each line behind a single ``#`` is good on its own; behind two it stays a comment."""
    lines = item.text.split("\n")
    for number, line in enumerate(lines):
        if line.startswith("  # "):
            text = "\n".join([*lines[:number], line.replace("# ", "", 1), *lines[number + 1 :]])
            loaded = load([SourceFile("a.yaml", text.encode())], ALL_ON)
            assert shown(loaded.findings) == [], text
            (one,) = loaded.declared
            assert one.spec.keys() == {*item.spec, line.split()[1].rstrip(":")}


def values(shape: EnumShape) -> list[str | None]:
    return [*shape.names, *shape.read_only, *shape.aliases, None, "", "other than known"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_commented_line_is_good_without_its_sign_whatever_the_verdict(kind: Kind) -> None:
    first, second = (
        (kind.pairs.classification, kind.pairs.determination) if kind.pairs else ("status", "")
    )
    enums = dict(kind.enums)
    others = values(enums[second]) if second else [None]
    asked = [None, ("status",), (first,), EVERY[kind.name]]
    for one in values(enums[first]):
        for other in others:
            found = of(kind.name, None, **{first: one, **({second: other} if second else {})})
            check_comments(found)
    for fields in asked:
        for one, other in (("truePositive", "unknown"), ("truePositive", "malware"), (None, None)):
            check_comments(
                of(kind.name, fields, **{first: one, **({second: other} if second else {})})
            )


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_commented_line_is_good_without_its_sign_whatever_an_enumeration_holds(
    kind: Kind,
) -> None:
    for name, shape in kind.enums:
        for value in values(shape):
            check_comments(of(kind.name, **{name: value}))


def test_a_determination_that_is_unset_beside_a_verdict_is_not_shown() -> None:
    found = of("Incident", classification="truePositive", determination="unknown")

    assert "determination" not in found.text
    assert found.spec == {"classification": Exactly("truePositive")}


def test_a_determination_is_for_readers_only_while_its_classification_is() -> None:
    found = of("Incident", ("status",), classification="truePositive", determination="malware")

    assert "  # classification: truePositive\n" in found.text
    assert "  ## determination: malware  # needs classification\n" in found.text


def test_verdict_and_tags_are_declared_and_the_rest_stands_beside_them_as_comments() -> None:
    found = live(
        "Incident",
        incident(
            classification="TruePositive",
            determination="malware",
            customTags=["b ", "a", "b", "needs triage"],
            assignedTo="kai@contoso.com",
        ),
    )

    item = compose(found, schema="../../schemas/document.schema.json")

    assert item.text == (
        "# yaml-language-server: $schema=../../schemas/document.schema.json\n"
        "# what stands behind '#' is live and not managed; behind '##' it is for readers only\n"
        "apiVersion: reconciler/v1\n"
        "kind: Incident\n"
        "metadata:\n"
        '  id: "1"\n'
        '  ## createdDateTime: "2026-11-01T00:00:00Z"\n'
        "spec:\n"
        "  # status: active\n"
        "  classification: truePositive\n"
        "  determination: malware\n"
        "  # assignedTo: kai@contoso.com\n"
        '  customTags: {present: [a, b, "needs triage"]}\n'
        '  # displayName: "Suspicious sign-in"\n'
        "  # description: null\n"
        "  # severity: medium\n"
        "  # resolvingComment: null\n"
        "  # summary: null\n"
    )
    assert item.left_out == ()
    read_back(item)


def test_what_tells_people_which_alert_it_is_stands_under_its_id() -> None:
    text = of("Alert", classification="falsePositive").text

    assert '  id: "da1"\n  ## title: "Malware"\n  ## severity: "low"\n  ## incident: "1"\n' in text


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("Incident", {"classification", "determination", "customTags"}),
        ("Alert", {"classification", "determination"}),
        ("LegacyAlert", {"feedback", "tags"}),
        ("IncidentTask", set()),
    ],
)
def test_what_is_declared_unasked_is_the_verdict_and_the_tags(kind: str, names: set[str]) -> None:
    assert usual(KINDS[kind]) == names


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_without_verdict_and_tags_has_nothing_to_declare(kind: str) -> None:
    assert not of(kind).spec


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_is_asked_for_by_name_is_declared_also_where_it_is_unset(
    kind: str,
) -> None:
    item = of(kind, EVERY[kind])

    lists = {"customTags", "tags", "comments"}
    assert item.spec.keys() == set(EVERY[kind]) - lists
    read_back(item)


def test_values_of_every_shape_are_declared_as_they_are() -> None:
    legacy_alert = of(
        "LegacyAlert",
        EVERY["LegacyAlert"],
        closedDateTime="2026-11-20T11:00:00.1234567Z",
        comments=["Closed in IPC", "Closed in IPC"],
        tags=["x"],
        assignedTo="no",
    )
    detailed = of(
        "Alert", EVERY["Alert"], customDetails={"a b": "1", "@odata.type": "#x", "z": "null"}
    )
    text = of("Incident", ("description",), description='first\r\nsecond\t"\\ third\n')

    assert legacy_alert.spec == {
        "status": Exactly("newAlert"),
        "feedback": Exactly(None),
        "assignedTo": Exactly("no"),
        "closedDateTime": Exactly("2026-11-20T11:00:00.1234567Z"),
        "comments": Exactly(["Closed in IPC"]),
        "tags": Elements(("x",)),
    }
    assert detailed.spec["customDetails"] == Entries({"a b": "1", "z": "null"})
    assert text.spec == {"description": Exactly('first\r\nsecond\t"\\ third\n')}
    for item in (legacy_alert, detailed, text):
        read_back(item)


@pytest.mark.parametrize(
    ("kind", "properties", "left_out"),
    [
        (
            "Incident",
            {"classification": "truePositive", "determination": "apt"},
            "determination: 'apt' may not be sent: Microsoft announced its removal",
        ),
        (
            "Incident",
            {"status": "awaitingAction"},
            "status: 'awaitingAction' may not be sent: only Defender Experts set it",
        ),
        (
            "Incident",
            {"classification": "truePositive", "determination": "notMalicious"},
            "determination: notMalicious does not fit classification truePositive",
        ),
        (
            "Incident",
            {"classification": None, "determination": "malware"},
            "determination: malware does not fit classification null",
        ),
        (
            "Incident",
            {"classification": "unknownFutureValue", "determination": "malware"},
            "determination: malware does not fit classification as it is",
        ),
        (
            "Incident",
            {"classification": "unknownFutureValue"},
            f"classification: {NOT_TOLD}",
        ),
        (
            "Incident",
            {"customTags": ["good", "a\nb"]},
            "customTags: the tag 'a\\nb' holds a line end or a tab",
        ),
        (
            "Incident",
            {"customTags": ["good", "\u202ea"]},
            "customTags: the tag '\\u202ea' holds the control or bidi character U+202E",
        ),
        ("Incident", {"customTags": ["good", 5]}, f"customTags: {NOT_TOLD}"),
        ("Incident", {"customTags": "good"}, f"customTags: {NOT_TOLD}"),
        (
            "Incident",
            {"assignedTo": "a\tb"},
            "assignedTo: holds a line end or a tab",
        ),
        (
            "Alert",
            {"customDetails": {"a": "b", "c": 1, "d": " ", "e": "\x00"}},
            "customDetails: 'c' holds no text",
        ),
        ("Alert", {"customDetails": {"c": " "}}, "customDetails: 'c' is blank"),
        (
            "LegacyAlert",
            {"comments": ["mine"]},
            "comments: 'mine' is a person's, which none declares",
        ),
        (
            "LegacyAlert",
            {"closedDateTime": "yesterday"},
            "closedDateTime: what it held is nothing that Graph takes",
        ),
    ],
)
def test_what_no_document_can_say_is_left_out_and_said(
    kind: str, properties: dict[str, Json], left_out: str
) -> None:
    item = of(kind, EVERY[kind], **properties)

    assert left_out in item.left_out
    assert f"  ## left out: {left_out}" in item.text
    read_back(item)


def test_a_field_that_was_not_asked_for_is_no_loss() -> None:
    item = of("Incident", status="awaitingAction", customTags=["a"])

    assert item.left_out == ()
    assert "  ## left out: status: 'awaitingAction' may not be sent" in item.text


def test_a_long_value_is_cut_so_that_nobody_declares_the_half_of_it() -> None:
    text = of("Incident", customTags=["a"], description="x" * 5000).text

    (line,) = [line for line in text.split("\n") if "description" in line]
    assert len(line) < LONGEST_COMMENT + 50
    assert line.startswith("  ## description (5,000 characters): xxx")
    assert line.endswith("x…")


HOSTILE_TEXT = st.text(
    st.sampled_from(
        "ab:#'\"\\{}[],&*!|>%@`- \n\r\t\x00\x1b\x85\u2028\u2029\u202e\ufeff\u200b\ud800"
    ),
    max_size=30,
)
JSON = st.one_of(
    HOSTILE_TEXT,
    st.none(),
    st.booleans(),
    st.integers(),
    st.lists(HOSTILE_TEXT, max_size=4),
    st.dictionaries(HOSTILE_TEXT, HOSTILE_TEXT, max_size=3),
    st.sampled_from(["malware", "TruePositive", "apt", "unknown", "resolved", "clean", "high"]),
)
NAMES = ("title", "displayName", "severity", "createdDateTime", "incidentId")


@st.composite
def anything(draw: st.DrawFn) -> tuple[Live, bool]:
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    names = [name for name in (*kind.by_name, *NAMES) if draw(st.booleans())]
    found = observe(kind, {"id": kind.id_example, **{name: draw(JSON) for name in names}})
    assume(found is not None)
    assert found is not None
    return found, draw(st.booleans())


@settings(max_examples=600, deadline=None)
@given(anything())
def test_whatever_is_live_its_document_reads_back_and_each_comment_is_one_line(
    world: tuple[Live, bool],
) -> None:
    found, is_everything = world
    fields = tuple(KINDS[found.ref.kind].by_name) if is_everything else None

    item = compose(found, fields=fields, schema="s.json")

    assert "\r" not in item.text
    assert item.text.isprintable() or item.text.replace("\n", "").isprintable()
    assert item.text.count("\n") == len(item.text.splitlines())
    check_comments(item)
    if item.spec:
        read_back(item)
    else:
        assert all(line.startswith("  #") for line in item.text.split("spec:\n")[1].splitlines())


@settings(max_examples=200, deadline=None)
@given(anything())
def test_a_comment_whose_sign_is_taken_away_declares_what_is_live(world: tuple[Live, bool]) -> None:
    found, _ = world
    kind = KINDS[found.ref.kind]
    item, whole = compose(found, fields=()), compose(found, fields=tuple(kind.by_name))
    names = "|".join(whole.spec) or "nothing"
    line = re.compile(rf"^  ##? ((?:{names}): .*)$", re.MULTILINE)
    head, spec = item.text.split("spec:\n")
    text = head + "spec:\n" + line.sub(r"  \1", spec)

    loaded = load([SourceFile("a.yaml", text.encode())], ALL_ON)

    if whole.spec and "characters): " not in text:
        assert shown(loaded.findings) == []
        assert [one.spec for one in loaded.declared] == [whole.spec]


def test_each_kind_has_its_place_and_no_id_is_a_path() -> None:
    assert file_name(Ref("Incident", "29")) == "29.yaml"
    assert file_name(Ref("Alert", "da1_2")) == "alerts/da1_2.yaml"
    assert file_name(Ref("IncidentTask", "213213")) == "tasks/213213.yaml"
    assert file_name(Ref("LegacyAlert", "a.b=")) == "legacy-alerts/a.b=.yaml"


def test_an_id_too_long_for_a_file_system_is_shortened_and_stays_its_own() -> None:
    names = {file_name(Ref("LegacyAlert", "a" * 250 + end)) for end in "bc"}

    assert len(names) == 2
    assert all(len(name.rpartition("/")[2]) < 255 for name in names)
