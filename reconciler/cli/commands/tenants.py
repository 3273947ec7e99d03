"""tenants: what the configuration names; a pipeline's matrix reads the JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.exits import DONE

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.settings import Config, Tenant

LATER: dict[str, str] = {}


def add_options(options: ArgumentParser) -> None:
    parser.add_format(options, "text", "json")


def run(options: Namespace, door: Door) -> int:
    config = session.load_config(options, door)
    rows = [_row(config, tenant) for tenant in config.tenants.values()]
    if options.format == "json":
        door.out((json.dumps({"formatVersion": "1.0", "tenants": rows}, indent=2), "\n"))
        return DONE
    width = max((len(str(row["name"])) for row in rows), default=0)
    for row in rows:
        mark = "  (default)" if row["default"] else ""
        door.out((f"{row['name']:<{width}}  {row['cloud']}  {row['desired']}{mark}\n",))
    return DONE


def _row(config: Config, tenant: Tenant) -> dict[str, object]:
    return {
        "name": tenant.name,
        "tenantId": tenant.tenant_id,
        "cloud": tenant.cloud,
        "desired": tenant.desired,
        "kinds": sorted(tenant.kinds),
        "default": tenant.name == config.default_tenant,
    }
