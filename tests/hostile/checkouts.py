"""Checkouts as somebody means harm: odd files at every path that is read or written, git's among them."""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from tests.scenarios.test_no_program_starts import Evil

CANARY: Final = "canary-5e0f"
"""Stands in every file outside, and in the environment: it never comes out."""
HUGE: Final = 1 << 40

PLACES: Final = (
    *("reconciler.yaml", "desired", "desired/demo", "desired/other", "desired/demo/sub"),
    *("desired/demo/incident.yaml", "desired/demo/task.yaml", "desired/demo/new.yaml"),
    *(".reconciler", ".reconciler/live", ".reconciler/live/demo", ".reconciler/key"),
    *(".reconciler/journal", ".reconciler/journal/demo", ".reconciler/journal/demo/9.jsonl"),
    *(".reconciler/lock", ".reconciler/lock/demo.lock", ".reconciler/emulator"),
    *(f".reconciler/emulator/demo.sqlite3{end}" for end in ("", "-journal", "-wal", "-shm")),
    *("plan.json", "journal.jsonl", "live.json", "new.json", "new.jsonl", "out", "out/demo.json"),
    *("policies", "policies/a.yaml", "schemas", "schemas/document.schema.json", "imported"),
    *(".gitignore", ".gitattributes", ".github", ".github/workflows", ".github/workflows/plan.yml"),
    *("CODEOWNERS", ".github/CODEOWNERS", "requirements.txt", "HEAD", "config", "index", "objects"),
    *("refs", ".git"),
)
"""Files within ``.git`` are git's own: no checkout brings them, and git reads them as it likes."""
_OFTEN: Final = tuple(
    place for place in PLACES if place.startswith((".reconciler", "desired/", "new", "plan"))
)
LINKS: Final = (
    *("{outside}/secret.yaml", "{outside}/folder", "{outside}", "{outside}/gone", "{outside}/pipe"),
    *("/", "..", ".", "../..", "loop", "/dev/zero", "/dev/stdin", "/dev/fd/0", "/dev/full"),
    *("/proc/self/environ", "/proc/self/mem", "/proc/self/cwd", "/etc", "/proc/self/root"),
)
NAMES: Final = (
    *(b"\xff\xfe.yaml", b"a\nb.yaml", b"\x1b[31m.yaml", b"::error::x.yaml", b"-x.yaml", b" .yaml"),
    *("\u202egnp.yaml".encode(), b"x" * 250 + b".yaml", b"a'b\"c`d.yaml", b"..yaml.yaml"),
)

COMMANDS: Final = (
    *("validate", "validate desired", "validate --format sarif", "tenants", "doctor", "schema"),
    *("plan", "plan --refresh", "plan --format json", "plan --format html", "plan --out new.json"),
    *(
        "plan --out plan.json",
        "plan --out-dir out",
        "plan --snapshot live.json",
        "plan --base HEAD",
    ),
    *(
        "plan --base none",
        "plan --approved plan.json",
        "plan --tenant other",
        "plan --format github",
    ),
    *("drift", "drift --format json", "adopt --check", "adopt --check --base none"),
    *("adopt --base none", "adopt 2972395", "prune --check --older-than 1", "prune --older-than 1"),
    *("show plan.json", "show new.json", "apply plan.json", "apply --auto-approve"),
    *("apply --auto-approve --journal new.jsonl", "apply plan.json --approved plan.json"),
    *(
        "revert journal.jsonl --out new.json",
        "revert .reconciler/journal/demo/9.jsonl --out new.json",
    ),
    *("snapshot --out new.json", "snapshot --all --out live.json", "import", "import --overwrite"),
    *("import --out imported", "applied fetch", "applied push", "init --tenant third"),
    *("emulator --seed new.json --port {port}", "emulator --faults new.json --port {port}"),
    *("emulator --store plan.json --port {port}", "emulator --history new.jsonl --port {port}"),
)
"""The port is taken: the emulator ends when all its files were looked at."""


@dataclass(frozen=True)
class Ground:
    """``root``: the folder of reconciler.yaml; ``top``: of the repository, maybe the same."""

    root: Path
    top: Path
    outside: Path
    evil: Evil


def dress(ground: Ground, random: Random) -> str:
    """One more odd thing. What it is, for whoever has to look at the case again."""
    kinds: list[Callable[[Ground, Random], str]] = [
        _link,
        _link,
        _link,
        _odd,
        _odd,
        _name,
        _git,
        _git,
    ]
    return random.choice(kinds)(ground, random)


def _link(ground: Ground, random: Random) -> str:
    place, target = (
        random.choice((random.choice(PLACES), random.choice(_OFTEN))),
        random.choice(LINKS),
    )
    path = _cleared(ground, random, place)
    target = target.format(outside=ground.outside)
    if random.random() < 0.3 and not target.startswith("/"):
        target = str(path.parent / target)
    if random.random() < 0.2:
        path.with_name("hop").unlink(missing_ok=True)
        path.with_name("hop").symlink_to(target)
        target = "hop"
    path.symlink_to(target)
    return f"{place} -> {target}"


def _odd(ground: Ground, random: Random) -> str:
    place = random.choice((random.choice(PLACES), random.choice(_OFTEN)))
    path = _cleared(ground, random, place)
    name = random.choice([*_ODD])
    _ODD[name](path)
    return f"{place}: {name}"


def _name(ground: Ground, random: Random) -> str:
    folder = ground.root / random.choice(("desired/demo", ".reconciler/journal/demo"))
    name = os.fsdecode(random.choice(NAMES))
    path = _cleared(ground, random, str(folder.relative_to(ground.root) / name))
    if random.random() < 0.5:
        path.write_text("kind: Incident\n")
    else:
        path.symlink_to(ground.outside / "secret.yaml")
    return repr(name)


def _git(ground: Ground, random: Random) -> str:
    """A repository that names programs: as files beside the configuration, or as ``.git``."""
    attributes = ground.root / ".gitattributes"
    if not os.path.lexists(attributes):
        attributes.write_text("* filter=evil diff=evil merge=evil\n")
    sort = random.choice(("bare", "folder", "file", "link", "submodule"))
    there = ground.root if sort == "bare" else ground.root / "evil.git"
    if os.path.lexists(there / "config"):
        return "no git: something is there"
    for name in ("objects", "refs", "hooks"):
        if not os.path.lexists(there / name):
            (there / name).mkdir(parents=True)
    (there / "config").write_text("[core]\n\trepositoryformatversion = 0\n")
    ground.evil.configure(there / "config")
    if not os.path.lexists(there / "HEAD"):
        (there / "HEAD").write_text("ref: refs/heads/main\n")
    if sort in {"file", "link", "folder"}:
        dot = _cleared(ground, random, ".git")
        if sort == "file":
            dot.write_text("gitdir: evil.git\n")
        elif sort == "link":
            dot.symlink_to("evil.git")
        else:
            there.rename(dot)
    return f"git: {sort}"


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    """Its name is longer than a socket's may be: it is bound by another one and renamed."""
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            server.bind("s")
            Path("s").rename(path)
        finally:
            os.chdir(here)


def _huge(path: Path) -> None:
    path.touch()
    os.truncate(path, HUGE)


_ODD: Final[Mapping[str, Callable[[Path], object]]] = {
    "pipe": _pipe,
    "socket": _socket,
    "huge": _huge,
    "folder": lambda path: path.mkdir(),
    "empty": lambda path: path.touch(),
    "bytes": lambda path: path.write_bytes(bytes(range(256)) * 9),
    "brackets": lambda path: path.write_text("[" * 60_000),
    "aliases": lambda path: path.write_text("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
    "closed": lambda path: path.touch(0),
}


def _cleared(ground: Ground, random: Random, place: str) -> Path:
    """The path, with nothing in its place. What was there lies beside it: a pull request moves files."""
    root = ground.top if place.startswith(".git") and random.random() < 0.5 else ground.root
    path = root / place
    for folder in reversed(path.relative_to(root).parents):
        if (root / folder).is_symlink() or not (root / folder).is_dir():
            (root / folder).unlink(missing_ok=True)
            (root / folder).mkdir()
    if path.is_dir() and not path.is_symlink():
        if random.random() < 0.5:
            path.rename(path.with_name(f"{path.name[:9]}-{random.randrange(10**9)}"))
        else:
            shutil.rmtree(path)
    path.unlink(missing_ok=True)
    return path
