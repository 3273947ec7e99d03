"""Reads requirements.txt and requirements.lock before pip does. pip gets what was understood here.

The workflows run the base branch's copy of this, in the fresh environment whose pip brings the
parser. Every requirement needs hashes: then no index or server can answer with another file. The tool
alone may be a commit instead, since its name is Git's hash of all that it is built from.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
from pip._vendor.packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

TOOL: Final = "reconciler"
FILES: Final = ("requirements.txt", "requirements.lock")
EXPECTED: Final = (
    "expected NAME==VERSION --hash=sha256:DIGEST, or for the tool"
    f" {TOOL} @ git+https://HOST/OWNER/{TOOL}@COMMIT"
)

_HASH: Final = re.compile(r"--hash=(sha256:[0-9a-f]{64})")
_FRAGMENT: Final = re.compile(r"sha256=([0-9a-f]{64})")
_COMMIT: Final = re.compile(r"/[^@]+@([0-9a-f]{40}|[0-9a-f]{64})")
_SIGNS: Final = re.compile(r"[\t\n -~]*")
_COMMENT: Final = re.compile(r"(^|\s)#.*")


class Unsafe(ValueError):
    """What pip must not be given, and why."""


class Entry(NamedTuple):
    """``text``: the requirement as pip is to read it."""

    name: str
    text: str


def entries(text: str) -> Iterator[tuple[int, Entry | Unsafe]]:
    """Each requirement of a file with its line. What is not safe is told, not raised."""
    plain = text.replace("\r\n", "\n")
    if _SIGNS.fullmatch(plain) is None:
        yield 1, Unsafe("it holds signs that are not printable ASCII")
        return
    lines = enumerate(plain.split("\n"), 1)
    for number, first in lines:
        line = first
        while line.endswith("\\"):  # a requirement goes on in the next line
            _, following = next(lines, (0, ""))
            line = f"{line[:-1]} {following}"
        content = _COMMENT.sub("", line).strip()
        if content:
            try:
                yield number, entry(content)
            except Unsafe as problem:
                yield number, problem


def entry(content: str) -> Entry:
    """Raises Unsafe for anything that could bring another file than the one that is named."""
    if "$" in content:
        raise Unsafe("it holds a variable")
    words = content.split()
    end = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    options = [_HASH.fullmatch(word) for word in words[end:]]
    if not end or None in options:
        raise Unsafe("no option but --hash=sha256:… is allowed")
    try:
        found = Requirement(" ".join(words[:end]))
    except InvalidRequirement as problem:
        raise Unsafe("it is no requirement") from problem
    hashes = [said[1] for said in options if said]
    name = canonicalize_name(found.name)
    if (name == TOOL or found.url) and (found.extras or found.marker):
        raise Unsafe("the tool, and what has an address, takes no extras and no marker")
    if found.url is not None:
        return _addressed(found.url, name, hashes)
    if [one.operator for one in found.specifier] != ["=="] or "*" in str(found.specifier):
        raise Unsafe("it names no single version")
    return _hashed(name, str(found), hashes)


def _addressed(url: str, name: str, hashes: list[str]) -> Entry:
    """Raises Unsafe."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as problem:
        raise Unsafe("its address cannot be read") from problem
    if not parts.hostname or "@" in parts.netloc or "\\" in url:
        raise Unsafe("its address names no host, or holds a user or a password")
    if parts.scheme == "git+https" and name == TOOL:
        if _COMMIT.fullmatch(parts.path) is None or parts.query or parts.fragment or hashes:
            raise Unsafe("a repository's address ends with @ and a whole commit, and has no hash")
        return Entry(name, f"{name} @ {url}")
    if parts.scheme != "https":
        raise Unsafe("its address is not https (of the tool: https or git+https)")
    named = _FRAGMENT.fullmatch(parts.fragment)
    if parts.fragment and named is None:
        raise Unsafe("behind the '#' of an address only sha256=… is allowed")
    told = [f"sha256:{named[1]}"] if named else []
    return _hashed(name, f"{name} @ {parts._replace(fragment='').geturl()}", hashes + told)


def _hashed(name: str, text: str, hashes: list[str]) -> Entry:
    if not hashes:
        raise Unsafe("it has no hash")
    return Entry(name, " ".join((text, *(f"--hash={one}" for one in hashes))))


def main(folder: Path) -> int:
    """Writes ``locked.txt`` and ``tool.txt`` there, or says what is wrong and where."""
    safe: list[Entry] = []
    wrong: list[str] = []
    for file in FILES:
        if file == FILES[1] and not Path(file).exists():
            continue  # requirements.txt may hold all of it
        try:
            found = list(entries(Path(file).read_text("utf-8")))
        except (OSError, ValueError):
            found = [(1, Unsafe("it cannot be read"))]
        for number, one in found:
            if isinstance(one, Unsafe):
                wrong.append(
                    f"::error file={file},line={number}::{file}:{number}: {one}; {EXPECTED}"
                )
            else:
                safe.append(one)
    tools = [one.text for one in safe if one.name == TOOL]
    if not wrong and len(tools) != 1:
        wrong.append(
            f"::error file={FILES[0]}::{FILES[0]} pins no release of {TOOL} by commit or hash, or"
            f" more than one; {EXPECTED}"
        )
    if wrong:
        sys.stdout.write("".join(f"{line}\n" for line in wrong))
        return 1
    locked = [one.text for one in safe if one.name != TOOL]
    (folder / "locked.txt").write_text("".join(f"{line}\n" for line in locked), "ascii")
    (folder / "tool.txt").write_text(f"{tools[0]}\n", "ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
