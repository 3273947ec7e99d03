"""Why there is no token, and what to do about it.

The wording goes by the AADSTS code where there is one; nothing else does, because Microsoft may
change codes (entra/identity-platform/reference-error-codes, read 2026-11-21). What the library
said is kept as detail, without anything secret.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reconciler.errors import IdentityFailure
from reconciler.identity.needs import CERTIFICATE, GITHUB_TOKEN, SECRET
from reconciler.model.words import Foreign
from reconciler.net.masking import Masking
from reconciler.net.proxies import VARIABLES, proxy_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.settings import CredentialName

LONGEST_DETAIL: Final = 1000
_OK: Final = 200
_THROTTLED: Final = 429
_SECRET_VARIABLES: Final = (
    SECRET,
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
    GITHUB_TOKEN,
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "RECONCILER_TOKEN",
)
_LOOKS_SECRET: Final = re.compile(
    r"\bey[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]*)?"  # a JWT
    r"|\beyJ[0-9A-Za-z_-]{8,}"  # the head of one
    r"|(?<=\.)eyJ[0-9A-Za-z_.-]{8,}"  # its rest
    r"|(?<=://)[^\s/@]+(?=@)"  # user and password in a URL
    r"|(?<=accessToken)[\"']?\s*:\s*[\"'][^\"']*"  # what the Azure CLI prints
)
_CODE: Final = re.compile(r"AADSTS([0-9]{4,9})")


@dataclass(frozen=True, slots=True)
class Reason:
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Case:
    """``status``: the last one that the authority or an identity endpoint answered with.

    ``bodies``: all that they answered.
    """

    credential: CredentialName
    graph_root: str
    authority: str
    status: int | None
    env: Mapping[str, str]
    bodies: tuple[bytes, ...] = ()


_SUBJECT: Final = Reason(
    "the application trusts no token with this issuer, subject and audience",
    "compare the federated credential of the application with the subject that Entra quotes: repositories made"
    " after 2026-07-15 say repo:OWNER@ID/REPO@ID:…, older ones repo:OWNER/REPO:…",
)
_TENANT: Final = Reason(
    "this cloud has no such tenant", "correct tenantId, or 'cloud', in the configuration"
)
_CONSENT: Final = Reason(
    "nobody has consented to the application's permissions",
    "let an administrator grant them: az ad app permission admin-consent --id CLIENT_ID",
)
_CODE_EXPIRED: Final = Reason(
    "the sign-in was not completed in time", "run it again, and sign in before the code expires"
)
_POLICY: Final = Reason(
    "Conditional Access wants more of this sign-in",
    "choose credential 'browser' on a machine that the policy accepts, or ask who owns the policy",
)
_BUSY: Final = Reason(
    "the authority cannot answer right now",
    "run it again later; status.cloud.microsoft tells of outages",
)
_SLOW_DOWN: Final = Reason(
    "the authority takes no more requests for now (throttled)",
    "run it again in a few minutes, with fewer runs side by side",
)

_BY_CODE: Final[Mapping[str, Reason]] = {
    "7000215": Reason(
        "the secret is wrong",
        f"put the secret's value, not its id, in {SECRET}; 'az ad app credential reset' makes one",
    ),
    "7000222": Reason(
        "the secret has expired", "make a new one, or better: federate and have none"
    ),
    "700027": Reason(
        "the certificate is not one of the application's",
        f"upload its public part to the application, or correct {CERTIFICATE}",
    ),
    "700016": Reason(
        "the tenant has no such application",
        "correct clientId or tenantId; an application of another tenant needs admin consent here",
    ),
    "7000229": Reason(
        "the application has no service principal in the tenant",
        "az ad sp create --id CLIENT_ID",
    ),
    "7000112": Reason("the application is disabled", "enable it in Entra: Enterprise applications"),
    "90002": _TENANT,
    "900023": _TENANT,
    "700021": _SUBJECT,
    "70021": _SUBJECT,
    "700211": _SUBJECT,
    "700212": _SUBJECT,
    "700213": _SUBJECT,
    "700024": Reason(
        "the token that was to be exchanged is not valid now",
        "check the clock of this machine; a token in a file has to be renewed by who writes it",
    ),
    "7000218": Reason(
        "the application does not let people sign in",
        "in Entra: Authentication, allow public client flows; redirect URI http://localhost",
    ),
    "50011": Reason(
        "the application does not know the redirect URI",
        "in Entra: Authentication, add http://localhost under Mobile and desktop applications",
    ),
    "50105": Reason(
        "this person is not assigned to the application",
        "assign the person in Entra: Enterprise applications, Users and groups",
    ),
    "65001": _CONSENT,
    "90094": _CONSENT,
    "65004": Reason("consent was declined", "sign in again and accept, or ask an administrator"),
    "50020": Reason(
        "this account is not one of the tenant", "sign in with an account of the tenant"
    ),
    "50076": _POLICY,
    "50079": _POLICY,
    "53000": _POLICY,
    "53003": _POLICY,
    "530003": _POLICY,
    "70019": _CODE_EXPIRED,
    "70020": _CODE_EXPIRED,
    "90033": _BUSY,
    "90024": _BUSY,
    "90055": _SLOW_DOWN,
}

_OTHERWISE: Final[Mapping[CredentialName, Reason]] = {
    "default": Reason(
        "nothing on this machine gives one",
        "set AZURE_TENANT_ID (the same as tenantId), AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, use a"
        " managed or workload identity, or choose another credential: docs/identity.md",
    ),
    "browser": Reason(
        "nobody signed in", "without a browser on this machine choose credential 'device-code'"
    ),
    "device-code": Reason("nobody signed in", "run it again and follow what it prints"),
    "azure-cli": Reason(
        "the Azure CLI gave none",
        "see why: az account get-access-token --resource-type ms-graph --query expiresOn",
    ),
    "workload-identity": Reason(
        "the token in the file was not exchanged", "see docs/identity.md, workload identity"
    ),
    "github-oidc": Reason(
        "the job's token was not exchanged", "see docs/identity.md, GitHub Actions"
    ),
    "managed-identity": Reason(
        "no managed identity answers here",
        "assign one to this machine (clientId: the user-assigned one's; none for the system's own),"
        " or choose another credential",
    ),
    "environment": Reason(
        "the variables gave none", f"check {SECRET}, or the certificate in {CERTIFICATE}"
    ),
}


def refused(problem: Exception, case: Case) -> IdentityFailure:
    reason = _reason(str(problem), case)
    told = shown(_quotable(problem, case.bodies), case.env)
    return IdentityFailure(
        f"{_lacking(case)}: {reason.what}", remedy=reason.remedy, detail=Foreign(told)
    )


def _quotable(problem: Exception, bodies: tuple[bytes, ...]) -> str:
    """The error and the description of the last answer; the library's words where none came.

    The library masks a token where the answer is whole, and quotes all of one that is cut.
    """
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError

    is_of_the_way = isinstance(problem, ServiceRequestError | ServiceResponseError)
    if not bodies or is_of_the_way or _UNREADABLE.match(str(problem)):
        return str(problem)
    return _description(bodies[-1]) or "the answer is not shown: it may hold a token"


def _description(body: bytes) -> str:
    """In one line; empty if the answer is no error as OAuth words it."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    told = said if isinstance(said, dict) else {}
    parts = [told.get(name) for name in ("error", "error_description")]
    return " ".join(": ".join(part for part in parts if isinstance(part, str)).split())


def overdue(case: Case, seconds: float) -> IdentityFailure:
    """Nothing in all that time; what was answered meanwhile may tell why."""
    reason = _by_status(case.status) or Reason(
        "the library is still waiting", f"check the network and the proxies ({VARIABLES})"
    )
    return IdentityFailure(
        f"{_lacking(case)} within {seconds:.0f} s: {reason.what}", remedy=reason.remedy
    )


def shown(text: str, env: Mapping[str, str]) -> str:
    """In one line, without secrets and not too long."""
    masking = Masking()
    for name in _SECRET_VARIABLES:
        if secret := env.get(name, "").strip():
            text = text.replace(secret, "***")
            masking.note(secret)
    text = masking.text(text)
    line = " ".join(_LOOKS_SECRET.sub("***", text).split())
    return line if len(line) <= LONGEST_DETAIL else f"{line[:LONGEST_DETAIL]}…"


def _lacking(case: Case) -> str:
    return f"no token for {case.graph_root} by credential {case.credential!r}"


def _reason(text: str, case: Case) -> Reason:
    codes = _CODE.findall(text)
    known = next((_BY_CODE[code] for code in codes if code in _BY_CODE), None)
    return (
        known
        or _of_the_way(text, case)
        or _by_status(case.status)
        or (_unknown(codes[0]) if codes else None)
        or _OTHERWISE[case.credential]
    )


def _unknown(code: str) -> Reason:
    return Reason(
        "the authority refused", f"look up https://login.microsoftonline.com/error?code={code}"
    )


def _by_status(status: int | None) -> Reason | None:
    if status == _THROTTLED:
        return _SLOW_DOWN
    return _BUSY if status is not None and status in range(500, 600) else None


def _of_the_way(text: str, case: Case) -> Reason | None:
    """What happened before anybody could answer, told by the words of the transport."""
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return Reason(
            f"the certificate of {case.authority} is not trusted",
            "behind a proxy that inspects TLS, name its CA with --ca-bundle FILE"
            " (or REQUESTS_CA_BUNDLE)",
        )
    if _PROXY.search(text) and case.credential != "managed-identity":
        proxy = proxy_of(urlsplit(case.authority).hostname or "") or "of this environment"
        return Reason(
            f"the proxy {proxy} does not lead to {case.authority}",
            f"correct {VARIABLES}, or unset them",
        )
    is_no_answer = case.status == _OK and _NO_JSON.search(text) is not None
    is_no_answer = is_no_answer or _UNREADABLE.search(text) is not None
    if is_no_answer and case.credential in _ASK_THE_AUTHORITY:
        return Reason(
            f"what {case.authority} answered is no answer of a token authority",
            f"check what answers there: a proxy's or a portal's own page? ({VARIABLES})",
        )
    if _NO_RSA in text:
        return Reason(
            "the certificate has no RSA key, and Entra takes no other",
            f"make one with an RSA key of 2048 bits or more, and correct {CERTIFICATE}",
        )
    if _NO_WAY.search(text) and case.credential not in {"managed-identity", "default"}:
        return Reason(
            f"no connection to {case.authority}",
            f"check the network and the proxy variables ({VARIABLES})",
        )
    return None


_PROXY: Final = re.compile(r"[Pp]roxy|SOCKS")
_NO_JSON: Final = re.compile(r"JSON is invalid|Expecting value|<!DOCTYPE|<html", re.IGNORECASE)
_UNREADABLE: Final = re.compile(
    r"the answer (?:is larger than|has a Content-Encoding|[a-z ]+ gzip)"
)
_ASK_THE_AUTHORITY: Final[frozenset[CredentialName]] = frozenset(
    {"browser", "device-code", "environment", "github-oidc", "workload-identity"}
)
_NO_RSA: Final = "must have an RSA private key"
_NO_WAY: Final = re.compile(
    r"Failed to (?:resolve|establish)|Connection (?:refused|aborted|reset)|RemoteDisconnected"
    r"|[Tt]imed out\. \(connect|Network is unreachable"
)
