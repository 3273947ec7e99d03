"""What there is, by list: every page, or the reason why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.errors import Refused
from reconciler.graph.catalogue import CIRCLE, PARTIAL, Catalogue
from reconciler.kinds import KINDS
from reconciler.model.live import Cost, Listed, Unreadable
from tests.support import scripted_server as says
from tests.support.graph_script import error

if TYPE_CHECKING:
    from reconciler.graph import Connection
    from tests.support.fake_time import FakeTime
    from tests.support.scripted_server import Asked, ScriptedServer, Telling


class Pages:
    """Incidents in pages of two; the last page has no link."""

    def __init__(self, server: ScriptedServer, count: int) -> None:
        self._server, self._count = server, count

    def __call__(self, asked: Asked) -> Telling:
        start = int(asked.path.partition("$skiptoken=")[2] or 0)
        ids = range(start, min(start + 2, self._count))
        page: dict[str, object] = {"value": [{"id": str(number)} for number in ids]}
        if not start:
            page["@odata.count"] = self._count
        if start + 2 < self._count:
            page["@odata.nextLink"] = self.link(start + 2)
        return says.reply(200, page)

    def link(self, start: int) -> str:
        return f"{self._server.root}/v1.0/security/incidents?$skiptoken={start}"


def ids(pages: list[Listed | Unreadable]) -> list[str]:
    return [live.ref.id for page in pages if isinstance(page, Listed) for live in page.lives]


def test_every_page_is_read_and_the_first_one_tells_how_many_there_are(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, 5))
    catalogue = Catalogue(connection)

    pages = list(catalogue.pages("Incident"))

    assert ids(pages) == ["0", "1", "2", "3", "4"]
    assert [page.total for page in pages if isinstance(page, Listed)] == [5, 0, 0]
    assert catalogue.cost == Cost(3, 3)


def test_a_filter_travels_as_one_parameter_whatever_stands_in_it(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, 1))
    text = "title eq 'a&b=c#d' and x eq '\u202e%20+\ud800'"

    list(Catalogue(connection).pages("Alert", matching=text))

    parts = urlsplit(server.asked[0].path)
    assert parts.path == "/v1.0/security/alerts_v2"
    assert parse_qs(parts.query) == {
        "$top": ["1000"],
        "$count": ["true"],
        "$filter": [text.replace("\ud800", "?")],
    }


def test_a_list_that_breaks_off_ends_with_the_reason_and_what_graph_said(
    server: ScriptedServer, connection: Connection
) -> None:
    pages = Pages(server, 5)
    server.follow(
        lambda asked: (
            says.reply(400, error("BadRequest", "$skip cannot exceed 2"))
            if "skiptoken" in asked.path
            else pages(asked)
        )
    )

    found = list(Catalogue(connection).pages("Incident"))

    assert ids(found) == ["0", "1"]
    last = found[-1]
    assert isinstance(last, Unreadable)
    assert last.problem == (
        "Graph answered 400 to GET /v1.0/security/incidents (code BadRequest); Graph gives no page so"
        " far down the list"
    )
    assert last.less_may_help
    assert last.detail is not None
    assert last.detail.raw == "$skip cannot exceed 2"


def test_a_page_that_fails_for_a_moment_is_asked_for_again(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    server.tell(says.reply(503, None, {"Retry-After": "2"}), says.reply(200, {"value": []}))

    assert list(Catalogue(connection).pages("Incident")) == [Listed(())]
    assert sum(time.waits) == pytest.approx(2)


def test_a_list_that_leads_back_is_not_whole(
    server: ScriptedServer, connection: Connection
) -> None:
    link = f"{server.root}/v1.0/security/incidents?$skiptoken=2"
    server.tell(says.reply(200, {"value": [], "@odata.nextLink": link}))

    assert list(Catalogue(connection).pages("Incident"))[-1] == Unreadable(
        CIRCLE.format("Incident")
    )


def test_a_link_to_another_origin_is_not_followed(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(200, {"value": [], "@odata.nextLink": "https://evil.example/x"}))

    last = list(Catalogue(connection).pages("Incident"))[-1]

    assert isinstance(last, Unreadable)
    assert "does not lead to" in last.problem
    assert len(server.asked) == 1


def test_a_list_of_which_a_provider_is_missing_is_not_whole(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(206, {"value": [{"id": "1"}]}))

    assert list(Catalogue(connection).pages("LegacyAlert")) == [
        Unreadable(PARTIAL.format("LegacyAlert"))
    ]


def test_what_has_no_id_of_the_kind_is_counted_and_never_used(
    server: ScriptedServer, connection: Connection
) -> None:
    odd = [{"id": "../../users/x"}, {"id": 5}, {}, "text", None]
    server.tell(says.reply(200, {"value": [*odd, {"id": "7"}]}))

    (page,) = Catalogue(connection).pages("Incident")

    assert isinstance(page, Listed)
    assert ids([page]) == ["7"]
    assert [one.raw for one in page.odd] == ["../../users/x", "", "", "", ""]


def test_an_object_of_another_tenant_stops_the_listing(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(200, {"value": [{"id": "7", "tenantId": "other"}]}))

    with pytest.raises(Refused):
        list(Catalogue(replace(connection, expected_tenant_id="mine")).pages("Incident"))


@pytest.mark.parametrize(
    ("status", "matching", "said", "less"),
    [
        (400, "colour eq 'red'", "(code No); Graph does not take the filter as it is", False),
        (400, None, "(code No)", False),
        (403, "colour eq 'red'", "the identity lacks SecurityIncident.Read.All", False),
        (429, None, "after 4 tries", False),
        (504, None, "after 4 tries", True),
    ],
)
def test_why_there_is_no_list_and_whether_a_smaller_one_may_come(
    server: ScriptedServer,
    connection: Connection,
    status: int,
    matching: str | None,
    said: str,
    less: bool,
) -> None:
    server.tell(says.reply(status, error("No", "their words")))

    (last,) = Catalogue(connection).pages("Incident", matching=matching)

    assert isinstance(last, Unreadable)
    assert said in last.problem
    assert ("--filter" in last.problem) == (status == 400 and matching is not None)
    assert (last.less_may_help, last.detail and last.detail.raw) == (less, "their words")


def made(number: int) -> dict[str, object]:
    """The higher the number, the newer, and the longer ago somebody changed it."""
    return {
        "id": str(number),
        "createdDateTime": f"2026-11-01T10:{number:02d}:00Z",
        "lastUpdateDateTime": f"2026-11-02T10:{59 - number:02d}:00Z",
    }


class Ending:
    """Forty incidents in pages of ten, whose links end after the first two; by key all come."""

    def __init__(self, server: ScriptedServer, ending: Telling | None) -> None:
        self._server, self._ending = server, ending

    def __call__(self, asked: Asked) -> Telling:
        options = parse_qs(urlsplit(asked.path).query)
        if "$orderby" in options:
            return self._by_key(options["$filter"][0])
        start = int(options.get("$skip", ["0"])[0])
        if start > 10 and self._ending is not None:
            return self._ending
        ids = range(40 - start, 30 - start, -1)
        page = {"value": [made(number) for number in ids], "@odata.count": 40}
        if start < 10 or self._ending is not None:
            link = f"{self._server.root}/v1.0/security/incidents?$skip={start + 10}"
            page["@odata.nextLink"] = link
        return says.reply(200, page)

    def _by_key(self, terms: str) -> Telling:
        bounds = {name: at for name, _, at in (term.split(" ") for term in terms.split(" and "))}
        newest, since = bounds["createdDateTime"], bounds.get("lastUpdateDateTime", "")
        left = [
            one
            for one in map(made, range(40, 0, -1))
            if str(one["createdDateTime"]) <= newest and str(one["lastUpdateDateTime"]) >= since
        ]
        return says.reply(200, {"value": left[:10], "@odata.count": len(left)})


@pytest.mark.parametrize(
    "ending",
    [None, says.reply(400, error("BadRequest", "$skip=20 cannot exceed 10"))],
    ids=["no link", "refused link"],
)
def test_where_links_end_before_the_list_does_the_rest_comes_by_key(
    server: ScriptedServer, connection: Connection, ending: Telling | None
) -> None:
    server.follow(Ending(server, ending))

    pages = list(Catalogue(connection).pages("Incident"))

    assert sorted(set(ids(pages)), key=int) == [str(number) for number in range(1, 41)]
    assert not any(isinstance(page, Unreadable) for page in pages)


@pytest.mark.parametrize("kind", ["Incident", "LegacyAlert"])
def test_a_list_that_holds_more_by_its_own_count_than_it_shows_is_not_whole(
    server: ScriptedServer, connection: Connection, kind: str
) -> None:
    page = {"value": [made(1), made(2)], "@odata.count": 1000}
    server.follow(lambda _asked: says.reply(200, page))

    last = list(Catalogue(connection).pages(kind))[-1]

    assert isinstance(last, Unreadable)
    assert f"list of {kind} did not come whole" in last.problem
    assert last.less_may_help


def test_a_full_page_without_a_link_is_no_end_where_there_is_no_other_way_to_tell(
    server: ScriptedServer, connection: Connection
) -> None:
    size = KINDS["LegacyAlert"].listing.page_size
    server.tell(says.reply(200, {"value": [{"id": f"a{number}"} for number in range(size)]}))

    last = list(Catalogue(connection).pages("LegacyAlert"))[-1]

    assert isinstance(last, Unreadable)


@pytest.mark.parametrize("count", [{}, {"@odata.count": 2}], ids=["no count", "a page's count"])
def test_a_short_page_that_came_by_key_and_leads_on_is_no_end(
    server: ScriptedServer, connection: Connection, count: dict[str, object]
) -> None:
    def answer(asked: Asked) -> Telling:
        options = parse_qs(urlsplit(asked.path).query)
        link = f"{server.root}/v1.0/security/incidents?$skiptoken=next"
        if "$orderby" in options:
            page = {"value": [made(4), made(3)], **count, "@odata.nextLink": f"{link}-by-key"}
            return says.reply(200, page)
        match options.get("$skiptoken"):
            case ["next-by-key"]:
                return says.reply(200, {"value": [made(2), made(1)]})
            case ["next"]:
                return says.reply(400, error("BadRequest", "no page so far down"))
        return says.reply(200, {"value": [made(6), made(5), made(4)], "@odata.nextLink": link})

    server.follow(answer)

    pages = list(Catalogue(connection).pages("Incident"))

    assert sorted(set(ids(pages))) == ["1", "2", "3", "4", "5", "6"]
    assert not any(isinstance(page, Unreadable) for page in pages)
