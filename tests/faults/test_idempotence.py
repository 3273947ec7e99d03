"""plan(apply(plan(x))) is empty, and nothing is sent that nobody declared: in any small world."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from hypothesis import Phase, given, seed, settings, strategies

from reconciler.documents import Rules, load
from reconciler.kinds import KINDS
from reconciler.model.words import SourceFile
from reconciler.stories.apply import HOLDS
from tests.faults import worlds
from tests.faults.budget import BUDGET, SEED
from tests.faults.checker import ref_of
from tests.faults.rig import rigged
from tests.faults.tenants import document

if TYPE_CHECKING:
    from reconciler.model.desired import Declared
    from tests.faults.rig import Rig


@seed(SEED)
@settings(max_examples=BUDGET.worlds, deadline=None, database=None, phases=[Phase.generate])
@given(strategies.integers(min_value=0, max_value=2**64))
def test_a_plan_after_an_apply_is_empty_and_only_declared_fields_were_sent(drawn: int) -> None:
    random = Random(drawn)
    world = worlds.draw(random, incidents=random.randint(1, 4))
    declared = loaded(world)
    with rigged(world, Path(mkdtemp())) as rig:
        plan = rig.plan(declared)
        applied = rig.apply(plan)
        assert {one.name for one in applied.report.outcomes} <= HOLDS
        assert rig.judged(plan, applied).violations == []
        assert rig.plan(declared).summary.update == 0
        assert unmanaged(rig, declared) == set()


def loaded(world: worlds.World) -> tuple[Declared, ...]:
    """The documents as files, through the real reader."""
    files = [
        SourceFile(f"desired/demo/{number}.yaml", document(item).encode())
        for number, item in enumerate(world.declared)
    ]
    found = load(files, Rules(kinds=frozenset(KINDS)))
    assert [one for one in found.findings if one.level == "error"] == []
    return found.declared


def unmanaged(rig: Rig, declared: tuple[Declared, ...]) -> set[str]:
    managed = {item.ref: {*item.spec, *KINDS[item.ref.kind].attachments} for item in declared}
    return {
        f"{ref}.{name}"
        for entry in rig.server.history()
        if entry.asked.method == "PATCH" and (ref := ref_of(entry)) and isinstance(entry.body, dict)
        for name in entry.body.keys() - managed.get(ref, set())
    }
