"""Wiring of doctor's probe: the writer's line to Graph, the question to the person, the journal."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.cli import session
from reconciler.cli.interrupts import braking
from reconciler.cli.places import held
from reconciler.clouds import EMULATOR
from reconciler.codec.journal import Header
from reconciler.codec.rows import stamp
from reconciler.errors import Failure, UsageError
from reconciler.model.words import Foreign
from reconciler.store.journal import file_name, journal_folder, open_journal
from reconciler.stories.plan import identify
from reconciler.stories.probe import story
from reconciler.stories.probe.bench import PATIENCE, Hands
from reconciler.stories.probe.subject import look

if TYPE_CHECKING:
    from argparse import Namespace

    from reconciler.cli.door import Door
    from reconciler.settings import Config, Tenant
    from reconciler.store.journal import FileJournal
    from reconciler.stories.probe.story import Probed
    from reconciler.stories.probe.subject import Subject


def run(config: Config, tenant: Tenant, options: Namespace, door: Door) -> int:
    """Raises UsageError and Refused before anything is written, Failure if the person says no."""
    if not (options.auto_approve or door.is_conversation):
        raise UsageError(
            "there is no terminal to ask on and no --auto-approve",
            remedy="run it on a terminal: it writes to an incident, and undoes that",
        )
    from reconciler.graph.single import Single

    state = Path(config.root, session.STATE_FOLDER)
    with (
        held(state, tenant, door),
        session.line(config, tenant, door) as line,
        braking(door.say) as brakes,
    ):
        connection = line.connection(
            tenant.writer or tenant.reader, stop=brakes.abort, abort=brakes.abort
        )
        raws = Single(connection)
        subject = look(raws, options.probe)
        _ask(subject, tenant, options, door)
        with _journal(state, tenant, door) as journal:
            hands = Hands(
                raws=raws,
                journal=journal,
                pacer=connection.pacer,
                clock=door.clock,
                stop=brakes.stop,
                abort=brakes.abort,
                patience=() if tenant.cloud == EMULATOR else PATIENCE,
            )
            probed = story.run(subject, tenant, hands)
            _tell(probed, options.format, door, journal=journal.path)
    return probed.report.exit_code


def _ask(subject: Subject, tenant: Tenant, options: Namespace, door: Door) -> None:
    """A real tenant wants its own name typed, the emulator a yes. Raises Failure otherwise."""
    if options.auto_approve:
        return
    from reconciler.review.escape import terminal

    live = subject.live
    title = terminal(live.title or Foreign("(no title)"))
    status = terminal(str(live.fields.get("status")))
    word = "yes" if tenant.cloud == EMULATOR else tenant.name
    question = (
        f"{live.ref}: {title} ({status}, {live.severity}, {len(subject.alerts)} alerts)\n"
        "The probe writes its tags, verdict and owner some ten times, then puts back what they are "
        f"now; portals and automations may notice.\nType '{word}': "
    )
    door.write(door.stderr, ("\n", question))
    if door.stdin.readline().strip() != word:
        raise Failure("not confirmed; nothing was written")


def _journal(state: Path, tenant: Tenant, door: Door) -> FileJournal:
    """Beside the journals of applies, not among them: the next plan looks at the latest of those."""
    header = Header(
        run_id=token_hex(4),
        tool_version=__version__,
        tenant=identify(tenant),
        digest=story.DIGEST,
        started_at=stamp(door.clock.now()),
    )
    path = journal_folder(state, tenant.name) / "probe" / file_name(header)
    below = state.parent
    return open_journal(path, header, door.clock, below=below, shown_from=door.cwd)


def _tell(probed: Probed, form: str, door: Door, *, journal: str) -> None:
    """The report to stdout, to be sent in; what names the tenant beside it."""
    from reconciler.codec import doctor as codec
    from reconciler.reports import text_doctor, text_findings

    colour, width = door.colour(door.stderr), door.width(door.stderr)
    if probed.problem is not None:
        told = text_findings.error(probed.problem, colour=colour, width=width)
        door.write(door.stderr, told)
    door.write(door.stderr, text_doctor.leftovers(probed.left, colour=colour, width=width))
    if any(item.standing == "stuck" for item in probed.left):
        door.say(f"what it held stands in {journal}: 'reconciler revert' makes the plan to undo it")
    if form == "json":
        door.out((codec.probe(probed.report),))
        return
    colour, width = door.colour(door.stdout), door.width(door.stdout)
    door.out(text_doctor.probe(probed.report, colour=colour, width=width))
