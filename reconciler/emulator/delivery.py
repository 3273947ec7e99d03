"""Ways for an answer not to arrive: what faults do to the connection itself."""

from __future__ import annotations

import os
import select
import socket
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from io import BufferedIOBase
    from threading import Event

_LOOK_SECONDS: Final = 0.02
_AT_ONCE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for no time; closing then sends RST where it else sends FIN."""


def reset(connection: socket.socket) -> None:
    """Closes under whoever still holds it: a shutdown first, as servers do, would be a clean end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    os.close(connection.detach())


def hang(connection: socket.socket, stopped: Event) -> None:
    """Until the client has gone or the emulator closes."""
    while not _is_left(connection) and not stopped.wait(_LOOK_SECONDS):
        pass


def drip(out: BufferedIOBase, content: bytes, milliseconds: int, stopped: Event) -> None:
    """A byte at a time; a client that leaves ends it as ConnectionError."""
    out.flush()
    for byte in content:
        if stopped.wait(milliseconds / 1000):
            return
        out.write(bytes((byte,)))
        out.flush()


def _is_left(connection: socket.socket) -> bool:
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
