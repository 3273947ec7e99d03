"""One job's machine: its steps by bash as they stand, the four actions that they use, its token."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.support.expressions import Status, condition, filled, value
from tests.support.repositories import git

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.runner import Event, Job, Run, Runner

COMMANDS: Final = Path(sys.executable).parent
PROJECT: Final = Path(__file__).parent.parent.parent
REPOSITORY: Final = "acme/soc"
OWN_ACTIONS: Final = "tools/reconciler/"
"""Where this project is, for the rehearsal: an action of it is its path below that."""
TIMEOUT_SECONDS: Final = 120
_PYTHON: Final = """\
#!/bin/sh
# 'python3 -m venv DIR': as far as the workflows need it.
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "$PWD: pip $*" >> "{log}"\\n' > "$3/bin/pip"
printf '#!/bin/sh\\nexec "{commands}/python" "$@"\\n' > "$3/bin/python"
chmod +x "$3/bin/pip" "$3/bin/python"
ln -s "{commands}/reconciler" "$3/bin/reconciler"
"""


@dataclass
class Machine:
    """What one job's steps see: work folder, temporary folder, environment, outputs so far."""

    runner: Runner
    run: Run
    event: Event
    job: Job
    contexts: dict[str, Any]
    root: Path = field(init=False)
    env: dict[str, str] = field(init=False)
    path: list[str] = field(default_factory=list)
    is_failed: bool = False

    @property
    def work(self) -> Path:
        return self.root / "work"

    def begin(self, label: str, env: Mapping[str, str], subject: str) -> None:
        self.root = self.runner.folder / f"{self.run.id}" / label.replace("/", "-")
        for name in ("work", "temp", "home", "tools"):
            (self.root / name).mkdir(parents=True)
        (self.root / "summary").touch()
        (self.root / "installed").touch()
        self.job.machine = self.root
        python = self.root / "tools/python3"
        python.write_text(_PYTHON.format(log=self.root / "installed", commands=COMMANDS))
        python.chmod(0o755)
        token = self._token()
        own = {**self.contexts["github"], "token": token, "workspace": str(self.work)}
        self.contexts |= {"github": own, "runner": {"temp": str(self.root / "temp")}, "steps": {}}
        may_identify = self.job.permissions.get("id-token") == "write"
        self.env = {
            "HOME": str(self.root / "home"),
            "XDG_STATE_HOME": str(self.root / "temp"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.work),
            "GITHUB_STEP_SUMMARY": str(self.root / "summary"),
            "GITHUB_API_URL": self.runner.hub.url,
            "GITHUB_SERVER_URL": self.runner.server.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": str(self.run.id),
            "GITHUB_SHA": self.event.sha,
            "GITHUB_REF": self.event.ref,
            "GITHUB_REF_NAME": own["ref_name"],
            "GITHUB_REF_TYPE": "branch",
            "GITHUB_EVENT_NAME": self.event.name,
            "RUNNER_TEMP": str(self.root / "temp"),
            **self.runner.machine_env,
            **(self.runner.identity(subject) if may_identify else {}),
        }
        self.env |= {key: filled(text, self.contexts) for key, text in env.items()}
        self.contexts["env"] = self.env

    def steps(self, steps: Sequence[Mapping[str, Any]]) -> None:
        before = len(self.runner.hub.requests)
        for step in steps:
            self._step(step)
        self.job.summary = (self.root / "summary").read_text("utf-8")
        self.job.result = "failure" if self.is_failed else "success"
        wrote = any(one.is_write for one in self.runner.hub.requests[before:])
        may = {self.job.permissions.get(name) for name in ("issues", "pull-requests")}
        assert not wrote or "write" in may, "a job without the right wrote to GitHub"

    def _step(self, step: Mapping[str, Any]) -> None:
        name = str(step.get("name") or step.get("uses", "").partition("@")[0])
        if not condition(step.get("if"), self.contexts, Status(has_failed=self.is_failed)):
            self._ended(step, name, "skipped", {})
            return
        is_good, outputs = self._run(step) if "run" in step else self._use(step)
        is_pardoned = value(step.get("continue-on-error", False), self.contexts)
        self._ended(step, name, "success" if is_good else "failure", outputs)
        self.is_failed = self.is_failed or not (is_good or is_pardoned)

    def _ended(
        self, step: Mapping[str, Any], name: str, outcome: str, outputs: Mapping[str, str]
    ) -> None:
        self.job.steps.append((name, outcome))
        if "id" in step:
            self.contexts["steps"][step["id"]] = {"outcome": outcome, "outputs": dict(outputs)}

    def _run(self, step: Mapping[str, Any]) -> tuple[bool, dict[str, str]]:
        files = {key: self.root / key for key in ("output", "path")}
        for file in files.values():
            file.write_text("")
        script = self.root / "temp/step.sh"
        assert "${{" not in step["run"], "an expression in a shell"
        script.write_text(step["run"])
        own = {key: filled(text, self.contexts) for key, text in step.get("env", {}).items()}
        tools = [*self.path[::-1], str(self.root / "tools"), os.environ["PATH"]]
        written = {f"GITHUB_{key.upper()}": str(file) for key, file in files.items()}
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.work / filled(step.get("working-directory", "."), self.contexts),
            env={**self.env, **own, **written, "PATH": os.pathsep.join(tools)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        self.job.log += ended.stdout
        self.path += files["path"].read_text("utf-8").splitlines()
        return ended.returncode == 0, _outputs(files["output"].read_text("utf-8"))

    def _use(self, step: Mapping[str, Any]) -> tuple[bool, dict[str, str]]:
        words = {key: filled(text, self.contexts) for key, text in step.get("with", {}).items()}
        match step["uses"].partition("@")[0]:
            case "actions/checkout":
                return self._checkout(words), {}
            case "actions/setup-python":
                return True, {}
            case "actions/upload-artifact":
                return self._upload(words), {}
            case "actions/download-artifact":
                return self._download(words), {}
            case other if other.startswith(OWN_ACTIONS):
                return self._compose(PROJECT / other.removeprefix(OWN_ACTIONS), words)
            case other:
                raise AssertionError(f"the action {other} is not played here")

    def _compose(self, action: Path, words: Mapping[str, str]) -> tuple[bool, dict[str, str]]:
        """An action of this project, from its own checkout: its steps see its inputs alone."""
        found = yaml.safe_load((action / "action.yml").read_text("utf-8"))
        assert words.keys() <= found["inputs"].keys(), "GitHub warns, and leaves such inputs out"
        defaults = {key: said.get("default", "") for key, said in found["inputs"].items()}
        inputs = {**defaults, **words}
        outer, self.contexts = self.contexts, {**self.contexts, "inputs": inputs, "steps": {}}
        self.env["GITHUB_ACTION_PATH"] = str(action)
        for step in found["runs"]["steps"]:
            assert "uses" in step or step["shell"] == "bash"
            self._step(step)
        outputs = {
            key: filled(said["value"], self.contexts) for key, said in found["outputs"].items()
        }
        self.contexts = outer
        return not self.is_failed, outputs

    def _checkout(self, words: Mapping[str, str]) -> bool:
        assert words["persist-credentials"] == "false"
        folder = self.work / words.get("path", ".")
        folder.mkdir(parents=True, exist_ok=True)
        assert not any(folder.iterdir()), "a checkout over something"
        what = f"refs/heads/{words['ref']}" if "ref" in words else self.event.sha
        git(folder, "init", "--quiet")
        git(folder, "remote", "add", "origin", self.runner.server.remote(REPOSITORY))
        git(folder, "fetch", "--quiet", "--depth=1", os.fspath(self.runner.bare()), what)
        git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        return True

    def _upload(self, words: Mapping[str, str]) -> bool:
        source = self.work / words["path"]  # an absolute path stays one
        found = [source] if source.is_file() else [*source.glob("[!.]*")]
        if not found:
            return words["if-no-files-found"] == "ignore"
        key = (self.run.id, words["name"])
        assert key not in self.runner.artifacts or words.get("overwrite") == "true"
        folder = self.runner.folder / "artifacts" / str(self.run.id) / words["name"]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in found:
            shutil.copy(path, folder)
        self.runner.artifacts[key] = folder
        return True

    def _download(self, words: Mapping[str, str]) -> bool:
        run = int(words.get("run-id") or self.run.id)
        if run != self.run.id:
            assert words["github-token"] == self.contexts["github"]["token"]
            assert self.job.permissions.get("actions") == "read"
        folder = self.runner.artifacts.get((run, words["name"]))
        if folder is None:
            self.job.log += f"Unable to find artifact {words['name']}\n"
            return False
        shutil.copytree(folder, self.work / words.get("path", "."), dirs_exist_ok=True)
        return True

    def _token(self) -> str:
        """With the rights that the job names, for git and for the API."""
        self.runner.tokens += 1
        token = f"ghs_canary{self.runner.tokens:04}"
        self.runner.server.rights[token] = self.job.permissions.get("contents", "none")
        self.runner.hub.logins[token] = "github-actions[bot]"
        self.runner.hub.permissions = frozenset({"metadata", *self.job.permissions})
        return token


def _outputs(text: str) -> dict[str, str]:
    """``name=value`` and ``name<<END … END``."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, end = line.partition("<<")
        if sign and "=" not in name:
            held = []
            for inner in lines:
                if inner == end:
                    break
                held.append(inner)
            found[name] = "\n".join(held)
        else:
            name, _, said = line.partition("=")
            found[name] = said
    return found
