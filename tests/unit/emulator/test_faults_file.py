"""``--faults FILE``: what it may say, and every mistake in it at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator.fault_file import load
from reconciler.emulator.faults import Fault, Faults, On
from reconciler.errors import Failure, InvalidInput

if TYPE_CHECKING:
    from pathlib import Path


def read(tmp_path: Path, text: str | bytes) -> Faults:
    path = tmp_path / "faults.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def mistakes(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, text)
    assert caught.value.remedy is not None
    prefix = "the faults are not usable: "
    found = [finding.message for finding in caught.value.findings]
    assert all(message.startswith(prefix) for message in found)
    return [message.removeprefix(prefix) for message in found]


def test_a_file_says_all_that_a_fault_can(tmp_path: Path) -> None:
    document = {
        "seed": 7,
        "faults": [
            {"do": "reset", "at": [3, 9], "applied": True, "on": {"method": "PATCH"}},
            {"do": "status", "status": 429, "retryAfter": "0.5", "probability": 0.3},
            {"do": "status", "status": 503, "retryAfter": {"date": -5}},
            {"do": "wrong-length", "by": -3, "on": {"path": "/beta/*", "part": False}},
            {"do": "drip", "milliseconds": 20},
            {"do": "not-kept", "fields": ["status"], "on": {"part": True}},
            {"do": "passed-over", "options": ["$select"]},
            {"do": "lost-link", "beyond": 50},
        ],
    }
    assert read(tmp_path, json.dumps(document)) == Faults(
        7,
        (
            Fault("reset", on=On(method="PATCH"), at=frozenset({3, 9}), applied=True),
            Fault("status", status=429, retry_after="0.5", probability=0.3),
            Fault("status", status=503, retry_after=-5),
            Fault("wrong-length", on=On(path="/beta/*", part=False), by=-3),
            Fault("drip", milliseconds=20),
            Fault("not-kept", on=On(part=True), fields=frozenset({"status"})),
            Fault("passed-over", options=frozenset({"$select"})),
            Fault("lost-link", beyond=50),
        ),
    )


def test_a_file_without_a_seed_gets_one(tmp_path: Path) -> None:
    assert read(tmp_path, '{"faults": []}').seed >= 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ('{"do": "explode"}', "'do' is 'explode'; expected one of 'reset', 'hang'"),
        ("{}", "'do' is missing; expected one of"),
        ('{"do": "hang", "status": 500}', "'status' is no key here; these are: applied, at, do"),
        ('{"do": "hang", "at": []}', "'at' is []; expected a list of places, counted from 1"),
        ('{"do": "hang", "at": [0]}', "'at' is [0]; expected a list of places"),
        ('{"do": "hang", "at": [true]}', "'at' is [True]; expected a list of places"),
        ('{"do": "hang", "at": 3}', "'at' is 3; expected a list of places"),
        ('{"do": "hang", "probability": 1.5}', "'probability' is 1.5; expected a number from 0"),
        ('{"do": "hang", "probability": "1"}', "'probability' is '1'; expected a number from 0"),
        ('{"do": "hang", "at": [1], "probability": 1}', "at and probability exclude each other"),
        ('{"do": "hang", "applied": 1}', "'applied' is 1; expected true or false"),
        ('{"do": "status", "status": 200}', "'status' is 200; expected a whole number from 400"),
        ('{"do": "status", "retryAfter": 5}', "'retryAfter' is 5; expected a text, or"),
        ('{"do": "status", "retryAfter": "a\\nb"}', "'retryAfter' is 'a\\nb'; expected a text"),
        ('{"do": "status", "retryAfter": {"date": "x"}}', "expected a text, or"),
        ('{"do": "status", "retryAfter": {"in": 1}}', "expected a text, or"),
        ('{"do": "delay", "milliseconds": -1}', "'milliseconds' is -1; expected a whole number"),
        ('{"do": "not-kept", "fields": "status"}', "'fields' is 'status'; expected a list"),
        ('{"do": "passed-over", "options": ["$top1"]}', "'options' is ['$top1']; expected a list"),
        ('{"do": "passed-over", "options": []}', "'options' is []; expected a list of $count"),
        ('{"do": "lost-link", "beyond": "x"}', "'beyond' is 'x'; expected a whole number from 0"),
        ('{"do": "hang", "on": []}', "'on' is []; expected an object"),
        ('{"do": "hang", "on": {"verb": "GET"}}', "on.'verb' is no key here; these are: method"),
        ('{"do": "hang", "on": {"method": "get"}}', "on.'method' is 'get'; expected a method as"),
        ('{"do": "hang", "on": {"path": 1}}', "on.'path' is 1; expected a text"),
        ('{"do": "drip", "on": {"part": true}}', "'drip' cannot befall parts of a batch, only w"),
        ('{"do": "missing-part", "on": {"part": false}}', "cannot befall whole requests, only p"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_is_allowed(
    tmp_path: Path, fault: str, expected: str
) -> None:
    (message,) = mistakes(tmp_path, f'{{"seed": 1, "faults": [{{"do": "html"}}, {fault}]}}')
    assert message.startswith("faults[1].")
    assert expected in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "the file holds []; expected an object"),
        ("{", "it is not JSON"),
        (b"\xff", "it is not UTF-8"),
        ('{"seed": 1, "seed": 2, "faults": []}', "a key stands twice in one object"),
        ('{"seed": 1}', "'faults' is missing; expected a list of objects"),
        ('{"seed": -1, "faults": []}', "'seed' is -1; expected a whole number from 0"),
        ('{"faults": {}}', "'faults' is {}; expected a list"),
        ('{"faults": [1]}', "'faults' is [1]; expected a list of objects"),
        ('{"faults": [], "sede": 1}', "'sede' is no key here; these are: faults, seed"),
    ],
)
def test_a_file_that_holds_no_faults_is_refused(
    tmp_path: Path, text: str | bytes, expected: str
) -> None:
    (message,) = mistakes(tmp_path, text)
    assert expected in message


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, '{"seed": -1, "faults": [{"do": "x"}, {"do": "y"}]}')) == 3


def test_a_file_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be read: No such file"):
        load(tmp_path / "nothing.json")
