from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.model.words import Finding, Place
from reconciler.reports import sarif

if TYPE_CHECKING:
    from tests.conftest import Golden


def results(*items: Finding) -> list[dict[str, Any]]:
    (run,) = json.loads(sarif.findings(items))["runs"]
    found: list[dict[str, Any]] = run["results"]
    return found


def uri(path: str) -> str:
    (result,) = results(Finding(Place(path), "bad"))
    location: dict[str, str] = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uriBaseId"] == "%SRCROOT%"
    return location["uri"]


def test_findings_read_well_for_code_scanning(golden: Golden) -> None:
    items = (
        Finding(Place("desired/b.yaml", 2, 3), "an old name; it is 'malware' now", "warning"),
        Finding(Place("desired/a b.yaml", 9, 11), "spec.status is 'closed', [see](x) {0}"),
    )

    text = json.dumps(json.loads(sarif.findings(items)), indent=2)

    golden("findings.sarif", f"{text}\n")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("desired/a.yaml", "desired/a.yaml"),
        ("desired/a b#c?.yaml", "desired/a%20b%23c%3F.yaml"),
        ("desired/%0A::x.yaml", "desired/%250A%3A%3Ax.yaml"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("//evil.example/x", "evil.example/x"),
        ("desired/\udcff.yaml", "desired/%FF.yaml"),
        ("desired/\ud800.yaml", "desired/%5Cud800.yaml"),
        ("desired/ü\n.yaml", "desired/%C3%BC%0A.yaml"),
    ],
)
def test_a_file_is_a_relative_reference_whatever_its_name(path: str, expected: str) -> None:
    assert uri(path) == expected


def test_a_fingerprint_stays_where_lines_move_and_tells_doubles_apart() -> None:
    def prints(*items: Finding) -> list[str]:
        return [one["partialFingerprints"]["finding/v1"] for one in results(*items)]

    one = Finding(Place("a.yaml", 3, 1), "bad")
    moved = Finding(Place("a.yaml", 30, 5), "bad")

    assert prints(one) == prints(moved)
    first, second = prints(one, moved)
    assert (first[:-2], first[-2:], second[-2:]) == (second[:-2], ":1", ":2")
    assert (
        len(
            {
                *prints(one),
                *prints(Finding(Place("b.yaml"), "bad")),
                *prints(Finding(Place("a.yaml"), "x")),
            }
        )
        == 3
    )


def test_errors_come_first_and_what_github_does_not_take_is_counted() -> None:
    items = [Finding(Place("a.yaml", line), "odd", "warning") for line in range(1, sarif.SHOWN + 1)]
    items += [Finding(Place("b.yaml", 1), "bad"), Finding(Place("", 1), "")]

    log = json.loads(sarif.findings(items))

    (run,) = log["runs"]
    assert len(run["results"]) == sarif.SHOWN
    assert [one["level"] for one in run["results"][:3]] == ["error", "error", "warning"]
    assert run["results"][0]["message"] == {"text": "(no text)"}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "2 findings left out: no more than 5,000 are taken"
