"""Take away what Windows lacks, before anything else runs: modules, functions, flags, signals."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_MODULES: Final = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog")
_OF_OS: Final = (
    *("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_TMPFILE", "O_SYNC"),
    *("getuid", "geteuid", "getgid", "getegid", "getgroups", "fchmod", "fchown", "chown", "lchown"),
    *("killpg", "setsid", "getpgid", "getpgrp", "fork", "forkpty", "pread", "pwrite", "mkfifo"),
    *("statvfs", "fstatvfs", "sysconf", "getloadavg", "uname", "sched_yield"),
)
_SIGNALS: Final = ("SIGHUP", "SIGKILL", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGPIPE")

_open = os.open


def _open_no_folder(path: str | Path, flags: int, mode: int = 0o777, **more: Any) -> int:
    if os.path.isdir(path):  # noqa: PTH112 — of whatever names a file
        raise PermissionError(13, "Permission denied", os.fspath(path))
    return _open(path, flags, mode, **more)


sys.modules.update(dict.fromkeys(_MODULES))  # type: ignore[arg-type]  # None: cannot be imported
for _module, _names in ((os, _OF_OS), (signal, _SIGNALS)):
    for _name in _names:
        if hasattr(_module, _name):
            delattr(_module, _name)
for _able in (os.supports_dir_fd, os.supports_fd):
    _able.clear()
os.open = _open_no_folder  # type: ignore[assignment]  # the same, but for folders
