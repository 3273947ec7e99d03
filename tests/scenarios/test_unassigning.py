"""What an incident's owner may do to its alerts, and what Defender Experts wait for, is told before."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from tests.support.soc import SEED, soc

if TYPE_CHECKING:
    from pathlib import Path

ALERT = """\
apiVersion: reconciler/v1
kind: Alert
metadata: {{id: da2}}
spec: {{{}}}
"""


def test_a_plan_says_that_unassigning_an_incident_may_unassign_its_alerts(tmp_path: Path) -> None:
    seed = copy.deepcopy(dict(SEED))
    seed["incidents"][1]["assignedTo"] = seed["alerts_v2"][0]["assignedTo"] = "kai@contoso.com"
    with soc(tmp_path, seed) as found:
        found.declare("2", "assignedTo: null")
        found.write("da2.yaml", ALERT.format("status: inProgress"))
        change = found.change("2")
        assert change["spillOver"] == [
            {"field": "assignedTo", "value": None, "declared": ["Alert/da2"]}
        ]
        assert found.run("show", "plan.json") == 0
        assert "unassigning it may unassign its alerts too" in " ".join(found.shell.out.split())

        found.write("da2.yaml", ALERT.format("assignedTo: kai@contoso.com"))
        change = found.change("2")
        assert (change["action"], change["reason"]) == ("skip", "contradicts-incident")


def test_an_incident_that_experts_wait_for_is_refused_until_somebody_says_so(
    tmp_path: Path,
) -> None:
    seed = copy.deepcopy(dict(SEED))
    seed["incidents"][0]["status"] = "awaitingAction"
    with soc(tmp_path, seed) as found:
        found.declare("1", "status: inProgress")
        assert found.change("1")["risks"] == ["ends-awaiting-action"]
        assert found.run("apply", "plan.json") == 4
        assert found.live("1")["status"] == "awaitingAction"

        found.plan("--allow", "reopenings=1")
        found.apply("plan.json")
        assert found.live("1")["status"] == "inProgress"
