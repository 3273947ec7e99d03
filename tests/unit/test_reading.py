from __future__ import annotations

from reconciler.model.live import ById, ByList
from reconciler.model.words import Ref
from reconciler.reading import by_id, strategy


def refs(kind: str, count: int) -> list[Ref]:
    return [Ref(kind, f"{number:04}") for number in range(count)]


def test_one_batch_full_is_read_by_id() -> None:
    found = strategy(refs("Incident", 20), batch_size=20)
    assert found == (ById("Incident", tuple(f"{n:04}" for n in range(20))),)


def test_more_than_a_batch_is_listed_within_what_reading_by_id_would_cost() -> None:
    (read,) = strategy(refs("Incident", 21), batch_size=20)
    assert isinstance(read, ByList)
    assert read.budget_units == 20


def test_a_list_that_does_not_tell_its_length_gets_a_tenth() -> None:
    (read,) = strategy(refs("IncidentTask", 200), batch_size=20)
    assert isinstance(read, ByList)
    assert read.budget_units == 20


def test_each_kind_is_read_on_its_own() -> None:
    found = strategy([*refs("Alert", 2), *refs("Incident", 1)], batch_size=20)
    assert found == (ById("Alert", ("0000", "0001")), ById("Incident", ("0000",)))


def test_checks_read_by_id_in_the_order_given() -> None:
    assert by_id([Ref("Alert", "b"), Ref("Alert", "a")]) == (ById("Alert", ("b", "a")),)
