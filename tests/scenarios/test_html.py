"""The HTML report by the commands that print it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.injection import html_judge
from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants: {demo: {cloud: emulator, desired: desired/demo}}
limits: {requestsPerMinute: 100000}
"""
DOCUMENT = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "2972395"}
spec: {status: resolved, assignedTo: "<b>kai</b>@contoso.com"}
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired/demo").mkdir(parents=True)
    (tmp_path / "desired/demo/a.yaml").write_text(DOCUMENT)
    return Shell(tmp_path)


def heading(page: str) -> str:
    assert list(html_judge.html(page)) == []
    (found,) = re.findall(r"<h1>(.*)</h1>", page)
    return str(found)


def test_every_report_is_a_page_if_it_is_asked_for(shell: Shell) -> None:
    assert shell.run("plan", "--format", "html", "--out", "plan.json") == 0
    planned = shell.out
    assert shell.run("show", "plan.json", "--format", "html") == 0
    assert shell.out == planned
    assert shell.run("drift", "--format", "html") == 1  # nothing was applied yet
    drifted = shell.out
    assert shell.run("apply", "plan.json", "--format", "html") == 0

    assert heading(planned) == "Plan for tenant <code>demo</code> (<code>emulator</code>)"
    assert heading(drifted) == "Drift of tenant <code>demo</code> (<code>emulator</code>)"
    assert heading(shell.out) == "Applied to tenant <code>demo</code> (<code>emulator</code>)"
    assert "&lt;b&gt;kai&lt;/b&gt;@contoso.com" in planned


def test_a_page_for_readers_outside_names_no_person(shell: Shell) -> None:
    assert shell.run("plan", "--format", "html", "--redact") == 0

    assert "kai" not in shell.out
    assert "(redacted)" in shell.out
