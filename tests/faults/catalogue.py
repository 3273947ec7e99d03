"""Every fault of the emulator, as it is aimed at a run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reconciler.emulator.faults import Fault, Faults, On

if TYPE_CHECKING:
    from random import Random

WHOLE: Final = On(part=False)
LOOKS: Final = On(method="GET", part=True)
WRITES: Final = On(method="PATCH", part=True)
RETRY_AFTER: Final[tuple[str | int | None, ...]] = (
    "7",
    "0.5",
    20,
    -20,
    None,
    "soon",
    "1e9",
    "99999",
)
"""Seconds, a fraction, a date to come, one that has passed, missing, words, absurd."""
REFUSALS: Final = (401, 403, 404, 409, 412, 423)
BREAKDOWNS: Final = (500, 502, 503, 504)
UNSURE: Final = (500, 502, 503, 504)
"""Of those, what may have taken effect all the same."""

_WHOLE: Final = (
    Fault("half-answer"),
    Fault("wrong-length", by=10),
    Fault("wrong-length", by=-10),
    Fault("drip", milliseconds=20),
)
_PART: Final = (
    Fault("missing-part"),
    Fault("doubled-part"),
    Fault("other-object"),
    Fault("pascal-case"),
)
_WRITE: Final = (
    Fault("not-kept"),
    Fault("not-kept", fields=frozenset({"status", "customTags"})),
)
_BOTH: Final = (
    Fault("reset"),
    Fault("reset", applied=True),
    Fault("hang"),
    Fault("hang", applied=True),
    Fault("delay", milliseconds=1),
    Fault("broken-json"),
    Fault("html", status=502),
    Fault("html", status=502, applied=True),
    *(Fault("status", status=429, retry_after=text) for text in RETRY_AFTER),
    *(Fault("status", status=status) for status in (*REFUSALS, *BREAKDOWNS)),
    *(Fault("status", status=status, applied=True) for status in UNSURE),
)
CATALOGUE: Final = (
    *(replace(fault, on=WHOLE) for fault in (*_WHOLE, *_BOTH)),
    *(replace(fault, on=WRITES) for fault in (*_WRITE, *_PART, *_BOTH)),
    *(replace(fault, on=LOOKS) for fault in (*_PART, *_BOTH)),
)
SLOW: Final = frozenset({"hang", "drip"})
"""What costs a client its whole deadline."""
LASTING: Final = (
    Fault("status", status=401, on=WHOLE),
    Fault("status", status=403, on=On(method="PATCH")),
    Fault("status", status=429, retry_after="7", on=WHOLE),
    Fault("status", status=503, on=WRITES),
    Fault("reset", applied=True, on=WRITES),
    Fault("not-kept", on=WRITES),
)
"""From the first request on, for ever."""


def aimed(number: int) -> tuple[Fault, ...]:
    """Runs count through the catalogue, then through the places in a run."""
    fault = CATALOGUE[number % len(CATALOGUE)]
    place = number // len(CATALOGUE)
    return (replace(fault, at=frozenset({place % 6 + 1})),)


def mixed(random: Random) -> tuple[Fault, ...]:
    """Several at once; a slow one strikes once."""
    drawn = random.sample(CATALOGUE, random.randint(2, 4))
    return tuple(
        replace(fault, at=frozenset({random.randint(1, 6)}))
        if fault.do in SLOW
        else replace(fault, probability=random.choice((0.05, 0.15, 0.4)))
        for fault in drawn
    )


def parts(random: Random) -> Faults:
    """Several at parts of batches, none at whole requests: people in portals send no batches."""
    fitting = [fault for fault in CATALOGUE if fault.on.part and fault.do not in SLOW]
    drawn = random.sample(fitting, 3)
    faults = (replace(fault, probability=random.choice((0.05, 0.2, 0.4))) for fault in drawn)
    return Faults(random.randrange(10**6), tuple(faults))


def draw(number: int, random: Random) -> Faults:
    seed = random.randrange(10**6)
    if number % 25 == 24:
        return Faults(seed, (random.choice(LASTING),))
    if number % 3 == 2:
        return Faults(seed, mixed(random))
    return Faults(seed, aimed(number - number // 3))
