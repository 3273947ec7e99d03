"""The national clouds (concept/deployments; API notes 1.1): tokens of one are no good in another."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Cloud:
    graph_root: str
    authority: str
    """Host of the token authority; empty for the emulator, which asks none."""
    exchange_audience: str = "api://AzureADTokenExchange"
    """For whom another issuer's token is meant that is to be exchanged for one of this cloud."""
    azure_cli: str = "AzureCloud"
    """What the Azure CLI calls it."""

    @property
    def scope(self) -> str:
        return f"{self.graph_root}/.default"


EMULATOR: Final = "emulator"

_US_AUDIENCE: Final = "api://AzureADTokenExchangeUSGov"
_US: Final = "AzureUSGovernment"

CLOUDS: Final[Mapping[str, Cloud]] = MappingProxyType(
    {
        EMULATOR: Cloud("emulator", ""),
        "global": Cloud("https://graph.microsoft.com", "login.microsoftonline.com"),
        "usgov": Cloud("https://graph.microsoft.us", "login.microsoftonline.us", _US_AUDIENCE, _US),
        "usgov-dod": Cloud(
            "https://dod-graph.microsoft.us", "login.microsoftonline.us", _US_AUDIENCE, _US
        ),
        "china": Cloud(
            "https://microsoftgraph.chinacloudapi.cn",
            "login.chinacloudapi.cn",
            "api://AzureADTokenExchangeChina",
            "AzureChinaCloud",
        ),
    }
)
