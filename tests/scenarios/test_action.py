"""The composite action, used by a repository that holds documents and workflows of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from tests.support.machine import PROJECT
from tests.support.rehearsal import TAGS, soc
from tests.support.runner import push

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.rehearsal import Soc
    from tests.support.runner import Job

pytestmark = pytest.mark.rehearsal

ACTION: Final = f"tools/reconciler/.github/actions/reconcile@{'0c' * 20}"
CHECKOUT: Final = {"uses": "actions/checkout@x", "with": {"persist-credentials": False}}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        yield found


def play(team: Soc, *steps: Mapping[str, Any]) -> Job:
    job = {
        "permissions": {"contents": "read", "id-token": "write"},
        "outputs": {
            "update": "${{ steps.plan.outputs.update }}",
            "code": "${{ steps.plan.outputs.exit-code }}",
        },
        "steps": [CHECKOUT, *steps],
    }
    workflow = yaml.safe_dump({"jobs": {"own": job}})
    sha = team.commit({".github/workflows/own.yml": workflow})
    team.share()
    return team.runner.run("own.yml", push(sha)).jobs["own"]


def step(**words: object) -> dict[str, Any]:
    found: dict[str, Any] = {"uses": ACTION, "with": words}
    return found | ({"id": "plan"} if words["command"] == "plan" else {})


def test_plan_and_apply_are_two_steps_with_their_arguments_by_name(team: Soc) -> None:
    team.write(team.declare("3279", TAGS % "reviewed"))

    token = {"github-token": "${{ github.token }}", "format": "github"}
    job = play(
        team,
        step(command="plan", tenant="contoso", out="plan.json", **token),
        step(command="apply", plan="plan.json", journal="journal.jsonl", **token),
    )

    assert job.result == "success", job.log
    assert job.outputs == {"update": "1", "code": "0"}
    assert team.written() == ["3279"]
    assert job.machine
    assert (job.machine / "work/journal.jsonl").exists()


def test_the_tool_comes_from_the_actions_own_checkout_and_once(team: Soc) -> None:
    job = play(team, step(command="validate"), step(command="validate"))

    assert job.machine
    pip = f"{job.machine}/work: pip install --quiet"
    here = f"{PROJECT}/.github/actions/reconcile/../.."
    locks = [
        f"--requirement {here}/../reconciler/pipeline/{name}.lock" for name in ("runtime", "build")
    ]
    assert (job.machine / "installed").read_text("utf-8").splitlines() == [
        f"{pip} --require-hashes {' '.join(locks)}",
        f"{pip} --no-deps --no-build-isolation {here}/..",
    ]


@pytest.mark.parametrize(
    "words",
    [
        {"command": "validate; touch ran"},
        {"command": "plan", "tenant": "contoso --base none"},
        {"command": "plan", "tenant": "$(touch ran)"},
        {"command": "plan", "out": "`touch ran`"},
        {"command": "plan", "allow": "closures=1;touch ran"},
        {"command": "apply", "plan": "--auto-approve"},
        {"command": "apply", "plan": "'; touch ran; '"},
    ],
)
def test_no_input_is_more_than_a_word(team: Soc, words: Mapping[str, str]) -> None:
    team.write(team.declare("3279", TAGS % "reviewed"))

    job = play(team, step(**words))

    assert job.machine
    assert not (job.machine / "work/ran").exists()
    assert team.written() == []
    if words.get("out") is None:
        assert job.result == "failure", job.log
