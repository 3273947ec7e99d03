"""What was decided once is not decided again: thousands of objects are the same case.

A case is all that a decision may rest on, and a decision is shown nothing else of the live object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from reconciler.kinds import KINDS
from reconciler.model.live import Live
from reconciler.planning.decide import decide

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Declaration, Declared, Spec
    from reconciler.planning.decide import Decision
    from reconciler.planning.terms import Terms

MOST: Final = 4096
"""So many cases are kept; where there are more, objects have little in common."""

_Case: TypeAlias = "tuple[Hashable, ...]"


def _verdict(kind: Kind) -> Iterator[str]:
    if kind.pairs:
        yield from (kind.pairs.classification, kind.pairs.determination)
    if kind.verdict:
        yield kind.verdict


_VERDICTS: Final = {name: tuple(_verdict(kind)) for name, kind in KINDS.items()}
"""By kind, the fields that count although a document does not declare them."""


class _Precedent(NamedTuple):
    decision: Decision
    named: tuple[Declaration, ...]
    """Those that the case tells apart by identity: held, for another must not come to theirs."""


class Precedents:
    """The cases of one run."""

    def __init__(self) -> None:
        self._found: dict[_Case, _Precedent] = {}

    def decide(self, kind: Kind, declared: Declared, live: Live, terms: Terms) -> Decision:
        names = (*declared.spec, *_VERDICTS[kind.name])
        try:
            case = _case(names, declared.spec, live, terms)
        except RecursionError:  # nested deeper than any answer of Graph: a case of its own
            return decide(kind, declared, _shown(names, live), terms)
        found = self._found.get(case)
        if found is not None:
            return found.decision
        decision = decide(kind, declared, _shown(names, live), terms)
        if len(self._found) < MOST:
            named = (*declared.spec.values(), *(terms.base or {}).values())
            self._found[case] = _Precedent(decision, named)
        return decision


def _case(names: tuple[str, ...], spec: Spec, live: Live, terms: Terms) -> _Case:
    """All that counts: declarations by identity, and Graph's values so that none passes for another.

    Python calls 1, 1.0 and true equal, so all but text and null is told apart as it is written. What
    the answer did not hold is no JSON at all.
    """
    fields, base = live.fields, terms.base
    held = [fields.get(name, ...) for name in names]
    return (
        live.ref.kind,
        names,
        tuple(map(id, spec.values())),
        tuple([one if one is None or isinstance(one, str) else (repr(one),) for one in held]),
        live.severity,
        repr(live.attachments) if live.attachments else None,
        None if base is None else (*base, *map(id, base.values())),
        tuple(terms.modes.items()),
        terms.is_on_record,
    )


def _shown(names: tuple[str, ...], live: Live) -> Live:
    fields = {name: live.fields[name] for name in names if name in live.fields}
    return Live(live.ref, fields, severity=live.severity, attachments=live.attachments)
