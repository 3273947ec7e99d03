"""plan: print what would be written; never writes."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.again import after_plan
from reconciler.cli.exits import first
from reconciler.cli.places import check_output
from reconciler.cli.showing import check_redaction, save_plan, show_plan
from reconciler.errors import UsageError
from reconciler.store.output import make_output_folder
from reconciler.stories.plan import exit_codes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.model.plan import Change, Plan
    from reconciler.settings import Config, Tenant

MANY = {
    "out": "--out is one file: --out-dir DIR takes one file a tenant",
    "snapshot": "--snapshot is of one tenant",
    "approved": "--approved is one plan's",
}
"""For several tenants without these."""


def add_options(options: ArgumentParser) -> None:
    parser.add_format(options, "text", "json", "markdown", "html", "github")
    parser.add_redact(options)
    parser.add_selection(options)
    parser.add_base(options)
    parser.add_allow(options)
    parser.add_approved(options, "what is new against it is named")
    parser.add_refresh(options)
    options.add_argument("--out", metavar="FILE", help="save the plan for 'reconciler apply FILE'")
    options.add_argument(
        "--out-dir", metavar="DIR", help="the same as DIR/TENANT.json, for several tenants too"
    )
    options.add_argument(
        "--snapshot", metavar="FILE", help="plan on what 'snapshot' saved; sends no request"
    )
    options.add_argument(
        "--detailed-exitcode", action="store_true", help="exit 2 if there is something to write"
    )


def run(options: Namespace, door: Door) -> int:
    check_redaction(options.format, is_redacted=options.redact)
    if options.snapshot is not None and options.refresh:
        raise UsageError(
            "--refresh reads live state, --snapshot reads none", remedy="leave one out"
        )
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    file = _file(options, config, tenant, door)
    plan = session.compared(_made(config, tenant, options, door), options, door)
    then = after_plan(plan, options, file)
    saved = save_plan(plan, file, door, then) if file else None
    show_plan(
        plan,
        options.format,
        door,
        is_redacted=options.redact,
        saved=saved,
        then=then,
    )
    return first(exit_codes(plan, detailed=options.detailed_exitcode))


def _file(options: Namespace, config: Config, tenant: Tenant, door: Door) -> str | None:
    """Where to save, in a folder that is there. Raises UsageError, Failure."""
    if options.out_dir is not None and options.out is not None:
        raise UsageError("--out and --out-dir both say where to save", remedy="leave one out")
    file: str | None = options.out
    if options.out_dir is not None:
        file = f"{options.out_dir}/{tenant.name}.json"
    if file is not None:
        check_output(file, "plan", config, door)
    if options.out_dir is not None:
        make_output_folder(door.cwd / options.out_dir)
    return file


def _made(config: Config, tenant: Tenant, options: Namespace, door: Door) -> Plan:
    """On live state, or on a snapshot of it: then the plan is as old as that."""
    if options.snapshot is None:
        return session.make_plan(config, tenant, options, door)
    from reconciler.codec import snapshot as codec
    from reconciler.store.folder import read_snapshot
    from reconciler.stories import snapshot as story

    snapshot = codec.load(read_snapshot(door.cwd / options.snapshot))
    story.check_tenant(snapshot, tenant)
    source = session.Source(
        lambda: story.SnapshotReader(snapshot),
        story.Then(snapshot),
        session.applied_tree(config, tenant),
    )
    plan = session.make_plan(config, tenant, options, door, source=nullcontext(source))
    age = story.notice(snapshot, now=door.clock.now())
    return replace(plan, changes=_unrecorded(plan), notices=(age, *plan.notices))


def _unrecorded(plan: Plan) -> tuple[Change, ...]:
    """What a snapshot shows as declared was so then: it goes into no tree as found now."""
    return tuple(
        change._replace(applied=None) if change.action == "noop" else change
        for change in plan.changes
    )
