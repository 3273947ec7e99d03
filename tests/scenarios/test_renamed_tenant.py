"""What was applied belongs to a directory. Its tenant's name is a name in a file, and may change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Shell
from tests.support.repositories import git
from tests.support.soc import Soc, causes, kept, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE, TWO = (f"{number}2f988bf-16f1-11af-11ab-1d7cd011db47" for number in (1, 2))
FOLDER = "refs/reconciler/applied"
TENANT = """\
  {name}:
    tenantId: {tenant_id}
    cloud: global
    credential: static-token
    graphUrl: {url}
    desired: {desired}
"""


def configure(world: Soc, root: Path | None = None, **tenants: str) -> None:
    """By name, the directory; documents lie in ``desired``, those of a second one in ``desired-NAME``."""
    text = "apiVersion: reconciler/v1\nkind: Config\ntenants:\n"
    for number, (name, tenant_id) in enumerate(tenants.items()):
        desired = f"desired-{name}" if number else "desired"
        text += TENANT.format(name=name, tenant_id=tenant_id, url=world.proxy.url, desired=desired)
    ((root or world.root) / "reconciler.yaml").write_text(text)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    """A value of the document is applied to ``old``, and an analyst has changed it since."""
    with soc(tmp_path) as found:
        configure(found, old=ONE)
        found.declare("1", "displayName: Ours")
        found.commit()
        found.apply("--tenant", "old")
        found.portal("kai", "1", displayName="Kai's")
        yield found


def names(root: Path) -> list[str]:
    return git(root, "for-each-ref", "--format=%(refname)", FOLDER).split()


def test_a_tenant_that_was_renamed_keeps_its_base(world: Soc) -> None:
    before = world.git("rev-parse", f"{FOLDER}/old").strip()
    configure(world, new=ONE)

    plan = world.plan("--tenant", "new")

    assert plan["git"]["base"] == before
    assert kept(plan["changes"][0]) == {"displayName": "drift"}
    assert any(f"on record as {FOLDER}/old" in notice for notice in plan["notices"])


def test_what_is_applied_under_the_new_name_goes_on_from_the_old_one(world: Soc) -> None:
    configure(world, new=ONE)
    world.declare("2", "status: inProgress")
    world.apply("--tenant", "new")

    listed = world.git("ls-tree", "-r", "--name-only", f"{FOLDER}/new").split()
    assert listed == ["Incident/1.json", "Incident/2.json"]
    configure(world, old=ONE)  # back again: the record under this name is the older one
    world.portal("kai", "2", status="active")
    found = {one["id"]: kept(one) for one in world.plan("--tenant", "old")["changes"]}
    assert found == {"1": {"displayName": "drift"}, "2": {"status": "drift"}}


def test_another_directory_under_the_same_name_has_no_base_and_takes_none_away(
    world: Soc,
) -> None:
    configure(world, old=TWO)

    plan = world.plan("--tenant", "old")
    assert plan["git"]["base"] is None
    assert any(f"applied to another directory, '{ONE}'" in one for one in plan["notices"])
    world.apply("plan.json", "--tenant", "old")
    world.portal("kai", "1", displayName="Kai's again")

    configure(world, old=TWO, first=ONE)
    (world.root / "desired").rename(world.root / "desired-first")
    (world.root / "desired").mkdir()
    assert kept(world.change("1", "--tenant", "first")) == {"displayName": "drift"}
    configure(world, old=ONE)
    (world.root / "desired").rmdir()
    (world.root / "desired-first").rename(world.root / "desired")
    assert kept(world.change("1", "--tenant", "old")) == {"displayName": "drift"}


def test_two_names_of_one_directory_share_what_was_applied_and_release_only_their_own(
    world: Soc,
) -> None:
    configure(world, old=ONE, second=ONE)
    (world.root / "desired-second").mkdir()
    (world.root / "desired/1.yaml").rename(world.root / "desired-second/1.yaml")
    world.declare("2", "status: inProgress")

    plan = world.plan("--tenant", "second")
    assert kept(plan["changes"][0]) == {"displayName": "drift"}
    assert plan["released"] == []
    world.run("apply", "plan.json", "--tenant", "second")
    assert causes(world.change("2", "--tenant", "old")) == {"status": "declared"}


def test_a_fresh_clone_finds_the_record_of_a_renamed_tenant(world: Soc, tmp_path: Path) -> None:
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    world.git("clone", "--quiet", "--bare", str(world.root), str(origin))
    world.git("remote", "add", "origin", str(origin))
    assert world.run("applied", "push", "--tenant", "old") == 0
    world.git("clone", "--quiet", str(origin), str(clone))
    configure(world, clone, new=ONE)
    shell = Shell(clone, world.shell.env, world.time)

    assert shell.run("plan", "--tenant", "new") == 1
    assert "reconciler applied fetch --tenant new" in " ".join(shell.err.split())
    assert shell.run("applied", "fetch", "--tenant", "new") == 0
    assert f"on record as {FOLDER}/old" in shell.out
    assert shell.run("plan", "--tenant", "new", "--detailed-exitcode") == 0
    (clone / "desired/2.yaml").write_bytes(
        (clone / "desired/1.yaml").read_bytes().replace(b'"1"', b'"2"')
    )
    assert shell.run("apply", "--tenant", "new", "--auto-approve") == 0, shell.err
    assert shell.run("applied", "push", "--tenant", "new") == 0, shell.err
    assert names(origin) == [f"{FOLDER}/new", f"{FOLDER}/old"]

    world.git("fetch", "--quiet", "origin")
    configure(world, new=ONE)
    assert world.run("applied", "fetch", "--tenant", "new") == 0
    assert kept(world.change("1", "--tenant", "new")) == {"displayName": "drift"}


def test_a_shallow_clone_knows_which_of_two_names_was_used_last(world: Soc, tmp_path: Path) -> None:
    """From old to new and back: without history, only the records themselves can tell."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    world.git("clone", "--quiet", "--bare", str(world.root), str(origin))
    world.git("remote", "add", "origin", str(origin))
    assert world.run("applied", "push", "--tenant", "old") == 0
    configure(world, new=ONE)
    world.declare("2", "status: inProgress")
    world.apply("--tenant", "new")
    assert world.run("applied", "push", "--tenant", "new") == 0
    world.portal("kai", "2", status="active")
    world.git("clone", "--quiet", "--depth=1", origin.as_uri(), str(clone))
    for name in ("old", "new"):
        git(
            clone, "fetch", "--quiet", "--depth=1", "origin", *[f"+{FOLDER}/{name}:{FOLDER}/{name}"]
        )
    configure(world, clone, old=ONE)
    (clone / "desired/2.yaml").write_bytes((world.root / "desired/2.yaml").read_bytes())
    shell = Shell(clone, world.shell.env, world.time)

    assert shell.run("plan", "--tenant", "old", "--format", "json") == 0, shell.err
    changes = {one["id"]: kept(one) for one in json.loads(shell.out)["changes"]}
    assert changes == {"1": {"displayName": "drift"}, "2": {"status": "drift"}}
    (clone / "desired/3.yaml").write_text(
        (clone / "desired/2.yaml").read_text().replace('"2"', '"3"')
    )
    assert shell.run("apply", "--tenant", "old", "--auto-approve") == 0, shell.err
    assert shell.run("applied", "push", "--tenant", "old") == 0, shell.err


def test_what_is_put_aside_is_pushed_and_comes_back(world: Soc, tmp_path: Path) -> None:
    """A name that goes from one directory to another and back, over a remote that takes no force."""
    origin = tmp_path / "origin.git"
    world.git("clone", "--quiet", "--bare", str(world.root), str(origin))
    world.git("remote", "add", "origin", str(origin))
    for tenant_id in (ONE, TWO, ONE, TWO):
        configure(world, old=tenant_id)
        world.portal("kai", "2", status="active")
        world.declare("2", "status: inProgress")
        world.run("apply", "--tenant", "old", "--auto-approve", "--base", "auto")
        assert world.run("applied", "push", "--tenant", "old") == 0, world.shell.err

    for name in names(world.root):
        world.git("update-ref", "-d", name)
    world.portal("kai", "1", displayName="Kai's")
    configure(world, other=ONE)
    assert world.run("applied", "fetch", "--tenant", "other") == 0
    assert kept(world.change("1", "--tenant", "other")) == {"displayName": "drift"}


def test_an_emulator_without_an_id_is_found_by_the_one_record_that_no_tenant_has(
    tmp_path: Path,
) -> None:
    with soc(tmp_path) as world:
        world.declare("1", "displayName: Ours")
        world.apply()
        world.portal("kai", "1", displayName="Kai's")
        config = world.root / "reconciler.yaml"
        config.write_text(config.read_text().replace("demo", "renamed"))

        assert kept(world.change("1")) == {"displayName": "drift"}


def test_a_record_that_does_not_say_whose_it_is_and_that_no_tenant_has_stops_the_run(
    world: Soc,
) -> None:
    world.git("update-ref", f"{FOLDER}/earlier", "HEAD")
    world.git("update-ref", "-d", f"{FOLDER}/old")

    assert world.run("plan", "--tenant", "old") == 1
    assert f"{FOLDER}/earlier is of no tenant of the configuration" in world.shell.err
    assert world.run("plan", "--tenant", "old", "--base", "none") == 0
