"""apply: write a saved plan, or plan, show, ask and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.exits import first
from reconciler.cli.interrupts import braking
from reconciler.cli.showing import show_plan, show_report
from reconciler.clouds import EMULATOR
from reconciler.codec import plan as codec
from reconciler.errors import Failure, Refused, UsageError
from reconciler.store.folder import read_plan
from reconciler.stories import admission, apply, plan as planning

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.model import ApplyReport, Plan
    from reconciler.settings import Config, Tenant

LATER = {
    "--approved": "it comes with the review",
    "--on-conflict": "it comes with the guards; today every conflict is skipped and exits 6",
    "--journal": "it comes with the journal",
    "--timeout": "it comes with the journal",
    "--base": "it comes with ownership",
    "--allow": "it comes with the guards",
    "--snapshot": "it comes with snapshots",
    "--refresh": "it comes with the cache of live state",
}
PLANNING = ("select", "exclude")


def add_options(options: ArgumentParser) -> None:
    options.add_argument("plan", metavar="PLAN", nargs="?", help="a file that 'plan --out' wrote")
    parser.add_format(options, "text", "json", "markdown")
    parser.add_selection(options)
    options.add_argument("--auto-approve", action="store_true", help="do not ask")
    options.add_argument(
        "--expect-digest", metavar="D", help="refuse (5) unless the plan has this digest"
    )


def run(options: Namespace, door: Door) -> int:
    _check_usage(options, door)
    config = session.load_config(options, door)
    plan, tenant = _saved(config, options, door) if options.plan else _fresh(config, options, door)
    digest = codec.digest(plan)
    admission.check_digest(digest, options.expect_digest)
    if not options.plan and plan.summary.update:
        _ask(plan, tenant, options, door)
    report = _apply(plan, digest, config, tenant, door)
    codes = apply.exit_codes(report) | planning.exit_codes(plan)
    code = first(codes)
    show_report(report, options.format, door, exit_code=code)
    return code


def _check_usage(options: Namespace, door: Door) -> None:
    if options.plan and any(getattr(options, name) for name in PLANNING):
        raise UsageError(
            "--select and --exclude choose what is planned; a saved plan is applied whole",
            remedy="make a plan with them: reconciler plan --select … --out FILE",
        )
    if not (options.plan or options.auto_approve or door.is_conversation):
        raise UsageError(
            "there is no terminal to ask on, no PLAN and no --auto-approve",
            remedy="save a plan ('plan --out FILE') and apply that file",
        )


def _saved(config: Config, options: Namespace, door: Door) -> tuple[Plan, Tenant]:
    plan = codec.load(read_plan(door.cwd / options.plan))
    tenant = session.choose_tenant(config, options, plan.tenant.name)
    if options.tenant not in {None, plan.tenant.name}:
        raise Refused(f"the plan is for tenant {plan.tenant.name}, not {options.tenant}")
    admission.check(plan, tenant, now=door.clock.now(), limits=config.limits)
    return plan, tenant


def _fresh(config: Config, options: Namespace, door: Door) -> tuple[Plan, Tenant]:
    tenant = session.choose_tenant(config, options)
    plan = session.make_plan(config, tenant, options, door)
    show_plan(plan, "text", door, door.stderr)
    return plan, tenant


def _ask(plan: Plan, tenant: Tenant, options: Namespace, door: Door) -> None:
    """A real tenant wants its own name typed, the emulator a yes. Raises Failure otherwise."""
    if options.auto_approve:
        return
    word = "yes" if tenant.cloud == EMULATOR else tenant.name
    door.write(
        door.stderr,
        (f"\nWrite {plan.summary.update} objects of tenant {tenant.name}? Type '{word}': ",),
    )
    if door.stdin.readline().strip() != word:
        raise Failure("not confirmed; nothing was written")


def _apply(plan: Plan, digest: str, config: Config, tenant: Tenant, door: Door) -> ApplyReport:
    """Check and write under one identity: the writer's, whose quota both take."""
    from reconciler.graph import open_reader, open_writer

    identity = tenant.writer or tenant.reader
    if tenant.writer is None and tenant.cloud != EMULATOR:
        door.say("no 'apply' identity is configured: the reader's identity writes")
    with session.line(config, tenant, door) as line, braking(door.say) as brakes:
        connection = line.connection(identity, stop=brakes.stop, abort=brakes.abort)
        hands = apply.Hands(
            reader=open_reader(connection),
            writer=open_writer(connection),
            pacer=connection.pacer,
            stop=brakes.stop,
            clock=door.clock,
        )
        return apply.run(plan, digest, hands, batch_size=config.limits.batch_size)
