"""``comment``: one comment a pull request, by the real command over real sockets."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, replace
from threading import Timer
from typing import TYPE_CHECKING, Any

import cmarkgfm
import pytest
from markdown_it import MarkdownIt

from reconciler.codec.marker import read_plan_line
from reconciler.codec.plan import digest, dump
from reconciler.kinds import KINDS
from reconciler.model.live import Live
from reconciler.model.plan import GitState, PlanTenant
from reconciler.model.words import Foreign
from reconciler.planning.risks import risks
from reconciler.planning.spill import spills
from tests.support import scripted_server as says
from tests.support.cli import Shell
from tests.support.loopback_github import BOT, BOT_TOKEN, PERSON_TOKEN, GitHub, github, limited
from tests.support.plans import HOSTILE, large_plan
from tests.support.sample_plan import sample_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.model.plan import Change, Plan

HEAD, LATER, MERGE = "a" * 40, "b" * 40, "c" * 40
COMMENTS = r"/issues/\d+/comments$"


def derived(change: Change) -> Change:
    """With what follows from its fields, as a plan out of a file has to be."""
    kind = KINDS[change.ref.kind]
    found = risks(kind, change.fields, Live(change.ref, {}, severity=change.severity))
    return change._replace(risks=found, spills=spills(kind, change.fields, ()), applied=None)


def another_plan(count: int) -> Plan:
    """Of the same tenant as the sample."""
    return replace(large_plan(count), tenant=sample_plan().tenant)


@dataclass
class Desk:
    """A pull request with number 1, and files of plans to put on it."""

    hub: GitHub
    shell: Shell
    folder: Path

    def save(self, plan: Plan, name: str = "contoso.json", commit: str = HEAD) -> Plan:
        git = replace(plan.git, commit=commit, dirty=False)
        plan = replace(plan, git=git, changes=tuple(map(derived, plan.changes)))
        (self.folder / name).write_text("".join(dump(plan)))
        return plan

    def comment(self, *words: str) -> int:
        """Forgets what was asked before."""
        self.hub.requests.clear()
        return self.shell.run("comment", "--pr", "1", *(words or ("contoso.json",)))

    @property
    def said(self) -> str:
        (body,) = self.hub.bodies(1)
        return body


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with github() as hub:
        hub.open_pull(HEAD)
        desk = Desk(hub, Shell(tmp_path, hub.env), tmp_path)
        desk.save(sample_plan())
        yield desk


def test_the_first_comment_shows_the_plan_and_names_it_in_a_hidden_line(desk: Desk) -> None:
    plan = desk.save(sample_plan())

    assert desk.comment() == 0

    assert desk.shell.out == ""
    assert desk.shell.err == "the comment on pull request 1 of acme/soc: written\n"
    mark = read_plan_line(desk.said)
    assert mark is not None
    assert (mark.commit, mark.run, mark.artifact) == (HEAD, "4711", "plans")
    (told,) = mark.plans
    assert (told.tenant, told.digest, told.file) == ("demo", digest(plan), "contoso.json")
    assert "Plan for tenant" in desk.said
    assert "[run 4711](https://github.com/acme/soc/actions/runs/4711)" in desk.said
    assert all(one.has_token for one in desk.hub.requests)


def test_a_changed_plan_updates_the_same_comment(desk: Desk) -> None:
    desk.comment()
    desk.save(another_plan(3))

    assert desk.comment() == 0

    assert desk.hub.writes == [("PATCH", "/repos/acme/soc/issues/comments/3")]
    assert "1000001" in desk.said
    assert "updated in place" in desk.shell.err


def test_an_equal_plan_of_a_later_commit_writes_nothing(desk: Desk) -> None:
    desk.comment()
    before = desk.said
    desk.hub.push(1, LATER)
    later = replace(sample_plan(), created_at="2026-11-23T08:00:00Z")
    requests = replace(later.summary.requests, round_trips=99)
    desk.save(replace(later, summary=replace(later.summary, requests=requests)), commit=LATER)

    assert desk.comment() == 0

    assert (desk.hub.writes, desk.said) == ([], before)
    assert [one.path for one in desk.hub.requests] == [
        "/repos/acme/soc",
        "/repos/acme/soc/pulls/1",
        "/user",
        "/repos/acme/soc/issues/1/comments?per_page=100",
    ]
    assert "left as it is" in desk.shell.err


def test_a_title_that_moved_is_shown_though_the_decision_is_the_same(desk: Desk) -> None:
    desk.comment()
    plan = sample_plan()
    first = next(one for one in plan.changes if one.title)
    named = first._replace(title=Foreign("Another name"))
    desk.save(replace(plan, changes=tuple(named if one is first else one for one in plan.changes)))

    assert desk.comment() == 0

    assert "Another name" in desk.said


def test_several_tenants_stand_in_one_comment_in_the_order_of_their_names(desk: Desk) -> None:
    desk.save(sample_plan(), "b.json")
    desk.save(replace(large_plan(5_000), tenant=PlanTenant("acme", None, "global", "x")), "a.json")

    assert desk.comment("b.json", "a.json") == 0

    assert "### Plans for 2 tenants" in desk.said
    assert "5,000 declared" in desk.said
    table, _, reports = desk.said.partition("\n\n###")
    assert table.index("acme") < table.index("demo")
    assert reports.index("acme") < reports.index("demo")
    assert len(desk.said.encode()) <= 60_000


def test_every_tenant_keeps_its_counts_where_not_every_report_fits(desk: Desk) -> None:
    names = [f"t{number:02}" for number in range(60)]
    for name in names:
        plan = replace(large_plan(40), tenant=PlanTenant(name, None, "global", "x"))
        desk.save(plan, f"{name}.json")

    assert desk.comment(*(f"{name}.json" for name in names)) == 0

    assert desk.said.count("40 declared") >= 60
    assert len(desk.said.encode()) <= 60_000


def test_ten_thousand_changes_fit_and_what_does_not_is_counted(desk: Desk) -> None:
    desk.save(large_plan(10_000))

    assert desk.comment() == 0

    assert len(desk.said.encode()) <= 60_000
    assert "10,000 declared" in desk.said


@pytest.mark.parametrize("visibility", ["public", None])
def test_a_repository_that_is_or_may_be_public_gets_nothing_without_redact(
    desk: Desk, visibility: str | None
) -> None:
    desk.hub.visibility = visibility

    assert desk.comment() == 5

    assert desk.hub.writes == []
    assert "add --redact" in desk.shell.err


def test_a_redacted_comment_names_nobody_and_keeps_the_digest_of_the_whole_plan(
    desk: Desk,
) -> None:
    desk.hub.visibility = "public"
    plan = desk.save(sample_plan())

    assert desk.comment("contoso.json", "--redact") == 0

    assert [text for text in ("kai", "survivor", "try later", "img") if text in desk.said] == []
    assert digest(plan).removeprefix("sha256:") in desk.said.partition("\n")[2]
    assert "--redact" in desk.said


def test_internal_and_private_repositories_are_not_asked_to_redact(desk: Desk) -> None:
    desk.hub.visibility = "internal"
    assert desk.comment() == 0


def test_a_foreign_comment_that_copies_the_marker_is_never_touched(desk: Desk) -> None:
    desk.comment()
    copied = desk.hub.write_comment(1, "mallory", desk.said)
    stolen = desk.hub.comments[copied]["body"]
    desk.save(another_plan(2))

    assert desk.comment() == 0

    assert desk.hub.comments[copied]["body"] == stolen
    assert [method for method, _ in desk.hub.writes] == ["PATCH"]
    assert "1000001" in desk.said


def test_a_marker_that_is_not_at_the_very_beginning_is_none(desk: Desk) -> None:
    desk.comment()
    quoted = desk.hub.write_comment(1, BOT, f"Somebody wrote:\n\n{desk.said}")
    desk.save(another_plan(2))

    assert desk.comment() == 0

    assert desk.hub.comments[quoted]["body"].startswith("Somebody wrote")


def test_the_comment_is_found_on_the_third_page(desk: Desk) -> None:
    for number in range(230):
        desk.hub.write_comment(1, "kai", f"comment {number}")
    desk.comment()

    assert desk.comment() == 0

    assert desk.hub.writes == []
    pages = [one.path for one in desk.hub.requests if "/comments" in one.path]
    assert len(pages) == 3


def test_of_two_comments_of_ours_the_oldest_stays_and_the_other_goes(desk: Desk) -> None:
    desk.comment()
    twin = desk.hub.write_comment(1, BOT, desk.said)

    assert desk.comment() == 0

    assert desk.hub.writes == [("DELETE", f"/repos/acme/soc/issues/comments/{twin}")]


def shown_by(hub: GitHub, *numbers: int) -> list[dict[str, Any]]:
    return [hub.comments[number] for number in numbers]


@pytest.mark.parametrize("shown", ["in one page", "by a link that leads back"])
def test_an_entry_that_a_list_shows_twice_is_one_comment(desk: Desk, shown: str) -> None:
    desk.comment()
    (own,) = desk.hub.comments
    twice = shown_by(desk.hub, own, own)
    if shown == "in one page":
        desk.hub.next_fails("GET", "/comments", says.reply(200, twice))
    else:
        back = {"Link": f'<{desk.hub.url}/repos/acme/soc/issues/1/comments?page=1>; rel="next"'}
        desk.hub.next_fails("GET", "/comments", says.reply(200, twice[:1], back))

    assert desk.comment() == 0

    assert (desk.hub.writes, list(desk.hub.comments)) == ([], [own])


def test_a_list_that_ends_early_is_no_proof_that_ours_is_not_there(desk: Desk) -> None:
    desk.comment()
    other = desk.hub.write_comment(1, "kai", "hello")
    told = says.reply(200, shown_by(desk.hub, other))
    desk.hub.next_fails("GET", "/comments", told)

    assert desk.comment() == 1

    assert desk.hub.writes == []
    assert "GitHub lists 1 of the 2 comments of pull request 1" in " ".join(desk.shell.err.split())
    assert desk.comment() == 0


def test_a_comment_that_somebody_deletes_meanwhile_is_not_missed(desk: Desk) -> None:
    pull = desk.hub.pulls[1] | {"comments": 1}
    desk.hub.next_fails("GET", "/pulls/1$", says.reply(200, pull))

    assert desk.comment() == 0

    assert len(desk.hub.bodies(1)) == 1


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("resolved", "active"),
        ("### ", "### Fine. "),
        ("Plan for", "Approved, says the SOC: plan for"),
        ('"artifact":"plans"', '"artifact":"other"'),
        ("<!-- reconciler:seal", "<!-- reconciler:seal "),
        ("\n\n", "\n\nI looked at this.\n\n"),
    ],
)
def test_a_comment_that_a_person_edited_is_written_again(desk: Desk, was: str, now: str) -> None:
    desk.comment()
    written = desk.said
    (own,) = desk.hub.comments
    assert was in written
    desk.hub.comments[own]["body"] = written.replace(was, now, 1)

    assert desk.comment() == 0

    assert desk.hub.writes == [("PATCH", f"/repos/acme/soc/issues/comments/{own}")]
    assert desk.said == written
    assert "updated in place" in desk.shell.err


def test_line_ends_and_blanks_at_the_end_are_githubs_own(desk: Desk) -> None:
    desk.comment()
    (own,) = desk.hub.comments
    desk.hub.comments[own]["body"] = desk.said.rstrip().replace("\n", "\r\n")

    assert desk.comment() == 0

    assert desk.hub.writes == []


def tenant_plan(name: str, count: int = 2) -> Plan:
    return replace(large_plan(count), tenant=PlanTenant(name, None, "global", "x"))


def tenants_of(desk: Desk) -> list[set[str]]:
    """Of which tenants each comment is, oldest first."""
    marks = map(read_plan_line, desk.hub.bodies(1))
    return [{told.tenant for told in mark.plans} for mark in marks if mark]


def save_two(desk: Desk, commit: str = HEAD, *, count: int = 2) -> None:
    for name in ("a", "b"):
        desk.save(tenant_plan(name, count), f"{name}.json", commit)


def test_jobs_of_one_tenant_each_leave_each_others_comment_alone(desk: Desk) -> None:
    save_two(desk)
    for name in ("a", "b", "a", "b"):
        assert desk.comment(f"{name}.json") == 0
    assert (desk.hub.writes, tenants_of(desk)) == ([], [{"a"}, {"b"}])

    desk.hub.push(1, LATER)
    save_two(desk, LATER, count=3)
    before = desk.hub.bodies(1)
    assert desk.comment("b.json") == 0

    assert tenants_of(desk) == [{"a"}, {"b"}]
    assert [one == other for one, other in zip(before, desk.hub.bodies(1), strict=True)] == [
        True,
        False,
    ]


def test_one_job_for_both_takes_the_place_of_one_each(desk: Desk) -> None:
    save_two(desk)
    desk.comment("b.json")
    desk.comment("a.json")

    assert desk.comment("a.json", "b.json") == 0

    assert tenants_of(desk) == [{"a", "b"}]
    assert [method for method, _ in desk.hub.writes] == ["PATCH", "DELETE"]


def test_one_job_each_takes_the_place_of_one_for_both(desk: Desk) -> None:
    save_two(desk)
    desk.save(tenant_plan("c", 7), "c.json")
    desk.comment("a.json", "b.json", "c.json")

    assert desk.comment("a.json") == 0

    assert tenants_of(desk) == [{"b", "c"}, {"a"}]
    rest, own = desk.hub.bodies(1)
    assert rest.count("| <code>a</code> |") == 0
    assert "### Plans for 2 tenants" in rest
    assert rest.index("| <code>b</code> |") < rest.index("| <code>c</code> |")
    assert rest.count("Plan for tenant") == 2
    assert own.count("Plan for tenant") == 1
    for name in ("b", "c", "a", "b", "c"):
        assert desk.comment(f"{name}.json") == 0
    assert tenants_of(desk) == [{"c"}, {"a"}, {"b"}]
    assert desk.hub.writes == []


def test_what_one_job_showed_of_an_earlier_push_is_not_left_beside_the_other(desk: Desk) -> None:
    save_two(desk)
    desk.comment("a.json", "b.json")
    desk.hub.push(1, LATER)
    save_two(desk, LATER, count=3)

    assert desk.comment("a.json") == 0

    rest, _ = desk.hub.bodies(1)
    assert "There is no plan of the latest commit" in rest
    assert tenants_of(desk) == [set(), {"a"}]
    assert desk.comment("b.json") == 0
    assert tenants_of(desk) == [{"b"}, {"a"}]


def test_a_job_without_a_plan_takes_off_its_own_alone(desk: Desk) -> None:
    save_two(desk)
    desk.comment("a.json")
    desk.hub.push(1, LATER)
    save_two(desk, LATER)
    desk.comment("b.json")

    assert desk.comment("--outdated") == 0
    assert tenants_of(desk) == [set(), {"b"}]
    assert desk.comment("--outdated", "--tenant", "b") == 0
    assert tenants_of(desk) == [set(), set()]
    assert desk.comment("--outdated", "--tenant", "b") == 0
    assert desk.hub.writes == []
    for name in ("a", "b"):
        assert desk.comment(f"{name}.json") == 0
    assert tenants_of(desk) == [{"a"}, {"b"}]


def test_one_tenant_of_several_in_a_comment_is_taken_off_alone(desk: Desk) -> None:
    save_two(desk)
    desk.comment("a.json", "b.json")

    assert desk.comment("--outdated", "--tenant", "a") == 0

    assert tenants_of(desk) == [{"b"}]
    assert desk.comment("--outdated", "--tenant", "x") == 0
    assert desk.hub.writes == []


@pytest.mark.parametrize("times", [1, 2])
def test_a_comment_whose_answer_got_lost_is_not_written_twice(desk: Desk, times: int) -> None:
    desk.hub.next_is_lost("POST", COMMENTS)
    if times > 1:
        desk.hub.next_is_lost("GET", "/comments")

    assert desk.comment() == 0

    assert len(desk.hub.bodies(1)) == 1
    assert [method for method, _ in desk.hub.writes] == ["POST"]
    assert "written" in desk.shell.err


def test_an_update_whose_answer_got_lost_is_told_as_one(desk: Desk) -> None:
    desk.comment()
    desk.save(another_plan(3))
    desk.hub.next_is_lost("PATCH", "/comments/")

    assert desk.comment() == 0

    assert [method for method, _ in desk.hub.writes] == ["PATCH"]
    assert "updated in place" in desk.shell.err


def test_a_removal_whose_answer_got_lost_is_not_missed(desk: Desk) -> None:
    desk.comment()
    desk.hub.write_comment(1, BOT, desk.said)
    desk.hub.next_is_lost("DELETE", "/comments/")

    assert desk.comment() == 0

    assert len(desk.hub.bodies(1)) == 1


@pytest.mark.parametrize(
    ("without", "foot"),
    [
        (("GITHUB_RUN_ID",), None),
        (("GITHUB_SERVER_URL",), "The whole plan: artifact <code>plans</code> of run 4711."),
    ],
)
def test_the_foot_names_the_run_as_far_as_it_is_known(
    desk: Desk, without: tuple[str, ...], foot: str | None
) -> None:
    for name in without:
        del desk.shell.env[name]

    assert desk.comment() == 0

    if foot is None:
        assert "The whole plan" not in desk.said
    else:
        assert foot in desk.said


def test_what_never_reached_github_is_sent_again(desk: Desk) -> None:
    desk.hub.next_fails("POST", COMMENTS, says.reply(502, b"<html>bad gateway</html>"))

    assert desk.comment() == 0

    assert len(desk.hub.bodies(1)) == 1


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_rate_limit_is_waited_out(desk: Desk, status: int) -> None:
    desk.hub.next_fails("POST", COMMENTS, limited(status, {"Retry-After": "0"}))

    assert desk.comment() == 0

    assert len(desk.hub.bodies(1)) == 1


def test_a_rate_limit_that_ends_too_late_is_an_error_that_says_when(desk: Desk) -> None:
    desk.hub.next_fails("GET", "/comments", limited(403, {"Retry-After": "3600"}))

    assert desk.comment() == 1

    assert "it asks to wait 3600 s" in " ".join(desk.shell.err.split())
    assert desk.hub.writes == []


def test_a_person_writes_as_themselves(desk: Desk) -> None:
    desk.shell.env["GITHUB_TOKEN"] = PERSON_TOKEN

    assert desk.comment() == 0
    assert desk.comment() == 0

    assert len(desk.hub.bodies(1, "kai")) == 1
    assert desk.hub.writes == []


def test_an_app_of_ones_own_has_to_be_named(desk: Desk) -> None:
    desk.hub.logins[BOT_TOKEN] = "soc-app[bot]"

    assert desk.comment() == 1
    assert "add --author 'soc-app[bot]'" in desk.shell.err

    assert desk.comment("contoso.json", "--author", "soc-app[bot]") == 0
    assert len(desk.hub.bodies(1, "soc-app[bot]")) == 1


def test_a_plan_of_githubs_merge_of_the_head_is_a_plan_of_the_head(desk: Desk) -> None:
    desk.hub.commits[MERGE] = ("d" * 40, HEAD)
    desk.save(sample_plan(), commit=MERGE)

    assert desk.comment() == 0

    mark = read_plan_line(desk.said)
    assert mark is not None
    assert mark.commit == HEAD


def test_a_plan_of_an_earlier_push_is_not_put_over_a_later_one(desk: Desk) -> None:
    desk.hub.commits[HEAD] = ()
    desk.hub.push(1, LATER)

    assert desk.comment() == 5

    assert "would be of an earlier push" in desk.shell.err
    assert desk.hub.writes == []


@pytest.mark.parametrize("git", [GitState(), GitState(HEAD, dirty=True)])
def test_a_plan_of_documents_that_nobody_can_see_is_refused(desk: Desk, git: GitState) -> None:
    plan = desk.save(sample_plan())
    (desk.folder / "contoso.json").write_text("".join(dump(replace(plan, git=git))))

    assert desk.comment() == 5

    assert "not committed" in desk.shell.err
    assert desk.hub.writes == []


def test_where_the_latest_commit_has_no_plan_the_earlier_one_is_taken_off(desk: Desk) -> None:
    desk.comment()
    desk.hub.push(1, LATER)

    assert desk.comment("--outdated") == 0
    assert desk.comment("--outdated") == 0

    assert desk.hub.writes == []
    assert "There is no plan of the latest commit" in desk.said
    assert "Plan for tenant" not in desk.said
    mark = read_plan_line(desk.said)
    assert mark is not None
    assert (mark.commit, mark.plans) == (LATER, ())
    desk.save(sample_plan(), commit=LATER)
    assert desk.comment() == 0
    assert "Plan for tenant" in desk.said


def test_without_an_earlier_plan_there_is_nothing_to_take_off(desk: Desk) -> None:
    assert desk.comment("--outdated") == 0
    assert desk.hub.writes == []


def test_one_bad_plan_refuses_all_of_them_before_anything_is_asked(desk: Desk) -> None:
    text = (desk.folder / "contoso.json").read_text()
    (desk.folder / "bad.json").write_text(text.replace("resolved", "active"))

    assert desk.comment("contoso.json", "bad.json") == 5

    assert desk.hub.requests == []


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ((), "comment takes plans, or --outdated"),
        (("contoso.json", "--outdated"), "comment takes plans, or --outdated"),
        (("contoso.json", "contoso.json"), "two plans of tenant 'demo'"),
        (("contoso.json", "--artifact", "a b"), "--artifact is 'a b'"),
        (("contoso.json", "--author", "a/b"), "--author is 'a/b'"),
        (("a b.json",), "has a name of other signs"),
        (("contoso.json", "--pr", "x"), "--pr is 'x'"),
        (("contoso.json", "--pr", "0"), "--pr is '0'"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_asked(
    desk: Desk, words: tuple[str, ...], fragment: str
) -> None:
    assert desk.shell.run("comment", "--pr", "1", *words) == 64
    assert fragment in desk.shell.err
    assert desk.hub.requests == []


@pytest.mark.parametrize(
    ("name", "value", "code", "fragment"),
    [
        ("GITHUB_TOKEN", "", 1, "GITHUB_TOKEN is not set"),
        ("GITHUB_TOKEN", "a b", 1, "holds blanks"),
        ("GITHUB_TOKEN", "ghs_wrong", 1, "does not take the token"),
        ("GITHUB_REPOSITORY", "", 64, "expected owner/name"),
        ("GITHUB_REPOSITORY", "acme/../x", 64, "expected owner/name"),
        ("GITHUB_REPOSITORY", "acme/other", 1, "there is no such thing"),
        ("GITHUB_API_URL", "http://github.example", 1, "GITHUB_API_URL is no address"),
        ("GITHUB_API_URL", "https://u:hidden@h", 1, "GITHUB_API_URL is no address"),
        ("GITHUB_API_URL", "https://h/?q", 1, "GITHUB_API_URL is no address"),
    ],
)
def test_what_the_environment_lacks_is_told_with_the_fix(
    desk: Desk, name: str, value: str, code: int, fragment: str
) -> None:
    desk.shell.env[name] = value

    assert desk.comment() == code

    assert fragment in " ".join(desk.shell.err.split())
    assert desk.hub.writes == []
    assert "hidden" not in desk.shell.err


def test_a_number_that_is_no_pull_request_is_an_error(desk: Desk) -> None:
    assert desk.shell.run("comment", "contoso.json", "--pr", "99") == 1
    assert "404 to GET /repos/acme/soc/pulls/99" in desk.shell.err


@pytest.mark.parametrize(
    ("state", "fragment"), [({"state": "closed"}, "is closed"), ({"locked": True}, "is locked")]
)
def test_a_closed_or_locked_pull_request_gets_no_comment(
    desk: Desk, state: dict[str, object], fragment: str
) -> None:
    desk.hub.pulls[1] |= state

    assert desk.comment() == 5

    assert fragment in desk.shell.err
    assert desk.hub.writes == []


def test_a_token_that_may_only_read_is_told_which_permission_it_lacks(desk: Desk) -> None:
    forbidden = says.reply(403, {"message": "Resource not accessible by integration"})
    desk.hub.next_fails("POST", COMMENTS, forbidden)

    assert desk.comment() == 1

    assert "give the job 'permissions: {pull-requests: write}'" in desk.shell.err
    assert "Resource not accessible by integration" in desk.shell.err


def test_a_body_that_github_finds_too_long_is_an_error_in_its_words(desk: Desk) -> None:
    long = {"message": "Validation Failed", "errors": [{"message": "body is too long"}]}
    desk.hub.next_fails("POST", COMMENTS, says.reply(422, long))

    assert desk.comment() == 1

    assert "Validation Failed; body is too long" in desk.shell.err


def test_github_enterprise_server_has_its_api_behind_a_path(tmp_path: Path) -> None:
    with github(prefix="/api/v3") as hub:
        hub.open_pull(HEAD)
        desk = Desk(hub, Shell(tmp_path, hub.env), tmp_path)
        desk.save(sample_plan())
        for number in range(120):
            hub.write_comment(1, "kai", f"comment {number}")

        assert desk.comment() == 0
        assert desk.comment() == 0

        assert hub.writes == []


def test_a_next_page_on_another_server_is_not_followed(desk: Desk) -> None:
    link = {"Link": '<https://evil.example/repos/acme/soc/issues/1/comments>; rel="next"'}
    desk.hub.next_fails("GET", "/comments", says.reply(200, [], link))

    assert desk.comment() == 1

    assert "GitHub answered with a link that does not lead to" in desk.shell.err
    assert desk.hub.writes == []


def test_a_repository_that_moved_is_not_followed(desk: Desk) -> None:
    moved = says.reply(301, None, {"Location": "https://api.github.com/repositories/1"})
    desk.hub.next_fails("GET", "/repos/acme/soc$", moved)

    assert desk.comment() == 1

    assert "check GITHUB_REPOSITORY" in desk.shell.err


def test_a_dead_network_is_an_error_that_says_what_to_check(desk: Desk) -> None:
    desk.shell.env["GITHUB_API_URL"] = "http://127.0.0.1:1"

    assert desk.comment() == 1

    assert "no connection to http://127.0.0.1:1" in desk.shell.err
    assert "check the network, GITHUB_API_URL" in desk.shell.err


def test_ctrl_c_ends_the_wait_at_once(desk: Desk) -> None:
    desk.hub.next_fails("GET", "/comments", says.hang)
    timer = Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()

    assert desk.comment() == 130

    timer.join()
    assert desk.hub.writes == []


def test_the_token_is_in_no_output(desk: Desk) -> None:
    quoted = says.reply(422, {"message": f"bad: Bearer {BOT_TOKEN}"})
    desk.hub.next_fails("POST", COMMENTS, quoted)

    assert desk.shell.run("--log-level", "debug", "comment", "contoso.json", "--pr", "1") == 1

    assert "canary" not in desk.shell.err + desk.shell.out
    assert "***" in desk.shell.err


def test_hostile_titles_are_text_to_every_renderer(desk: Desk) -> None:
    hostile = f"{HOSTILE} --> <script>x</script> @acme/team https://evil.example #1 [x](y)\n# h"
    plan = sample_plan()
    changes = tuple(
        one._replace(title=Foreign(hostile), moved_by=Foreign(hostile), owner=hostile)
        for one in plan.changes
    )
    desk.save(replace(plan, changes=changes))

    assert desk.comment() == 0

    shown = cmarkgfm.github_flavored_markdown_to_html(desk.said)
    for page in (shown, MarkdownIt("commonmark").enable("table").render(desk.said)):
        assert "<script" not in page
        assert "evil.example" not in [part.split('"')[0] for part in page.split('href="')[1:]]
        links = [part.split('"')[0] for part in page.split('href="')[1:]]
        assert all(
            link.startswith(("https://security.microsoft.com/", "https://github.com/acme/soc/"))
            for link in links
        )
        assert "@acme" not in page
    assert "<h1" not in shown
