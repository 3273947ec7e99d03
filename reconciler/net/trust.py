"""Which certificates are trusted: one ``--ca-bundle`` for Graph and for the token authority.

Without it each library's own variable comes first, then the other's: httpx reads SSL_CERT_FILE,
requests (azure-identity's transport) REQUESTS_CA_BUNDLE, and a person who set one means both.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

OPTION: Final = "--ca-bundle"
KEY_LOG: Final = "SSLKEYLOGFILE"
"""Where Python's ssl writes the keys of sessions; it opens the file with each context."""
FOR_GRAPH: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
FOR_THE_AUTHORITY: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file, or a folder of hashed files, of the only certificates to trust."""

    path: str
    named_by: str
    """The option or the variable, as messages call it."""


def bundle(option: str | None, env: Mapping[str, str], variables: tuple[str, ...]) -> Bundle | None:
    """None: nobody named one, the library's own trust holds."""
    if option is not None:
        return Bundle(option, OPTION)
    return next((Bundle(env[name], name) for name in variables if env.get(name)), None)


def context(chosen: Bundle | None) -> ssl.SSLContext:
    """Raises Failure for a bundle that cannot be read or holds no certificate."""
    import ssl

    try:
        if chosen is None:
            import httpx

            return httpx.create_ssl_context()
        if Path(chosen.path).is_dir():
            return ssl.create_default_context(capath=chosen.path)
        return ssl.create_default_context(cafile=chosen.path)
    except (OSError, ValueError) as problem:
        log = os.environ.get(KEY_LOG)
        if isinstance(problem, OSError) and log and problem.filename == log:
            raise Failure(
                f"the file of {KEY_LOG}, {log!a}, cannot be opened: {problem.strerror}",
                remedy=f"unset {KEY_LOG}, or name a file that can be written",
            ) from problem
        if chosen is None:
            raise
        if isinstance(problem, ssl.SSLError):
            raise _unusable(chosen, "holds no certificate in PEM form") from problem
        why = getattr(problem, "strerror", None) or "it is no path"
        raise _unusable(chosen, f"cannot be read: {why}") from problem


def _unusable(chosen: Bundle, why: str) -> Failure:
    return Failure(
        f"the CA bundle {chosen.path!a} ({chosen.named_by}) {why}",
        remedy=f"point {chosen.named_by} at a PEM file with the CA certificates to trust",
    )
