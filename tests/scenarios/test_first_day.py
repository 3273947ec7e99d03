"""The first day of contoso: from an empty folder to a reviewed change, and analysts who go on working.

What the commands print is one golden file, and docs/first-day.md shows nothing else.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from reconciler.cli.door import SystemClock
from reconciler.emulator import Settings
from reconciler.emulator.server import serve
from reconciler.emulator.wires import INCIDENTS
from tests.support.cli import Shell
from tests.support.fake_time import FakeTime
from tests.support.repositories import git
from tests.week.town import ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.emulator.server import Server
    from reconciler.model.words import Json
    from tests.conftest import Golden

PROJECT: Final = Path(__file__).parent.parent.parent
PAGE: Final = (PROJECT / "docs/first-day.md").read_text("utf-8")
TENANT_ID: Final = "12f988bf-16f1-11af-11ab-1d7cd011db47"
INIT: Final = (
    "reconciler init --tenant contoso --cloud global --tenant-id {} "
    "--client-id 00000000-0000-0000-0000-000000000001 --credential static-token"
)
TAGGED: Final = ("3279", "3280", "3281", "3282", "3284", "3287", "3295", "3296")
NOTHING_TO_DO: Final = "Nothing to do: live state is as declared.\n"
REF: Final = "refs/reconciler/applied/contoso"
SAME_EACH_TIME: Final = (
    (r"http://127\.0\.0\.1:\d+", "https://graph.microsoft.com"),
    (r"\b(commit) [0-9a-f]{12}\b", r"\1 0123456789ab"),
    (r"sha256:[0-9a-f]{64}", "sha256:0123…"),
    (r"/\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}", "/20261120T100000.000Z-01234567"),
    (r"\b\d+\.\d\d s\b", "0.01 s"),
    (r"free, in \S+", "free, in ~/.local/state/reconciler"),
    (r"reconciler \d\S+, Python \d\S+", "reconciler 0.1.0, Python 3.11"),
)


class OneMorning(SystemClock):
    """The morning of the emulator's seed, whenever it is played: ages are the same each time."""

    def __init__(self) -> None:
        self._began = self.monotonic()

    def now(self) -> datetime:
        passed = timedelta(seconds=self.monotonic() - self._began)
        return datetime(2026, 11, 20, 10, 30, tzinfo=UTC) + passed


@dataclass
class Day:
    """``root``: where reconciler.yaml is; ``told``: each command line and what it printed."""

    root: Path
    server: Server
    shell: Shell
    told: list[str] = field(default_factory=list)

    def run(self, line: str, code: int = 0) -> str:
        """A command as a page shows it. What it printed on stdout."""
        program, *words = shlex.split(line)
        self.told.append(f"$ {line}\n")
        if program == "git":
            git(self.root, *words)
            return ""
        # The server's answers bear the true time, and doctor compares.
        self.shell.clock = SystemClock() if words[0] == "doctor" else OneMorning()
        found = self.shell.run(*words)
        assert found == code, self.shell.out + self.shell.err
        printed = self.shell.out or self.shell.err
        self.told += [printed, f"[{code}]\n" if code else "", "\n"]
        return self.shell.out

    def document(self, object_id: str) -> str:
        return self._path(object_id).read_text("utf-8")

    def edit(self, object_id: str, before: str, after: str) -> None:
        """As a person does in an editor."""
        text = self.document(object_id)
        assert text.count(before) == 1
        self._path(object_id).write_text(text.replace(before, after), "utf-8")

    def portal(self, who: str, object_id: str, /, **body: Json) -> None:
        """An analyst, who knows nothing of all this."""
        assert ask(self.server.url, who, f"/v1.0/security/incidents/{object_id}", body) == 200

    def live(self, object_id: str) -> Mapping[str, Any]:
        return self.server.tenant.store.find(INCIDENTS, object_id) or {}

    def written(self) -> list[str]:
        """The incidents that this tool changed, one for each write."""
        return [
            moved.id
            for one in self.server.history()
            if one.asked.agent.startswith("reconciler/")
            for moved in one.changes
        ]

    def transcript(self) -> str:
        return same_each_time("".join(self.told))

    def _path(self, object_id: str) -> Path:
        return self.root / f"desired/contoso/{object_id}.yaml"


@pytest.fixture(params=[".", "soc/incidents"])
def day(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Day]:
    """In a repository of its own, and in a folder of somebody else's."""
    root = tmp_path / "work" / request.param
    root.mkdir(parents=True)
    if request.param != ".":
        git(tmp_path / "work", "init", "--quiet", "--initial-branch=main")
    settings = Settings(tmp_path / "graph.sqlite3", requests_per_minute=0, keeps_history=True)
    server = serve(settings, clock=FakeTime())
    env = {"RECONCILER_TOKEN": "canary", "XDG_STATE_HOME": str(tmp_path)}
    yield Day(root, server, Shell(root, env))
    server.close()


def same_each_time(text: str) -> str:
    for pattern, stable in SAME_EACH_TIME:
        text = re.sub(pattern, stable, text)
    return text


def begin(day: Day, tenant_id: str = TENANT_ID) -> None:
    """``graphUrl`` is all that tells this day from one with Microsoft."""
    day.run(INIT.format(tenant_id))
    config = day.root / "reconciler.yaml"
    here = f"    cloud: global\n    graphUrl: {day.server.url}\n"
    config.write_text(config.read_text().replace("    cloud: global\n", here))


def in_git(day: Day) -> None:
    if not (day.root / ".git").exists() and day.root.name == "work":
        day.run("git init --initial-branch=main")
    commit(day, "An empty repository")


def commit(day: Day, message: str) -> None:
    day.run("git add --all")
    day.run(f"git commit --message '{message}'")


def change(day: Day) -> None:
    """Eight documents get a tag, one of them a status as well."""
    for object_id in TAGGED:
        day.edit(object_id, "  customTags: {present: [", "  customTags: {present: [in-git, ")
    day.edit("3295", "  # status: active", "  status: inProgress")


def test_the_first_day(day: Day, golden: Golden) -> None:
    begin(day)
    in_git(day)
    day.run("reconciler doctor")
    day.run("reconciler import --limit 20")
    day.told.append(day.document("3295") + "\n")
    commit(day, "What is there")
    assert day.run("reconciler plan --out plan.json").endswith(NOTHING_TO_DO)
    day.run("reconciler apply plan.json")
    assert day.written() == []

    change(day)
    day.run("reconciler validate")
    commit(day, "Ours are in git")
    day.run("reconciler plan --out plan.json")
    assert day.written() == []
    day.run("reconciler apply plan.json")
    assert sorted(day.written()) == list(TAGGED)

    day.portal("kai", "3295", status="resolved", classification="falsePositive")
    day.portal("priya", "3284", customTags=["escalated", "vip"])
    theirs = [day.live(object_id) for object_id in ("3295", "3284")]
    plan = day.run("reconciler plan --detailed-exitcode")
    assert "20 declared: 0 to update, 18 in sync, 2 left as people changed them" in plan
    assert plan.count("last changed by API-App:") == 2
    day.run("reconciler apply --auto-approve")
    day.run("reconciler drift --detailed-exitcode", code=2)
    day.run("reconciler adopt")
    commit(day, "As Kai and Priya left it")
    assert day.run("reconciler plan --out plan.json").endswith(NOTHING_TO_DO)
    day.run("reconciler apply plan.json")
    day.run("reconciler drift --detailed-exitcode")

    assert [day.live(object_id) for object_id in ("3295", "3284")] == theirs
    assert len(day.written()) == 8
    assert "canary" not in "".join(day.told)
    assert "plan.json" not in git(day.root, "ls-files")
    if day.root.name == "work":
        golden("first-day.txt", day.transcript())


def test_a_colleagues_clone_goes_on_where_the_first_one_stopped(
    day: Day, tmp_path: Path, golden: Golden
) -> None:
    begin(day)
    in_git(day)
    day.run("reconciler import --limit 20")
    change(day)
    commit(day, "Ours are in git")
    day.run("reconciler apply --auto-approve")
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(day.root, "remote", "add", "origin", str(tmp_path / "origin.git"))
    day.run("git push origin main 'refs/reconciler/applied/*'")
    day.portal("kai", "3295", status="resolved")

    git(tmp_path, "clone", "--quiet", str(tmp_path / "origin.git"), "clone")
    root = tmp_path / "clone" / day.root.relative_to(tmp_path / "work")
    theirs = Day(root, day.server, Shell(root, day.shell.env), day.told)
    theirs.run("reconciler plan", code=1)
    assert f"git fetch origin +{REF}:{REF}" in theirs.shell.err
    theirs.run("git fetch origin '+refs/reconciler/applied/*:refs/reconciler/applied/*'")
    assert "1 left as people changed them" in theirs.run("reconciler plan --detailed-exitcode")
    assert theirs.live("3295")["status"] == "resolved"
    if day.root.name == "work":
        golden("first-day-clone.txt", day.transcript())


def test_objects_of_another_tenant_stop_every_command_of_the_day(day: Day) -> None:
    begin(day, tenant_id="22222222-2222-2222-2222-222222222222")

    told = json.loads(day.run("reconciler doctor --format json", code=1))
    (found,) = (one for one in told["checks"] if one["name"].startswith("read Incident"))
    assert "belongs to another tenant" in found["found"]
    day.run("reconciler import --limit 20", code=5)
    assert not list(day.root.glob("desired/contoso/*.yaml"))
    (day.root / "desired/contoso/3295.yaml").write_text(
        'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {id: "3295"}\n'
        "spec: {customTags: {present: [in-git]}}\n"
    )
    for line in (
        "plan",
        "apply --auto-approve",
        "drift",
        "adopt --base none",
        "snapshot --out live.json",
    ):
        day.run(f"reconciler {line}", code=5)
        assert "belongs to another tenant" in " ".join(day.shell.err.split())
    assert day.written() == []


def fences(language: str) -> Iterator[str]:
    """The lines of the page's blocks in that language."""
    for block in re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        yield from same_each_time(block).splitlines()


def happened() -> set[str]:
    """The lines of what was typed and printed above."""
    names = ("first-day.txt", "first-day-clone.txt")
    return {
        line
        for name in names
        for line in (PROJECT / "tests/golden" / name).read_text("utf-8").splitlines()
    }


def test_the_page_shows_what_the_commands_print_and_nothing_else() -> None:
    shown = set(fences("text"))

    assert len(shown) > 50
    assert shown - happened() == {"…"}


def test_the_page_has_no_command_that_was_not_run() -> None:
    typed = [line.replace("browser", "static-token") for line in fences("sh") if line]

    assert len(typed) > 15
    assert [line for line in typed if f"$ {line}" not in happened()] == []
