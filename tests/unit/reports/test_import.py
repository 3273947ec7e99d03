"""What import says: the result on stdout, what to look after on stderr, all of it as JSON."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from reconciler.codec import imported as codec
from reconciler.contract.result import result_schema
from reconciler.model.imported import Failed, Imported, Skipped, Written
from reconciler.model.live import Cost, Unreadable
from reconciler.model.words import Foreign, Ref
from reconciler.reports import text_import
from reconciler.reports.text_import import NAMED


def ref(object_id: str) -> Ref:
    return Ref("Incident", object_id)


RESULT = Imported(
    written=(
        Written(ref("1"), "desired/demo/1.yaml"),
        Written(ref("2"), "desired/demo/2.yaml", ("customTags: the tag '\\x1b' ##[group]",)),
    ),
    skipped=(
        Skipped(ref("3"), "declared", "desired/demo/a.yaml:2"),
        Skipped(ref("4"), "redirected", "into Incident 5"),
        Skipped(ref("6"), "nothing-to-declare"),
        Skipped(ref("7"), "not-found"),
    ),
    failed=(Failed("Alert", Unreadable("Graph answered 403", Foreign("no\x1b[31m"))),),
    cost=Cost(3, 2),
    is_cut=True,
    odd=(Foreign("../x\x1b"), Foreign("")),
    notices=("Incident: nobody could tell",),
)


def test_paths_and_counts_are_the_result() -> None:
    assert "".join(text_import.report(RESULT)) == (
        "desired/demo/1.yaml\n"
        "desired/demo/2.yaml\n"
        "2 documents written (--limit; there may be more)\n"
        "1 object skipped: declared already\n"
        "1 object skipped: merged into another incident\n"
        "1 object skipped: nothing to declare: no verdict and no tags "
        "(--fields names other fields)\n"
        "1 object skipped: Graph knows no such object, or hides it\n"
        "Alert: nothing written, it was not read whole\n"
    )


def test_what_a_person_may_look_after_is_named_beside_it() -> None:
    assert "".join(text_import.remarks(RESULT)) == (
        "Incident 3: declared already (desired/demo/a.yaml:2)\n"
        "Incident 4: merged into another incident (into Incident 5)\n"
        "Incident 7: Graph knows no such object, or hides it\n"
        "desired/demo/2.yaml: left out: customTags: the tag '\\x1b' #\\u0023[group]\n"
        "2 entries of the lists left out, not of Graph's form: ../x\\u001b, without an id\n"
        "Incident: nobody could tell\n"
        "Graph answered 403\n"
        "  answered: no\\u001b[31m\n"
        "  no Alert was written\n"
    )


def test_a_smaller_list_is_advised_only_where_it_may_help() -> None:
    broken = Unreadable("Graph answered 504; after 4 tries", less_may_help=True)
    told = "".join(text_import.remarks(Imported((), (), (Failed("Alert", broken),), Cost(1, 1))))

    assert told == (
        "Graph answered 504; after 4 tries\n"
        "  no Alert was written: import them again, a part at a time"
        " (--kind Alert --filter 'createdDateTime ge 2026-11-01') if the list is long\n"
    )


def test_many_of_a_sort_are_counted() -> None:
    many = tuple(Skipped(ref(str(n)), "declared", "a.yaml:2") for n in range(NAMED + 1234))

    lines = list(text_import.remarks(Imported((), many, (), Cost())))

    assert len(lines) == NAMED + 1
    assert lines[-1] == "and 1,234 more of these (--format json names all)\n"


def test_a_failure_of_which_nothing_more_is_known_says_no_more() -> None:
    failed = (Failed("Alert", Unreadable("no answer")),)

    lines = list(text_import.remarks(Imported((), (), failed, Cost())))

    assert [line for line in lines if "answered:" in line] == []


def test_everything_is_in_the_json_and_its_schema_knows_it() -> None:
    document = json.loads(codec.report(RESULT, tenant="demo", exit_code=1))

    assert list(Draft202012Validator(result_schema()).iter_errors(document)) == []
    assert document == {
        "formatVersion": "1.0",
        "exitCode": 1,
        "tenant": "demo",
        "written": [
            {"kind": "Incident", "id": "1", "path": "desired/demo/1.yaml", "leftOut": []},
            {
                "kind": "Incident",
                "id": "2",
                "path": "desired/demo/2.yaml",
                "leftOut": ["customTags: the tag '\\x1b' ##[group]"],
            },
        ],
        "skipped": [
            {
                "kind": "Incident",
                "id": "3",
                "reason": "declared",
                "detail": "desired/demo/a.yaml:2",
            },
            {"kind": "Incident", "id": "4", "reason": "redirected", "detail": "into Incident 5"},
            {"kind": "Incident", "id": "6", "reason": "nothing-to-declare", "detail": None},
            {"kind": "Incident", "id": "7", "reason": "not-found", "detail": None},
        ],
        "failed": [{"kind": "Alert", "problem": "Graph answered 403", "detail": "no\x1b[31m"}],
        "limitReached": True,
        "oddEntries": 2,
        "notices": ["Incident: nobody could tell"],
        "requests": {"units": 3, "roundTrips": 2},
    }
