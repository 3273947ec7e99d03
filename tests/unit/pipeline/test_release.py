"""The release workflow's locks and its check, as far as they can be judged without a release."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest
import yaml

from reconciler import __version__
from tests.conftest import compare_file
from tests.support.locks import part

PROJECT: Final = Path(__file__).parent.parent.parent.parent
PYPROJECT: Final = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
ROOTS: Final = {
    "runtime": PYPROJECT["project"]["dependencies"],
    "build": PYPROJECT["build-system"]["requires"],
}


@pytest.mark.parametrize("name", ROOTS)
def test_the_pipeline_installs_what_the_lock_has(name: str, update_golden: bool) -> None:
    lock = (PROJECT / "requirements-dev.lock").read_text("utf-8")

    found = part(lock, ROOTS[name])

    assert found.startswith(("anyio==", "hatchling=="))
    compare_file(PROJECT / f"reconciler/pipeline/{name}.lock", found, update=update_golden)


@pytest.mark.parametrize(
    ("tag", "is_released"), [(f"v{__version__}", True), ("v99.0.0", False), ("v.*", False)]
)
def test_a_tag_that_is_not_the_version_is_not_released(tag: str, is_released: bool) -> None:
    text = (PROJECT / ".github/workflows/release.yml").read_text("utf-8")
    (check,) = (
        step["run"]
        for step in yaml.safe_load(text)["jobs"]["build"]["steps"]
        if step.get("name") == "Check that the tag is the version"
    )

    ended = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", check], cwd=PROJECT, env={"TAG": tag}, check=False
    )

    assert (ended.returncode == 0) == is_released
