"""Many tenants in one run: each with its own Graph, token, journal and plan, and nobody else's."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import closing, contextmanager
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

import pytest

from reconciler.codec import journal as codec
from reconciler.emulator import Settings, start
from tests.support.cli import Shell
from tests.support.crowd import TOKEN, crowd, token
from tests.support.graph_script import Told, batch, object_id, parts
from tests.support.repositories import git
from tests.support.scripted_server import hang, reply, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.crowd import Crowd
    from tests.support.scripted_server import Asked, Telling

TENANTS = 12
DOCUMENTS = 3
LATENCY_MS = 700
"""Long enough for a signal to arrive while a request is on its way."""
ENTRY = "from reconciler.cli.main import entry; entry()"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Crowd, Shell]]:
    with crowd(tmp_path, tenants=TENANTS, documents=DOCUMENTS) as people:
        yield people, Shell(tmp_path, dict(people.env))


def files(crowd: Crowd, shell: Shell, pattern: str) -> dict[str, str]:
    """By tenant: what its files hold, all in one text."""
    return {
        member.name: "".join(
            path.read_text() for path in shell.cwd.glob(pattern.format(member.name))
        )
        for member in crowd.members
    }


def test_nothing_of_one_tenant_is_ever_seen_at_another_one(world: tuple[Crowd, Shell]) -> None:
    people, shell = world
    git(shell.cwd, "init", "--quiet")
    assert shell.run("plan", "--all-tenants", "--out-dir", "plans", "--log-level", "debug") == 0
    plan_err = shell.err
    words = ("--all-tenants", "--auto-approve", "--format", "json", "--log-level", "debug")
    assert shell.run("apply", *words) == 0
    told = json.loads(shell.out)["tenants"]

    requests = {member.name: member.saw() for member in people.members}
    results = {one["name"]: json.dumps(one) for one in told}
    for texts in (
        requests,
        results,
        files(people, shell, "plans/{}.json"),
        files(people, shell, ".reconciler/journal/{}/*"),
        {
            member.name: git(shell.cwd, "log", "-p", f"refs/reconciler/applied/{member.name}")
            for member in people.members
        },
    ):
        assert all(
            len(member.found_in(texts[member.name])) > DOCUMENTS for member in people.members
        )
        assert people.strangers(texts) == []
    for member in people.members:
        bearer = f"Bearer {token(member.tenant_id)}"
        tokens = {sent.headers["authorization"] for sent in member.graph.envelopes}
        assert tokens == {bearer}
        assert len(member.graph.patches) == DOCUMENTS
    assert TOKEN not in plan_err + shell.err + shell.out


def test_what_is_seen_at_another_one_would_be_found(world: tuple[Crowd, Shell]) -> None:
    people, shell = world
    first, second = people.members[:2]
    assert shell.run("plan", "--tenant", first.name, "--tenant", second.name) == 0
    swapped = {member.name: "" for member in people.members}
    swapped |= {first.name: second.saw(), second.name: first.saw()}
    found = people.strangers(swapped)
    assert (first.name, token(second.tenant_id)) in found
    assert (first.name, second.ids[0]) in found
    assert len(found) == 2 * (1 + DOCUMENTS)


def test_what_is_said_beside_the_results_bears_the_name_of_its_tenant(
    world: tuple[Crowd, Shell],
) -> None:
    people, shell = world
    assert shell.run("apply", "--all-tenants", "--auto-approve") == 0
    said = {
        member.name: "".join(
            line for line in shell.err.splitlines(True) if line.startswith(f"{member.name}:")
        )
        for member in people.members
    }
    assert sum(map(len, said.values())) == len(shell.err)
    assert people.strangers(said) == []
    assert all(f"{name}: Nothing is written yet" in text for name, text in said.items())


def test_drift_doctor_and_import_take_several_tenants_too(world: tuple[Crowd, Shell]) -> None:
    people, shell = world
    git(shell.cwd, "init", "--quiet")
    two = ("--tenant", people.members[2].name, "--tenant", people.members[5].name)
    assert shell.run("apply", *two, "--auto-approve") == 0

    assert shell.run("drift", *two) == 0
    assert "tenant     ended   drift  conflict  merged or gone  unknown  seconds\n" in shell.out
    assert shell.run("doctor", *two, "--format", "json") == 0
    checked = [one["result"]["tenant"] for one in json.loads(shell.out)["tenants"]]
    assert checked == list(two[1::2])
    for path in (shell.cwd / "desired" / two[1]).iterdir():
        path.unlink()
    assert shell.run("import", *two) == 0
    assert f"== {two[1]} ==\ndesired/{two[1]}/{people.members[2].ids[-1]}.yaml\n" in shell.out


def test_an_object_of_another_tenant_stops_the_run_of_that_tenant_alone(
    world: tuple[Crowd, Shell],
) -> None:
    people, shell = world
    config = (shell.cwd / "reconciler.yaml").read_text()
    first, second = people.members[:2]
    wrong = config.replace(f"graphUrl: {first.graph.url}", f"graphUrl: {second.graph.url}")
    (shell.cwd / "reconciler.yaml").write_text(wrong)
    mistaken = shell.cwd / "desired" / first.name
    for path in mistaken.iterdir():
        path.unlink()
    (mistaken / "x.yaml").write_text(second.document(second.ids[0]))

    assert shell.run("apply", "--all-tenants", "--auto-approve", "--format", "json") == 5
    told = json.loads(shell.out)
    codes = {one["name"]: one["exitCode"] for one in told["tenants"]}
    assert codes == {member.name: 5 if member is first else 0 for member in people.members}
    assert second.tenant_id in json.dumps(told["tenants"][0])
    assert first.graph.envelopes == []


def test_a_document_that_names_a_tenant_is_refused_and_the_others_go_on(
    world: tuple[Crowd, Shell],
) -> None:
    people, shell = world
    first = people.members[0]
    path = shell.cwd / f"desired/{first.name}/{first.ids[0]}.yaml"
    path.write_text(path.read_text().replace('"}', f'", tenant: {people.members[1].name}}}'))

    assert shell.run("plan", "--all-tenants") == 3
    assert "unknown key 'tenant' in metadata" in shell.err
    assert shell.out.count("3 to update") == TENANTS - 1


def test_no_rights_and_no_token_leave_the_others_alone(world: tuple[Crowd, Shell]) -> None:
    people, shell = world
    refused, nobody = people.members[3], people.members[7]
    config = (shell.cwd / "reconciler.yaml").read_text()
    config = config.replace(
        f"clientId: {nobody.tenant_id}\n    credential: github-oidc", "credential: static-token"
    )
    with serving() as graph:
        graph.tell(reply(403))
        config = config.replace(refused.graph.url, graph.root)
        (shell.cwd / "reconciler.yaml").write_text(config)
        words = ("--all-tenants", "--detailed-exitcode", "--format", "json")
        assert shell.run("plan", *words) == 1
    codes = {one["name"]: one["exitCode"] for one in json.loads(shell.out)["tenants"]}
    bad = {refused.name, nobody.name}
    assert codes == {member.name: 1 if member.name in bad else 2 for member in people.members}


def repository(folder: Path, names: list[str], url: str, limits: str = "{}") -> Shell:
    """Tenants of the emulator's cloud behind one Graph, each with incidents of its own."""
    entries = "".join(
        f"  {name}: {{cloud: emulator, desired: desired/{name}, graphUrl: '{url}'}}\n"
        for name in names
    )
    (folder / "reconciler.yaml").write_text(
        f"apiVersion: reconciler/v1\nkind: Config\ntenants:\n{entries}limits: {limits}\n"
    )
    for number, name in enumerate(names):
        (folder / "desired" / name).mkdir(parents=True)
        for item in range(2):
            own_id = 3001 + 2 * number + item
            (folder / "desired" / name / f"{item}.yaml").write_text(
                f'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {{id: "{own_id}"}}\n'
                f"spec: {{customTags: {{present: [by-{name}]}}}}\n"
            )
    return Shell(folder)


@contextmanager
def process(shell: Shell, *words: str) -> Iterator[Popen[str]]:
    command = (sys.executable, "-c", ENTRY, *words)
    with Popen(command, cwd=shell.cwd, stdout=PIPE, stderr=PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize("command", ["plan", "drift", "doctor", "import"])
def test_a_signal_ends_reading_everywhere_and_whose_turn_has_not_come_says_so(
    tmp_path: Path, command: str
) -> None:
    names = [f"t{number}" for number in range(10)]
    eight_ask = threading.Semaphore(0)

    def script(_asked: Asked) -> Telling:
        eight_ask.release()
        return hang

    with serving() as graph:
        graph.follow(script)
        shell = repository(tmp_path, names, graph.root)
        with process(shell, command, "--all-tenants", "--format", "json") as running:
            assert all(eight_ask.acquire(timeout=60) for _ in range(8))
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)
    told = json.loads(out)
    assert (running.returncode, told["exitCode"]) == (130, 130)
    assert [one["exitCode"] for one in told["tenants"]] == [130] * 10
    messages = [one["result"]["errors"][0]["message"] for one in told["tenants"]]
    assert [message.startswith("stopped before its turn") for message in messages] == (
        [False] * 8 + [True] * 2
    )
    assert "stopping after the batch in flight; once more to stop at once\n" in err


def reads_until(running: Popen[str], words: str, times: int = 1) -> None:
    assert running.stderr is not None
    for line in running.stderr:
        times -= words in line
        if not times:
            return
    raise AssertionError(words)


def test_a_signal_lets_every_batch_in_flight_end_and_the_same_run_again_finishes(
    tmp_path: Path,
) -> None:
    names = ["a", "b"]
    with closing(start(Settings(tmp_path / "s.sqlite3", latency_ms=LATENCY_MS))) as slow:
        shell = repository(tmp_path, names, slow.url, limits="{batchSize: 1}")
        words = ("--all-tenants", "--auto-approve", "--format", "json", "--log-level", "debug")
        with process(shell, "apply", *words) as running:
            reads_until(running, "Nothing is written yet", times=2)
            reads_until(running, "POST /v1.0/$batch 200")  # a check; its write is on its way
            running.send_signal(signal.SIGTERM)
            out, err = running.communicate(timeout=60)
    told = json.loads(out)
    assert (running.returncode, told["exitCode"]) == (130, 130), err
    assert [one["exitCode"] for one in told["tenants"]] == [130, 130]
    for name in names:
        (path,) = (shell.cwd / f".reconciler/journal/{name}").iterdir()
        run = codec.load(path.read_bytes())
        assert (run.is_cut, run.open) == (False, ())
        assert {outcome.name for outcome in run.outcomes} == {"done", "notTried"}
    with closing(start(Settings(tmp_path / "s.sqlite3"))) as quick:
        config = (shell.cwd / "reconciler.yaml").read_text().replace(slow.url, quick.url)
        (shell.cwd / "reconciler.yaml").write_text(config)
        assert shell.run("apply", "--all-tenants", "--auto-approve") == 0
        assert shell.run("plan", "--all-tenants", "--detailed-exitcode") == 0


def untagged(url: str, _part: object) -> Told:
    return Told(200, {"id": object_id(url), "status": "active", "customTags": []})


def test_a_second_signal_does_not_wait_for_any_answer_and_says_what_nobody_knows(
    tmp_path: Path,
) -> None:
    both_write = threading.Semaphore(0)

    def script(asked: Asked) -> Telling:
        if any(part["method"] == "PATCH" for part in parts(asked)):
            both_write.release()
            return hang
        return batch(asked, untagged)

    with serving() as graph:
        graph.follow(script)
        shell = repository(tmp_path, ["a", "b"], graph.root)
        words = ("apply", "--all-tenants", "--auto-approve", "--format", "json")
        with process(shell, *words) as running:
            assert all(both_write.acquire(timeout=60) for _ in range(2))
            running.send_signal(signal.SIGINT)
            reads_until(running, "stopping after the batch in flight")
            running.send_signal(signal.SIGINT)
            out, _ = running.communicate(timeout=60)
    told = json.loads(out)
    assert (running.returncode, told["exitCode"]) == (130, 130)
    results = [one["result"] for one in told["tenants"]]
    assert [result["summary"]["unsettled"] for result in results] == [2, 2]
    assert all((shell.cwd / result["journal"]).is_file() for result in results)
