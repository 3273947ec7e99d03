"""Any document in any style, any edit: what is asked for is declared, and nothing else moved."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

import yaml
from hypothesis import given, settings, strategies as st
from ruamel.yaml import YAML

from reconciler.documents.edit import Edited, Remove, Revise, edit
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.words import Ref
from tests.support.documents import loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.documents.edit import Edit
    from reconciler.model.desired import Declaration, Spec

    Draw = Callable[[st.SearchStrategy[Any]], Any]

WORDS: Final = st.sampled_from(
    [
        *"abcxyz #'\",[]{}!&*|>%@`?=~-:\\/09",
        *("no", "null", "true", "12:30", "0x1f", "1e5", "0o17", "<<", "Null", "2026-01-31"),
        *("# ", " #", ": ", "- ", "---", "...", "{{", "}}", "::", "é", "🦊", "👨\u200d👩"),
        *(
            "##vso[x]",
            "##[",
            "##teamcity[",
            "section_start:1:x",
            "\u200b",
            "\u00a0",
            "\ufffd",
            "x" * 90,
        ),
    ]
)
LINE: Final = st.lists(WORDS, min_size=1, max_size=8).map("".join).filter(str.strip)
TAG: Final = LINE.map(str.strip)
TEXT: Final = (
    st.lists(st.one_of(LINE, st.just("")), min_size=1, max_size=4).map("\n".join).filter(str.strip)
)
TAGS: Final = st.lists(TAG, max_size=4, unique=True)
ELEMENTS: Final = (
    st.tuples(TAGS, TAGS)
    .map(lambda sides: Elements(tuple(sides[0]), tuple(t for t in sides[1] if t not in sides[0])))
    .filter(lambda one: bool(one.present or one.absent))
)
NULL: Final = st.just(Exactly(None))
FIELDS: Final[dict[str, dict[str, st.SearchStrategy[Declaration]]]] = {
    "Incident": {
        "status": st.sampled_from(["active", "inProgress", "resolved"]).map(Exactly),
        "assignedTo": st.one_of(LINE.map(Exactly), NULL),
        "customTags": st.one_of(TAGS.map(Exactly), ELEMENTS),
        "displayName": st.one_of(LINE.map(Exactly), NULL),
        "description": st.one_of(TEXT.map(Exactly), NULL),
    },
    "Alert": {
        "status": st.sampled_from(["new", "inProgress", "resolved"]).map(Exactly),
        "assignedTo": st.one_of(LINE.map(Exactly), NULL),
        "customDetails": st.one_of(
            st.dictionaries(
                LINE.map(lambda key: key.replace("@", "a")), LINE, min_size=1, max_size=3
            )
            .filter(lambda found: not any(map(str.isspace, found)))
            .map(Entries),
            NULL,
        ),
    },
}
_SIMPLE: Final = re.compile(r"[a-zA-Z][a-zA-Z @./_]*[a-zA-Z]|[a-z]")
_RESERVED: Final = {"true", "false", "null", "Null"}


def specs(kind: str) -> st.SearchStrategy[Spec]:
    return st.fixed_dictionaries({}, optional=FIELDS[kind]).filter(bool)


class Typist:
    """Writes documents, each value in a style that it draws."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._comments = 0
        self.step = self.among(2, 4, 1)

    def among(self, *choices: Any) -> Any:
        return self._draw(st.sampled_from(choices))

    def one_of(self, *choices: str) -> str:
        return str(self.among(*choices))

    def comment(self) -> str:
        self._comments += 1
        return self.one_of("", "", f" # c{self._comments}", f"   # c{self._comments}: - [x")

    def between(self, indent: str) -> list[str]:
        self._comments += 1
        comment = f"{indent}# c{self._comments}"
        return list(self.among((), (), ("",), (comment,), ("", "# far left", "")))

    def word(self, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        styles = [json.dumps(value, ensure_ascii=False)]
        if value.isprintable():
            styles.append("'" + value.replace("'", "''") + "'")
        if _SIMPLE.fullmatch(value) and value not in _RESERVED:
            styles += [value, value]
        return str(self.among(*styles))

    def flow(self, value: Any) -> str:
        space = self.among("", " ")
        comma = self.among(", ", ",  ", " , ")
        if isinstance(value, dict):
            inner = comma.join(f"{self.word(k)}: {self.flow(v)}" for k, v in value.items())
            return f"{{{space}{inner}{space}}}"
        if isinstance(value, list):
            return f"[{space}{comma.join(map(self.flow, value))}{space}]"
        return self.word(value)

    def wrapped(self, value: list[Any], indent: str) -> list[str]:
        """A list in brackets, each element in its line."""
        last = self.among("", ",")
        ends = [*("," for _ in value[1:]), last]
        inner = [
            f"{indent}  {self.word(v)}{end}{self.comment()}"
            for v, end in zip(value, ends, strict=True)
        ]
        return [*inner, f"{indent}]"]

    def entry(self, name: str, value: Any, indent: str) -> Iterator[str]:
        head = f"{indent}{self.word(name)}:"
        deeper = indent + " " * self.step
        style = self.among("flow", "block", "block", "wrapped", "next line")
        if value and isinstance(value, dict | list) and style == "block":
            yield head + self.comment()
            yield from self.between(deeper)
            yield from self.block(
                value, deeper if isinstance(value, dict) else self.among(deeper, indent)
            )
        elif value and isinstance(value, list) and style == "wrapped":
            yield f"{head} [{self.comment()}"
            yield from self.wrapped(value, deeper)
        elif isinstance(value, str) and style == "block" and _is_block(value):
            yield (
                f"{head} {self.among('|', '|', '|+')}{self.comment()}"
                if value.endswith("\n")
                else f"{head} |-{self.comment()}"
            )
            yield from (
                deeper + line if line else "" for line in value.removesuffix("\n").split("\n")
            )
        elif style == "next line":
            yield head + self.comment()
            yield f"{deeper}{self.flow(value)}{self.comment()}"
        else:
            yield f"{head} {self.flow(value)}{self.comment()}"

    def block(self, value: Any, indent: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name, item in value.items():
                yield from self.between(indent)
                yield from self.entry(name, item, indent)
        else:
            dash = self.among("- ", "-   ")
            for item in value:
                yield from self.between(indent)
                yield f"{indent}{dash}{self.word(item)}{self.comment()}"

    def document(self, data: dict[str, Any]) -> list[str]:
        if self.among(True, False, False, False):
            return [self.flow(data)]
        lines = list(self.between(""))
        for name, value in data.items():
            lines += self.between("")
            style = self.among("flow", "block", "block", "block")
            if isinstance(value, dict) and style == "block":
                lines.append(f"{name}:{self.comment()}")
                lines += self.block(value, " " * self.step)
            else:
                lines += self.entry(name, value, "")
        return lines

    def file(self, documents: list[dict[str, Any]]) -> bytes:
        lines = self.among([], ["# yaml-language-server: $schema=x"])
        if self.among(True, False):
            lines = [*lines, "---" + self.comment()]
        for index, data in enumerate(documents):
            lines += (["---"] if index else []) + self.document(data)
            lines += self.among([], [], ["..."], ["# the end"])
        line_break = self.among("\n", "\n", "\r\n")
        text = line_break.join(lines) + self.among(line_break, line_break, "")
        return str(self.among("", "\ufeff") + text).encode()


def _is_block(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    plain = not text[0].isspace() and bool(lines[-1])
    return plain and all(line.isprintable() and not line.isspace() for line in lines)


def said(declaration: Declaration) -> Any:
    match declaration:
        case Elements(present, absent):
            return {k: list(v) for k, v in (("present", present), ("absent", absent)) if v}
        case Entries(values):
            return dict(values)
        case Exactly(value):
            return value


def envelope(kind: str, identity: dict[str, Any], spec: Spec) -> dict[str, Any]:
    data = {"apiVersion": "reconciler/v1", "kind": kind, **identity}
    return {**data, "spec": {name: said(declaration) for name, declaration in spec.items()}}


@st.composite
def single(draw: Draw) -> tuple[bytes, Ref, Spec, Spec]:
    """A file of one document, between two others or alone; its spec, and another one."""
    kind = draw(st.sampled_from(list(FIELDS)))
    ids = {"1": draw(specs(kind)), "2": draw(specs(kind)), "3": draw(specs(kind))}
    chosen = draw(st.sampled_from([("2",), ("1", "2"), ("2", "3"), ("1", "2", "3")]))
    typist = Typist(draw)
    documents = [envelope(kind, {"metadata": {"id": one}}, ids[one]) for one in chosen]
    changes = draw(specs(kind))
    asked = {
        name: draw(st.sampled_from([held, changes.get(name, held)]))
        for name, held in ids["2"].items()
    }
    asked |= {name: value for name, value in changes.items() if name not in asked}
    dropped = draw(st.sets(st.sampled_from(list(asked)), max_size=len(asked) - 1))
    asked = {name: value for name, value in asked.items() if name not in dropped}
    return typist.file(documents), Ref(kind, "2"), ids["2"], asked


def sets(value: Any) -> Any:
    """A list of tags is a set."""
    if isinstance(value, dict):
        return {name: sets(item) for name, item in value.items()}
    return frozenset(value) if isinstance(value, list) else value


def meaning(spec: Spec) -> dict[str, Any]:
    return {name: sets(said(declaration)) for name, declaration in spec.items()}


def declares(content: bytes | None) -> dict[Ref, dict[str, Any]]:
    found = loaded(content or b"")
    assert [finding for finding in found.findings if finding.level == "error"] == []
    return {item.ref: meaning(item.spec) for item in found.declared}


def untouched(content: bytes, ref: Ref, names: set[str]) -> list[str]:
    """The file's lines without those of these fields; of the whole spec if it is in brackets."""
    text = content.decode().removeprefix("\ufeff")
    going: set[int] = set()
    root: Any
    for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
        parts = {key.value: (key, value) for key, value in root.value}
        if {k.value: v.value for k, v in parts["metadata"][1].value}["id"] != ref.id:
            continue
        key, spec = parts["spec"]
        if root.flow_style or spec.flow_style:
            going |= span(text, root if root.flow_style else key, spec)
            continue
        for k, v in spec.value:
            if k.value in names:
                going |= span(text, k, v)
    lines = text.replace("\r\n", "\n").split("\n")
    return [line for number, line in enumerate(lines) if number not in going]


def is_data(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")


def span(text: str, key: Any, value: Any) -> set[int]:
    return set(range(key.start_mark.line, last_line(text, value) + 1))


def last_line(text: str, node: Any) -> int:
    if isinstance(node, yaml.ScalarNode):
        held = text[node.start_mark.index : node.end_mark.index]
        held = held if "+" in held.partition("\n")[0] and node.style == "|" else held.rstrip()
        return int(node.start_mark.line) + held.rstrip(" ").removesuffix("\n").count("\n")
    if node.flow_style:
        return int(node.end_mark.line)
    last = node.value[-1]
    return last_line(text, last[1] if isinstance(last, tuple) else last)


@settings(deadline=None)
@given(single())
def test_a_revised_document_declares_what_was_asked_and_no_other_line_moves(
    case: tuple[bytes, Ref, Spec, Spec],
) -> None:
    content, ref, held, asked = case
    before = declares(content)

    result = edit(content, [Revise(ref, asked)])

    assert result.left == ()
    assert result.content is not None
    assert declares(result.content) == {**before, ref: meaning(asked)}
    names = {*held, *asked}
    changed = {n for n in names if meaning(held).get(n, ...) != meaning(asked).get(n, ...)}
    old, new = untouched(content, ref, changed), untouched(result.content, ref, changed)
    assert [line for line in new if is_data(line)] == [line for line in old if is_data(line)]
    assert {line for line in old if not is_data(line)} <= set(new)
    assert edit(result.content, [Revise(ref, asked)]) == Edited(result.content)


@settings(max_examples=50, deadline=None)
@given(single())
def test_line_ends_stay_as_they_are(case: tuple[bytes, Ref, Spec, Spec]) -> None:
    content, ref, _, asked = case

    after = edit(content, [Revise(ref, asked)]).content

    assert after is not None
    assert after.startswith(b"\xef\xbb\xbf") == content.startswith(b"\xef\xbb\xbf")
    assert after.endswith(b"\n") or not content.endswith(b"\n")
    assert after.count(b"\r\n") in (0, after.count(b"\n"))
    assert (b"\r" in after) == (b"\r" in content)


@settings(max_examples=50, deadline=None)
@given(single())
def test_what_is_written_is_the_same_text_for_yaml_1_2(
    case: tuple[bytes, Ref, Spec, Spec],
) -> None:
    """Editors and other tools read the files too; ruamel.yaml is no part of what wrote them."""
    content, ref, _, asked = case

    after = edit(content, [Revise(ref, asked)]).content

    assert after is not None
    documents = YAML(typ="safe", pure=True).load_all(after)
    [found] = [data["spec"] for data in documents if data and data["metadata"]["id"] == ref.id]
    assert sets(found) == meaning(asked)


@settings(max_examples=50, deadline=None)
@given(single())
def test_a_removed_document_takes_nothing_of_the_others_along(
    case: tuple[bytes, Ref, Spec, Spec],
) -> None:
    content, ref, _, _ = case
    others = {other: spec for other, spec in declares(content).items() if other != ref}

    result = edit(content, [Remove(ref)])

    assert result.left == ()
    assert (result.content is None) == (not others)
    if result.content is not None:
        assert declares(result.content) == others
        modeline = len(b"\xef\xbb\xbf# yaml-language-server: $schema=x\r\n")
        ahead = agreeing(content, result.content)
        behind = agreeing(content[::-1], result.content[::-1])
        assert max(ahead, modeline) + behind >= len(result.content)


def agreeing(one: bytes, other: bytes) -> int:
    """So many bytes are the same from the start."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False)))


@st.composite
def whole_set(draw: Draw) -> tuple[bytes, dict[Ref, Spec | None], Spec]:
    """A set of four between two documents; what some members shall have; what all have."""
    kind = draw(st.sampled_from(list(FIELDS)))
    held, one, two = draw(specs(kind)), draw(specs(kind)), draw(specs(kind))
    members = ["1", "2", "3", "4"]
    identity = {"metadata": {"name": "n", "reason": draw(LINE), "owner": "soc"}, "members": members}
    documents = [envelope(f"{kind}Set", identity, held)]
    others = draw(st.sampled_from([(), ("8",), ("8", "9")]))
    documents += [envelope(kind, {"metadata": {"id": other}}, one) for other in others]
    asked = draw(st.dictionaries(st.sampled_from(members), st.sampled_from([held, one, two, None])))
    order = draw(st.permutations(documents))
    wanted = {Ref(kind, member): spec for member, spec in asked.items()}
    return Typist(draw).file(order), wanted, held


@settings(deadline=None)
@given(whole_set())
def test_members_of_a_set_go_part_and_stay(
    case: tuple[bytes, dict[Ref, Spec | None], Spec],
) -> None:
    content, wanted, _ = case
    edits = [Remove(ref) if spec is None else Revise(ref, spec) for ref, spec in wanted.items()]
    expected = {**declares(content), **{r: meaning(s) for r, s in wanted.items() if s is not None}}
    for ref in (ref for ref, spec in wanted.items() if spec is None):
        del expected[ref]

    result = edit(content, edits)

    assert result.left == ()
    assert declares(result.content) == expected


JUNK: Final = st.lists(
    st.sampled_from(
        [
            *"[]{}:,-?#'\"\n ",
            *("---\n", "...\n", "  ", "\n  ", "- ", "? ", "%YAML 1.1\n", "null", "|+\n  a\n\n"),
            'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {id: "1"}\nspec: {status: active}\n',
            "apiVersion: reconciler/v1\nkind: IncidentSet\nmetadata: {name: n}\n",
            "members: ['2', '3']\n",
            "spec:\n  status: active\n",
            "  customTags: [a]\n",
        ]
    ),
    max_size=12,
).map("".join)


@settings(deadline=None)
@given(st.one_of(JUNK.map(str.encode), st.binary(max_size=60)), st.text(max_size=8), st.data())
def test_whatever_the_file_holds_and_is_asked_for_is_done_or_left(
    content: bytes, text: str, data: st.DataObject
) -> None:
    spec: Spec = {"displayName": Exactly(text), "customTags": Exactly([text])}
    refs = [Ref("Incident", number) for number in "123"]
    choices: list[tuple[Edit, Edit]] = [(Remove(ref), Revise(ref, spec)) for ref in refs]
    edits = [data.draw(st.sampled_from(both)) for both in choices]

    result = edit(content, edits)

    left = {ref for ref, _ in result.left}
    assert all(why.isprintable() for _, why in result.left)
    before = {item.ref for item in loaded(content).declared}
    done = [change for change in edits if change.ref not in left]
    assert {change.ref for change in done} <= before
    if done:
        found = declares(result.content)
        assert found.keys() == before - {one.ref for one in done if isinstance(one, Remove)}
    else:
        assert result.content == content
