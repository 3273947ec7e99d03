"""Each check alone; none hides another; every failure is a finding."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import (
    BaseFailure,
    Failure,
    IdentityFailure,
    InvalidInput,
    NotSent,
    ReconcilerError,
    Refused,
)
from reconciler.kinds import KINDS
from reconciler.model.diagnosis import Check, Diagnosis, Raw
from reconciler.model.words import Finding, Foreign, Place
from reconciler.settings import Config, Identity, Limits, Tenant
from reconciler.stories.doctor import Hands, Machine, run, unconfigured
from tests.support.world import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

READER = Identity("reader-app", "github-oidc")
WRITER = Identity("writer-app", "github-oidc")
TENANT = Tenant(
    "contoso",
    "global",
    "desired",
    tenant_id="t-1",
    reader=READER,
    writer=WRITER,
    kinds=frozenset({"Incident", "Alert"}),
)
MACHINE = Machine("0.1.0", "3.11.7", has_libyaml=True)
SOME = {"value": [{"id": "1"}]}


@dataclass
class Caller:
    answers: Mapping[str, Raw | ReconcilerError] = field(default_factory=dict)
    secret: str | ReconcilerError = "opaque-canary"
    asked: list[str] = field(default_factory=list)
    delay: Callable[[], None] = lambda: None

    def token(self) -> str:
        if isinstance(self.secret, ReconcilerError):
            raise self.secret
        return self.secret

    def first(self, kind_name: str) -> Raw:
        self.asked.append(kind_name)
        self.delay()
        answer = self.answers.get(kind_name, Raw(200, SOME, told="Graph answered 200"))
        if isinstance(answer, ReconcilerError):
            raise answer
        return answer


def found(text: str) -> Callable[[], str]:
    return lambda: text


def failing(problem: ReconcilerError) -> Callable[[], str]:
    def fail() -> str:
        raise problem

    return fail


@dataclass
class World:
    root: Path
    tenant: Tenant = TENANT
    limits: Limits = field(default_factory=Limits)
    callers: dict[str, Caller | ReconcilerError] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    journal: Callable[[], str] = lambda: "can be written"

    def open(self, identity: Identity) -> Caller:
        caller = self.callers.setdefault(str(identity.client_id), Caller())
        if isinstance(caller, ReconcilerError):
            raise caller
        return caller

    def diagnose(self, **changes: object) -> Diagnosis:
        config = Config(
            "reconciler.yaml", str(self.root), {"contoso": self.tenant}, limits=self.limits
        )
        applied = found("refs/reconciler/applied/contoso can be moved")
        hands = Hands(self.open, self.journal, found("free"), applied, self.clock, MACHINE)
        return run(config, self.tenant, replace(hands, **changes))  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired/a.yaml").write_text(
        'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {id: "1"}\nspec: {status: active}\n'
    )
    return World(tmp_path)


def by_name(told: Diagnosis) -> dict[str, Check]:
    return {check.name: check for check in told.checks}


def text(check: Check) -> str:
    return "".join(piece.raw if isinstance(piece, Foreign) else piece for piece in check.found)


def test_a_tenant_in_order_has_one_line_for_each_check(world: World) -> None:
    told = world.diagnose()

    assert [(check.name, check.state) for check in told.checks] == [
        ("configuration", "ok"),
        ("desired folder", "ok"),
        ("credential (reader)", "ok"),
        ("credential (writer)", "ok"),
        ("token (reader)", "ok"),
        ("token (writer)", "ok"),
        ("read Incident (reader)", "ok"),
        ("read Alert (reader)", "ok"),
        ("read Incident (writer)", "ok"),
        ("read Alert (writer)", "ok"),
        ("write permission", "skipped"),
        ("clock", "skipped"),
        ("quota", "ok"),
        ("journal folder", "ok"),
        ("lock", "ok"),
        ("applied ref", "ok"),
        ("libyaml", "ok"),
        ("version", "ok"),
    ]
    assert (told.tenant, told.exit_code) == ("contoso", 0)
    assert text(by_name(told)["desired folder"]) == "1 object in 1 file of desired"
    assert not [check for check in told.checks if "canary" in text(check)]


def test_what_may_be_written_is_never_claimed(world: World) -> None:
    check = by_name(world.diagnose())["write permission"]

    assert text(check) == (
        "SecurityIncident.ReadWrite.All, SecurityAlert.ReadWrite.All: only a write can prove that"
    )
    assert check.fix == "reconciler doctor --probe INCIDENT"


def test_an_applied_tree_that_cannot_be_kept_is_a_problem(world: World) -> None:
    problem = BaseFailure("the ref is broken", remedy="git fetch", detail=Foreign("fatal: bad"))

    check = by_name(world.diagnose(try_applied=failing(problem)))["applied ref"]

    assert (check.state, check.fix) == ("problem", "git fetch")
    assert text(check) == "the ref is broken; answered: fatal: bad"


def test_outside_git_is_a_warning_for_people_are_overwritten_there(world: World) -> None:
    told = world.diagnose(try_applied=lambda: None)

    check = by_name(told)["applied ref"]
    assert (check.state, check.fix, told.exit_code) == ("warning", "git init", 0)
    assert text(check) == (
        "outside git nothing that was applied is kept: what a person changed looks like what was "
        "never applied, and is overwritten"
    )


def test_no_token_skips_the_reads_of_its_side_alone(world: World) -> None:
    broken = IdentityFailure("no token", remedy="az login", detail=Foreign("AADSTS1"))
    world.callers["reader-app"] = Caller(secret=broken)
    told = world.diagnose()
    checks = by_name(told)

    assert (checks["token (reader)"].state, checks["token (reader)"].fix) == ("problem", "az login")
    assert text(checks["token (reader)"]) == "no token; answered: AADSTS1"
    assert checks["read Incident (reader)"].state == "skipped"
    assert checks["read Incident (writer)"].state == "ok"
    assert checks["lock"].state == "ok"
    assert told.exit_code == 1


def test_no_way_to_graph_at_all_is_a_finding_of_each_identity(world: World) -> None:
    for name in ("reader-app", "writer-app"):
        world.callers[name] = Failure("the emulator's store cannot be used")
    checks = by_name(world.diagnose())

    assert checks["token (reader)"].state == checks["token (writer)"].state == "problem"
    assert checks["read Alert (writer)"].state == "skipped"
    assert checks["clock"].state == "skipped"


@pytest.mark.parametrize(
    ("credential", "reader_fix", "writer_fix"),
    [
        (
            "github-oidc",
            "application SecurityIncident.Read.All, grant admin consent",
            "application SecurityIncident.ReadWrite.All, grant admin consent",
        ),
        (
            "device-code",
            "delegated SecurityIncident.Read.All, grant admin consent; and the role Security Reader",
            "delegated SecurityIncident.ReadWrite.All, grant admin consent; and the role Security Operator",
        ),
    ],
)
def test_a_403_names_the_permission_and_where_to_grant_it(
    world: World, credential: str, reader_fix: str, writer_fix: str
) -> None:
    world.tenant = replace(
        TENANT,
        reader=replace(READER, credential=credential),  # type: ignore[arg-type]
        writer=replace(WRITER, credential=credential),  # type: ignore[arg-type]
    )
    no = Raw(403, told="Graph answered 403", detail=Foreign("Missing role"))
    for name in ("reader-app", "writer-app"):
        world.callers[name] = Caller({"Incident": no})
    checks = by_name(world.diagnose())

    for side, fix in (("reader", reader_fix), ("writer", writer_fix)):
        check = checks[f"read Incident ({side})"]
        way = f"Entra admin center > App registrations > {side}-app > API permissions > Microsoft Graph"
        assert (check.state, check.fix) == ("problem", f"{way} > {fix}")
        assert text(check).endswith("; Graph answered 403; answered: Missing role")
        assert checks[f"read Alert ({side})"].state == "ok"


def test_a_kind_without_a_permission_can_only_be_switched_off(world: World) -> None:
    world.tenant = replace(TENANT, kinds=frozenset({"IncidentTask"}))
    world.callers["reader-app"] = Caller({"IncidentTask": Raw(403, told="Graph answered 403")})
    checks = by_name(world.diagnose())

    assert checks["read IncidentTask (reader)"].fix == "switch it off: kinds: {IncidentTask: false}"
    assert checks["configuration"].state == "warning"
    assert text(checks["write permission"]) == (
        "a permission for incident tasks (Microsoft names none): only a write can prove that"
    )


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        (Raw(200, {"value": []}, told="200"), "ok", "is empty"),
        (Raw(429, told="Graph answered 429"), "warning", "429"),
        (Raw(404, told="Graph answered 404"), "problem", "404"),
        (Raw(500, told="Graph answered 500"), "problem", "500"),
        (Refused("another tenant's", remedy="check tenantId"), "problem", "another tenant's"),
    ],
)
def test_a_read_is_judged_by_what_graph_answers(
    world: World, answer: Raw | ReconcilerError, state: str, told: str
) -> None:
    world.callers["reader-app"] = Caller({"Incident": answer})
    checks = by_name(world.diagnose())

    assert checks["read Incident (reader)"].state == state
    assert told in text(checks["read Incident (reader)"])
    assert checks["read Alert (reader)"].state == "ok"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Raw(200, {"value": []}, told="200"), "warning"),
        (Raw(404, told="Graph answered 404"), "problem"),
        (Raw(410, told="Graph answered 410"), "problem"),
    ],
)
def test_an_api_past_its_end_is_neither_fine_nor_worth_another_try(
    world: World, answer: Raw, state: str
) -> None:
    world.tenant = replace(TENANT, kinds=frozenset({"LegacyAlert"}))
    world.callers["reader-app"] = Caller({"LegacyAlert": answer})
    check = by_name(world.diagnose())["read LegacyAlert (reader)"]

    assert check.state == state
    assert "the API has ended" in text(check)
    assert check.fix == "switch it off: kinds: {LegacyAlert: false}"


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2026-10-15", "LegacyAlert is deprecated: Microsoft announced its end for 2026-10-15"),
        ("2026-10-16", "LegacyAlert is deprecated and past its end, which Microsoft announced"),
    ],
)
def test_a_notice_speaks_in_the_tense_of_its_day(today: str, told: str) -> None:
    assert str(KINDS["LegacyAlert"].caveat_on(today)).startswith(told)
    assert KINDS["LegacyAlert"].has_ended(today) == (today == "2026-10-16")
    assert KINDS["Incident"].caveat_on(today) is None
    assert KINDS["IncidentTask"].caveat_on(today) == KINDS["IncidentTask"].caveat


def test_a_dead_network_is_asked_once(world: World) -> None:
    caller = world.callers["reader-app"] = Caller({"Incident": NotSent("no connection")})
    checks = by_name(world.diagnose())

    assert isinstance(caller, Caller)
    assert caller.asked == ["Incident"]
    assert checks["read Incident (reader)"].state == "problem"
    assert checks["read Alert (writer)"].state == "skipped"


@pytest.mark.parametrize(
    ("ahead", "state", "told"),
    [
        (0, "ok", "as Graph's"),
        (-30, "ok", "30 s ahead of Graph's"),
        (90, "warning", "90 s behind Graph's"),
        (-90, "warning", "90 s ahead of Graph's"),
        (301, "problem", "301 s behind Graph's"),
        (-301, "problem", "301 s ahead of Graph's"),
    ],
)
def test_the_clock_is_held_against_the_servers(
    world: World, ahead: int, state: str, told: str
) -> None:
    date = format_datetime(world.clock.now() + timedelta(seconds=ahead), usegmt=True)
    world.callers["reader-app"] = Caller({"Incident": Raw(200, SOME, date=date)})
    check = by_name(world.diagnose())["clock"]

    assert (check.state, text(check)) == (state, told)


def test_the_time_that_an_answer_took_is_no_skew(world: World) -> None:
    def wait() -> None:
        world.clock.ticks += 400

    date = format_datetime(world.clock.now() + timedelta(seconds=200)).replace("+0000", "-0000")
    world.callers["reader-app"] = Caller({"Incident": Raw(200, SOME, date=date)}, delay=wait)
    assert text(by_name(world.diagnose())["clock"]) == "as Graph's"


def test_a_date_that_is_none_tells_no_time(world: World) -> None:
    world.callers["reader-app"] = Caller({"Incident": Raw(200, SOME, date="yesterday")})
    assert by_name(world.diagnose())["clock"].state == "skipped"


def test_a_quota_above_microsofts_and_a_throttled_request_are_warnings(world: World) -> None:
    world.limits = Limits(requests_per_minute=151)
    assert by_name(world.diagnose())["quota"].state == "warning"

    world.limits = Limits()
    world.callers["writer-app"] = Caller({"Alert": Raw(429, told="Graph answered 429")})
    check = by_name(world.diagnose())["quota"]
    assert check.state == "warning"
    assert text(check).startswith("1 of 4 requests were throttled (429); limits.requestsPerMinute")


def test_one_identity_for_both_is_a_warning_and_is_asked_once(world: World) -> None:
    world.tenant = replace(TENANT, writer=None, tenant_id=None)
    told = world.diagnose()
    checks = by_name(told)

    assert checks["credential (writer)"].state == "warning"
    assert "token (reader and writer)" in checks
    assert len(world.callers) == 1
    assert [check.state for check in told.checks if check.name == "configuration"] == [
        "ok",
        "warning",
    ]


def test_the_readers_application_under_another_credential_is_not_apart(world: World) -> None:
    world.tenant = replace(TENANT, writer=replace(READER, credential="environment"))
    assert by_name(world.diagnose())["credential (writer)"].state == "warning"


def test_an_emulator_needs_no_identity(world: World) -> None:
    world.tenant = replace(TENANT, cloud="emulator", reader=Identity(), writer=None)
    checks = by_name(world.diagnose())

    assert text(checks["credential (reader)"]) == "'default', the emulator takes any token"
    assert checks["credential (writer)"].state == "ok"


def test_a_credential_that_finds_its_application_itself_says_so(world: World) -> None:
    world.tenant = replace(TENANT, reader=Identity())
    assert "the credential finds" in text(by_name(world.diagnose())["credential (reader)"])


def test_every_kind_off_and_another_origin_are_told(world: World) -> None:
    world.tenant = replace(TENANT, kinds=frozenset(), graph_url="https://proxy.example")
    told = world.diagnose()

    assert "every kind is switched off" in [text(check) for check in told.checks]
    assert "write permission" not in by_name(told)
    assert text(told.checks[0]).endswith("cloud global at https://proxy.example")


def test_a_cloud_without_any_kind_is_a_problem_and_no_setting_is_advised(world: World) -> None:
    world.tenant = replace(TENANT, cloud="china", kinds=frozenset())
    told = world.diagnose()

    problem, documents = [check for check in told.checks if check.state == "problem"]
    assert (problem.name, text(problem)) == (
        "configuration",
        "none of the kinds exists in cloud china (API https://microsoftgraph.chinacloudapi.cn)",
    )
    assert problem.fix == ("no setting helps: Microsoft offers them in global, usgov, usgov-dod")
    assert documents.name == "desired folder"
    assert "every kind is switched off" not in [text(check) for check in told.checks]
    assert "write permission" not in by_name(told)
    assert told.exit_code == 1


def test_documents_are_checked_and_their_first_error_is_told(world: World) -> None:
    file = world.root / "desired/a.yaml"
    file.write_text(file.read_text().replace("active", "closed"))
    check = by_name(world.diagnose())["desired folder"]

    assert (check.state, check.fix) == ("problem", "reconciler validate --tenant contoso")
    assert text(check).startswith("1 error; first: desired/a.yaml:4: ")


def test_warnings_of_documents_are_counted(world: World) -> None:
    file = world.root / "desired/a.yaml"
    file.write_text(file.read_text().replace("status: active", "classification: TruePositive"))
    check = by_name(world.diagnose())["desired folder"]

    assert (check.state, text(check)[-11:]) == ("warning", ", 1 warning")


def test_what_this_machine_lacks_is_told(world: World) -> None:
    world.journal = failing(Failure("the disk is full", remedy="make room"))
    checks = by_name(world.diagnose(machine=Machine("0.1.0", "3.11", has_libyaml=False)))

    assert (checks["journal folder"].state, checks["journal folder"].fix) == (
        "problem",
        "make room",
    )
    assert checks["libyaml"].state == "warning"


def test_without_a_configuration_its_findings_are_the_checks() -> None:
    findings = (
        Finding(Place("reconciler.yaml", 3, 5), "is odd"),
        Finding(Place("reconciler.yaml", 4, 1), "is old", "warning"),
    )
    told = unconfigured(InvalidInput(findings), MACHINE)

    assert [(check.name, check.state) for check in told.checks] == [
        ("configuration", "problem"),
        ("configuration", "warning"),
        ("libyaml", "ok"),
        ("version", "ok"),
    ]
    assert text(told.checks[0]) == "line 3, column 5 of reconciler.yaml: is odd"
    assert (told.tenant, told.exit_code) == (None, 3)
