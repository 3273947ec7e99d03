"""What a GitHub job is told: annotations, summary and outputs, whatever becomes of the command."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.injection import judges
from tests.support.cli import Shell

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: b
tenants:
  b: {cloud: emulator, desired: desired/b}
  a: {cloud: emulator, desired: desired/a}
"""
GOOD = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "3268"}
spec: {status: resolved, classification: falsePositive}
"""
BAD = GOOD.replace("resolved", "closed")
STOPPED = re.compile(r"::stop-commands::(\w+)\n(.*)\n::\1::\n", re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    for name in ("a", "b"):
        (tmp_path / "desired" / name).mkdir(parents=True)
    runner = tmp_path / "runner"
    runner.mkdir()
    env = {"GITHUB_STEP_SUMMARY": str(runner / "summary"), "GITHUB_OUTPUT": str(runner / "output")}
    return Shell(tmp_path, env)


def declare(shell: Shell, name: str, text: str) -> None:
    (shell.cwd / "desired" / name).write_text(text)


def outputs(shell: Shell) -> dict[str, str]:
    """Of the last command."""
    file = Path(shell.env["GITHUB_OUTPUT"])
    text = file.read_text()
    file.unlink()
    found = re.findall(r"([a-z0-9-]+)<<(\S+)\n(.*)\n\2\n", text)
    assert "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, end, value in found) == text
    return {name: value for name, _, value in found}


def summary(shell: Shell) -> str:
    file = Path(shell.env["GITHUB_STEP_SUMMARY"])
    text = file.read_text()
    file.unlink()
    return text


def test_a_plan_is_walled_in_annotated_summed_up_and_handed_on(shell: Shell) -> None:
    declare(shell, "b/one.yaml", GOOD)

    assert shell.run("plan", "--format", "github", "--out", "p.json") == 0

    walled, after = STOPPED.split(shell.out)[2:]
    assert walled.startswith("Plan for tenant b (emulator)\n")
    assert re.fullmatch(
        r"::warning file=desired/b/one.yaml,line=2,col=1::Incident 3268 \(\w+\): active → resolved,"
        r" falsePositive: closes, recomputes-determination: .*\n",
        after,
    )
    assert [*judges.job(shell.out)] == []
    assert summary(shell).startswith("### Plan for tenant <code>b</code>")
    told = outputs(shell)
    digest = json.loads((shell.cwd / "p.json").read_text())["digest"]
    assert told == {
        "digest": digest,
        "declared": "1",
        "update": "1",
        "skip": "0",
        "unknown": "0",
        "drift": "0",
        "conflict": "0",
        "objections": "0",
        "new": "",
        "sha256": hashlib.sha256((shell.cwd / "p.json").read_bytes()).hexdigest(),
        "exit-code": "0",
        "exit-reason": "done",
    }


def test_show_apply_and_drift_tell_the_same_way(shell: Shell) -> None:
    declare(shell, "b/one.yaml", GOOD)
    assert shell.run("plan", "--out", "p.json") == 0

    assert shell.run("show", "p.json", "--format=github") == 0
    shown = outputs(shell)
    assert shown["sha256"] == hashlib.sha256((shell.cwd / "p.json").read_bytes()).hexdigest()
    assert shell.run("apply", "p.json", "--format", "github") == 0
    applied = outputs(shell)
    assert (applied["digest"], applied["done"], applied["failed"]) == (shown["digest"], "1", "0")
    assert (shell.cwd / applied["journal"]).is_file()
    assert shell.run("drift", "--format", "github") == 1  # outside git there is no base to tell by
    assert outputs(shell) == {
        "drift": "0",
        "conflict": "0",
        "gone": "0",
        "unknown": "0",
        "exit-code": "1",
        "exit-reason": "error",
    }
    text = summary(shell)
    assert text.index("### Plan for") < text.index("### Applied to") < text.index("### Drift of")


def test_a_check_has_its_counts_and_ten_annotations_a_level(shell: Shell) -> None:
    for number in range(12):
        declare(shell, f"b/{number:02}.yaml", BAD.replace("3268", str(4000 + number)))

    assert shell.run("validate", "--format", "github") == 3

    assert shell.out.count("::error file=desired/b/") == 10
    assert shell.out.endswith("2 remarks without an annotation; the report above has all\n")
    assert summary(shell).startswith("### Checked documents\n\n**12 errors**\n")
    assert outputs(shell) == {
        "files": "12",
        "objects": "0",
        "errors": "12",
        "warnings": "0",
        "exit-code": "3",
        "exit-reason": "invalid input",
    }


@pytest.mark.parametrize(
    ("words", "code", "annotation"),
    [
        (("plan",), 3, "::error file=desired/b/bad.yaml,line=4,col=16::spec.status is 'closed'"),
        (("plan", "--nonsense"), 64, "::error::reconciler plan: unrecognized arguments"),
        (("show", "none.json"), 1, "::error::the plan "),
        (("apply", "--auto-approve", "--expect-digest", "x"), 3, "::error file=desired/b/bad.yaml"),
    ],
)
def test_an_error_is_annotated_summed_up_and_handed_on(
    shell: Shell, words: tuple[str, ...], code: int, annotation: str
) -> None:
    declare(shell, "b/bad.yaml", BAD)

    assert shell.run(*words, "--format", "github") == code

    assert shell.out.startswith(annotation)
    assert shell.err != ""
    assert summary(shell).startswith("### Ended with an error\n")
    told = outputs(shell)
    assert set(told) == {"exit-code", "exit-reason"}
    assert told["exit-code"] == str(code)


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_places_are_told_from_the_root_of_the_repository(shell: Shell, form: str) -> None:
    declare(shell, "b/bad.yaml", BAD)
    shell.env["GITHUB_WORKSPACE"] = str(shell.cwd.parent)

    assert shell.run("validate", "--format", form) == 3
    assert f"{shell.cwd.name}/desired/b/bad.yaml" in shell.out

    shell.env["GITHUB_WORKSPACE"] = str(shell.cwd / "desired")
    assert shell.run("validate", "--format", form) == 3
    assert f"{shell.cwd.name}/desired" not in shell.out


def test_a_refusal_is_told_as_one(shell: Shell) -> None:
    declare(shell, "b/one.yaml", GOOD)
    assert shell.run("plan", "--out", "p.json") == 0

    words = ("--expect-digest", "sha256:0", "--format", "github")
    assert shell.run("apply", "p.json", *words) == 5

    assert shell.out.startswith("::error::")
    assert outputs(shell) == {"exit-code": "5", "exit-reason": "refused"}


def test_without_a_runner_there_are_only_lines(shell: Shell) -> None:
    shell.env.clear()

    assert shell.run("validate", "--format", "github") == 0
    assert STOPPED.fullmatch(shell.out)
    assert not [*(shell.cwd / "runner").iterdir()]


def test_a_summary_that_cannot_be_written_is_told_and_no_more(shell: Shell) -> None:
    shell.env["GITHUB_STEP_SUMMARY"] = str(shell.cwd / "none/summary")

    assert shell.run("validate", "--format", "github") == 0
    assert shell.err.startswith("the step summary was not written: cannot write ")
    assert outputs(shell)["exit-code"] == "0"


def test_outputs_that_cannot_be_written_are_an_error(shell: Shell) -> None:
    shell.env["GITHUB_OUTPUT"] = str(shell.cwd)

    assert shell.run("validate", "--format", "github") == 1
    assert "\n::error::cannot write " in shell.out
    assert "cannot write " in shell.err


def test_what_stands_in_the_runners_files_stays(shell: Shell) -> None:
    for file in shell.env.values():
        Path(file).write_text("mine=1")

    assert shell.run("validate", "--format", "github") == 0

    assert Path(shell.env["GITHUB_OUTPUT"]).read_text().startswith("mine=1\nfiles<<")
    assert summary(shell).startswith("mine=1\n### Checked")


def test_a_full_summary_leaves_the_report_small(shell: Shell) -> None:
    declare(shell, "b/one.yaml", BAD)
    Path(shell.env["GITHUB_STEP_SUMMARY"]).write_text("x" * 1_000_001)

    assert shell.run("validate", "--format", "github") == 3
    assert summary(shell) == "x" * 1_000_001


def test_several_tenants_have_one_summary_annotations_of_all_and_totals(shell: Shell) -> None:
    declare(shell, "b/one.yaml", GOOD)
    declare(shell, "a/bad.yaml", BAD)

    words = ("--all-tenants", "--format", "github", "--out-dir", "plans")
    assert shell.run("plan", *words) == 3

    assert [*judges.job(shell.out)] == []
    lines = shell.out.splitlines()
    assert lines[0] == "== b =="
    assert [line.split("::")[1].split(" ")[0] for line in lines[-2:]] == ["error", "warning"]
    text = summary(shell)
    parts = (
        "## <code>b</code>\n\n### Plan for",
        "## <code>a</code>\n\n### Ended",
        "## All tenants",
    )
    assert [*map(text.index, parts)] == sorted(map(text.index, parts))
    told = outputs(shell)
    assert (told["update"], told["digest"], told["exit-code"]) == ("1", "", "3")
    first, second = json.loads(told["tenants"])
    saved = (shell.cwd / "plans/b.json").read_bytes()
    assert (first["tenant"], first["exitCode"], first["update"]) == ("b", 0, 1)
    assert first["sha256"] == hashlib.sha256(saved).hexdigest()
    assert second == {"tenant": "a", "exitCode": 3, "exitReason": "invalid input"}


def test_the_room_of_a_summary_is_shared_by_the_tenants(shell: Shell) -> None:
    declare(shell, "b/one.yaml", GOOD)
    Path(shell.env["GITHUB_STEP_SUMMARY"]).write_text("x" * 990_000)

    assert shell.run("plan", "--all-tenants", "--format", "github") == 0

    assert len(summary(shell)) <= 1_000_000


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        (("plan", "--redact", "--format", "json"), "--format json is whole"),
        (("show", "p.json", "--redact", "--format", "json"), "--format json is whole"),
        (("drift", "--redact", "--format", "json"), "--format json is whole"),
        (("apply", "p.json", "--redact", "--format", "json"), "--format json is whole"),
    ],
)
def test_what_a_machine_reads_is_whole(shell: Shell, words: tuple[str, ...], fragment: str) -> None:
    assert shell.run(*words) == 64
    assert fragment in " ".join((shell.out + shell.err).split())


def test_redacted_reports_show_no_title_and_the_digest_of_the_whole(shell: Shell) -> None:
    declare(shell, "b/one.yaml", GOOD.replace("spec: {", "spec: {assignedTo: kai@contoso.com, "))
    assert shell.run("plan", "--redact", "--out", "p.json") == 0
    saved = json.loads((shell.cwd / "p.json").read_text())
    secrets = ("kai@contoso.com", saved["changes"][0]["title"])

    seen = []
    for words in (("plan",), ("show", "p.json"), ("drift",), ("apply", "p.json")):
        for form in ("text", "markdown", "github"):
            shell.run(*words, "--redact", "--format", form)
            seen.append(shell.out + shell.err)
    text = "".join((*seen, summary(shell)))

    assert [secret for secret in secrets if secret in text] == []
    assert "(redacted)" in text
    assert saved["digest"] in seen[0]
    assert saved["digest"].removeprefix("sha256:") in seen[1]
