from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure, UsageError
from reconciler.git.access import Access, access
from reconciler.git.carrying import Remote
from reconciler.stories import applied as story
from tests.support.git_server import GitServer, git_server
from tests.support.repositories import REF, git, incident, record, status, tree, wrap_git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "canary-token-1"
ENCODED = "eC1hY2Nlc3MtdG9rZW46Y2FuYXJ5LXRva2VuLTE="


@pytest.fixture
def bare(root: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", "--bare", os.fspath(root), "remote.git")
    return tmp_path / "remote.git"


def clone(bare: Path, name: str) -> Path:
    git(bare.parent, "clone", "--quiet", os.fspath(bare), name)
    return bare.parent / name


@pytest.fixture
def here(bare: Path) -> Path:
    return clone(bare, "here")


@pytest.fixture
def there(bare: Path) -> Path:
    """Another machine: the runner of the last run, say."""
    return clone(bare, "there")


def origin(root: Path) -> Remote:
    return Remote(root, "origin", Access())


def apply(root: Path, number: int) -> str:
    commit = record(tree(root), {incident(number): status("active")}, run=f"run-{number}")
    assert commit is not None
    return commit


def at(root: Path) -> str:
    return git(root, "for-each-ref", "--format=%(objectname)", REF)


def test_the_first_run_finds_nothing_and_has_nothing_to_push(here: Path) -> None:
    assert origin(here).fetch(REF) == ("none", None)
    assert origin(here).push(REF) == ("none", None)


def test_what_one_machine_pushes_the_next_one_fetches(here: Path, there: Path, bare: Path) -> None:
    first = apply(there, 1)

    assert origin(there).push(REF) == ("pushed", first)
    assert origin(there).push(REF) == ("same", first)
    assert origin(here).fetch(REF) == ("brought", first)
    assert origin(here).fetch(REF) == ("same", first)

    second = apply(there, 2)
    origin(there).push(REF)
    assert origin(here).fetch(REF) == ("brought", second)
    assert {*tree(here).read().specs} == {incident(1), incident(2)}
    assert at(bare) == second


def test_a_checkout_of_one_commit_gets_it_whole_and_stays_as_it_is(
    there: Path, bare: Path, tmp_path: Path
) -> None:
    apply(there, 1)
    second = apply(there, 2)
    origin(there).push(REF)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{bare}", "shallow")
    shallow = tmp_path / "shallow"
    before = git(shallow, "for-each-ref"), git(shallow, "rev-list", "--count", "HEAD")

    assert origin(shallow).fetch(REF) == ("brought", second)
    assert git(shallow, "rev-list", "--count", REF) == "2"
    git(shallow, "update-ref", "-d", REF)
    assert before == (git(shallow, "for-each-ref"), git(shallow, "rev-list", "--count", "HEAD"))
    assert not (shallow / ".git/FETCH_HEAD").exists()


def test_what_is_ahead_here_is_told_and_kept(here: Path, there: Path) -> None:
    first = apply(there, 1)
    assert origin(there).fetch(REF) == ("none", first)
    origin(there).push(REF)
    origin(here).fetch(REF)
    second = apply(here, 2)

    assert origin(here).fetch(REF) == ("ahead", second)
    assert at(here) == second


def test_two_records_apart_are_an_error_and_neither_is_overwritten(
    here: Path, there: Path, bare: Path
) -> None:
    theirs = apply(there, 1)
    origin(there).push(REF)
    ours = apply(here, 2)

    with pytest.raises(BaseFailure, match="neither holds the other") as raised:
        origin(here).fetch(REF)
    assert raised.value.remedy is not None
    assert f"git update-ref -d {REF}" in raised.value.remedy

    with pytest.raises(BaseFailure, match="another run was recorded meanwhile") as raised:
        origin(here).push(REF)
    assert raised.value.remedy is not None
    assert "run the pipeline again" in raised.value.remedy
    assert (at(here), at(there), at(bare)) == (ours, theirs, theirs)


def test_a_push_that_loses_a_race_says_so(here: Path, there: Path, bare: Path) -> None:
    theirs = apply(there, 1)
    git(bare, "fetch", "--quiet", os.fspath(there), REF)
    hook = bare / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref {REF} {theirs}\n")
    hook.chmod(0o755)
    apply(here, 2)

    with pytest.raises(BaseFailure, match="another run was recorded meanwhile"):
        origin(here).push(REF)

    assert at(bare) == theirs


def test_a_remote_that_cannot_be_reached_is_an_error_and_no_first_run(
    here: Path, tmp_path: Path
) -> None:
    git(here, "remote", "set-url", "origin", os.fspath(tmp_path / "nowhere"))
    apply(here, 1)

    for call in (origin(here).fetch, origin(here).push):
        with pytest.raises(BaseFailure) as raised:
            call(REF)
        assert raised.value.detail is not None
        assert "does not appear to be a git repository" in raised.value.detail.raw


def test_a_remote_that_refuses_is_quoted(here: Path, bare: Path) -> None:
    hook = bare / "hooks/update"
    hook.write_text("#!/bin/sh\necho 'not in office hours' >&2\nexit 1\n")
    hook.chmod(0o755)
    apply(here, 1)

    with pytest.raises(BaseFailure, match="cannot be pushed to origin") as raised:
        origin(here).push(REF)

    assert raised.value.detail is not None
    assert "not in office hours" in raised.value.detail.raw
    assert "[remote rejected] (hook declined)" in raised.value.detail.raw


def test_a_remote_of_somebody_else_is_told_as_git_tells_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    apply(here, 1)
    said = "fatal: detected dubious ownership; git config --global --add safe.directory /x"
    script = f'case $VERB in ls-remote|push) echo "{said}" >&2; exit 128;; esac'
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", script))

    for call in (origin(here).fetch, origin(here).push):
        with pytest.raises(BaseFailure) as raised:
            call(REF)
        assert raised.value.detail is not None
        assert "dubious ownership" in raised.value.detail.raw
        assert "safe.directory" in (raised.value.remedy or "")


def test_a_remote_that_is_not_there_is_named_with_those_that_are(here: Path) -> None:
    with pytest.raises(BaseFailure, match="no remote named 'upstream'; there is: origin"):
        Remote(here, "upstream", Access()).check()
    with pytest.raises(BaseFailure, match="no remote named '--upload-pack=x'"):
        Remote(here, "--upload-pack=x", Access()).check()
    git(here, "remote", "remove", "origin")
    with pytest.raises(BaseFailure, match="there is: none"):
        origin(here).check()


def test_outside_git_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(BaseFailure, match="no git repository here"):
        origin(tmp_path).check()


def test_each_end_is_one_sentence(here: Path, there: Path) -> None:
    ours, theirs = tree(here), tree(there)

    assert story.fetch(ours, origin(here)) == (
        f"Nothing was applied to contoso yet: origin has no {REF}"
    )
    assert story.push(ours, origin(here)) == (
        "Nothing to push: nothing was applied to contoso here"
    )
    first = apply(there, 1)[:12]
    brings = "'reconciler applied push' brings it there"
    assert story.fetch(theirs, origin(there)) == (
        f"{REF} at {first} is here only: origin never had it; {brings}"
    )
    assert story.push(theirs, origin(there)) == f"{REF} at {first}, pushed to origin"
    assert story.push(theirs, origin(there)) == f"{REF} at {first}, as on origin"
    assert story.fetch(ours, origin(here)) == f"{REF} at {first}, fetched from origin"
    assert story.fetch(ours, origin(here)) == f"{REF} at {first}, as on origin"
    second = apply(here, 2)[:12]
    assert story.fetch(ours, origin(here)) == f"{REF} at {second} is ahead of origin; {brings}"


@pytest.fixture
def forge(bare: Path) -> Iterator[GitServer]:
    git(bare, "config", "http.receivepack", "true")
    with git_server(bare.parent) as server:
        server.rights[TOKEN] = "write"
        yield server


def over_http(root: Path, forge: GitServer, **env: str) -> Remote:
    git(root, "remote", "set-url", "origin", forge.remote("remote.git"))
    return Remote(root, "origin", access(env))


def test_the_token_opens_the_forge_and_stands_in_no_command_line(
    here: Path, forge: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "words"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", f'echo "$@" >> {words}'))
    first = apply(here, 1)
    remote = over_http(here, forge, GITHUB_TOKEN=TOKEN, GITHUB_SERVER_URL=forge.url)

    assert remote.push(REF) == ("pushed", first)
    assert remote.fetch(REF) == ("same", first)

    assert {token for _, token in forge.asked} == {TOKEN}
    assert "ls-remote" in words.read_text()
    assert TOKEN not in words.read_text()
    assert ENCODED not in words.read_text()
    assert TOKEN not in (here / ".git/config").read_text()


def test_a_credential_that_the_checkout_kept_does_not_go_along(
    here: Path, forge: GitServer
) -> None:
    git(here, "config", f"http.{forge.url}/.extraheader", "Authorization: Basic a2VwdA==")
    remote = over_http(here, forge, GITHUB_TOKEN=TOKEN, GITHUB_SERVER_URL=forge.url)

    assert remote.fetch(REF) == ("none", None)
    assert {token for _, token in forge.asked} == {TOKEN}


def test_the_token_goes_to_no_other_server(here: Path, forge: GitServer) -> None:
    apply(here, 1)

    for server in ("https://github.com", forge.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(BaseFailure, match="could not be asked"):
            over_http(here, forge, GITHUB_TOKEN=TOKEN, GITHUB_SERVER_URL=server).fetch(REF)

    assert {token for _, token in forge.asked} == {None}


def test_a_redirect_takes_the_token_nowhere(here: Path, forge: GitServer, tmp_path: Path) -> None:
    apply(here, 1)
    remote = over_http(here, forge, GITHUB_TOKEN=TOKEN, GITHUB_SERVER_URL=forge.url)

    with git_server(tmp_path) as other:
        other.rights[TOKEN] = "write"
        forge.elsewhere = other.url
        for call in (remote.fetch, remote.push):
            with pytest.raises(BaseFailure) as raised:
                call(REF)
            assert raised.value.detail is not None
            assert "302" in raised.value.detail.raw

        assert other.asked == []
    assert {token for _, token in forge.asked} == {TOKEN}


def test_a_token_that_may_only_read_does_not_push(here: Path, forge: GitServer) -> None:
    forge.rights[TOKEN] = "read"
    apply(here, 1)
    remote = over_http(here, forge, GITHUB_TOKEN=TOKEN, GITHUB_SERVER_URL=forge.url)

    assert remote.fetch(REF)[0] == "none"
    with pytest.raises(BaseFailure, match="cannot be pushed") as raised:
        remote.push(REF)
    assert raised.value.remedy is not None
    assert "contents: write" in raised.value.remedy


def test_a_server_that_quotes_the_token_is_not_quoted_with_it(here: Path, forge: GitServer) -> None:
    forge.rights.clear()
    forge.echo = True
    remote = over_http(here, forge, GITHUB_TOKEN=TOKEN, GITHUB_SERVER_URL=forge.url)

    with pytest.raises(BaseFailure) as raised:
        remote.fetch(REF)

    assert raised.value.detail is not None
    assert "Basic ***" in raised.value.detail.raw
    assert TOKEN not in raised.value.detail.raw
    assert ENCODED not in raised.value.detail.raw


@pytest.mark.parametrize(
    "server",
    ["http://github.example", "https://a:b@github.example", "ftp://x", "https://x/?y", "https://["],
)
def test_a_server_to_which_no_token_may_go_is_wrong_usage(server: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_SERVER_URL is"):
        access({"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": server})


def test_without_a_token_git_has_its_own_ways() -> None:
    assert access({"GITHUB_SERVER_URL": "http://github.example"}) == Access()
