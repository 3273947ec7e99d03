"""The schemas of the files that this tool writes: real files fit, and nothing odd does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.codec import result
from reconciler.codec.plan import dump
from reconciler.contract.schemas import SCHEMAS, as_text
from reconciler.errors import Failure, InvalidInput
from reconciler.model.words import Finding, Place
from tests.conftest import compare_file
from tests.support.sample_plan import sample_plan
from tests.support.sample_report import sample_report

FOLDER = Path(__file__).parents[3] / "schemas"
FINDING = Finding(Place("a.yaml", 3, 7), "kind is 'X'")


def errors(name: str, document: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMAS[name]()).iter_errors(document)]


@pytest.mark.parametrize("name", ["plan", "result"])
def test_a_schema_is_committed_as_it_is_generated(name: str, update_golden: bool) -> None:
    text = as_text(SCHEMAS[name]())

    compare_file(FOLDER / f"{name}.schema.json", text, update=update_golden)


@pytest.mark.parametrize("name", ["plan", "result"])
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name]())


def test_a_plan_file_fits_its_schema() -> None:
    assert errors("plan", json.loads("".join(dump(sample_plan())))) == []


@pytest.mark.parametrize(
    "text",
    [
        result.report(sample_report(), exit_code=6),
        result.findings([FINDING], exit_code=3, files=1, objects=0),
        result.error(Failure("no answer")),
        result.error(InvalidInput((FINDING,))),
    ],
    ids=["report", "findings", "error", "invalid"],
)
def test_every_result_fits_the_schema(text: str) -> None:
    assert errors("result", json.loads(text)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), {"added": 1}),
        (("git",), {"added": 1}),
        (("changes", 0), {"added": 1}),
        (("changes", 0), {"severity": "odd"}),
        (("changes", 0), {"action": "delete"}),
        (("changes", 0, "request"), {"method": "DELETE"}),
        (("changes", 0, "source"), {"line": 0}),
        (("summary",), {"update": -1}),
        ((), {"digest": "md5:0"}),
        (("overrides",), {"whims": 1}),
        (("overrides",), {"closures": -1}),
        (("objections", 0), {"guard": "whims"}),
        (("objections", 0), {"override": "--auto-approve"}),
        (("objections", 0, "objects", 0), {"kind": "User"}),
        ((), {"formatVersion": "1.0"}),
        ((), {"released": ["Incident 1"]}),
        (("released", 0), {"kind": "User"}),
        (("changes", 1, "kept", 0), {"added": 1}),
        (("changes", 1, "kept", 0), {"cause": "paired"}),
        (("changes", 1), {"applied": {}}),
    ],
)
def test_an_odd_plan_does_not_fit(path: tuple[str | int, ...], value: dict[str, Any]) -> None:
    document: Any = json.loads("".join(dump(sample_plan())))
    target = document
    for step in path:
        target = target[step]
    target.update(value)

    assert errors("plan", document) != []


def test_an_odd_result_does_not_fit() -> None:
    document = json.loads(result.report(sample_report(), exit_code=6))

    assert errors("result", {**document, "outcomes": [{}]}) != []
    assert errors("result", {**document, "errors": []}) != []
    assert errors("result", {}) != []
