from __future__ import annotations

import pytest

from reconciler.cli.exits import ORDER, first


@pytest.mark.parametrize(
    ("codes", "expected"),
    [({0}, 0), ({0, 2}, 2), ({2, 1}, 1), ({1, 4}, 1), ({1, 6}, 6), ({6, 5}, 5), ({5, 130}, 130)],
)
def test_the_code_that_matters_most_wins(codes: set[int], expected: int) -> None:
    assert first(codes) == expected


def test_the_order_is_the_contracts() -> None:
    assert ORDER == (64, 3, 130, 5, 6, 1, 4, 2, 0)
