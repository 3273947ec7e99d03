"""Whatever the planner makes follows from itself; nothing else is asked of a plan out of a file."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, get_args

from reconciler.model.desired import Elements, Exactly, Mode
from reconciler.model.live import Known
from reconciler.planning.change import Context, observed
from reconciler.planning.derived import follows, not_derived
from reconciler.planning.terms import Terms
from tests.support.world import declare, incident, live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.desired import Spec
    from reconciler.model.live import Live
    from reconciler.model.plan import Change

PEOPLE: Final = (None, "kai", "lee")
MODES: Final[tuple[Mode, ...]] = get_args(Mode)


def cases() -> Iterator[tuple[Spec, Spec | None, Live, Mode]]:
    """Who an incident is assigned to, declared, applied and live, with something to write or not."""
    bases: list[Spec | None] = [None, {}, *({"assignedTo": Exactly(one)} for one in PEOPLE)]
    for declared, base, now, mode, status in product(
        PEOPLE, bases, PEOPLE, MODES, ("active", "resolved")
    ):
        spec: Spec = {"status": Exactly(status), "assignedTo": Exactly(declared)}
        yield spec, base, live("Incident", incident(assignedTo=now)), mode
    tags: list[Spec | None] = [
        None,
        {},
        {"customTags": Elements(("a",), ("b",))},
        {"customTags": Exactly([])},
    ]
    lists: list[Spec] = [{"customTags": Elements(("a",))}, {"customTags": Exactly(["a", "c"])}]
    for spec, base, there, mode in product(lists, tags, ([], ["a"], ["b", "d"]), MODES):
        yield spec, base, live("Incident", incident(customTags=there)), mode


def planned(spec: Spec, base: Spec | None, now: Live, mode: Mode) -> Change:
    declared = declare("Incident", "1")._replace(spec=spec)
    terms = Terms(base, dict.fromkeys(spec, mode) | {"status": "enforce"}, is_on_record=True)
    return observed(declared, Known(now), Context({}), terms)


def test_what_was_planned_follows_from_the_plan_and_from_documents_and_base() -> None:
    odd = []
    for spec, base, now, mode in cases():
        change = planned(spec, base, now, mode)
        problem = not_derived(change, [change.ref], has_base=base is not None)
        if problem is not None or not follows(change, spec, base):
            odd.append((problem, mode, base, change))

    assert odd == []
