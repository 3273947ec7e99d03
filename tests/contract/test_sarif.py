"""SARIF that we write is SARIF to OASIS's own schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from reconciler.model.words import Finding, Place
from reconciler.reports import sarif

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
FINDINGS = (
    Finding(Place("desired/a.yaml", 9, 11), "spec.status is 'closed'"),
    Finding(Place("desired/ü b%0A::\n.yaml", 1, 1), "[x](javascript:y) {0} \ud800", "warning"),
)


def problems(text: str) -> list[str]:
    return [error.message for error in Draft4Validator(SCHEMA).iter_errors(json.loads(text))]


@pytest.mark.parametrize(
    "findings", [(), FINDINGS, FINDINGS[:1] * (sarif.SHOWN + 2)], ids=["none", "some", "too many"]
)
def test_what_we_write_is_valid(findings: tuple[Finding, ...]) -> None:
    assert problems(sarif.findings(findings)) == []


def test_the_schema_can_say_no() -> None:
    log: dict[str, Any] = json.loads(sarif.findings(FINDINGS))
    log["runs"][0]["results"][0]["level"] = "terrible"
    log["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0

    assert len(problems(json.dumps(log))) == 2
