"""One daemon thread that does one thing after another for a caller who may lose patience.

A read timeout is per read, so a server that drips a byte at a time outlives any timeout, and the
threads of a ThreadPoolExecutor are joined at exit. A lane is neither waited for nor joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from queue import Empty, Queue, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.ports import Stop

STEP_SECONDS: Final = 0.05
"""How often a waiting caller looks at the stop event."""

Asked = TypeVar("Asked")
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class _Done(Generic[Told]):
    value: Told


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


class Stopped(Exception):
    """Somebody stopped the run while an answer was waited for."""


class TimeIsUp(Exception):
    """No answer came before the deadline."""


@dataclass(slots=True)
class Patience:
    """What is left of one deadline, for all answers that have to come within it.

    Counted in waits: a socket lives in real time whatever the clock says.
    """

    left_seconds: float


class Lane(Generic[Asked, Told]):
    """Ask, then take the answer; whoever gives up on an answer ends the lane and opens another."""

    def __init__(
        self,
        work: Callable[[Asked], Told],
        close: Callable[[], None],
        *,
        name: str = "reconciler-net",
    ) -> None:
        """``work`` and ``close`` run on the lane's thread; they must not hold the lane itself."""
        self._asked: SimpleQueue[_Done[Asked] | None] = SimpleQueue()
        # Not a SimpleQueue: its get(timeout) waits for ever if a signal's handler outlasts the timeout.
        self._told: Queue[_Done[Told] | _Failed] = Queue()
        Thread(
            target=_serve,
            args=(self._asked, self._told, work, close),
            name=name,
            daemon=True,
        ).start()
        self._end = finalize(self, self._asked.put, None)
        self._end.atexit = False  # at exit the thread just stops where it is

    def ask(self, asked: Asked) -> None:
        self._asked.put(_Done(asked))

    def answer(self, timeout_seconds: float) -> Told:
        """What ``work`` returned or raised. Raises queue.Empty when the time is over."""
        told = self._told.get(timeout=timeout_seconds)
        if isinstance(told, _Failed):
            raise told.error
        return told.value

    def await_answer(self, patience: Patience, stop: Stop) -> Told:
        """The same, as long as there is patience; what has come is taken without any.

        Raises Stopped, TimeIsUp.
        """
        while True:
            step = min(patience.left_seconds, STEP_SECONDS)
            try:
                return self.answer(step)
            except Empty:
                patience.left_seconds -= step
            if stop.is_set():
                raise Stopped
            if patience.left_seconds <= 0:
                raise TimeIsUp

    def end(self) -> None:
        """Close after what is under way; waits for nothing."""
        self._end()


def _serve(
    asked: SimpleQueue[_Done[Asked] | None],
    told: Queue[_Done[Told] | _Failed],
    work: Callable[[Asked], Told],
    close: Callable[[], None],
) -> None:
    while (item := asked.get()) is not None:
        try:
            told.put(_Done(work(item.value)))
        except BaseException as error:  # noqa: BLE001 - the caller raises it, on its own thread
            told.put(_Failed(error))
    close()
