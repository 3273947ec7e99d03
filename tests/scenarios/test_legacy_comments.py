"""Comments of a legacy alert are added to what people wrote; nothing takes one away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator.wires import BY_KIND
from tests.support.soc import causes, soc

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.soc import Soc

ALERT = """\
apiVersion: reconciler/v1
kind: LegacyAlert
metadata: {{id: l1}}
spec: {{comments: [{}]}}
"""
SEED = {
    "alerts": [
        {
            "id": "l1",
            "title": "As the provider calls it",
            "status": "newAlert",
            "comments": ["pen test"],
            "vendorInformation": {"provider": "IPC", "vendor": "Microsoft"},
        }
    ]
}


def declare(soc: Soc, *comments: str) -> None:
    soc.configure(tenant="    kinds: {LegacyAlert: true}\n")
    soc.write("l1.yaml", ALERT.format(", ".join(comments)))
    soc.commit()


def test_a_comment_is_added_to_what_people_wrote_and_revert_says_that_it_stays(
    tmp_path: Path,
) -> None:
    with soc(tmp_path, SEED) as found:
        declare(found, "Closed in IPC")

        change = found.change("l1")
        (field,) = change["fields"]
        assert (field["before"], field["after"]) == (["pen test"], ["pen test", "Closed in IPC"])
        assert change["risks"] == []
        report = found.apply()
        assert found.live("l1", "LegacyAlert")["comments"] == ["pen test", "Closed in IPC"]
        assert found.change("l1")["reason"] == "in-sync"

        assert found.run("revert", report["journal"], "--out", "undo.json") == 0
        told = " ".join(found.shell.out.split())
        assert (
            "comments are only added: no document of Graph says that one can be taken away" in told
        )
        assert found.run("apply", "undo.json") == 0
        assert found.live("l1", "LegacyAlert")["comments"] == ["pen test", "Closed in IPC"]


def test_what_people_add_later_stays_and_is_no_drift(tmp_path: Path) -> None:
    with soc(tmp_path, SEED) as found:
        declare(found, "Closed in IPC")
        found.apply()
        store, wire = found.server.tenant.store, BY_KIND["LegacyAlert"]
        before = store.find(wire, "l1") or {}
        with store.writing():
            store.replace(
                wire,
                before,
                {**before, "comments": ["pen test", "Closed in IPC", "seen by Kai"]},
            )
        assert found.change("l1")["reason"] == "in-sync"
        declare(found, "Closed in IPC", "Closed in MCAS")
        change = found.change("l1")
        assert causes(change) == {"comments": "declared"}
        found.apply()
        assert found.live("l1", "LegacyAlert")["comments"] == [
            "pen test",
            "Closed in IPC",
            "seen by Kai",
            "Closed in MCAS",
        ]


def test_a_list_without_a_comment_is_an_error(tmp_path: Path) -> None:
    with soc(tmp_path, SEED) as found:
        declare(found)
        assert found.run("validate") == 3
        assert "spec.comments is empty" in found.shell.out + found.shell.err
