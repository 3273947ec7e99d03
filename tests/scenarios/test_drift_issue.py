"""``drift --issue``: one issue a tenant, by the real command over real sockets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import scripted_server as says
from tests.support.loopback_github import BOT, BOT_TOKEN, GitHub, github
from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Watch:
    """Two incidents, declared and applied; ``drift`` is what the schedule runs."""

    soc: Soc
    hub: GitHub

    def drift(self, *words: str) -> int:
        self.hub.requests.clear()
        return self.soc.run("drift", "--issue", *words)

    @property
    def issues(self) -> list[dict[str, Any]]:
        return list(self.hub.issues.values())

    @property
    def err(self) -> str:
        return " ".join(self.soc.shell.err.split())


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with soc(tmp_path) as found, github() as hub:
        for object_id in ("1", "2"):
            found.declare(object_id, "status: inProgress")
        found.apply()
        found.shell.env |= hub.env
        yield Watch(found, hub)


def test_nothing_that_moved_opens_no_issue(watch: Watch) -> None:
    assert watch.drift() == 0

    assert watch.hub.writes == []
    assert "no issue of acme/soc: nothing has moved" in watch.err


def test_drift_opens_one_issue_and_the_report_is_printed_as_ever(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")

    assert watch.drift("--detailed-exitcode") == 2

    (issue,) = watch.issues
    assert (issue["title"], issue["state"]) == ("Drift: tenant demo", "open")
    assert issue["labels"] == [{"name": "reconciler-drift"}]
    assert "kai" in issue["body"]
    assert "1 field of 1 object moved" in watch.soc.shell.out
    assert "issue 1 of acme/soc: opened" in watch.err


def test_the_same_drift_writes_nothing_and_more_of_it_updates_the_issue(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()

    assert watch.drift() == 0
    assert watch.hub.writes == []

    watch.soc.portal("ana", "2", status="resolved")
    assert watch.drift() == 0
    assert watch.hub.writes == [("PATCH", "/repos/acme/soc/issues/1")]
    assert "ana" in watch.issues[0]["body"]


def test_when_nothing_has_moved_any_more_the_issue_is_closed_with_a_word(watch: Watch) -> None:
    watch.hub.permissions = frozenset({"metadata", "issues"})
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    watch.soc.portal("kai", "1", status="inProgress")

    assert watch.drift() == 0

    assert (watch.issues[0]["state"], watch.issues[0]["state_reason"]) == ("closed", "completed")
    (word,) = watch.hub.bodies(1)
    assert "Nothing has moved any more" in word
    assert watch.drift() == 0
    assert watch.hub.writes == []


def test_drift_that_comes_back_opens_a_new_issue_and_leaves_history_alone(watch: Watch) -> None:
    for status in ("resolved", "inProgress", "resolved"):
        watch.soc.portal("kai", "1", status=status)
        watch.drift()

    assert [one["state"] for one in watch.issues] == ["closed", "open"]


def test_an_issue_whose_answer_got_lost_is_not_opened_twice(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.hub.next_is_lost("POST", "/issues$")

    assert watch.drift() == 0

    assert len(watch.issues) == 1
    assert "opened" in watch.err


def test_the_word_at_the_end_is_said_once_though_its_answer_got_lost(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    watch.soc.portal("kai", "1", status="inProgress")
    watch.hub.next_is_lost("POST", "/comments$")
    watch.hub.next_is_lost("PATCH", "/issues/1$")

    assert watch.drift() == 0

    assert len(watch.hub.bodies(1)) == 1
    assert watch.issues[0]["state"] == "closed"


def test_an_update_whose_answer_got_lost_is_told_as_one(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    watch.soc.portal("ana", "2", status="resolved")
    watch.hub.next_is_lost("PATCH", "/issues/1$")

    assert watch.drift() == 0

    assert [method for method, _ in watch.hub.writes] == ["PATCH"]
    assert "updated in place" in watch.err


def test_an_app_of_ones_own_has_to_be_named(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.hub.logins[BOT_TOKEN] = "soc-app[bot]"

    assert watch.drift() == 1

    assert "add --author 'soc-app[bot]', and close issue 1" in watch.err


def test_of_two_issues_of_ours_the_oldest_stays(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    first = watch.issues[0]
    watch.hub.issues[2] = {**first, "number": 2}
    watch.hub.next_is_lost("PATCH", "/issues/2$")

    assert watch.drift() == 0

    assert [one["state"] for one in watch.issues] == ["open", "closed"]


def test_an_issue_that_a_list_shows_twice_is_one(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    watch.hub.next_fails("GET", "/issues[?]", says.reply(200, watch.issues * 2))

    assert watch.drift() == 0

    assert (watch.hub.writes, watch.issues[0]["state"]) == ([], "open")


def test_a_list_that_ends_early_is_no_proof_that_there_is_no_issue(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    watch.hub.next_fails("GET", "/issues[?]state", says.reply(200, []))

    assert watch.drift() == 1

    assert watch.hub.writes == []
    assert "leaves out issue 1" in watch.err


@pytest.mark.parametrize(
    "answer", [{"items": []}, {"incomplete_results": True, "items": []}, {"message": "no"}]
)
def test_a_search_that_cannot_tell_opens_nothing(watch: Watch, answer: object) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    status = 422 if isinstance(answer, dict) and "message" in answer else 200
    watch.hub.next_fails("GET", "/search/", says.reply(status, answer))

    assert watch.drift() == 1

    assert watch.issues == []


@pytest.mark.parametrize(("key", "was"), [("title", "rift"), ("body", "kai")])
def test_an_issue_that_a_person_edited_is_written_again(watch: Watch, key: str, was: str) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    (issue,) = watch.issues
    written = dict(issue)
    issue[key] = issue[key].replace(was, "nobody")
    assert issue[key] != written[key]

    assert watch.drift() == 0

    assert [method for method, _ in watch.hub.writes] == ["PATCH"]
    assert {**watch.issues[0], "updated_at": ""} == {**written, "updated_at": ""}
    assert watch.drift() == 0
    assert watch.hub.writes == []


def test_an_issue_of_somebody_else_with_our_marker_is_never_touched(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    copied = {**watch.issues[0], "number": 2, "user": {"login": "mallory", "type": "User"}}
    watch.hub.issues = {2: dict(copied)}

    watch.drift()
    watch.soc.portal("kai", "1", status="inProgress")
    watch.drift()

    assert watch.hub.issues[2] == copied
    assert [one["user"]["login"] for one in watch.issues] == ["mallory", BOT]


@pytest.mark.parametrize("words", [("--base", "none"), ()])
def test_a_read_that_cannot_tell_closes_nothing(watch: Watch, words: tuple[str, ...]) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.drift()
    watch.soc.portal("kai", "1", status="inProgress")
    if not words:
        watch.soc.proxy.refuses = 403

    code = watch.drift(*words)

    assert watch.hub.writes == []
    assert watch.issues[0]["state"] == "open"
    assert "cannot tell" in watch.err
    assert code == 1


def test_a_part_of_the_tenant_is_no_basis_for_an_issue(watch: Watch) -> None:
    assert watch.drift("--select", "id=1") == 64
    assert "--issue is of the whole tenant" in watch.err
    assert watch.hub.requests == []


def test_a_public_repository_gets_no_issue_without_redact(watch: Watch) -> None:
    watch.hub.visibility = "public"
    watch.soc.portal("kai", "1", status="resolved")

    assert watch.drift() == 5
    assert watch.hub.writes == []
    assert watch.soc.shell.out == ""

    assert watch.drift("--redact") == 0
    assert "kai" not in watch.issues[0]["body"]
    assert "kai" not in watch.soc.shell.out


def test_a_token_without_the_permission_is_told_which(watch: Watch) -> None:
    watch.hub.permissions = frozenset({"metadata"})
    watch.soc.portal("kai", "1", status="resolved")

    assert watch.drift() == 1

    assert "give the job 'permissions: {issues: write}'" in watch.err
    assert "moved on the live side" in watch.soc.shell.out


def test_a_repository_without_issues_says_so(watch: Watch) -> None:
    watch.soc.portal("kai", "1", status="resolved")
    watch.hub.next_fails("POST", "/issues$", says.reply(410, {"message": "Issues are disabled"}))

    assert watch.drift() == 1

    assert "switch issues on" in watch.err
