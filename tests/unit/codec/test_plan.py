from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, strategies as st

from reconciler.codec.plan import digest, dump, load
from reconciler.errors import Refused
from reconciler.model.desired import Exactly
from reconciler.model.plan import (
    Change,
    FieldChange,
    GitState,
    New,
    Objection,
    Plan,
    Request,
    Reviewed,
    Summary,
)
from reconciler.model.words import Place, Ref
from tests.support.sample_plan import HOSTILE, sample_plan
from tests.support.sealing import digest_of, parsed, sealed, sealed_again

TEXT = "".join(dump(sample_plan()))
DATA = TEXT.encode("ascii")


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        load(data)
    assert refused.value.remedy == "make the plan again: reconciler plan --out FILE"
    return refused.value.message


def test_what_was_dumped_loads_as_the_same_plan() -> None:
    assert load(DATA) == sample_plan()


def test_a_plan_without_changes_loads_as_the_same_plan() -> None:
    nothing = Objection("empty", 0, 1, ())
    empty = replace(
        sample_plan(), changes=(), summary=Summary(), released=(), objections=(nothing,)
    )

    assert load("".join(dump(empty)).encode()) == empty


def test_the_top_level_keys_stand_in_the_order_of_the_contract() -> None:
    assert list(parsed(TEXT)) == [
        *("formatVersion", "toolVersion", "createdAt", "git", "tenant", "selection", "overrides"),
        *("summary", "changes", "released", "reviewed", "objections", "notices", "digest", "seal"),
    ]


def test_each_change_is_a_line_with_the_keys_of_the_contract() -> None:
    lines = TEXT.splitlines()
    first = lines.index('"changes":[') + 1
    rows = [json.loads(line.removesuffix(",")) for line in lines[first : lines.index("],")]]

    assert [row["id"] for row in rows] == [change.ref.id for change in sample_plan().changes]
    assert {tuple(row) for row in rows} == {
        (
            *("kind", "id", "action", "reason", "title", "severity", "created", "movedBy"),
            *("owner", "ticket", "name", "expires", "source", "revision", "risks", "fields"),
            *("kept", "request", "applied", "survivor", "spillOver", "problem", "detail"),
        )
    }


def test_an_incident_is_written_as_the_contract_shows_it() -> None:
    row = parsed(TEXT)["changes"][1]

    assert row == {
        "kind": "Incident",
        "id": "2972395",
        "action": "update",
        "reason": "differs",
        "title": HOSTILE,
        "severity": "high",
        "created": "2026-11-19T10:00:00Z",
        "movedBy": {"who": "kai@contoso.com", "at": "2026-11-20T10:00:00.1234567Z"},
        "owner": "soc-tier2",
        "ticket": "SEC-1234",
        "name": "pentest",
        "expires": "2026-12-31",
        "source": {"path": "desired/demo/2972395.yaml", "line": 3},
        "revision": "2026-11-20T10:00:00.1234567Z",
        "risks": ["closes-high-severity", "unassigns"],
        "fields": [
            {"name": "status", "before": "active", "after": "resolved", "cause": "declared"},
            {"name": "assignedTo", "before": "kai@contoso.com", "after": None, "cause": "drift"},
            {"name": "customTags", "before": ["a"], "after": ["a", "b"], "cause": "declared"},
        ],
        "kept": [
            {
                "name": "customTags",
                "base": {"present": ["c"]},
                "declared": {"present": ["b", "c"], "absent": ["d"]},
                "live": ["a"],
                "cause": "drift",
            }
        ],
        "request": {
            "method": "PATCH",
            "path": "/v1.0/security/incidents/2972395",
            "body": {"status": "resolved", "assignedTo": None, "customTags": ["a", "b"]},
        },
        "applied": {
            "status": "resolved",
            "assignedTo": None,
            "customTags": {"present": ["b", "c"], "absent": ["d"]},
        },
        "survivor": None,
        "spillOver": [{"field": "status", "value": "resolved", "declared": ["Alert/da1"]}],
        "problem": None,
        "detail": None,
    }


def test_overrides_and_objections_are_written_under_the_names_of_the_contract() -> None:
    document = parsed(TEXT)

    assert document["overrides"] == {"closures": 2, "tagRemovals": 0}
    assert document["objections"][1] == {
        "guard": "highSeverityClosures",
        "limit": 0,
        "count": 1,
        "objects": [{"kind": "Incident", "id": "2972395"}],
        "override": "--allow highSeverityClosures=1",
    }


def test_overrides_are_written_the_same_however_they_were_typed() -> None:
    turned = replace(sample_plan(), overrides={"tagRemovals": 0, "closures": 2})

    assert "".join(dump(turned)) == TEXT
    assert digest(turned) == digest(sample_plan())


def test_every_byte_of_the_file_is_printable_ascii() -> None:
    assert set(DATA) <= {10, *range(32, 127)}


def test_the_same_plan_is_always_the_same_bytes() -> None:
    assert "".join(dump(sample_plan())) == TEXT


def test_any_mapping_is_written_as_an_object() -> None:
    plan = sample_plan()
    change = plan.changes[1]
    assert change.request is not None
    request = replace(change.request, body=MappingProxyType(dict(change.request.body)))
    frozen = replace(
        plan, changes=(plan.changes[0], change._replace(request=request), *plan.changes[2:])
    )

    assert "".join(dump(frozen)) == TEXT


def test_what_is_no_json_value_is_a_mistake_of_ours_and_never_written() -> None:
    change = sample_plan().changes[0]._replace(fields=(FieldChange("status", "new", float("nan")),))

    with pytest.raises(ValueError, match="not JSON compliant"):
        digest(replace(sample_plan(), changes=(change,)))
    odd = change._replace(fields=(FieldChange("status", "new", {1, 2}),))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="set is no JSON value"):
        digest(replace(sample_plan(), changes=(odd,)))


def one_change(index: int, **values: Any) -> Plan:
    plan = sample_plan()
    changes = list(plan.changes)
    changes[index] = changes[index]._replace(**values)
    return replace(plan, changes=tuple(changes))


def each(**values: Any) -> Plan:
    plan = sample_plan()
    return replace(plan, changes=tuple(one._replace(**values) for one in plan.changes))


def test_the_digest_is_the_hash_of_one_canonical_json() -> None:
    assert digest(sample_plan()) == digest_of(parsed(TEXT)) == parsed(TEXT)["digest"]


@pytest.mark.parametrize(
    "other",
    [
        replace(sample_plan(), git=GitState("1" * 40)),
        replace(sample_plan(), git=GitState(base="2" * 40)),
        each(kept=(), title=None, severity=None, created=None, moved_by=None, moved_at=None),
        each(owner="a", ticket="b", name="c", source=Place("d", 4), problem="e", detail=None),
        one_change(0, revision="2026-11-20T10:00:00Z"),
        replace(sample_plan(), created_at="2027-01-01T00:00:00Z"),
        replace(sample_plan(), tool_version="9", notices=()),
    ],
    ids=["commit", "base", "shown", "document", "revision that is not compared", "day", "tool"],
)
def test_the_same_decision_has_the_same_digest_on_another_commit_or_day(other: Plan) -> None:
    assert digest(other) == digest(sample_plan())


def test_another_decision_or_tenant_has_another_digest() -> None:
    plan = sample_plan()
    others = (
        replace(plan, changes=plan.changes[1:]),
        replace(plan, tenant=replace(plan.tenant, name="other")),
        one_change(0, reason="in-sync"),
        one_change(0, applied=None),
        one_change(0, applied={"status": Exactly("new")}),
        one_change(0, expires="2027-01-01"),
        one_change(1, revision="2026-11-20T10:00:00Z"),
        replace(plan, released=()),
        replace(plan, overrides={**plan.overrides, "closures": 3}),
        replace(plan, overrides={}),
        replace(plan, objections=plan.objections[:1]),
    )

    assert len({digest(plan), *(digest(other) for other in others)}) == len(others) + 1


def test_any_byte_that_was_flipped_is_refused() -> None:
    for position in range(len(DATA)):
        flipped = bytearray(DATA)
        flipped[position] ^= 1 << position % 8
        assert "the plan cannot be used" in refusal(bytes(flipped))


def test_any_cut_or_added_byte_is_refused() -> None:
    for data in (DATA[:-1], DATA + b"\n", DATA + b" ", b" " + DATA, DATA[1:], DATA * 2, b""):
        assert refusal(data)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    assert refusal(data)


@given(st.text(max_size=200))
def test_a_sealed_file_of_anything_is_refused(text: str) -> None:
    assert refusal(sealed(json.dumps(text)[1:-1] + '"seal":"'))


def test_white_space_is_refused_even_with_a_new_seal() -> None:
    spaced = TEXT.replace('"owner":null', '"owner": null', 1)
    data = sealed(spaced[: spaced.index('"seal":"') + len('"seal":"')])

    assert "not written the way this tool writes it" in refusal(data)


def test_a_sealed_file_of_broken_json_is_refused_in_our_words() -> None:
    assert "no JSON that this tool wrote" in refusal(sealed('{"a":,"seal":"'))
    deep = '{"a":' + "[" * 100_000 + "]" * 100_000 + ',"seal":"'
    assert "no JSON that this tool wrote" in refusal(sealed(deep))


def test_an_edited_decision_is_refused_although_the_seal_was_renewed() -> None:
    document = parsed(TEXT)
    document["tenant"]["name"] = "other"

    assert "digest does not match" in refusal(sealed_again(document, digest=False))


def test_a_newer_minor_version_may_hold_more() -> None:
    document = parsed(TEXT)
    document["formatVersion"] = "2.7"
    document["changes"][0]["weather"] = "sunny"
    document["mood"] = {"good": True}

    assert load(sealed_again(document)) == replace(sample_plan(), format_version="2.7")


def test_a_newer_minor_version_is_held_to_its_digest() -> None:
    document = parsed(TEXT)
    document["formatVersion"] = "2.7"

    assert "digest does not match" in refusal(sealed_again(document, digest=False))


@pytest.mark.parametrize(
    ("version", "age"), [("3.0", "a newer"), ("10.1", "a newer"), ("1.0", "an older")]
)
def test_an_unknown_major_version_is_refused(version: str, age: str) -> None:
    document = {**parsed(TEXT), "formatVersion": version}

    assert f"written by {age} reconciler" in refusal(sealed_again(document))


@pytest.mark.parametrize("version", ["1", "one.two", "1.0\n", "1.٣", ""])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    assert refusal(sealed_again({**parsed(TEXT), "formatVersion": version}))


def test_what_is_sent_is_what_the_fields_say() -> None:
    change = load(DATA).changes[0]

    assert change.request == Request(
        "PATCH",
        "/v1.0/security/alerts_v2/da1",
        {field.name: field.after for field in change.fields},
    )


def _with(reviewed: Reviewed) -> Plan:
    return replace(sample_plan(), reviewed=reviewed)


def _first_update() -> Change:
    return next(change for change in sample_plan().changes if change.action == "update")


def test_what_is_new_against_a_reviewed_plan_is_saved_and_does_not_move_the_digest() -> None:
    change = _first_update()
    new = New(change.ref, (change.fields[0].name,))
    plan = _with(
        Reviewed("sha256:" + "0" * 64, (new,), allowed=tuple(sorted(sample_plan().overrides)))
    )

    assert load("".join(dump(plan)).encode()) == plan
    assert digest(plan) == digest(sample_plan())


@pytest.mark.parametrize(
    ("reviewed", "message"),
    [
        (Reviewed("sha256:0"), "the digest of the plan that was reviewed is none"),
        (
            Reviewed("sha256:" + "0" * 64, (New(_first_update().ref, ()),)),
            f"what is new of {_first_update().ref} is not what it writes",
        ),
        (
            Reviewed("sha256:" + "0" * 64, (New(_first_update().ref, ("nothing",)),)),
            f"what is new of {_first_update().ref} is not what it writes",
        ),
        (
            Reviewed("sha256:" + "0" * 64, (New(Ref("Incident", "404"), ("status",)),)),
            "what is new of Incident 404 is not what it writes",
        ),
        (
            Reviewed("sha256:" + "0" * 64, (New(_first_update().ref, ("status",)),) * 2),
            "what is new in it stands twice or out of order",
        ),
        (
            Reviewed("sha256:" + "0" * 64, allowed=("truePositiveReversals",)),
            "a guard that is lifted anew is not one that is lifted",
        ),
    ],
)
def test_what_is_new_has_to_stand_in_the_plan(reviewed: Reviewed, message: str) -> None:
    assert message in refusal("".join(dump(_with(reviewed))).encode())
