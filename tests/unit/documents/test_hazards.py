"""The hazard corpus: each file of tests/hazards/ is refused, at its place and in words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import jsonschema
import jsonschema_rs
import pytest

from reconciler.contract.document import deciding_schema
from reconciler.documents import load
from reconciler.documents.events import ERRORS_LIMIT
from reconciler.documents.reading import read
from reconciler.model.words import SourceFile
from tests.support.documents import ALL_ON, document, loaded, said, source

CORPUS: Final = Path(__file__).parents[2] / "hazards"

EXPECTED: Final = {
    "alias": ("7:16", "spec.displayName is the alias *who; aliases are not supported: write"),
    "alias-as-key": ("6:3", "a key is the alias *who; aliases are not supported: write the value"),
    "anchor": ("6:15", "the anchor &who stands here; anchors are not supported: delete it"),
    "anchor-on-mapping": (
        "5:7",
        "the anchor &all stands here; anchors are not supported: delete it",
    ),
    "billion-laughs": (
        "2:8",
        "b[0] is the alias *a; aliases are not supported: write the value out",
    ),
    "explicit-tag": (
        "6:11",
        "the tag 'tag:yaml.org,2002:str' stands here; tags are not supported:",
    ),
    "python-tag": ("6:15", "the tag 'tag:yaml.org,2002:python/object/apply:os.system' stands"),
    "local-tag": ("6:15", "the tag '!secret' stands here; tags are not supported: delete it"),
    "non-specific-tag": ("6:15", "the tag '!' stands here; tags are not supported: delete it"),
    "tag-directive": ("1:1", "a %TAG directive stands here; tags are not supported: delete it"),
    "yaml-directive-of-the-future": (
        "1:1",
        "not valid YAML: found incompatible YAML document; check the",
    ),
    "merge-key": ("6:3", "a merge key (<<) stands here; merge keys are not supported: write the"),
    "duplicate-key": (
        "8:3",
        "the key 'status' stands twice, first at line 6, column 3; delete one",
    ),
    "duplicate-key-in-quotes": (
        "7:3",
        "the key 'status' stands twice, first at line 6, column 3; delete one",
    ),
    "duplicate-document-key": (
        "7:1",
        "the key 'kind' stands twice, first at line 2, column 1; delete one",
    ),
    "nested-too-deep": ("6:77", "nested deeper than 64; the rest of the file is not read"),
    "nested-in-blocks": ("65:129", "nested deeper than 64; the rest of the file is not read"),
    "brackets": ("1:65", "nested deeper than 64; the rest of the file is not read"),
    "braces": ("1:257", "nested deeper than 64; the rest of the file is not read"),
    "dashes": ("1:129", "nested deeper than 64; the rest of the file is not read"),
    "list-as-key": ("6:5", "a list or a mapping stands where a key should; expected a plain word"),
    "mapping-as-key": (
        "6:3",
        "a list or a mapping stands where a key should; expected a plain word",
    ),
    "number-as-key": ("6:3", "the key 5 is not text; write it in quotes"),
    "null-as-key": ("6:3", "the key null is not text; write it in quotes"),
    "tilde-as-key": ("6:3", "a key is empty; expected a word before the colon"),
    "empty-key": ("6:3", "a key is empty; expected a word before the colon"),
    "control-character-in-a-key": (
        "6:3",
        "the key 'sta\\ttus' holds a control or bidi character; delete it",
    ),
    "unclosed-quote": (
        "7:1",
        "not valid YAML: while scanning a quoted scalar found unexpected end",
    ),
    "unclosed-bracket": (
        "7:1",
        "not valid YAML: while parsing a flow sequence did not find expected",
    ),
    "tab-as-indentation": (
        "4:1",
        "not valid YAML: while scanning for the next token found character",
    ),
    "bad-indentation": (
        "7:19",
        "not valid YAML: mapping values are not allowed in this context; check",
    ),
    "unknown-escape": (
        "6:19",
        "not valid YAML: while parsing a quoted scalar found unknown escape",
    ),
    "surrogate-escape": (
        "6:21",
        "not valid YAML: while parsing a quoted scalar found invalid Unicode",
    ),
    "c0-escape": ("6:15", "spec.assignedTo holds the control or bidi character U+0007; delete it"),
    "escape-sequence": (
        "6:15",
        "spec.assignedTo holds the control or bidi character U+001B; delete it",
    ),
    "c1-escape": ("6:15", "spec.assignedTo holds the control or bidi character U+009B; delete it"),
    "del-escape": ("6:15", "spec.assignedTo holds the control or bidi character U+007F; delete it"),
    "nul-escape": ("6:15", "spec.assignedTo holds the control or bidi character U+0000; delete it"),
    "bidi-escape": (
        "6:15",
        "spec.assignedTo holds the control or bidi character U+202E; delete it",
    ),
    "line-separator-escape": (
        "6:15",
        "spec.assignedTo holds the control or bidi character U+2028; delete it",
    ),
    "next-line-escape": (
        "6:15",
        "spec.assignedTo holds the control or bidi character U+0085; delete it",
    ),
    "line-end-in-a-name": (
        "6:16",
        "spec.displayName holds a line end or a tab; write it in one line",
    ),
    "tab-in-a-tag": ("6:16", "spec.customTags[0] holds a line end or a tab; write it in one line"),
    "broken-second-document": (
        "9:1",
        "not valid YAML: while parsing a flow node did not find expected node",
    ),
    "empty-value": ("6:14", "spec.assignedTo is empty; write null to unassign, or delete the line"),
    "tilde": ("6:15", "spec.assignedTo is ~; write null to unassign, or delete the line"),
    "empty-text": ("6:15", "spec.assignedTo is empty; write null to unassign, or delete the line"),
    "blank-text": ("6:15", "spec.assignedTo is blank; write null to unassign, or delete the line"),
    "empty-list-item": (
        "8:6",
        "spec.customTags[1] is empty; write null to unassign, or delete the",
    ),
    "null-status": ("6:11", "spec.status is null; expected one of 'active', 'inProgress',"),
    "null-tags": ("6:15", "spec.customTags is null; expected a list or a mapping; write [] to"),
    "null-reason": ("5:11", "metadata.reason is null; expected text"),
    "number-for-text": (
        "7:16",
        "spec.displayName is the number 7; expected text or null; write it in",
    ),
    "huge-number": (
        "6:16",
        "spec.displayName is the number 1e999; expected text or null; write it",
    ),
    "very-long-number": ("6:16", "spec.displayName is the number"),
    "boolean-for-text": (
        "6:15",
        "spec.assignedTo is true; expected text or null; write it in quotes:",
    ),
    "list-for-text": ("6:15", "spec.assignedTo is a list; expected text or null"),
    "unquoted-id": ("4:7", "metadata.id is the number 2972395; expected text; write it in quotes:"),
    "path-in-id": ("4:7", "metadata.id is '../../users/x'; expected an id like '2972395'"),
    "query-in-id": ("4:7", "metadata.id is '1?x=1'; expected an id like '2972395'"),
    "fragment-in-id": ("4:7", "metadata.id is '1#f'; expected an id like '2972395'"),
    "line-end-in-id": ("4:7", "metadata.id holds a line end or a tab; write it in one line ('>-'"),
    "other-digits-in-id": ("4:7", "metadata.id is '１２３'; expected an id like '2972395'"),
    "long-id": ("4:7", "metadata.id is '11111111111111111111'; expected an id like '2972395'"),
    "unknown-status": ("6:11", "spec.status is 'closed'; expected one of 'active', 'inProgress',"),
    "boolean-status": ("6:11", "spec.status is false; expected one of 'active', 'inProgress',"),
    "yaml-1-1-boolean": ("6:11", "spec.status is 'on'; expected one of 'active', 'inProgress',"),
    "status-of-another-kind": (
        "6:11",
        "spec.status is 'new'; expected one of 'active', 'inProgress',",
    ),
    "redirected": ("6:11", "spec.status is 'redirected': only merging incidents sets it; expected"),
    "awaiting-action": ("6:11", "spec.status is 'awaitingAction': only Defender Experts set it;"),
    "sentinel": ("6:13", "spec.severity is 'unknownFutureValue': it only stands for a member"),
    "apt": ("7:18", "spec.determination is 'Apt': Microsoft announced its removal;"),
    "security-personnel": (
        "7:18",
        "spec.determination is 'securityPersonnel': Microsoft announced its",
    ),
    "dismissed": ("6:11", "spec.status is 'dismissed': the page of the update does not list it;"),
    "unknown-alert-status": (
        "6:11",
        "spec.status is 'unknown': it only says that no status is set;",
    ),
    "determination-alone": (
        "6:18",
        "spec.determination needs spec.classification beside it; add it, or",
    ),
    "pair-that-does-not-fit": (
        "7:18",
        "spec.determination is 'malware', which does not fit classification",
    ),
    "old-name-that-does-not-fit": (
        "7:18",
        "spec.determination is 'notMalicious', which does not fit",
    ),
    "true-positive-without-determination": (
        "7:18",
        "spec.determination is null, which does not fit classification",
    ),
    "repeated-tag": ("6:22", "spec.customTags[2] repeats 'a'; delete one"),
    "tag-present-and-absent": (
        "6:42",
        "spec.customTags.absent[1] is 'a', as is spec.customTags.present[0]; a",
    ),
    "no-tags-named": ("6:15", "spec.customTags is empty; expected at least one of 'present',"),
    "no-present-tags": (
        "6:25",
        "spec.customTags.present is empty; expected at least one entry, or",
    ),
    "number-as-tag": ("6:16", "spec.customTags[0] is the number 2026; expected text; write it in"),
    "unknown-phrase": ("6:14", "spec.comments[0] is 'Closed'; expected one of 'Closed in IPC',"),
    "no-comments": ("6:13", "spec.comments is empty; expected at least one entry, or"),
    "null-comments": ("6:13", "spec.comments is null; expected a list, or delete the line"),
    "local-time": ("6:19", "spec.closedDateTime is '2026-01-31T12:00:00+02:00'; expected a UTC"),
    "no-such-time": ("6:19", "spec.closedDateTime is '2026-02-30T12:00:00Z', which is no time;"),
    "vendor-information": ("6:3", "unknown key 'vendorInformation' in spec; expected 'status',"),
    "number-in-details": (
        "6:25",
        "spec.customDetails.rate is the number 1.10; expected text; write it",
    ),
    "annotation-in-details": (
        "6:19",
        "the key '@odata.type' in spec.customDetails cannot be a name;",
    ),
    "no-details": ("6:18", "spec.customDetails is empty; expected at least one entry, or delete"),
    "no-such-day": ("5:12", "metadata.expires is '2026-02-30', which is no day of the calendar;"),
    "expires-without-day": (
        "5:12",
        "metadata.expires is '2026-12'; expected a date like 2026-12-31",
    ),
    "other-version": ("1:13", "apiVersion is 'reconciler/v2'; expected 'reconciler/v1'"),
    "octal-id": ("4:7", 'metadata.id is 0123 without quotes; write it in quotes: "0123"'),
    "octal-member": ("4:11", 'members[0] is 0123 without quotes; write it in quotes: "0123"'),
    "no-kind": ("1:1", "kind is missing (what is declared); add it"),
    "misspelt-kind": ("2:7", "kind is 'incident'; expected one of 'Incident', 'IncidentTask',"),
    "no-id": ("3:1", "metadata.id is missing (the id of the object in Graph, in quotes:"),
    "no-spec": ("1:1", "spec is missing (the declared properties, under Graph's names); add it"),
    "empty-spec": ("5:7", "spec is empty; expected at least one of 'status', 'classification',"),
    "misspelt-property": (
        "6:3",
        "unknown key 'clasification' in spec; did you mean 'classification'?",
    ),
    "property-of-another-kind": (
        "6:3",
        "unknown key 'customTags' in spec; alerts have none ('customTags' is a field of Incident and",
    ),
    "read-only-property": ("6:3", "unknown key 'priorityScore' in spec; expected 'status',"),
    "unknown-metadata": (
        "5:3",
        "unknown key 'labels' in metadata; expected 'id', 'reason', 'ticket',",
    ),
    "misspelt-management": ("8:3", "unknown key 'stauts' in management; did you mean 'status'?"),
    "management-of-another-kind": (
        "8:3",
        "unknown key 'assignedTo' in management; incident tasks have none",
    ),
    "unknown-mode": ("8:11", "management.status is 'keep'; expected one of 'yield', 'enforce',"),
    "boolean-mode": ("8:11", "management.status is true; expected one of 'yield', 'enforce',"),
    "mode-in-a-list": ("8:11", "management.status is a list; expected one of 'yield',"),
    "empty-management": ("7:13", "management is empty; expected at least one of 'status',"),
    "management-without-fields": ("7:13", "management is 'enforce'; expected a mapping"),
    "management-in-spec": ("7:3", "unknown key 'management' in spec; expected 'status',"),
    "star-without-quotes": ("8:4", "not valid YAML: while scanning an alias did not find"),
    "select": ("4:1", "select is not supported yet; delete it"),
    "expand": ("7:1", "expand is not supported yet; delete it"),
    "list-of-documents": ("1:1", "the document is a list; expected a mapping"),
    "text-only": ("1:1", "the document is 'hello'; expected a mapping"),
    "config-among-documents": ("1:1", "metadata is missing (which object, and why); add it"),
    "set-without-members": (
        "1:1",
        "members is missing (the ids of the objects that get this spec, in",
    ),
    "set-with-no-members": (
        "4:10",
        "members is empty; expected at least one entry, or delete the line",
    ),
    "set-with-unquoted-member": (
        "4:16",
        'members[1] is the number 2; expected text; write it in quotes: "2"',
    ),
    "set-with-a-path": ("4:11", "members[0] is '../1'; expected an id like '2972395'"),
    "set-with-id": ("3:23", "unknown key 'id' in metadata; expected 'name', 'reason', 'ticket',"),
    "set-without-name": ("3:1", "metadata.name is missing (the name of the set); add it"),
    "set-with-a-double": (
        "4:11",
        "Incident 1 is declared twice, also at a.yaml:4:21; delete",
    ),
    "members-in-a-single": (
        "7:1",
        "unknown key 'members'; expected 'apiVersion', 'kind', 'metadata',",
    ),
    "declared-twice": ("2:1", "Incident 2972395 is declared twice, also at a.yaml:9:1;"),
}
"""File → the place of one error, and how its message starts."""

RAW: Final = {
    "not-utf-8": (b"kind: \xff", "1:7", "the file is not UTF-8 (the byte 0xff found)"),
    "latin-1": (b"a: 1\nkind: M\xfcller", "2:8", "the file is not UTF-8"),
    "overlong-utf-8": (b"kind: \xc0\xaf", "1:7", "the file is not UTF-8"),
    "surrogate-in-utf-8": (b"kind: \xed\xa0\x80", "1:7", "the file is not UTF-8"),
    "utf-16": ("kind: Alert".encode("utf-16"), "1:1", "the file is not UTF-8 (UTF-16 found)"),
    "utf-32": ("kind: Alert".encode("utf-32"), "1:1", "the file is not UTF-8 (UTF-16 found)"),
    "too-large": (b"#" * (1024 * 1024 + 1), "1:1", "the file has 1048577 bytes; expected at most"),
    "nul": (b"kind: a\0b", "1:8", "the control or bidi character U+0000 stands here"),
    "bell": (b"a: 1\nkind: \x07", "2:7", "the control or bidi character U+0007 stands here"),
    "escape": (b"kind: \x1b[31m", "1:7", "the control or bidi character U+001B stands here"),
    "del": (b"kind: \x7f", "1:7", "the control or bidi character U+007F stands here"),
    "c1": ("kind: \x9b31m".encode(), "1:7", "the control or bidi character U+009B stands here"),
    "next-line": ("kind: a\x85b".encode(), "1:8", "the control or bidi character U+0085"),
    "bidi": ("kind: \u202eabc".encode(), "1:7", "the control or bidi character U+202E stands here"),
    "bidi-isolate": ("kind: a\u2066b".encode(), "1:8", "the control or bidi character U+2066"),
    "bidi-in-a-comment": ("# \u202eabc\na: 1".encode(), "1:3", "the control or bidi character"),
    "line-separator": ("kind: a\u2028b".encode(), "1:8", "the control or bidi character U+2028"),
    "second-byte-order-mark": ("\ufeff\ufeffa: 1".encode(), "1:1", "the control or bidi character"),
    "lone-carriage-return": (b"# a\rkind: Alert", "1:4", "the control or bidi character U+000D"),
}
"""What cannot live in git as text: the bytes, the place, how the message starts."""

FILES: Final = {path.stem: path.read_bytes() for path in sorted(CORPUS.glob("*.yaml"))}
ALL: Final = {
    **{name: (FILES.get(name, b""), *row) for name, row in EXPECTED.items()},
    **RAW,
}


def test_every_file_of_the_corpus_has_its_row() -> None:
    assert set(FILES) == set(EXPECTED)
    assert len(ALL) >= 70


@pytest.mark.parametrize("name", ALL)
def test_a_hazard_is_refused_at_its_place(name: str) -> None:
    content, place, message = ALL[name]

    found = said(content)

    assert [line for line in found if line.startswith(f"{place} error {message}")], found


@pytest.mark.parametrize("name", ALL)
def test_a_hazard_is_refused_without_libyaml_too(name: str) -> None:
    found = load([source(ALL[name][0])], ALL_ON, libyaml=False).findings

    assert [finding for finding in found if finding.level == "error"]


@pytest.mark.parametrize("name", ALL)
def test_a_hazard_says_nothing_that_a_terminal_would_obey(name: str) -> None:
    assert all(line.isprintable() for line in said(ALL[name][0]))


@pytest.mark.parametrize("name", ALL)
def test_both_schema_libraries_agree_on_a_hazard(name: str) -> None:
    """One decides, the other explains: what only one refuses would be accepted or unexplained."""
    schema = deciding_schema()
    fast, slow = jsonschema_rs.Draft7Validator(schema), jsonschema.Draft7Validator(schema)
    documents, _ = read(source(ALL[name][0]), libyaml=True)

    for found in documents:
        if not found.broken:
            assert fast.is_valid(found.data) == slow.is_valid(found.data)


def test_all_hazards_are_told_in_one_go() -> None:
    files = [SourceFile(name, content) for name, (content, *_) in ALL.items()]

    found = load(files, ALL_ON)

    assert {finding.place.path for finding in found.findings if finding.level == "error"} == set(
        ALL
    )
    assert list(found.findings) == sorted(found.findings)
    assert found.files == len(ALL)


def test_nesting_that_kills_the_c_loader_leaves_the_process_alive() -> None:
    """In a process of its own: the hazard is a SIGSEGV, not an exception."""
    program = (
        "from reconciler.documents import Rules, load\n"
        "from reconciler.model.words import SourceFile\n"
        "found = load([SourceFile('a', b'[' * 50000)], Rules(frozenset()))\n"
        "print(found.findings[0].message)\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (
        0,
        "nested deeper than 64; the rest of the file is not read\n",
    )


@pytest.mark.parametrize("line", ["- *a", "--- [", "--- 1", "--- {a: 1}", '--- ""'])
def test_a_file_of_nothing_but_errors_is_not_judged_to_its_end(line: str) -> None:
    found = said(f"{line}\n" * 10_000)

    assert len(found) == ERRORS_LIMIT + 1
    assert found[-1].endswith(" error this file has more errors; they are not shown")


def test_warnings_without_end_are_all_told_and_nothing_is_lost() -> None:
    texts = (document("assignedTo: Null", object_id=str(number)) for number in range(300))

    found = loaded("---\n".join(texts))

    assert len(found.declared) == 300
    assert {finding.level for finding in found.findings} == {"warning"}
    assert len(found.findings) == 300


def test_a_file_of_nothing_but_hidden_characters_is_told_about_some() -> None:
    assert len(said("\u202e" * 10_000)) <= ERRORS_LIMIT


def test_unknown_keys_without_end_are_counted() -> None:
    keys = ", ".join(f"zz{number}: 1" for number in range(1000))

    found = said(document(f"status: resolved, {keys}"))

    assert len(found) == 21
    assert "4:7 error spec has 980 more unknown keys" in found[0]


@pytest.mark.parametrize("tag", ["x", "1"])
def test_of_errors_without_end_some_are_told(tag: str) -> None:
    tags = ", ".join([tag] * 3000)

    found = said(document(f"customTags: [{tags}]"))

    assert len(found) == ERRORS_LIMIT + 1
    assert any("error this file has more errors; they are not shown" in line for line in found)


def test_an_object_declared_without_end_is_told_at_some_places() -> None:
    members = ", ".join(['"1"'] * 3000)
    text = f"{{apiVersion: reconciler/v1, kind: IncidentSet, metadata: {{name: n}}, members: [{members}], spec: {{status: active}}}}"

    found = said(text)

    assert len(found) == ERRORS_LIMIT
    assert all(" and 2996 more places; delete one" in line for line in found)
