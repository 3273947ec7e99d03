"""The authors' side: documents in a folder, written by hand and read without the code under test."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.week.town import TAGS as SOME_TAGS, value, verdict
from tests.week.units import MODES, TAGS, VERDICT, Name, Said, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from random import Random

    from reconciler.model.words import Json

SETS: Final = {"IncidentSet": "Incident", "AlertSet": "Alert"}
_FIELDS: Final = {
    "Incident": ("status", "verdict", "assignedTo", TAGS, TAGS, "displayName", "severity"),
    "Alert": ("status", "verdict", "assignedTo"),
}
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Paper:
    """One document: of one object, or of a set."""

    kind: str
    ids: tuple[str, ...]
    spec: Mapping[str, Json]
    modes: Mapping[str, str] = field(default_factory=dict)
    expires: str | None = None
    name: str | None = None

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(Name(self.kind, one) for one in self.ids)


@dataclass(frozen=True)
class Declared:
    """What is declared of one object, and in which file."""

    path: str
    paper: Paper
    says: Said


@dataclass
class Desk:
    """The desired folder of a working copy."""

    root: Path
    _known: dict[str, tuple[bytes, tuple[Paper, ...]]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.root / "desired" / "demo"

    def files(self) -> dict[str, tuple[Paper, ...]]:
        """As they are on disk now."""
        found: dict[str, tuple[bytes, tuple[Paper, ...]]] = {}
        for path in sorted(self.folder.glob("*.yaml")):
            content = path.read_bytes()
            known = self._known.get(path.name)
            is_known = known is not None and known[0] == content
            found[path.name] = (
                known if known is not None and is_known else (content, _papers(content))
            )
        self._known = found
        return {name: papers for name, (_, papers) in found.items()}

    def declared(self) -> dict[Name, Declared]:
        found: dict[Name, Declared] = {}
        for path, papers in self.files().items():
            for paper in papers:
                says = said(paper.spec)
                for name in paper.names:
                    assert name not in found, f"{name} is declared twice"
                    found[name] = Declared(path, paper, says)
        return found

    def write(self, path: str, papers: Iterable[Paper], random: Random) -> None:
        """No paper is left: the file goes."""
        text = "---\n".join(_text(paper, random) for paper in papers)
        if text:
            (self.folder / path).write_text(text, encoding="utf-8")
        else:
            (self.folder / path).unlink()

    def change(self, random: Random, names: Sequence[Name], today: date) -> None:
        """An author does one thing. ``names``: objects that may be declared."""
        declared = self.declared()
        free = [name for name in names if name not in declared]
        match random.choice(("add", "change", "change", "change", "change", "modes", "forget")):
            case "add" if free:
                self._add(random, free, today)
            case "forget" if len(declared) > len(names) // 3:
                self.forget(random, random.choice(sorted(declared)))
            case "modes" if declared:
                self._alter(random, declared, _with_modes)
            case _ if declared:
                self._alter(random, declared, _with_spec)
            case _:
                self._add(random, free, today)

    def forget(self, random: Random, name: Name) -> None:
        """Its document goes, or its place in a set."""
        path = self.declared()[name].path
        left = [_without(paper, name) for paper in self.files()[path]]
        self.write(path, [paper for paper in left if paper.ids], random)

    def _add(self, random: Random, free: Sequence[Name], today: date) -> None:
        first = random.choice(free)
        alike = [one for one in free if one.kind == first.kind]
        count = random.choice((1, 1, 1, 1, 3))
        ids = tuple(sorted({first.id, *(random.choice(alike).id for _ in range(count - 1))}))
        paper = Paper(first.kind, ids, {}, name=f"set-{first.id}" if len(ids) > 1 else None)
        paper = _with_modes(random, _with_spec(random, paper))
        if random.random() < 0.2:  # some do, in the days to come or at once
            paper = replace(paper, expires=f"{today.replace(day=random.randint(20, 27))}")
        path = (
            f"{first.kind}-{first.id}.yaml"
            if len(ids) > 1
            else f"file-{int(_digits(first)) % 97 if random.random() < 0.3 else first.id}.yaml"
        )  # some share a file
        self.write(path, (*self.files().get(path, ()), paper), random)

    def _alter(self, random: Random, declared: Mapping[Name, Declared], how: Any) -> None:
        chosen = declared[random.choice(sorted(declared))]
        papers = [
            how(random, paper) if paper == chosen.paper else paper
            for paper in self.files()[chosen.path]
        ]
        self.write(chosen.path, papers, random)


def _digits(name: Name) -> str:
    return name.id.removeprefix("da")


def _without(paper: Paper, name: Name) -> Paper:
    if name.kind != paper.kind:
        return paper
    return replace(paper, ids=tuple(one for one in paper.ids if one != name.id))


def _with_spec(random: Random, paper: Paper) -> Paper:
    """One field more, another value of one, or one less."""
    spec = dict(paper.spec)
    chosen = random.choice(_FIELDS[paper.kind])
    names = VERDICT if chosen == "verdict" else (chosen,)
    if len(spec.keys() - set(names)) and chosen in spec and random.random() < 0.15:  # seldom
        for name in names:
            spec.pop(name, None)
        return replace(paper, spec=spec)
    if chosen == "verdict":
        spec |= dict(zip(VERDICT, verdict(random), strict=True))
        if random.random() < 0.15:  # Graph may choose the other half
            spec.pop("determination")
    elif chosen == TAGS:
        spec[TAGS] = _tags(random)
    else:
        spec[chosen] = value(random, paper.kind, chosen)
    return replace(paper, spec=spec)


def _tags(random: Random) -> Json:
    drawn = random.sample(SOME_TAGS, random.randint(1, 3))
    if random.random() < 0.2:  # seldom
        return list(drawn)
    cut = random.randint(0, len(drawn))
    sides: dict[str, Json] = {"present": list(drawn[:cut]), "absent": list(drawn[cut:])}
    return {side: tags for side, tags in sides.items() if tags}


def _with_modes(random: Random, paper: Paper) -> Paper:
    """Of both halves of a verdict mostly the same: else ``validate`` warns."""
    names = [name for name in paper.spec if name not in VERDICT]
    modes = {name: random.choice(MODES) for name in names if random.random() < 0.3}  # some
    if random.random() < 0.3:  # some
        modes |= dict.fromkeys(
            (name for name in VERDICT if name in paper.spec), random.choice(MODES)
        )
    if "classification" in paper.spec and random.random() < 0.1:
        modes["classification"] = random.choice(MODES)
    if random.random() < 0.3:  # some
        modes["*"] = random.choice(MODES)
    return replace(paper, modes=modes)


def _papers(content: bytes) -> tuple[Paper, ...]:
    return tuple(_paper(one) for one in yaml.load_all(content, _LOADER) if one)  # a safe loader


def _paper(item: Any) -> Paper:
    metadata = item["metadata"]
    kind = SETS.get(item["kind"], item["kind"])
    ids = item.get("members") or [metadata["id"]]
    expires = metadata.get("expires")
    return Paper(
        kind,
        tuple(ids),
        item["spec"],
        item.get("management") or {},
        None if expires is None else str(expires),
        metadata.get("name"),
    )


def _text(paper: Paper, random: Random) -> str:
    """With comments, in one of several hands."""
    kind = paper.kind if paper.name is None else f"{paper.kind}Set"
    identity = f'id: "{paper.ids[0]}"' if paper.name is None else f"name: {paper.name}"
    lines = [
        f"# {random.choice(('agreed', 'see the ticket', 'as last week'))}",
        "apiVersion: reconciler/v1",
        f"kind: {kind}",
        "metadata:",
        f"  {identity}",
        *((f"  expires: {paper.expires}",) if paper.expires else ()),
    ]
    if paper.name is not None:
        lines += ["members:", *(f'  - "{one}"' for one in paper.ids)]
    lines.append("spec:")
    lines += [f"  {name}: {_scalar(value, random)}" for name, value in paper.spec.items()]
    if paper.modes:
        lines.append("management:")
        lines += [f"  {json.dumps(name)}: {mode}" for name, mode in paper.modes.items()]
    return "\n".join(lines) + "\n"


def _scalar(value: Json, random: Random) -> str:
    note = random.choice(("", "", "  # on purpose"))
    return f"{json.dumps(value)}{note}"
