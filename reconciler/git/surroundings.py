"""What git learns of the environment: names that it needs, and no others. No token of ours is among them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUIET: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "SSH_ASKPASS_REQUIRE": "never",
}
"""Nobody is asked. ssh, which has no terminal in a session of its own, has nobody to ask either."""

_ALLOWED: Final = frozenset(
    (
        # who runs it, and where programs, files and sockets of this person are
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "SUDO_UID", "LANG", "TZ"),
        *("TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "DISPLAY", "WAYLAND_DISPLAY"),
        *("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERNAME", "USERPROFILE"),
        *("HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES"),
        # how a remote is reached
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
        *("GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT"),
        *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "KRB5CCNAME", "KRB5_CONFIG"),
        # what credential helpers need
        *("GIT_ASKPASS", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "PASSWORD_STORE_DIR"),
        *("GH_CONFIG_DIR", "GCM_CREDENTIAL_STORE", "GCM_CREDENTIAL_CACHE_OPTIONS"),
        *("VSCODE_GIT_ASKPASS_NODE", "VSCODE_GIT_ASKPASS_MAIN", "VSCODE_GIT_ASKPASS_EXTRA_ARGS"),
        "VSCODE_GIT_IPC_HANDLE",
        # which git, which configuration of this person's, and who commits
        *("GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"),
        *("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"),
        "GIT_TEST_ASSUME_DIFFERENT_OWNER",  # makes git refuse more, and nothing else
    )
)


def environment() -> dict[str, str]:
    """Without a folder of PATH that is not absolute: what is found there came with the checkout."""
    kept = {key: value for key, value in os.environ.items() if key in _ALLOWED}
    folders = [one for one in kept.get("PATH", "").split(os.pathsep) if os.path.isabs(one)]  # noqa: PTH117 — of a text
    kept["PATH"] = os.pathsep.join(folders) or os.defpath
    kept.setdefault("GIT_ASKPASS", "")  # core.askPass names a program, and asks a person
    return kept | _QUIET | _numbered(_own())


def configured(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """After what the environment configures by itself, so that these win."""
    if not settings:
        return {}
    return _numbered([*_own(), *settings]) | {"GIT_ASKPASS": ""}


def _own() -> list[tuple[str, str]]:
    """What this person configures by environment, as containers do: ``safe.directory``, say."""
    said = os.environ.get("GIT_CONFIG_COUNT", "")
    count = int(said) if said.isdecimal() and len(said) < 4 else 0  # noqa: PLR2004 — as many as are plausible
    pairs = ((f"GIT_CONFIG_KEY_{n}", f"GIT_CONFIG_VALUE_{n}") for n in range(count))
    return [
        (os.environ[key], os.environ[value])
        for key, value in pairs
        if key in os.environ and value in os.environ
    ]


def _numbered(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    keys = {f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in enumerate(settings)}
    values = {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(settings)}
    return keys | values | {"GIT_CONFIG_COUNT": str(len(settings))}
