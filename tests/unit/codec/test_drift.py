from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler.codec import plan as codec
from reconciler.codec.drift import dump
from reconciler.errors import Refused
from reconciler.model.plan import GitState
from tests.support.sample_plan import sample_plan


def document(**other: Any) -> Any:
    return json.loads("".join(dump(replace(sample_plan(), **other))))


def test_the_document_says_what_a_plan_says_of_itself() -> None:
    found, plan = document(), json.loads("".join(codec.dump(sample_plan())))

    assert list(found) == [
        *("formatVersion", "toolVersion", "createdAt", "git", "tenant", "selection"),
        *("summary", "changes", "notices"),
    ]
    assert {key: plan[key] for key in found if key != "changes"} == {
        key: value for key, value in found.items() if key != "changes"
    }


def test_it_lists_what_moved_was_merged_or_is_gone_and_what_could_not_be_read() -> None:
    assert [row["id"] for row in document()["changes"]] == [
        "2972395",  # written over
        "3001",  # merged
        "3003",  # in conflict
        "213214",  # unknown
        "213215",  # left to people
    ]


def test_where_there_is_no_base_nobody_can_tell_what_is_gone() -> None:
    merged, moved, *_ = document()["changes"][1:]
    two_way = document(git=GitState())["changes"]

    assert (merged["reason"], merged["survivor"]["id"]) == ("redirected", "3002")
    assert merged["id"] not in [row["id"] for row in two_way]
    assert moved["id"] in [row["id"] for row in two_way]


def test_a_row_is_that_of_a_plan_without_what_could_be_applied() -> None:
    plan = json.loads("".join(codec.dump(sample_plan())))
    rows = {row["id"]: row for row in plan["changes"]}

    for row in document()["changes"]:
        whole = rows[row["id"]]
        assert row == {key: whole[key] for key in whole if key not in {"request", "applied"}}


def test_where_nothing_moved_the_list_is_empty() -> None:
    assert document(changes=())["changes"] == []


def test_nobody_can_apply_it() -> None:
    data = "".join(dump(sample_plan())).encode()

    with pytest.raises(Refused, match="it is no plan"):
        codec.load(data)


def test_it_is_printable_ascii_that_ends_with_a_newline() -> None:
    text = "".join(dump(sample_plan()))

    assert text.endswith("}\n")
    assert set(text.encode("ascii")) <= {10, *range(32, 127)}
