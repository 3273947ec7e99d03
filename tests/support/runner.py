"""GitHub's runner: a workflow as it stands at a commit, job after job, each on a machine of its own.

Played is what GitHub itself brings: checkout, artifacts, contexts, tokens with the rights that a job
names, environments that wait for a yes. Steps are run by bash as they stand. Only ``pip`` installs
nothing: it would need a package index, and puts the command of this environment in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.support.expressions import Status, condition, filled, value
from tests.support.machine import REPOSITORY, Machine
from tests.support.repositories import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.support.git_server import GitServer
    from tests.support.loopback_github import GitHub

WORKFLOWS: Final = ".github/workflows"


@dataclass(frozen=True, slots=True)
class Event:
    """What sets a run off. ``sha``: the commit whose workflows run."""

    name: str
    sha: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    ref: str = "refs/heads/main"
    base_ref: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Job:
    """After its run. ``steps``: each that ran, with how it ended, in order."""

    name: str
    permissions: Mapping[str, str] = field(default_factory=dict)
    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)
    log: str = ""
    summary: str = ""
    machine: Path | None = None

    @property
    def failed(self) -> list[str]:
        return [name for name, outcome in self.steps if outcome == "failure"]


@dataclass(slots=True)
class Run:
    """``jobs`` by the path to each: ``plan``, ``tenant (contoso) / apply``."""

    id: int
    jobs: dict[str, Job] = field(default_factory=dict)

    def results(self) -> dict[str, str]:
        return {name: job.result for name, job in self.jobs.items()}

    @property
    def log(self) -> str:
        return "\n".join(f"== {name}: {job.result}\n{job.log}" for name, job in self.jobs.items())


@dataclass
class Runner:
    """``approve``: the environment's reviewers, asked with the run so far before its job begins.

    ``identity``: what a job that may ask for an identity token has in its environment, by subject.
    """

    folder: Path
    server: GitServer
    hub: GitHub
    machine_env: Mapping[str, str] = field(default_factory=dict)
    identity: Callable[[str], Mapping[str, str]] = lambda _subject: {}
    approve: Callable[[str, Run], bool] = lambda _environment, _run: True
    runs: list[Run] = field(default_factory=list)
    artifacts: dict[tuple[int, str], Path] = field(default_factory=dict)
    tokens: int = 0

    def run(self, workflow: str, event: Event) -> Run:
        run = Run(len(self.runs) + 1001)
        self.runs.append(run)
        github = self._github(event, run)
        inputs = dict(event.inputs)
        found = self.workflow(workflow, event.sha)
        _Flow(self, run, event, found, {"github": github, "inputs": inputs}).go()
        return run

    def bare(self) -> Path:
        return self.server.root / REPOSITORY

    def workflow(self, name: str, sha: str) -> dict[Any, Any]:
        text = git(self.bare(), "show", f"{sha}:{WORKFLOWS}/{name}")
        found: dict[Any, Any] = yaml.safe_load(text)
        return found

    def _github(self, event: Event, run: Run) -> dict[str, Any]:
        is_private = self.hub.visibility != "public"
        payload = {"repository": {"private": is_private}, **event.payload}
        if event.name == "workflow_dispatch":
            payload["inputs"] = dict(event.inputs)
        return {
            "event_name": event.name,
            "event": payload,
            "sha": event.sha,
            "ref": event.ref,
            "ref_name": event.ref.removeprefix("refs/heads/"),
            "base_ref": event.base_ref,
            "repository": REPOSITORY,
            "run_id": str(run.id),
            "run_attempt": "1",
        }


@dataclass
class _Flow:
    """One workflow's jobs; a reusable one has its caller's name before its own."""

    runner: Runner
    run: Run
    event: Event
    workflow: Mapping[Any, Any]
    contexts: dict[str, Any]
    prefix: str = ""
    granted: Mapping[str, str] | None = None
    """What the caller lets it have; None: nobody called."""

    def go(self) -> bool:
        """In the order in which they stand, which is the order of their needs. Whether all went well."""
        done: dict[str, list[Job]] = {}
        for name, job in self.workflow["jobs"].items():
            needed = job.get("needs", [])
            names = [needed] if isinstance(needed, str) else needed
            done[name] = [*self._job(name, job, {one: done[one] for one in names})]
        return not any(job.result == "failure" for jobs in done.values() for job in jobs)

    def _job(
        self, name: str, job: Mapping[str, Any], needs: Mapping[str, list[Job]]
    ) -> Iterator[Job]:
        contexts = {**self.contexts, "needs": _needs(needs), "env": {}}
        status = Status(has_failed=any(j.result != "success" for js in needs.values() for j in js))
        if not condition(job.get("if"), contexts, status):
            yield self._put(name, Job(name, result="skipped"))
            return
        for matrix in _matrix(job, contexts):
            own = {**contexts, "matrix": matrix}
            label = f"{name} ({', '.join(map(str, matrix.values()))})" if matrix else name
            yield self._called(label, job, own) if "uses" in job else self._worked(label, job, own)

    def _put(self, name: str, job: Job) -> Job:
        self.run.jobs[f"{self.prefix}{name}"] = job
        return job

    def _called(self, name: str, job: Mapping[str, Any], contexts: dict[str, Any]) -> Job:
        found = Job(name, job["permissions"])
        path = job["uses"].removeprefix(f"$/{WORKFLOWS}/")
        workflow = self.runner.workflow(path, self.event.sha)
        given = {key: value(text, contexts) for key, text in job.get("with", {}).items()}
        declared = workflow[True]["workflow_call"]["inputs"]  # YAML 1.1 reads 'on' so
        assert given.keys() <= declared.keys()
        inputs = {key: given.get(key, said.get("default")) for key, said in declared.items()}
        contexts = {"github": contexts["github"], "inputs": inputs}
        prefix = f"{self.prefix}{name} / "
        flow = _Flow(
            self.runner, self.run, self.event, workflow, contexts, prefix, job["permissions"]
        )
        found.result = "success" if flow.go() else "failure"
        return found

    def _worked(self, name: str, job: Mapping[str, Any], contexts: dict[str, Any]) -> Job:
        found = self._put(name, Job(name, job["permissions"]))
        self._check_rights(job["permissions"])
        environment = job.get("environment")
        subject = f"repo:{REPOSITORY}:{_subject(self.event)}"
        if environment:
            chosen = filled(environment, contexts)
            subject = f"repo:{REPOSITORY}:environment:{chosen}"
            if chosen not in self.runner.hub.environments:
                self.runner.hub.protect(
                    chosen, is_bound=False
                )  # as GitHub does: made at once, and unprotected
            if not self.runner.approve(chosen, self.run):
                found.result = "failure"
                return found
        env = {**self.workflow.get("env", {}), **job.get("env", {})}
        machine = Machine(self.runner, self.run, self.event, found, contexts)
        machine.begin(f"{self.prefix}{name}", env, subject)
        machine.steps(job["steps"])
        found.outputs = {
            key: filled(text, machine.contexts) for key, text in job.get("outputs", {}).items()
        }
        return found

    def _check_rights(self, permissions: Mapping[str, str]) -> None:
        """GitHub does not start a called job that wants more than its caller has."""
        rank = {"none": 0, "read": 1, "write": 2}
        for name, right in permissions.items():
            has = "write" if self.granted is None else self.granted.get(name, "none")
            assert rank[right] <= rank[has], f"{self.prefix}: the caller does not grant {name}"


def _needs(needs: Mapping[str, list[Job]]) -> dict[str, Any]:
    return {
        name: {"outputs": jobs[-1].outputs, "result": jobs[-1].result}
        for name, jobs in needs.items()
    }


def _matrix(job: Mapping[str, Any], contexts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    axes = job.get("strategy", {}).get("matrix", {})
    if not axes:
        yield {}
        return
    ((key, found),) = axes.items()
    values = value(found, contexts)
    assert values, "GitHub refuses a matrix without values"
    yield from ({key: one} for one in values)


def _subject(event: Event) -> str:
    return "pull_request" if event.name == "pull_request" else f"ref:{event.ref}"


def pull_request(number: int, sha: str, *, fork: str | None = None) -> Event:
    """``sha``: GitHub's own merge of the head into the base. ``fork``: whose repository it is from."""
    head = {"repo": {"full_name": fork or REPOSITORY}}
    payload = {"number": number, "pull_request": {"head": head}}
    return Event("pull_request", sha, payload, f"refs/pull/{number}/merge", base_ref="main")


def push(sha: str) -> Event:
    return Event("push", sha)


def by_hand(sha: str, **inputs: str) -> Event:
    """Empty inputs are empty texts, as GitHub fills them in."""
    return Event("workflow_dispatch", sha, inputs={"tenant": "", "allow": "", **inputs})
