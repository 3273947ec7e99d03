"""apply: write a saved plan, or plan, show, ask and write."""

from __future__ import annotations

from argparse import SUPPRESS
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.exits import first
from reconciler.cli.interrupts import braking
from reconciler.cli.places import check_output
from reconciler.cli.showing import check_redaction, show_before, show_report
from reconciler.cli.writing import Order, write, write_nothing
from reconciler.clouds import EMULATOR
from reconciler.codec import plan as codec
from reconciler.config import seconds
from reconciler.errors import Failure, Objected, Refused, UsageError
from reconciler.review.outline import doing, outline
from reconciler.review.words import number
from reconciler.store.folder import read_plan
from reconciler.stories import admission, apply, plan as planning
from reconciler.stories.base import AUTO

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.cli.interrupts import Brakes
    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.settings import Config, Tenant

MANY = {
    "plan": "PLAN is one tenant's: apply each with its own tenant, or plan and apply without PLAN",
    "expect_digest": "--expect-digest is one plan's",
    "approved": "--approved is one plan's",
    "journal": "--journal is one run's: each tenant has its own in .reconciler/journal/",
}
"""For several tenants without these."""
MANY_NEED = {"auto_approve": "nobody can be asked about several tenants at once: --auto-approve"}
PLANNING = ("select", "exclude", "allow", "refresh")


def add_options(options: ArgumentParser) -> None:
    options.add_argument("plan", metavar="PLAN", nargs="?", help="a file that 'plan --out' wrote")
    parser.add_format(options, "text", "json", "markdown", "html", "github")
    parser.add_redact(options)
    parser.add_selection(options)
    parser.add_base(options)
    parser.add_allow(options)
    parser.add_approved(options, "nothing outside it is written (5)")
    parser.add_refresh(options)
    options.add_argument("--snapshot", metavar="FILE", help=SUPPRESS)  # refused, and told why
    options.add_argument("--auto-approve", action="store_true", help="do not ask")
    options.add_argument(
        "--expect-digest", metavar="D", help="refuse (5) unless the plan has this digest"
    )
    options.add_argument(
        "--on-conflict",
        choices=("skip", "fail"),
        default="skip",
        help="what moved since the plan is left alone (6), or keeps all from being written (5)",
    )
    options.add_argument(
        "--journal", metavar="FILE", help="a new file (default: its own in .reconciler/journal/)"
    )
    options.add_argument(
        "--timeout",
        metavar="TIME",
        help="90s, 30m, 1h: then the run stops as by Ctrl-C, and what is left is not tried (6; 1 if nothing was sent)",
    )


def run(options: Namespace, door: Door) -> int:
    _check_usage(options, door)
    timeout_seconds = _seconds(options.timeout)
    config = session.load_config(options, door)
    if options.journal:
        check_output(options.journal, "journal", config, door)
    plan, tenant = _saved(config, options, door) if options.plan else _fresh(config, options, door)
    digest = codec.digest(plan)
    admission.check_digest(digest, options.expect_digest)
    _check_approved(plan)
    _check_guards(plan, config, tenant)
    if not options.plan and plan.summary.update:
        _ask(plan, tenant, options, door)
    order = Order(
        plan,
        digest,
        config,
        tenant,
        options.on_conflict,
        options.journal,
        timeout_seconds,
        is_saved=bool(options.plan),
    )
    # Until the report is out, so that a late Ctrl-C cannot lose it.
    with braking(door.say, door.beside) as brakes:
        report = _written(order, door, brakes)
        code = first(apply.exit_codes(report) | planning.exit_codes(plan))
        show_report(report, options.format, door, exit_code=code, is_redacted=options.redact)
    if door.unwritten and report.journal:
        door.say(f"what was written stands in {report.journal}")
    return code


def _check_usage(options: Namespace, door: Door) -> None:
    check_redaction(options.format, is_redacted=options.redact)
    if options.snapshot is not None:
        raise UsageError(
            "--snapshot plans on what live was then: such a plan is saved and reviewed before it "
            "is applied",
            remedy="reconciler plan --snapshot FILE --out PLAN, then reconciler apply PLAN",
        )
    is_planning = options.base != AUTO or any(getattr(options, name) for name in PLANNING)
    if options.plan and is_planning:
        raise UsageError(
            "a saved plan is applied as it is; --select, --exclude, --base, --allow and --refresh plan",
            remedy="make a plan with them: reconciler plan --select … --out FILE",
        )
    if not (options.plan or options.auto_approve or door.is_conversation):
        raise UsageError(
            "there is no terminal to ask on, no PLAN and no --auto-approve",
            remedy="save a plan ('plan --out FILE') and apply that file",
        )


def _seconds(timeout: str | None) -> int | None:
    try:
        return None if timeout is None else seconds(timeout)
    except ValueError as error:
        raise UsageError(
            f"--timeout is {timeout!a}; expected a number and a unit", remedy="90s, 30m, 1h or 1d"
        ) from error


def _saved(config: Config, options: Namespace, door: Door) -> tuple[Plan, Tenant]:
    plan = codec.load(read_plan(door.cwd / options.plan))
    tenant = session.choose_tenant(config, options, plan.tenant.name)
    if options.tenant is not None:
        session.choose_tenant(config, options)
    if options.tenant not in {None, plan.tenant.name}:
        raise Refused(f"the plan is for tenant {plan.tenant.name}, not {options.tenant}")
    admission.check(plan, tenant, now=door.clock.now(), limits=config.limits)
    return session.compared(replace(plan, reviewed=None), options, door), tenant


def _fresh(config: Config, options: Namespace, door: Door) -> tuple[Plan, Tenant]:
    """The writer's settings are looked at before the reader reads: all for nothing is late."""
    from reconciler.identity.token import check

    tenant = session.choose_tenant(config, options)
    check(tenant, tenant.writer or tenant.reader, door.env)
    plan = session.compared(session.make_plan(config, tenant, options, door), options, door)
    show_before(plan, door, is_redacted=options.redact)
    return plan, tenant


def _check_approved(plan: Plan) -> None:
    if plan.reviewed is not None:
        admission.check_covered(plan.reviewed)


def _check_guards(plan: Plan, config: Config, tenant: Tenant) -> None:
    """A plan that could not read everything is an error first (contract 3, order of the codes)."""
    try:
        admission.check_guards(plan, config, tenant)
    except Objected as objection:
        objection.exit_code = first({objection.exit_code, *planning.exit_codes(plan)})
        raise


def _ask(plan: Plan, tenant: Tenant, options: Namespace, door: Door) -> None:
    """A real tenant wants its own name typed, the emulator a yes. Raises Failure otherwise."""
    if options.auto_approve:
        return
    word = "yes" if tenant.cloud == EMULATOR else tenant.name
    updates, risks = number(plan.summary.update, "update"), doing(outline(plan))
    what = f"{updates} to tenant {tenant.name}{risks and f' ({risks})'}"
    door.write(door.stderr, (f"\nWrite {what}? Type '{word}': ",))
    if door.stdin.readline().strip() != word:
        raise Failure("not confirmed; nothing was written")


def _written(order: Order, door: Door, brakes: Brakes) -> ApplyReport:
    """A plan without updates needs no lock, no journal and no token."""
    if not order.plan.summary.update:
        return write_nothing(order, door)
    return write(order, door, brakes)
