"""Import as a user does it: real files, the real command line, the emulator's whole tenant."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator import Settings, fault_file, start
from reconciler.emulator.faults import Fault, Faults, On
from reconciler.kinds import KINDS
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.emulator.faults import Deed

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo:
    cloud: emulator
    desired: desired/demo
    kinds: {IncidentTask: true, LegacyAlert: true}
  contoso: {cloud: emulator, desired: desired/contoso}
limits: {requestsPerMinute: 100000}
"""
TAGGED = [
    {"id": str(number), "customTags": ["a"], "createdDateTime": f"2026-11-{number:02}T00:00:00Z"}
    for number in range(1, 21)
]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired/demo").mkdir(parents=True)
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/document.schema.json").write_text("{}")
    return Shell(tmp_path)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[str]:
    """Twenty tagged incidents, with faults where a test asks for them; newest first is 20."""
    (tmp_path / "seed.json").write_text(json.dumps({"incidents": TAGGED}))
    running = start(Settings(tmp_path / "graph.sqlite3", seed=tmp_path / "seed.json"))
    yield running.url
    running.close()


def imported(shell: Shell, *words: str) -> dict[str, list[dict[str, str]]]:
    shell.run("import", "--format", "json", *words)
    found: dict[str, list[dict[str, str]]] = json.loads(shell.out)
    return found


def files(shell: Shell, folder: str = "desired/demo") -> list[str]:
    return sorted(
        path.relative_to(shell.cwd / folder).as_posix()
        for path in (shell.cwd / folder).rglob("*.yaml")
    )


def unplanned(shell: Shell) -> None:
    """Every document loads without a word, and there is nothing to do."""
    assert shell.run("validate", "--strict", "--tenant", "demo") == 0, shell.out
    assert shell.run("plan", "--format", "json", "--detailed-exitcode") == 0, shell.err
    summary = json.loads(shell.out)["summary"]
    assert summary["inSync"] == summary["declared"] > 0


def test_a_whole_tenant_of_all_kinds_is_imported_and_plans_empty(shell: Shell) -> None:
    assert shell.run("import") == 0

    assert "312 documents written\n8 objects skipped: merged into another incident\n" in shell.out
    assert len(files(shell)) == 312
    assert {name.partition("/")[0] for name in files(shell) if "/" in name} == {
        "alerts",
        "legacy-alerts",
    }
    assert "desired/demo/3209.yaml: left out: customTags: the tag 'first line\\r\\n" in shell.err
    unplanned(shell)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_object_is_imported_and_plans_empty(shell: Shell, kind: str) -> None:
    fields = ",".join(KINDS[kind].by_name)

    report = imported(shell, "--kind", kind, "--fields", fields)

    assert len(report["written"]) >= 40
    assert [item for item in report["skipped"] if item["reason"] != "redirected"] == []
    unplanned(shell)


def test_the_same_import_in_another_folder_writes_the_same_bytes(shell: Shell) -> None:
    shell.run("import", "--out", "one", "--kind", "Incident")
    assert "plan does not read what is written there" in shell.err
    shell.run("import", "--out", "two", "--kind", "Incident")

    texts = [
        {name: (shell.cwd / folder / name).read_bytes() for name in files(shell, folder)}
        for folder in ("one", "two")
    ]
    assert texts[0] == texts[1] != {}


def test_a_second_import_writes_nothing_and_names_what_is_declared(shell: Shell) -> None:
    shell.run("import", "--kind", "Incident")
    before = {name: (shell.cwd / "desired/demo" / name).stat().st_mtime_ns for name in files(shell)}

    report = imported(shell, "--kind", "Incident")

    assert report["written"] == []
    declared = [item for item in report["skipped"] if item["reason"] == "declared"]
    assert len(declared) == len(before)
    assert declared[-1]["detail"] == f"desired/demo/{declared[-1]['id']}.yaml:4"
    after = {name: (shell.cwd / "desired/demo" / name).stat().st_mtime_ns for name in files(shell)}
    assert before == after


def test_files_are_for_everybody_to_read_and_say_where_their_schema_is(
    shell: Shell, small: str
) -> None:
    assert shell.run("import", "--graph-url", small, "--limit", "1") == 0
    path = shell.cwd / "desired/demo/20.yaml"

    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    first = path.read_text().split("\n")[0]
    assert first == "# yaml-language-server: $schema=../../schemas/document.schema.json"


def test_a_subfolder_leads_to_the_schema_too_and_none_is_named_where_there_is_none(
    shell: Shell,
) -> None:
    shell.run("import", "--kind", "Alert", "--limit", "1", "--out", "desired/demo/soc")
    (name,) = files(shell)
    assert name.startswith("soc/alerts/")
    text = (shell.cwd / "desired/demo" / name).read_text()
    assert text.startswith("# yaml-language-server: $schema=../../../../schemas/document")

    (shell.cwd / "schemas/document.schema.json").unlink()
    shell.run("import", "--kind", "Alert", "--limit", "1")
    assert "no schemas/document.schema.json" in shell.err
    (path,) = (shell.cwd / "desired/demo/alerts").iterdir()
    assert path.read_text().startswith("# what stands behind")


def test_a_limit_takes_the_newest_and_the_next_run_goes_on(shell: Shell, small: str) -> None:
    words = ("import", "--graph-url", small, "--limit", "8")

    assert shell.run(*words) == 0
    assert "8 documents written (--limit; there may be more)" in shell.out
    assert files(shell) == sorted(f"{number}.yaml" for number in range(13, 21))
    shell.run(*words)
    assert len(files(shell)) == 16


def test_a_filter_is_graphs_own_and_its_refusal_is_shown(shell: Shell, small: str) -> None:
    words = ("import", "--graph-url", small, "--kind", "Incident", "--filter")

    assert shell.run(*words, "createdDateTime ge 2026-11-18") == 0
    assert files(shell) == ["18.yaml", "19.yaml", "20.yaml"]
    assert shell.run(*words, "colour eq 'red' & x=\x1b[31m") == 1
    assert "Incident: nothing written, it was not read whole" in shell.out
    assert "Graph answered 400" in shell.err
    assert "answered: " in shell.err
    assert "\x1b" not in shell.out + shell.err
    assert len(files(shell)) == 3


def test_what_does_not_match_the_filter_is_left_out_and_named(tmp_path: Path, shell: Shell) -> None:
    passed = Fault("passed-over", options=frozenset({"$filter"}))
    items = [{**one, "status": "resolved"} for one in TAGGED[:5]] + TAGGED[5:]
    (tmp_path / "seed.json").write_text(json.dumps({"incidents": items}))
    settings = Settings(tmp_path / "g.db", seed=tmp_path / "seed.json", faults=Faults(0, (passed,)))
    running = start(settings)
    words = ("--graph-url", running.url, "--kind", "Incident", "--filter")
    try:
        report = imported(shell, *words, "status eq 'active' and createdDateTime ge 2026-11-03")
        assert shell.run("import", *words, "contains(displayName,'x')") == 0
    finally:
        running.close()

    assert len(report["written"]) == 15
    assert {(item["reason"], item["id"]) for item in report["skipped"]} == {
        ("no-match", str(number)) for number in range(1, 6)
    }
    detail = "status is 'resolved', createdDateTime is '2026-11-05T00:00:00Z'"
    assert report["skipped"][0]["detail"] == detail
    assert "--filter, which this tool cannot read" in shell.err


def test_objects_are_named_by_id_and_what_is_not_there_is_an_error(
    shell: Shell, small: str
) -> None:
    assert shell.run("import", "--graph-url", small, "--id", "7", "--id", "8") == 0
    assert files(shell) == ["7.yaml", "8.yaml"]
    assert shell.run("import", "--graph-url", small, "--id", "99", "--id", "9") == 1
    assert "Incident 99: Graph knows no such object, or hides it" in shell.err
    assert files(shell) == ["7.yaml", "8.yaml", "9.yaml"]


def test_a_list_that_breaks_off_writes_nothing_of_its_kind(tmp_path: Path, shell: Shell) -> None:
    second = {"do": "status", "status": 403, "at": [2], "on": {"method": "GET"}}
    (tmp_path / "faults.json").write_text(json.dumps({"faults": [second]}))
    faults = fault_file.load(tmp_path / "faults.json")
    running = start(Settings(tmp_path / "graph.sqlite3", faults=faults))
    try:
        code = shell.run("import", "--graph-url", running.url, "--format", "json")
    finally:
        running.close()

    report = json.loads(shell.out)
    assert (code, report["exitCode"]) == (1, 1)
    assert [item["kind"] for item in report["failed"]] == ["Incident"]
    assert {item["kind"] for item in report["written"]} == {"Alert", "LegacyAlert"}
    assert [name for name in files(shell) if "/" not in name] == []
    assert "SecurityIncident.Read.All" in shell.err


@pytest.mark.parametrize("deed", ["refused-link", "lost-link"])
def test_where_links_end_before_the_list_does_all_of_it_is_imported(
    tmp_path: Path, shell: Shell, deed: Deed
) -> None:
    ends = Fault(deed, beyond=100)
    running = start(Settings(tmp_path / "graph.sqlite3", faults=Faults(0, (ends,))))
    url = ("--graph-url", running.url)
    try:
        report = imported(shell, "--kind", "Incident", "--fields", "status", *url)
        assert shell.run("snapshot", "--all", "--out", "live.json", *url) == 0, shell.err
    finally:
        running.close()

    assert len(report["written"]) + len(report["skipped"]) == 305
    assert shell.out.startswith("540 objects")


@pytest.mark.parametrize("words", [("import",), ("snapshot", "--all", "--out", "live.json")])
def test_a_list_that_stops_although_it_says_that_there_is_more_is_an_error(
    tmp_path: Path, shell: Shell, words: tuple[str, ...]
) -> None:
    lists = On(method="GET", path="/v1.0/security/incidents")
    faults = (
        Fault("lost-link", beyond=0, at=frozenset({1}), on=lists),
        Fault("passed-over", options=frozenset({"$filter", "$orderby"}), on=lists),
    )
    running = start(Settings(tmp_path / "graph.sqlite3", faults=Faults(0, faults)))
    try:
        assert shell.run(*words, "--graph-url", running.url) == 1
    finally:
        running.close()

    assert "list of Incident did not come whole" in " ".join(shell.err.split())
    assert [name for name in files(shell) if "/" not in name] == []
    assert not (shell.cwd / "live.json").exists()


def test_a_link_in_the_folder_cannot_lead_a_document_out_of_it(
    shell: Shell, tmp_path: Path
) -> None:
    outside, desired = tmp_path / "outside", tmp_path / "desired/demo"
    outside.mkdir()
    (desired / "alerts").symlink_to(outside)

    assert shell.run("import", "--limit", "1") == 3  # a link to a folder is an error of documents
    (desired / "alerts").unlink()
    desired.rmdir()
    desired.symlink_to(outside)
    assert shell.run("import", "--limit", "1") == 1
    assert "may hold no links to folders" in shell.err
    assert list(outside.iterdir()) == []


def test_a_folder_that_is_not_there_yet_is_made(shell: Shell) -> None:
    (shell.cwd / "desired/demo").rmdir()

    assert shell.run("import", "--kind", "Incident", "--limit", "1") == 0
    assert len(files(shell)) == 1


def test_progress_is_shown_on_a_terminal_only(shell: Shell) -> None:
    shell.run("import", "--kind", "Incident", "--limit", "1", terminal=True)
    assert "\rIncident: 50 of 305 read" in shell.err
    shell.run("import", "--kind", "Incident", "--limit", "1")
    assert "\r" not in shell.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--filter", "status eq 'active'"), "--filter is of one kind"),
        (("--kind", "Incident", "--kind", "Alert", "--filter", "x"), "add one --kind"),
        (("--kind", "Incident", "--fields", "colour"), "'colour'"),
        (("--kind", "Incident", "--fields", "Status"), "did you mean 'status'"),
        (("--kind", "IncidentTask", "--fields", "classification"), "'classification'"),
        (("--fields", " ,"), "--fields names nothing"),
        (("--fields", "determination"), "--fields classification,determination"),
        (("--id", "1", "--limit", "5"), "--id names the objects themselves"),
        (("--id", "1", "--filter", "x"), "--id names the objects themselves"),
        (("--id", "../x"), "--id is '../x', which no kind has"),
        (("--limit", "0"), "--limit is 0"),
        (("--kind", "Alarm"), "invalid choice"),
        (("--tenant", "contoso", "--kind", "LegacyAlert"), "kinds: {LegacyAlert: true}"),
        (("--out", "desired/contoso/x"), "--out lies in the folder of tenant contoso"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(
    shell: Shell, words: tuple[str, ...], said: str
) -> None:
    assert shell.run("import", *words) == 64
    assert said in shell.err
    assert files(shell, "desired") == []


def test_a_tenant_without_kinds_has_nothing_to_import(shell: Shell) -> None:
    off = CONFIG.replace("IncidentTask: true, LegacyAlert: true", "Incident: false, Alert: false")
    (shell.cwd / "reconciler.yaml").write_text(off)

    assert shell.run("import") == 64
    assert "no kind is on for tenant demo" in shell.err


def test_a_folder_outside_the_repository_gets_documents_without_a_line_for_editors(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    assert shell.run("import", "--kind", "Incident", "--limit", "1", "--out", str(elsewhere)) == 0
    (path,) = elsewhere.iterdir()
    assert f"{path}\n" in shell.out
    assert path.read_text().startswith("# what stands behind")
