"""tenants: what the configuration names, for people or for a pipeline's matrix."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.exits import DONE
from reconciler.clouds import EMULATOR
from reconciler.codec.runners import inert

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Collection

    from reconciler.cli.door import Door
    from reconciler.settings import Config, Tenant


def add_options(options: ArgumentParser) -> None:
    parser.add_format(options, "text", "json", "github")


def run(options: Namespace, door: Door) -> int:
    config = session.load_config(options, door)
    chosen = [session.choose_tenant(config, options)] if options.tenant else config.tenants.values()
    rows = [_row(config, tenant) for tenant in chosen]
    if options.format == "json":
        told = json.dumps({"formatVersion": "1.0", "tenants": rows}, indent=2)
        door.out((inert(told), "\n"))
        return DONE
    if options.format == "github":
        door.told.outputs |= _outputs(chosen)
    width = max((len(str(row["name"])) for row in rows), default=0)
    for row in rows:
        mark = "  (default)" if row["default"] else ""
        door.out((f"{row['name']:<{width}}  {row['cloud']}  {row['desired']}{mark}\n",))
    return DONE


def _outputs(tenants: Collection[Tenant]) -> dict[str, str | int]:
    """For a matrix: the names, and those of tenants that hold real people's incidents."""
    names = [tenant.name for tenant in tenants]
    real = [tenant.name for tenant in tenants if tenant.cloud != EMULATOR]
    return {"names": json.dumps(names), "real": json.dumps(real)}


def _row(config: Config, tenant: Tenant) -> dict[str, object]:
    return {
        "name": tenant.name,
        "tenantId": tenant.tenant_id,
        "cloud": tenant.cloud,
        "desired": tenant.desired,
        "kinds": sorted(tenant.kinds),
        "default": tenant.name == config.default_tenant,
    }
