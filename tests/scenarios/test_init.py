"""init as a user does it: an empty folder, flags or answers, and a second run that harms nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reconciler.contract.config import config_schema
from reconciler.contract.document import document_schema
from reconciler.contract.schemas import as_text
from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

TENANT_ID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
CLIENT_ID = "00000000-0000-0000-0000-000000000001"
FILES = [
    ".github/CODEOWNERS",
    ".github/reconciler/check_requirements.py",
    ".github/workflows/apply-tenant.yml",
    ".github/workflows/apply.yml",
    ".github/workflows/drift.yml",
    ".github/workflows/plan.yml",
    ".gitignore",
    "desired/contoso/.gitkeep",
    "reconciler.yaml",
    "requirements.lock",
    "requirements.txt",
    "schemas/config.schema.json",
    "schemas/document.schema.json",
]
FLAGS = (
    *("init", "--tenant", "contoso", "--cloud", "usgov"),
    *("--tenant-id", TENANT_ID, "--client-id", CLIENT_ID, "--credential", "browser"),
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def files(shell: Shell) -> dict[str, str]:
    return {
        path.relative_to(shell.cwd).as_posix(): path.read_text()
        for path in sorted(shell.cwd.rglob("*"))
        if path.is_file()
    }


def test_an_empty_folder_becomes_a_repository_that_validates(shell: Shell) -> None:
    assert shell.run(*FLAGS) == 0
    found = files(shell)

    assert sorted(found) == FILES
    assert found["reconciler.yaml"] == (
        "# yaml-language-server: $schema=schemas/config.schema.json\n"
        "apiVersion: reconciler/v1\n"
        "kind: Config\n"
        "defaultTenant: contoso\n"
        "tenants:\n"
        "  contoso:\n"
        "    cloud: usgov\n"
        f"    tenantId: {TENANT_ID}\n"
        f"    clientId: {CLIENT_ID} # the reader: every command but apply\n"
        "    credential: browser\n"
        "    # the writer, an application of its own; without it the reader writes:\n"
        "    # apply: {clientId: 00000000-0000-0000-0000-000000000000, credential: github-oidc}\n"
        "    desired: desired/contoso\n"
    )
    assert all(line.startswith("#") for line in found["requirements.txt"].splitlines())
    assert ".reconciler/" in found[".gitignore"].split("\n")
    assert all(line.startswith("#") for line in found[".github/CODEOWNERS"].splitlines())
    assert found["schemas/document.schema.json"] == as_text(document_schema())
    assert found["schemas/config.schema.json"] == as_text(config_schema())
    assert shell.run("validate", "--strict") == 0, shell.out


def test_it_says_what_was_written_and_what_to_do_next(shell: Shell) -> None:
    shell.run(*FLAGS)

    assert [line for line in shell.out.splitlines() if line.startswith("written")] == [
        "written  reconciler.yaml",
        "written  desired/contoso/.gitkeep",
        "written  .gitignore",
        "written  requirements.txt",
        "written  requirements.lock",
        "written  schemas/config.schema.json",
        "written  schemas/document.schema.json",
        "written  .github/CODEOWNERS",
        "written  .github/reconciler/check_requirements.py",
        "written  .github/workflows/plan.yml",
        "written  .github/workflows/apply.yml",
        "written  .github/workflows/apply-tenant.yml",
        "written  .github/workflows/drift.yml",
    ]
    assert shell.out.endswith(
        "\n"
        "Next:\n"
        "  git init\n"
        "  # say in requirements.txt where reconciler comes from, pinned to a commit; then\n"
        "  python3 -m venv .venv\n"
        "  .venv/bin/pip install --require-hashes -r requirements.lock\n"
        "  .venv/bin/pip install --no-deps --no-build-isolation -r requirements.txt\n"
        "  reconciler doctor --tenant contoso\n"
        "  reconciler import --limit 20 --tenant contoso\n"
        "  reconciler plan --tenant contoso\n"
        "  # on GitHub, before the first push: the environment 'contoso' with required reviewers"
        " (docs/pipeline.md)\n"
    )


def test_inside_git_nobody_is_told_to_make_a_repository(shell: Shell) -> None:
    (shell.cwd / ".git").mkdir()

    shell.run(*FLAGS)

    assert "git init" not in shell.out


def test_below_the_top_of_a_repository_githubs_files_are_written_at_the_top(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    below = Shell(tmp_path / "teams/soc")
    below.cwd.mkdir(parents=True)

    assert below.run(*FLAGS) == 0

    found = files(shell)
    assert sorted(found) == sorted(
        name if name.startswith(".github/") else f"teams/soc/{name}" for name in FILES
    )
    assert "written  ../../.github/workflows/plan.yml\n" in below.out
    assert "The repository begins above teams/soc" in below.out
    assert "    working-directory: teams/soc\n" in found[".github/workflows/drift.yml"]
    assert "#   /teams/soc/desired/ " in found[".github/CODEOWNERS"]
    assert "#   /.github/ " in found[".github/CODEOWNERS"]
    assert not any("@" in line and "@your-org" not in line and "@below" in line for line in found)
    assert below.run("init", "--lock") == 0
    assert files(shell) == found
    assert below.run("validate", "--strict") == 0


def test_a_second_folder_of_a_repository_is_told_that_the_workflows_are_anothers(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    first, second = Shell(tmp_path / "soc"), Shell(tmp_path / "lab")
    for one in (first, second):
        one.cwd.mkdir()
    assert first.run(*FLAGS) == 0
    before = files(shell)[".github/workflows/plan.yml"]

    assert second.run(*FLAGS) == 0

    assert files(shell)[".github/workflows/plan.yml"] == before
    assert "The repository begins above lab: what was left there may be another" in second.out
    assert "../.github/workflows/plan.yml" in second.out.rpartition("another folder's")[2]
    assert "and works here" not in second.out


def test_a_folder_that_a_workflow_could_take_for_something_else_is_refused(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    below = Shell(tmp_path / "${{ x }}")
    below.cwd.mkdir()

    assert below.run(*FLAGS) == 1

    assert "the workflows cannot name the folder" in below.err
    assert files(shell) == {}


def test_the_comment_about_the_writer_becomes_one(shell: Shell) -> None:
    shell.run(*FLAGS)
    path = shell.cwd / "reconciler.yaml"

    path.write_text(path.read_text().replace("    # apply:", "    apply:"))

    assert shell.run("validate", "--strict") == 0, shell.out


def test_a_second_run_asks_nothing_and_changes_nothing(shell: Shell) -> None:
    shell.run(*FLAGS)
    before = files(shell)

    assert shell.run("init", "--tenant", "contoso") == 0

    assert files(shell) == before
    assert "written  " not in shell.out
    assert "paste" not in shell.out


def test_what_is_there_is_left_and_what_it_lacks_is_told(shell: Shell) -> None:
    (shell.cwd / ".github/workflows").mkdir(parents=True)
    (shell.cwd / "schemas").mkdir()
    (shell.cwd / "docs").mkdir()
    mine = {
        "reconciler.yaml": "apiVersion: reconciler/v1\nkind: Config\ntenants:\n"
        "  demo: {cloud: emulator, desired: documents}\n",
        ".gitignore": "node_modules/\n",
        "docs/CODEOWNERS": "* @me\n",
        "requirements.txt": "reconciler==0.0.1\n",
        "schemas/document.schema.json": "{}\n",
        ".github/workflows/drift.yml": "name: mine\n",
    }
    for name, text in mine.items():
        (shell.cwd / name).write_text(text)

    assert shell.run(*FLAGS) == 0

    found = files(shell)
    assert {name: found[name] for name in mine} == mine
    assert sorted(found.keys() - mine.keys()) == [
        ".github/reconciler/check_requirements.py",
        ".github/workflows/apply-tenant.yml",
        ".github/workflows/apply.yml",
        ".github/workflows/plan.yml",
        "desired/contoso/.gitkeep",
        "requirements.lock",
        "schemas/config.schema.json",
    ]
    assert [line for line in shell.out.splitlines() if line.startswith("left")] == [
        "left     reconciler.yaml",
        "left     .gitignore (add the line .reconciler/)",
        "left     requirements.txt",
        "left     schemas/document.schema.json (another version's; renew it: reconciler schema)",
        "left     .github/workflows/drift.yml (another version's, or your own)",
    ]
    assert "Below 'tenants:' in it, paste:\n\n  contoso:\n    cloud: usgov\n" in shell.out
    block = shell.out.partition("paste:\n\n")[2].partition("\n\n")[0]
    path = shell.cwd / "reconciler.yaml"
    path.write_text(f"{mine['reconciler.yaml']}{block}\n")
    (shell.cwd / "documents").mkdir()
    assert shell.run("validate", "--strict") == 0, shell.err


def test_a_configuration_that_cannot_be_used_is_left_all_the_same(shell: Shell) -> None:
    (shell.cwd / "reconciler.yaml").write_text("tenants: [\n")

    assert shell.run(*FLAGS) == 0

    assert (shell.cwd / "reconciler.yaml").read_text() == "tenants: [\n"
    assert "paste" in shell.out


def test_lock_renews_what_is_installed_and_nothing_else(shell: Shell) -> None:
    shell.run(*FLAGS)
    before = files(shell)
    (shell.cwd / "requirements.lock").write_text("httpx==0.1\n")
    (shell.cwd / ".github/reconciler/check_requirements.py").write_text("")
    (shell.cwd / ".gitignore").write_text("mine\n")

    assert shell.run(*FLAGS) == 0
    assert "left     requirements.lock (another version's; renew it: reconciler init --lock)" in (
        shell.out
    )
    assert shell.run("init", "--lock") == 0

    assert files(shell) == before | {".gitignore": "mine\n"}
    assert shell.out == (
        "written  requirements.lock\n"
        "written  .github/reconciler/check_requirements.py\n"
        "\n"
        "requirements.txt was left: nobody can tell where this release came from\n"
    )
    assert shell.run("init", "--lock", "--cloud", "emulator") == 64
    assert "no use for --cloud" in shell.err


def test_the_folder_that_the_configuration_names_is_the_one_that_is_made(shell: Shell) -> None:
    (shell.cwd / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Config\ntenants:\n"
        "  demo: {cloud: emulator, desired: documents}\n"
    )

    assert shell.run("init", "--tenant", "demo") == 0

    assert (shell.cwd / "documents/.gitkeep").is_file()
    assert not (shell.cwd / "desired").exists()
    assert "left     reconciler.yaml\n" in shell.out


def test_the_demo_tenant_needs_no_account_and_works_at_once(shell: Shell) -> None:
    assert shell.run("init", "--tenant", "demo") == 0
    assert shell.run("import", "--limit", "3") == 0
    assert shell.run("plan", "--detailed-exitcode") == 0
    assert len(list((shell.cwd / "desired/demo").glob("*.yaml"))) == 3


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ((), "--tenant, --cloud, --tenant-id"),
        (("--tenant", "contoso", "--cloud", "global"), "--tenant-id"),
        (
            ("--tenant", "demo", "--cloud", "global", "--credential", "github-oidc"),
            "--tenant-id, --client-id",
        ),
        (("--tenant", "demo", "--tenant-id", TENANT_ID), "--cloud"),
        (("--cloud", "emulator"), "--tenant"),
        (("--tenant", "x", "--credential", "static-token"), "--cloud"),
    ],
)
def test_a_script_is_told_all_that_is_missing_at_once(
    shell: Shell, words: tuple[str, ...], missing: str
) -> None:
    assert shell.run("init", *words) == 64
    assert f"missing: {missing}\n" in shell.err
    assert files(shell) == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tenant", "../x"), "--tenant is '../x'; expected a name of letters and digits"),
        (("--tenant", "x" * 65), "expected a name of letters and digits"),
        (("--tenant", "x\n"), "expected a name of letters and digits"),
        (("--tenant-id", "12"), "--tenant-id is '12'; expected a GUID like"),
        (("--client-id", f"{CLIENT_ID}\n"), "expected a GUID like"),
        (("--cloud", "mars"), "invalid choice"),
        (("--credential", "password"), "invalid choice"),
        (
            ("--tenant", "demo", "--cloud", "emulator", "--client-id", CLIENT_ID),
            "--client-id: there is no use for this here",
        ),
    ],
)
def test_a_flag_that_cannot_be_is_wrong_usage(
    shell: Shell, words: tuple[str, ...], said: str
) -> None:
    assert shell.run("init", *words) == 64
    assert said in " ".join(shell.err.split())
    assert files(shell) == {}


@pytest.mark.parametrize("name", ["123", "on", "null", "a.b-c_d"])
def test_a_name_that_yaml_would_take_for_something_else_is_quoted(shell: Shell, name: str) -> None:
    assert shell.run("init", "--tenant", name, "--cloud", "emulator") == 0
    assert shell.run("validate", "--strict") == 0, shell.out
    assert shell.run("tenants") == 0
    assert shell.out.startswith(name)


def test_a_static_token_may_go_without_a_tenants_id(shell: Shell) -> None:
    words = ("init", "--tenant", "x", "--cloud", "global", "--credential", "static-token")

    assert shell.run(*words) == 0
    assert "tenantId" not in (shell.cwd / "reconciler.yaml").read_text()
    assert shell.run("validate", "--strict") == 0, shell.out


def test_a_person_is_asked_and_asked_again_for_what_cannot_be(shell: Shell) -> None:
    answers = ("", "con toso", "contoso", "moon", "", "password", "device-code", "12", TENANT_ID)

    assert shell.run("init", answer="\n".join((*answers, "", CLIENT_ID, ""))) == 0

    text = (shell.cwd / "reconciler.yaml").read_text()
    for line in ("cloud: global", "credential: device-code", TENANT_ID, CLIENT_ID):
        assert line in text
    assert shell.err.count("expected a GUID like") == 2
    assert "'con toso': expected a name of letters and digits" in shell.err
    assert "'moon': expected one of emulator, global, usgov, usgov-dod, china" in shell.err
    assert shell.run("validate", "--strict") == 0, shell.out


def test_a_person_is_not_asked_for_what_was_said_or_means_nothing(shell: Shell) -> None:
    assert shell.run("init", "--tenant", "contoso", answer="emulator\n") == 0
    assert shell.err.count(": ") == 2  # the question names its choices

    assert shell.run("init", "--tenant", "fabrikam", answer=f"\n\n{TENANT_ID}\n\n") == 0
    assert "  fabrikam:\n    cloud: global\n" in shell.out
    assert "clientId: 0000" not in shell.out.partition("# apply")[0]


def test_nobody_who_answers_writes_nothing(shell: Shell) -> None:
    assert shell.run("init", answer="contoso\n") == 130
    assert files(shell) == {}


def test_files_are_for_everybody_to_read_and_no_link_is_followed(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shell.cwd / "schemas").symlink_to(elsewhere)

    assert shell.run(*FLAGS) == 1

    assert "may hold no links to folders" in shell.err
    assert list(elsewhere.iterdir()) == []
    assert stat.S_IMODE((shell.cwd / "reconciler.yaml").stat().st_mode) == 0o644


def test_the_real_command_works_in_an_empty_folder(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        script = "from reconciler.cli.main import entry; entry()"
        return subprocess.run(
            [sys.executable, "-c", script, *words],
            cwd=tmp_path,
            env={key: value for key, value in os.environ.items() if key != "RECONCILER_CONFIG"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("init").returncode == 64
    assert run(*FLAGS).returncode == 0
    assert run("validate", "--strict").stdout == "No errors, no warnings\n0 objects in 0 files\n"


def test_what_cannot_be_written_is_told_with_what_was(shell: Shell) -> None:
    (shell.cwd / "desired").write_text("a file")

    assert shell.run("init", "--tenant", "demo") == 1

    assert shell.out == "written  reconciler.yaml\n"
    assert "desired" in shell.err


def test_it_writes_into_the_working_directory_and_nowhere_else(shell: Shell) -> None:
    assert shell.run("init", "--tenant", "demo", "--config", "sub/my.yaml") == 64
    assert files(shell) == {}


def test_a_cloud_without_any_of_the_objects_is_refused(shell: Shell) -> None:
    words = ("--tenant", "x", "--cloud", "china", "--tenant-id", TENANT_ID)
    assert shell.run("init", *words) == 64
    assert "none of these objects" in shell.err
    assert files(shell) == {}


def test_a_terminal_of_a_pipeline_has_nobody_to_ask(shell: Shell) -> None:
    shell.env["CI"] = "true"

    assert shell.run("init", "--tenant", "contoso", answer="global\n") == 64
    assert "there is no terminal to ask on" in shell.err
