"""Which failure of an exchange means what: surely never sent, or nobody can tell.

``ReadError`` comes both when a PATCH was applied and when it was not, so everything after the
connection stands is AnswerLost, whatever its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import AnswerLost, Failure, NetworkFailure, NotSent
from reconciler.model.words import Foreign
from reconciler.net.proxies import VARIABLES, proxy_of

if TYPE_CHECKING:
    from reconciler.net.origin import Origin


class Untrusted(NotSent):
    """The certificate is not trusted: asking again changes nothing."""


def translated(error: Exception, origin: Origin) -> NetworkFailure:
    """The failure that an httpx error stands for; its own words are Foreign."""
    import httpx

    detail = Foreign(str(error))
    if _is_untrusted_certificate(error):
        return Untrusted(
            f"the certificate of {origin} is not trusted",
            remedy="behind a proxy that inspects TLS, name its CA with --ca-bundle FILE"
            " (or SSL_CERT_FILE)",
            detail=detail,
        )
    proxy = None if origin.is_loopback else proxy_of(origin.host)
    through = f" through the proxy {proxy}" if proxy else ""
    if isinstance(
        error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError
    ):
        return NotSent(
            f"no connection to {origin}{through}",
            remedy=f"check the network, graphUrl and the proxy variables ({VARIABLES})",
            detail=detail,
        )
    return AnswerLost(
        f"the connection to {origin} broke before a whole answer had come", detail=detail
    )


def unusable_proxy() -> Failure:
    """The variables may hold a password, so nothing of them is shown."""
    return Failure(
        f"what the proxy variables ({VARIABLES}) say cannot be used",
        remedy="expected http://HOST:PORT or https://HOST:PORT (no socks), and in NO_PROXY names"
        " of hosts with commas between",
    )


def _is_untrusted_certificate(error: BaseException | None) -> bool:
    import ssl

    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
