"""Facts that walls and guards rest on: whatever an answer holds in their place, none gets softer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from reconciler.errors import Refused
from reconciler.graph.tenancy import checked
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.plan import FieldChange
from reconciler.model.words import Ref
from reconciler.planning.risks import risks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.model.words import Json

TENANT: Final = "12f988bf-16f1-11af-11ab-1d7cd011db47"
NO_TEXT: Final[tuple[Json, ...]] = (0, 5, 1.5, True, False, [], ["x"], {}, {"id": "1"})
OF_KINDS: Final = [pytest.param(kind, id=kind.name) for kind in KINDS.values()]


def seen(kind: Kind, **told: Json) -> Live | None:
    return observe(kind, {"id": kind.id_example, **told})


def nested(path: tuple[str, ...], value: Json) -> Mapping[str, Json]:
    for name in reversed(path[1:]):
        value = {name: value}
    return {path[0]: value}


@pytest.mark.parametrize("odd", NO_TEXT, ids=repr)
@pytest.mark.parametrize("kind", OF_KINDS)
def test_a_time_or_a_parent_that_is_no_text_makes_the_object_unknown(kind: Kind, odd: Json) -> None:
    reads = kind.reads
    assert seen(kind, **{reads.created: odd}) is None
    assert seen(kind, **{reads.revision: odd}) is None
    assert not reads.parent or seen(kind, **nested(reads.parent, odd)) is None
    if len(reads.parent) > 1 and not isinstance(odd, dict):
        assert seen(kind, **{reads.parent[0]: odd}) is None


@pytest.mark.parametrize("odd", [0, 5, 1.5, True, False], ids=repr)
@pytest.mark.parametrize("kind", OF_KINDS)
def test_a_field_of_another_type_is_not_known(kind: Kind, odd: Json) -> None:
    for item in kind.fields:
        live = seen(kind, **{item.name: odd})
        assert live is None or item.name not in live.fields, item.name


@pytest.mark.parametrize("odd", [*NO_TEXT, "", " ", "5", "x/y", "2972396"], ids=repr)
def test_whatever_stands_for_the_survivor_is_a_merge(odd: Json) -> None:
    live = seen(KINDS["Incident"], status="active", redirectIncidentId=odd)

    assert live is not None
    assert live.is_merged
    assert live.redirect == (Ref("Incident", odd) if odd in ("5", "2972396") else None)


@pytest.mark.parametrize("odd", NO_TEXT, ids=repr)
def test_a_status_that_is_no_text_may_be_a_merge(odd: Json) -> None:
    assert seen(KINDS["Incident"], status=odd) is None


@pytest.mark.parametrize("odd", [*NO_TEXT, "", " ", TENANT[:-1], f"{TENANT} "], ids=repr)
@pytest.mark.parametrize("kind", [KINDS["Incident"], KINDS["Alert"]], ids=lambda kind: kind.name)
def test_a_tenant_id_that_is_not_this_tenants_text_stops_the_run(kind: Kind, odd: Json) -> None:
    live = seen(kind, tenantId=odd)

    assert live is not None
    assert checked(live, None) is live
    with pytest.raises(Refused, match="belongs to another tenant"):
        checked(live, TENANT)


@pytest.mark.parametrize(
    "odd", [*NO_TEXT, None, "", "unknown", "unknownFutureValue", "worst"], ids=repr
)
@pytest.mark.parametrize("kind", OF_KINDS)
def test_a_severity_that_is_not_told_counts_as_high(kind: Kind, odd: Json) -> None:
    closing = FieldChange("status", "inProgress", kind.closing[0])
    live = seen(kind, severity=odd)
    if isinstance(odd, dict | list | bool | int | float) and kind.name == "Incident":
        assert live is None or "severity" not in live.fields
    assert live is not None

    expected = "closes-high-severity" if kind.reads.severity else "closes"
    assert risks(kind, [closing], live) == (expected,)


@pytest.mark.parametrize("odd", [5, True, "x", ["x"]], ids=repr)
def test_an_attachment_that_is_no_object_makes_the_alert_unknown(odd: Json) -> None:
    assert seen(KINDS["LegacyAlert"], vendorInformation=odd) is None
