"""Ctrl-C twice: first finish the batch in flight and report, then stop at once."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.cli.door import Beside


@dataclass(frozen=True, slots=True)
class Brakes:
    """``stop``: no new batch. ``abort``: do not even wait for the answer under way."""

    stop: threading.Event = field(default_factory=threading.Event)
    abort: threading.Event = field(default_factory=threading.Event)


def end_of_reading(beside: Beside | None) -> threading.Event:
    """Nothing is written, so Ctrl-C may end it anywhere: alone by its exception, else by this."""
    return threading.Event() if beside is None else beside.brakes.stop


@contextmanager
def braking(say: Callable[[str], None], beside: Beside | None = None) -> Iterator[Brakes]:
    """Brakes pulled by SIGINT, SIGTERM and SIGHUP while the block runs (in the main thread only).

    What runs beside others takes the brakes of them all.
    """
    if beside is not None:
        yield beside.brakes
        return
    brakes = Brakes()

    def pull(_number: int, _frame: object) -> None:
        if brakes.stop.is_set():
            brakes.abort.set()
            return
        brakes.stop.set()
        with suppress(RuntimeError, ValueError, OSError):  # the stream is in use, closed or gone
            say("stopping after the batch in flight; once more to stop at once")

    if threading.current_thread() is not threading.main_thread():
        yield brakes
        return
    numbers = _heard()
    before = [signal.signal(number, pull) for number in numbers]
    try:
        yield brakes
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _heard() -> list[signal.Signals]:
    """A terminal that goes away ends a run as politely; with ``nohup`` it ends nothing."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        numbers.append(hangup)
    return numbers
