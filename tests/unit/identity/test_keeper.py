"""A token is kept, renewed in time, and waited for no longer than anybody wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Thread

import pytest

from reconciler.clouds import CLOUDS
from reconciler.errors import IdentityFailure, Interrupted
from reconciler.identity.asking import Asker
from reconciler.identity.choices import Setting
from reconciler.identity.keeper import MARGIN_SECONDS, Keeper, Token, Wish
from reconciler.identity.refusals import Case, overdue
from reconciler.settings import Identity, Tenant
from tests.support.entra_rig import SECRET, TOKEN, Rig
from tests.support.fake_time import FakeTime
from tests.unit.identity.conftest import APPLICATION, TENANT_ID, Bench


@dataclass
class Issuer:
    """Gives numbered tokens; each is as long good as ``lifetime_seconds`` says."""

    time: FakeTime
    lifetime_seconds: float = 3600.0
    patience_seconds: float = 5.0
    wishes: list[Wish] = field(default_factory=list)
    gate: Event = field(default_factory=Event)

    def __call__(self, wish: Wish, /) -> Token:
        self.wishes.append(wish)
        self.gate.wait()
        until = self.time.now().timestamp() + self.lifetime_seconds
        return Token(f"token-{len(self.wishes)}", until)

    def late(self) -> IdentityFailure:
        return IdentityFailure("late")


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def issuer(time: FakeTime) -> Issuer:
    made = Issuer(time)
    made.gate.set()
    return made


@pytest.fixture
def keeper(issuer: Issuer, time: FakeTime) -> Keeper:
    return Keeper(issuer, clock=time, stop=time)


def test_a_token_is_asked_for_once_until_five_minutes_before_its_end(
    keeper: Keeper, time: FakeTime
) -> None:
    found = [keeper(False), keeper(False)]
    time.seconds = 3600 - MARGIN_SECONDS
    found.append(keeper(False))
    time.seconds += 1
    found.append(keeper(False))

    assert found == ["token-1", "token-1", "token-1", "token-2"]


def test_what_is_wished_for_is_passed_on(keeper: Keeper, issuer: Issuer) -> None:
    keeper(False)
    keeper(True)
    keeper.challenged("{}")

    assert issuer.wishes == [Wish(), Wish(is_fresh=True), Wish(is_fresh=True, claims="{}")]


def test_lanes_that_ask_at_once_share_one_token(keeper: Keeper, issuer: Issuer) -> None:
    issuer.gate.clear()
    found: list[str] = []
    lanes = [Thread(target=lambda: found.append(keeper(False))) for _ in range(4)]
    for lane in lanes:
        lane.start()
    issuer.gate.set()
    for lane in lanes:
        lane.join(timeout=10)

    assert found == ["token-1"] * 4


def test_nobody_waits_for_a_token_after_a_stop(
    keeper: Keeper, issuer: Issuer, time: FakeTime
) -> None:
    issuer.gate.clear()
    time.is_stopped = lambda: bool(issuer.wishes)

    with pytest.raises(Interrupted, match="while waiting for a token"):
        keeper(False)
    with pytest.raises(Interrupted, match="before a token was asked for"):
        keeper(False)
    issuer.gate.set()
    assert len(issuer.wishes) == 1


def test_patience_has_an_end(keeper: Keeper, issuer: Issuer) -> None:
    issuer.gate.clear()
    issuer.patience_seconds = 0.05

    with pytest.raises(IdentityFailure, match="late"):
        keeper(False)
    issuer.gate.set()


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (None, "the library is still waiting"),
        (200, "the library is still waiting"),
        (429, "the authority takes no more requests for now (throttled)"),
        (503, "the authority cannot answer right now"),
    ],
)
def test_what_was_heard_last_tells_why_it_took_too_long(status: int | None, why: str) -> None:
    case = Case("environment", "https://graph.microsoft.com", "https://localhost", status, {})

    assert overdue(case, 120).message == (
        f"no token for https://graph.microsoft.com by credential 'environment' within 120 s: {why}"
    )


def test_an_authority_that_asks_for_an_hour_is_not_slept_through(bench: Bench, rig: Rig) -> None:
    """The library would sleep; whoever stops the run is let go at once."""
    bench.set(AZURE_CLIENT_ID=APPLICATION, AZURE_TENANT_ID=TENANT_ID, AZURE_CLIENT_SECRET=SECRET)
    rig.next_answers.append((429, {}, {"Retry-After": "3600"}))
    bench.time.is_stopped = lambda: bool(rig.posts) and not rig.next_answers

    with pytest.raises(Interrupted):
        bench.tokens("environment")(False)


def test_a_person_has_more_patience_than_a_machine() -> None:
    def patience(identity: Identity) -> float:
        time = FakeTime()
        tenant = Tenant("contoso", "global", "desired")
        setting = Setting(tenant, identity, CLOUDS["global"], {}, time, time, lambda _text: None)
        asker = Asker(setting)
        assert "within" in asker.late().message
        return asker.patience_seconds

    assert patience(Identity(credential="browser")) == 330
    assert patience(Identity(credential="device-code")) == 930
    assert patience(Identity(credential="environment")) == 120


def test_the_run_ends_although_the_authority_hangs(bench: Bench, rig: Rig) -> None:
    bench.set(AZURE_CLIENT_ID=APPLICATION, AZURE_TENANT_ID=TENANT_ID, AZURE_CLIENT_SECRET=SECRET)
    tokens = bench.tokens("environment")
    rig.gate.clear()
    bench.time.is_stopped = lambda: bool(rig.asked)

    with pytest.raises(Interrupted):
        tokens(False)

    rig.gate.set()
    bench.time.is_stopped = lambda: False
    assert tokens(False).startswith(TOKEN)
