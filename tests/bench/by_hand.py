"""The loop that somebody writes by hand: read one, compare, write one; sleep when told to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import httpx

from tests.bench.scaled import INCIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def reconcile(
    client: httpx.Client,
    numbers: Iterable[int],
    wanted: Mapping[str, object],
    sleep: Callable[[float], None],
) -> int:
    """How many it wrote."""
    written = 0
    for number in numbers:
        target = f"{INCIDENTS}/{number}"
        live = _sent(partial(client.get, target), sleep).json()
        changes = {name: value for name, value in wanted.items() if live[name] != value}
        if changes:
            _sent(partial(client.patch, target, json=changes), sleep)
            written += 1
    return written


def _sent(send: Callable[[], httpx.Response], sleep: Callable[[float], None]) -> httpx.Response:
    while (answer := send()).status_code == httpx.codes.TOO_MANY_REQUESTS:
        sleep(float(answer.headers["Retry-After"]))
    return answer.raise_for_status()
