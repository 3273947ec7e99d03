"""Each fault, on a whole request over the socket or on a part of a batch, does what it says."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator import Settings, delivery, start
from reconciler.emulator.faults import Dice, Fault, Faults, On

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reconciler.emulator import Running

TOKEN = {"Authorization": "Bearer t0ken", "Content-Type": "application/json"}
ONE = "/v1.0/security/incidents/1"
LIST = "/v1.0/security/incidents"
LEGACY = "/v1.0/security/alerts/l1"


@contextmanager
def misbehaving(tmp_path: Path, *faults: Fault, seed: int = 7) -> Iterator[Running]:
    objects = tmp_path / "seed.json"
    vendor = {"provider": "MCAS", "vendor": "Microsoft"}
    objects.write_text(
        json.dumps(
            {
                "incidents": [{"id": "1", "status": "active"}, {"id": "2"}],
                "alerts": [{"id": "l1", "vendorInformation": vendor}],
            }
        )
    )
    running = start(
        Settings(
            store=tmp_path / "store.db",
            seed=objects,
            requests_per_minute=0,
            faults=Faults(seed, faults),
            keeps_history=True,
        )
    )
    try:
        yield running
    finally:
        running.close()


def connected(running: Running, timeout: float = 10) -> closing[http.client.HTTPConnection]:
    host = running.url.removeprefix("http://")
    return closing(http.client.HTTPConnection(host, timeout=timeout))


def ask(
    running: Running, method: str, path: str, body: object = None
) -> tuple[http.client.HTTPResponse, str]:
    with connected(running) as connection:
        connection.request(method, path, None if body is None else json.dumps(body), TOKEN)
        answer = connection.getresponse()
        return answer, answer.read().decode()


def batch(running: Running, *parts: dict[str, Any]) -> list[Any]:
    requests = [{"id": str(number), **part} for number, part in enumerate(parts, 1)]
    _, text = ask(running, "POST", "/v1.0/$batch", {"requests": requests})
    return sorted(json.loads(text)["responses"], key=lambda part: str(part["id"]))


def get(path: str = "/security/incidents/1") -> dict[str, Any]:
    return {"method": "GET", "url": path}


def resolve(object_id: str = "1") -> dict[str, Any]:
    return {
        "method": "PATCH",
        "url": f"/security/incidents/{object_id}",
        "headers": {"Content-Type": "application/json"},
        "body": {"status": "resolved"},
    }


def status_of(running: Running, object_id: str = "1") -> str:
    _, text = ask(running, "GET", f"/v1.0/security/incidents/{object_id}")
    status: str = json.loads(text)["status"]
    return status


PATCHES = On(method="PATCH")


@pytest.mark.parametrize(("applied", "status"), [(False, "active"), (True, "resolved")])
def test_a_reset_breaks_the_connection_before_or_after_the_write(
    tmp_path: Path, *, applied: bool, status: str
) -> None:
    with misbehaving(tmp_path, Fault("reset", on=PATCHES, applied=applied)) as running:
        with pytest.raises(ConnectionResetError):
            ask(running, "PATCH", ONE, {"status": "resolved"})
        assert status_of(running) == status


@pytest.mark.parametrize(("applied", "status"), [(False, "active"), (True, "resolved")])
def test_a_hang_gives_no_answer_until_somebody_goes(
    tmp_path: Path, *, applied: bool, status: str
) -> None:
    with misbehaving(tmp_path, Fault("hang", on=PATCHES, applied=applied)) as running:
        with connected(running, timeout=0.1) as connection:
            connection.request("PATCH", ONE, '{"status": "resolved"}', TOKEN)
            with pytest.raises(TimeoutError):
                connection.getresponse()
        assert status_of(running) == status


@pytest.mark.parametrize("deed", ["hang", "drip"])
def test_a_closing_emulator_does_not_wait_for_what_hangs_or_drips(
    tmp_path: Path, deed: Any
) -> None:
    fault = Fault(deed, on=On(method="GET"), milliseconds=600_000)
    with misbehaving(tmp_path, fault) as running, connected(running) as connection:
        connection.request("GET", ONE, headers=TOKEN)
        ask(running, "PATCH", ONE, {"status": "resolved"})
        running.close()
        assert not [name for name in thread_names() if "_serve_connection" in name]


def test_a_client_that_resets_ends_a_hang_too(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("hang", on=On(method="GET"))) as running:
        with connected(running) as connection:
            connection.request("GET", ONE, headers=TOKEN)
            ask(running, "PATCH", ONE, {"status": "resolved"})
            delivery.reset(connection.sock)
        wait_for(lambda: not any("_serve_connection" in name for name in thread_names()))


def pages(running: Running, target: str) -> list[tuple[int, dict[str, Any]]]:
    """The list, page by page, until it ends or is refused."""
    found = []
    following: str | None = target
    while following is not None:
        answer, text = ask(running, "GET", following.removeprefix(running.url))
        found.append((answer.status, json.loads(text)))
        following = found[-1][1].get("@odata.nextLink")
    return found


def test_a_link_beyond_some_place_is_refused_by_the_service_that_gave_it(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("refused-link", beyond=0)) as running:
        (first, _), (second, body) = pages(running, f"{LIST}?$top=1")
        assert (first, second) == (200, 400)
        assert body["error"]["message"] == "$skip=1 cannot exceed 0."


def test_links_end_beyond_some_place_although_the_count_says_more(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("lost-link", beyond=0)) as running:
        ((_, body),) = pages(running, f"{LIST}?$top=1&$count=true")
        assert (len(body["value"]), body["@odata.count"]) == (1, 2)


def test_an_answer_and_a_list_can_show_objects_as_they_were_before_their_last_write(
    tmp_path: Path,
) -> None:
    lags = (
        Fault("stale", on=PATCHES),
        Fault("stale", on=On(method="GET", path="*/incidents")),
    )
    with misbehaving(tmp_path, *lags) as running:
        _, answer = ask(running, "PATCH", ONE, {"status": "resolved"})
        _, listed = ask(running, "GET", "/v1.0/security/incidents?$select=status")
        told = {item["id"]: item for item in json.loads(listed)["value"]}
        assert json.loads(answer)["status"] == "active"
        assert told["1"] == {"id": "1", "status": "active"}
        assert status_of(running) == "resolved"


def test_an_option_is_passed_over_without_a_word(tmp_path: Path) -> None:
    fault = Fault("passed-over", options=frozenset({"$filter"}))
    with misbehaving(tmp_path, fault) as running:
        ((status, body),) = pages(running, f"{LIST}?%24filter=status%20eq%20'nonsense'&$select=id")
        assert (status, len(body["value"])) == (200, 2)
        assert all(item.keys() == {"id"} for item in body["value"])


def test_properties_are_left_out_of_objects_and_of_lists(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("left-out", fields=frozenset({"summary"}))) as running:
        ((_, body),) = pages(running, LIST)
        _, one = ask(running, "GET", ONE)
        assert all("summary" not in item and "status" in item for item in body["value"])
        assert "summary" not in json.loads(one)


def thread_names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(500):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never came about")


def test_half_an_answer_ends_before_its_length(tmp_path: Path) -> None:
    with (
        misbehaving(tmp_path, Fault("half-answer")) as running,
        pytest.raises(http.client.IncompleteRead),
    ):
        ask(running, "GET", ONE)


def test_a_length_that_promises_more_than_comes_is_an_incomplete_answer(tmp_path: Path) -> None:
    with (
        misbehaving(tmp_path, Fault("wrong-length", by=10)) as running,
        pytest.raises(http.client.IncompleteRead),
    ):
        ask(running, "GET", ONE)


def test_a_length_that_promises_less_leaves_bytes_on_the_connection(tmp_path: Path) -> None:
    with (
        misbehaving(tmp_path, Fault("wrong-length", by=-10)) as running,
        connected(running) as connection,
    ):
        connection.request("GET", ONE, headers=TOKEN | {"Connection": "close"})
        connection.sock.settimeout(10)
        received = b"".join(iter(lambda: connection.sock.recv(65536), b""))
        head, _, body = received.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body) - 10}".encode() in head


def test_a_connection_lives_on_after_an_answer_that_was_too_long(tmp_path: Path) -> None:
    fault = Fault("wrong-length", by=-10, at=frozenset({1}))
    with misbehaving(tmp_path, fault) as running, connected(running) as connection:
        connection.request("GET", ONE, headers=TOKEN)
        connection.getresponse().read()
        assert connection.sock is not None


def test_a_drip_comes_a_byte_at_a_time_and_whole(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("drip", milliseconds=0)) as running:
        _, text = ask(running, "GET", ONE)
        assert json.loads(text)["id"] == "1"


def test_a_delay_comes_late_and_right(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("delay", milliseconds=1)) as running:
        assert status_of(running) == "active"


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [(None, None), ("0.5", "0.5"), ("soon", "soon"), ("", "")],
)
def test_a_status_is_graphs_error_object_with_the_header_as_written(
    tmp_path: Path, retry_after: str | None, header: str | None
) -> None:
    fault = Fault("status", status=429, retry_after=retry_after)
    with misbehaving(tmp_path, fault) as running:
        answer, text = ask(running, "PATCH", ONE, {"status": "resolved"})
        assert (answer.status, answer.headers["Retry-After"]) == (429, header)
        assert json.loads(text)["error"]["code"] == "TooManyRequests"
        assert answer.headers["request-id"]


def test_a_retry_after_can_be_a_date(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("status", status=418, retry_after=30)) as running:
        answer, text = ask(running, "GET", ONE)
        assert answer.headers["Retry-After"].endswith(" GMT")
        assert json.loads(text)["error"]["code"] == "UnknownError"


@pytest.mark.parametrize("deed", ["status", "html"])
def test_a_failure_can_have_taken_effect(tmp_path: Path, deed: Any) -> None:
    fault = Fault(deed, on=PATCHES, status=504, applied=True)
    with misbehaving(tmp_path, fault) as running:
        answer, _ = ask(running, "PATCH", ONE, {"status": "resolved"})
        assert answer.status == 504
        assert status_of(running) == "resolved"


def test_an_html_page_is_no_json(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("html", status=502)) as running:
        answer, text = ask(running, "GET", ONE)
        assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html")
        assert text.startswith("<html>")


def test_broken_json_has_the_right_length_and_half_the_text(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("broken-json", on=On(part=False), at=frozenset({1}))) as it:
        answer, text = ask(it, "GET", ONE)
        assert answer.status == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)


def test_an_answer_can_be_of_another_object(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("other-object")) as running:
        assert json.loads(ask(running, "GET", ONE)[1])["id"] == "2"
        assert json.loads(ask(running, "GET", "/v1.0/security/incidents/2")[1])["id"] == "1"
        assert ask(running, "GET", "/v1.0/security/incidents/9")[0].status == 404


def test_enumerations_can_come_in_pascal_case(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("pascal-case")) as running:
        assert status_of(running) == "Active"


def test_a_write_that_is_not_kept_is_answered_with_the_object_as_it_is(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("not-kept", on=PATCHES)) as running:
        answer, text = ask(running, "PATCH", ONE, {"status": "resolved"})
        assert (answer.status, json.loads(text)["status"]) == (200, "active")
        assert status_of(running) == "active"


def test_single_properties_of_a_write_can_be_dropped(tmp_path: Path) -> None:
    fault = Fault("not-kept", on=PATCHES, fields=frozenset({"status"}))
    with misbehaving(tmp_path, fault) as running:
        sent = {"status": "resolved", "assignedTo": "kai@contoso.com"}
        found = json.loads(ask(running, "PATCH", ONE, sent)[1])
        assert (found["status"], found["assignedTo"]) == ("active", "kai@contoso.com")


def test_what_a_legacy_alert_has_to_carry_is_nothing_to_keep(tmp_path: Path) -> None:
    fault = Fault("not-kept", fields=frozenset({"status"}))
    with misbehaving(tmp_path, fault) as running:
        sent = {"status": "resolved", "vendorInformation": {"provider": "MCAS"}}
        found = json.loads(ask(running, "PATCH", LEGACY, sent)[1])
        assert found["status"] == "newAlert"


def test_a_body_that_is_no_object_is_refused_as_ever(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("not-kept")) as running:
        assert ask(running, "PATCH", ONE, ["resolved"])[0].status == 400


@pytest.mark.parametrize(
    ("deed", "times"), [("missing-part", 0), ("doubled-part", 2), ("delay", 1)]
)
def test_a_part_can_be_missing_or_come_twice(tmp_path: Path, deed: Any, times: int) -> None:
    fault = Fault(deed, on=On(part=True), at=frozenset({2}), milliseconds=0)
    with misbehaving(tmp_path, fault) as running:
        told = batch(running, get(), resolve("2"), get())
        assert [part["id"] for part in told].count("2") == times
        assert status_of(running, "2") == "resolved"


def test_a_part_that_fails_leaves_the_others_alone(tmp_path: Path) -> None:
    fault = Fault("status", on=On(part=True, path="*/incidents/2"), status=423)
    with misbehaving(tmp_path, fault) as running:
        told = batch(running, resolve("1"), resolve("2"))
        assert [part["status"] for part in told] == [200, 423]
        assert (status_of(running), status_of(running, "2")) == ("resolved", "active")


@pytest.mark.parametrize("deed", ["html", "broken-json"])
def test_a_part_that_is_no_json_is_a_text_in_the_batch(tmp_path: Path, deed: Any) -> None:
    with misbehaving(tmp_path, Fault(deed, on=On(part=True))) as running:
        (told,) = batch(running, get())
        assert isinstance(told["body"], str)


@pytest.mark.parametrize(("applied", "second"), [(False, "active"), (True, "resolved")])
def test_a_reset_at_a_part_keeps_what_came_before_it_and_drops_the_rest(
    tmp_path: Path, *, applied: bool, second: str
) -> None:
    fault = Fault("reset", on=On(part=True), at=frozenset({2}), applied=applied)
    with misbehaving(tmp_path, fault) as running:
        with pytest.raises(ConnectionResetError):
            batch(running, resolve("1"), resolve("2"), get())
        assert (status_of(running, "1"), status_of(running, "2")) == ("resolved", second)
        assert [entry.fault for entry in running.history()[:3]] == [None, None, "reset"]


def test_places_count_the_requests_that_fit() -> None:
    dice = Dice(Faults(1, (Fault("status", on=PATCHES, at=frozenset({2, 3})),)))
    struck = [
        dice.strike(method, ONE, is_part=False) is not None
        for method in ("GET", "PATCH", "GET", "PATCH", "PATCH", "PATCH")
    ]
    assert struck == [False, False, False, True, True, False]


def test_the_same_seed_draws_the_same_faults_and_another_seed_others() -> None:
    def drawn(seed: int, *more: Fault) -> list[bool]:
        dice = Dice(Faults(seed, (Fault("html", probability=0.3), *more)))
        return [
            (fault := dice.strike("GET", ONE, is_part=False)) is not None and fault.do == "html"
            for _ in range(200)
        ]

    assert drawn(7) == drawn(7) == drawn(7, Fault("delay", probability=0.5))
    assert drawn(7) != drawn(8)
    assert 30 < sum(drawn(7)) < 90


def test_an_emulator_that_was_calmed_answers_as_ever(tmp_path: Path) -> None:
    with misbehaving(tmp_path, Fault("html")) as running:
        assert ask(running, "GET", ONE)[0].status == 503
        running.calm()
        assert status_of(running) == "active"


def test_a_fault_befalls_only_what_it_can_and_what_it_is_for() -> None:
    dice = Dice(Faults(1, (Fault("missing-part"), Fault("drip", on=On(path="/beta/*")))))
    assert dice.strike("GET", ONE, is_part=False) is None
    assert dice.strike("GET", "/beta/x", is_part=False) == Fault("drip", on=On(path="/beta/*"))
    assert dice.strike("GET", ONE, is_part=True) == Fault("missing-part")
