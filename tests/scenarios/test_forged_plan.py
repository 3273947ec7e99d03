"""A saved plan in which one key was changed and that was sealed again, under the digest that was approved.

Each key of the file is refused, or stands in a table that says why nothing is written, recorded or let
through guards by it.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.support.sealing import sealed_again
from tests.support.soc import SEED, soc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.soc import Soc

REFUSED = {5, 64}
"""64: of a tenant that the configuration does not have."""
NOWHERE = ("--journal", "no-such-folder/journal.jsonl")
"""A plan that is not refused ends here, before anything is sent."""
NOTHING_WRITTEN = 1

SHOWN: Final = "it is shown and decides nothing; the file's SHA-256 stands for what was shown"
KEPT: Final = "it is left to people and never sent; what is recorded follows from documents"
HARMLESS: Final[Mapping[str, str]] = {
    "toolVersion": SHOWN,
    "createdAt": "it may not be in the future; the file's SHA-256 stands for its age",
    "git.commit": "documents that are as the plan says prove it as well",
    "git.dirty": "documents that are as the plan says prove it as well",
    "git.base": "then only what is sent is recorded, as after another run",
    "git.baseWaived": "what is recorded is proven by documents all the same",
    "selection.select": SHOWN,
    "selection.exclude": SHOWN,
    "summary.requests.readUnits": SHOWN,
    "summary.requests.writeUnits": SHOWN,
    "summary.requests.roundTrips": SHOWN,
    "summary.requests.estimatedSeconds": SHOWN,
    "summary.requests.reading": SHOWN,
    "reviewed": "apply compares with the plan that --approved names, whatever the file says",
    "notices": SHOWN,
    "changes.title": SHOWN,
    "changes.severity": "risks follow from it; a closure is checked again against live",
    "changes.created": SHOWN,
    "changes.movedBy": SHOWN,
    "changes.movedBy.who": SHOWN,
    "changes.movedBy.at": SHOWN,
    "changes.owner": SHOWN,
    "changes.ticket": SHOWN,
    "changes.name": SHOWN,
    "changes.source.path": "documents are looked for there, and have to say what is recorded",
    "changes.source.line": SHOWN,
    "changes.revision": "it is compared for a change that closes or recomputes, and digested there",
    "changes.risks": "a true positive is closed quietly; a closure is checked again against live",
    "changes.kept.base": KEPT,
    "changes.kept.base.present": KEPT,
    "changes.kept.declared": KEPT,
    "changes.kept.live": KEPT,
    "changes.survivor": SHOWN,
    "changes.problem": SHOWN,
    "changes.detail": SHOWN,
}
"""Keys that the digest does not cover and nothing else proves, and why each does no harm."""

Path_ = tuple[str | int, ...]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soc]:
    """One plan with everything: updates, parts kept, drift, spill-over, a noop, a release."""
    seed = copy.deepcopy(dict(SEED))
    seed["incidents"][1]["severity"], seed["alerts_v2"][0]["severity"] = "high", "low"
    with soc(tmp_path_factory.mktemp("forged"), seed) as found:
        furnish(found)
        found.plan("--allow", "highSeverityClosures=1")
        yield found


def furnish(soc: Soc) -> None:
    soc.declare("1", "displayName: First, customTags: {present: [a, b]}")
    soc.declare("3", "displayName: Third, status: active")
    soc.declare("4", "displayName: Fourth")
    soc.commit()
    soc.apply()
    soc.portal("kai@contoso.com", "1", customTags=["a", "kept"])
    soc.portal("kai@contoso.com", "3", displayName="Kai's")
    soc.declare(
        "1",
        "status: inProgress, displayName: First, customTags: {present: [a, b, c]}",
        metadata="expires: 2030-01-01",
    )
    soc.declare("2", "status: resolved, assignedTo: ann@contoso.com")
    soc.write(
        "da2.yaml",
        "apiVersion: reconciler/v1\nkind: Alert\nmetadata: {id: da2}\n"
        "spec: {status: resolved, customDetails: {Ring: '1'}}\n",
    )
    (soc.root / "desired/4.yaml").unlink()
    soc.commit()


def paths(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    if path and path[0] not in {"digest", "seal"}:
        yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(item, (*path, key))


FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "createdAt": ("2026-11-20T09:00:00.000Z",),
    "git.commit": ("a" * 40,),
    "git.base": ("a" * 40,),
    "changes.expires": ("2031-01-01",),
    "changes.source.path": ("desired/3.yaml",),
    "changes.kept.cause": ("conflict",),
    "changes.fields.cause": ("drift",),
    "changes.risks": ("closes",),
}
"""Texts of another form than most."""


def forgeries(name: str, value: Any) -> Iterator[Any]:
    """Values that the format may take in the place of this one."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str():
            yield from ("x", "high", *FITTING.get(name, ()))
        case None:
            yield from ("x", "low", {"who": "x", "at": None}, {"status": "active"})
            yield {"digest": "sha256:" + "0" * 64, "new": [], "allowed": []}
            yield {"id": "9", "title": None, "severity": None}
        case list():
            yield from (value[1:], [*value, *value[-1:]], ["x"], ["closes"], [*value, "Alert/da2"])
        case dict():
            yield from ({**value, "added": "x"}, None)
            yield from ({key: value[key] for key in value if key != gone} for gone in value)


def forged(document: Any) -> Iterator[tuple[str, Any]]:
    for path in paths(document):
        name = ".".join(step for step in path if isinstance(step, str))
        for value in forgeries(name, at(document, path)):
            other = copy.deepcopy(document)
            at(other, path[:-1])[path[-1]] = value
            if other != document:
                yield name, other


def at(document: Any, path: Path_) -> Any:
    for step in path:
        document = document[step]
    return document


def test_no_key_of_a_plan_can_be_changed_under_the_digest_that_was_approved(world: Soc) -> None:
    whole = json.loads((world.root / "plan.json").read_bytes())
    expected = ("apply", "forged.json", "--expect-digest", whole["digest"])
    before = len(world.server.history())
    passed: set[str] = set()
    for name, document in forged(whole):
        (world.root / "forged.json").write_bytes(sealed_again(document))
        code = world.run(*expected, *NOWHERE)
        assert code in {*REFUSED, NOTHING_WRITTEN}, world.shell.err
        if code == NOTHING_WRITTEN:
            passed.add(name)

    assert passed == set(HARMLESS)
    assert len(world.server.history()) == before


def forge(soc: Soc, name: str, **values: Any) -> str:
    """The saved plan with these values of one change in a file of that name; the digest it keeps."""
    document = json.loads((soc.root / "plan.json").read_bytes())
    row = next(one for one in document["changes"] if one["id"] == name)
    row.update(values)
    (soc.root / "forged.json").write_bytes(sealed_again(document))
    digest: str = document["digest"]
    return digest


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_value_that_no_document_declares_is_never_recorded_whatever_the_digest(
    tmp_path: Path, *, is_committed: bool
) -> None:
    with soc(tmp_path) as found:
        found.commit()
        found.declare("1", "status: inProgress, displayName: As Defender calls it")
        if is_committed:
            found.commit()
        found.plan()
        forge(found, "1", applied={"status": "inProgress", "displayName": "Forged"})

        assert found.run("apply", "forged.json") == 5
        assert "the plan would record of Incident 1 what its document does not say" in (
            found.shell.err.replace("\n", " ")
        )
        assert found.writes() == []
        assert found.run("apply", "plan.json") == 0, found.shell.err
        assert found.applied()["Incident/1.json"]["displayName"] == "As Defender calls it"


def test_documents_of_the_plans_commit_prove_it_where_those_here_have_changed(
    tmp_path: Path,
) -> None:
    with soc(tmp_path) as found:
        found.declare("1", "status: inProgress, displayName: As Defender calls it")
        found.commit()
        found.plan()
        found.declare("1", "status: inProgress, displayName: Later")
        found.commit()

        assert found.run("apply", "plan.json") == 0, found.shell.err
        assert found.applied()["Incident/1.json"]["displayName"] == "As Defender calls it"


def test_a_severity_that_was_forged_takes_no_high_closure_past_the_check(tmp_path: Path) -> None:
    seed = copy.deepcopy(dict(SEED))
    seed["incidents"][0]["severity"] = "high"
    with soc(tmp_path, seed) as found:
        found.declare("1", "status: resolved")
        found.plan("--allow", "highSeverityClosures=1")
        digest = forge(found, "1", severity="low", risks=["closes"])

        assert found.run("apply", "forged.json", "--expect-digest", digest) == 6
        assert "its severity is high, which the plan does not tell" in found.shell.out.replace(
            "\n", " "
        )
        assert found.writes() == []


def test_a_plan_of_the_format_before_is_refused(tmp_path: Path) -> None:
    with soc(tmp_path) as found:
        found.declare("1", "status: inProgress")
        document = found.plan()
        document["formatVersion"] = "1.0"
        (found.root / "old.json").write_bytes(sealed_again(document))

        for words in (
            ("apply", "old.json"),
            ("show", "old.json"),
            ("plan", "--approved", "old.json"),
        ):
            assert found.run(*words) == 5
            assert "an older reconciler (format 1.0; known is 2.0)" in found.shell.err
            assert "make the plan again" in found.shell.err
