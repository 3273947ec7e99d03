"""What pip is given to install the tool with: hashes and one commit, whatever the file says beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from reconciler import pipeline
from reconciler.pipeline.check_requirements import main

COMMIT: Final = "0a" * 20
DIGEST: Final = "0b" * 32
GIT: Final = f"reconciler @ git+https://forge.example/acme/reconciler@{COMMIT}"
HASHED: Final = f"reconciler==1.0 --hash=sha256:{DIGEST}"
DEPENDENCY: Final = f"httpx==0.28.1 --hash=sha256:{DIGEST}"


Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Check:
    def run(requirements: str, lock: str | None = None) -> tuple[int, str]:
        (tmp_path / "requirements.txt").write_bytes(requirements.encode())
        if lock is not None:
            (tmp_path / pipeline.LOCK).write_text(lock)
        (tmp_path / "out").mkdir()
        monkeypatch.chdir(tmp_path)
        code = main(Path("out"))
        assert (code == 0) == (tmp_path / "out/tool.txt").exists()
        return code, capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("requirements", "tool"),
    [
        (GIT, GIT),
        (f"# the tool\n{HASHED} # 1.0\n", HASHED),
        (f"reconciler==1.0 \\\n    --hash=sha256:{DIGEST}\n", HASHED),
        (f"Reconciler == 1.0 \\\r\n  --hash=sha256:{DIGEST}\r\n", HASHED.replace("r", "R", 1)),
        (
            f"reconciler @ https://forge.example/r.whl?at=1#sha256={DIGEST}\n",
            f"reconciler @ https://forge.example/r.whl?at=1 --hash=sha256:{DIGEST}",
        ),
    ],
)
def test_a_commit_or_a_file_by_its_hash_is_the_tool(
    check: Check, tmp_path: Path, requirements: str, tool: str
) -> None:
    assert check(requirements, f"{DEPENDENCY}\n") == (0, "")

    assert (tmp_path / "out/tool.txt").read_text() == f"{tool}\n"
    assert (tmp_path / "out/locked.txt").read_text() == f"{DEPENDENCY}\n"


def test_one_file_may_hold_all_of_it(check: Check, tmp_path: Path) -> None:
    assert check(f"{HASHED}\n{DEPENDENCY}\n") == (0, "")

    assert (tmp_path / "out/locked.txt").read_text() == f"{DEPENDENCY}\n"


def test_the_lock_that_init_writes_is_taken_whole(check: Check, tmp_path: Path) -> None:
    lock = pipeline.lock()

    assert check(GIT, lock) == (0, "")

    found = (tmp_path / "out/locked.txt").read_text()
    assert found.count("--hash=") == lock.count("--hash=")
    names = [line.partition("==")[0].partition("[")[0] for line in found.splitlines()]
    assert len(set(names)) == len(names)
    assert {"hatchling", "httpx", "azure-identity"} <= set(names)


@pytest.mark.parametrize(
    "tool",
    [
        f"reconciler @ https://evil.example/x.whl?x=@{COMMIT}",
        "reconciler==1.0 \\",
        "reconciler==1.0 \\\n",
        f"reconciler==1.0 \\\n# --hash=sha256:{DIGEST}",
        "reconciler",
        "reconciler==1.0",
        "reconciler @ git+https://forge.example/acme/reconciler@main",
        "reconciler @ git+https://forge.example/acme/reconciler@0a0a0a0",
        f"reconciler @ git+https://evil.example/x@main?at=@{COMMIT}",
        f"reconciler @ git+https://evil.example/x@main#@{COMMIT}",
        f"reconciler @ git+https://evil.example/x@evil@{COMMIT}",
        f"reconciler @ git+https://forge.example@{COMMIT}",
        f"reconciler @ git+https://kai:secret@forge.example/acme/reconciler@{COMMIT}",
        f"reconciler @ git+ssh://git@forge.example/acme/reconciler@{COMMIT}",
        f"reconciler @ git+http://forge.example/acme/reconciler@{COMMIT}",
        f"reconciler @ git+file:///srv/reconciler@{COMMIT}",
        f"reconciler @ hg+https://forge.example/acme/reconciler@{COMMIT}",
        f"reconciler @ http://forge.example/r.whl#sha256={DIGEST}",
        f"reconciler @ file:///srv/r.whl#sha256={DIGEST}",
        f"reconciler @ https://forge.example/r.whl#md5={'0a' * 16}",
        f"reconciler @ https://forge.example/r.whl#egg=x&sha256={DIGEST}",
        f"reconciler @ https://kai:secret@forge.example/r.whl#sha256={DIGEST}",
        f"reconciler @ https://forge.example:x/r.whl#sha256={DIGEST}",
        f"reconciler[all] @ git+https://forge.example/acme/reconciler@{COMMIT}",
        f"reconciler @ ./r.whl#sha256={DIGEST}",
        f"./r.whl --hash=sha256:{DIGEST}",
        f"git+https://forge.example/acme/reconciler@{COMMIT}",
        f"reconciler-evil @ git+https://forge.example/acme/reconciler@{COMMIT}",
        f"reconciler==1.* --hash=sha256:{DIGEST}",
        f"reconciler>=1.0 --hash=sha256:{DIGEST}",
        f"reconciler==1.0,>0 --hash=sha256:{DIGEST}",
        f"reconciler==1.0 --hash=md5:{'0a' * 16}",
        f"reconciler==1.0 --hash=sha256:{DIGEST[2:]}",
        f"reconciler==1.0 --hash=sha256:{DIGEST} --config-settings=x=y",
        f"reconciler==1.0 --global-option=x --hash=sha256:{DIGEST}",
        f"{HASHED}\n{GIT}",
        f"reconciler==1.0; python_version > '3' --hash=sha256:{DIGEST}",
        f"reconciler[all]==1.0 --hash=sha256:{DIGEST}",
        "reconciler @ ${WHERE}",
        f"reconciler @ git+https://${{HOST}}/acme/reconciler@{COMMIT}",
        f"-e {GIT}",
        f"--editable={GIT}",
        f"r\N{LATIN SMALL LETTER DOTLESS I}conciler==1.0 --hash=sha256:{DIGEST}",
        f"reconciler\N{NO-BREAK SPACE}==1.0 --hash=sha256:{DIGEST}",
        f"{HASHED}\f",
        "",
        f"# {GIT}",
    ],
)
def test_what_is_no_pin_of_the_tool_is_refused_before_pip_reads_it(check: Check, tool: str) -> None:
    code, out = check(f"{tool}\n", f"{DEPENDENCY}\n")

    assert code == 1
    assert out.startswith("::error file=requirements.txt")
    assert "expected NAME==VERSION --hash=sha256:DIGEST, or for the tool" in out


@pytest.mark.parametrize(
    "line",
    [
        "evil",
        "evil==1.0",
        f"evil @ git+https://evil.example/x@{COMMIT}",
        f"evil==1.0 \\\n    --hash=sha256:{DIGEST} \\\n    --no-binary=:all:",
        "-r more.txt",
        "--requirement=more.txt",
        "-c constraints.txt",
        "--index-url https://evil.example/simple",
        "--extra-index-url=https://evil.example/simple",
        "-i https://evil.example/simple",
        "--find-links ./wheels",
        "-f ./wheels",
        "--trusted-host evil.example",
        "--no-binary :all:",
        "--no-require-hashes",
        "--pre",
        "--use-feature=x",
        "-e .",
        ".",
        "./evil",
        "https://evil.example/evil.whl",
    ],
)
@pytest.mark.parametrize("place", ["requirements.txt", pipeline.LOCK])
def test_nothing_without_a_hash_and_no_option_is_taken_beside_it(
    check: Check, line: str, place: str
) -> None:
    text = f"{DEPENDENCY}\n{line}\n"
    own, lock = (f"{GIT}\n{text}", None) if place == "requirements.txt" else (GIT, text)

    code, out = check(own, lock)

    assert (code, out.count("::error")) == (1, 1)
    assert out.startswith(f"::error file={place},line={3 if lock is None else 2}::")


def test_all_that_is_wrong_is_told_at_once(check: Check) -> None:
    code, out = check(f"{GIT}\n-e .\nevil\n", "-r x\n")

    assert (code, out.count("::error")) == (1, 3)


def test_a_file_that_is_missing_or_unreadable_is_told(check: Check, tmp_path: Path) -> None:
    (tmp_path / pipeline.LOCK).mkdir()

    assert check(GIT)[0] == 1
