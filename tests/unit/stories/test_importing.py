"""Import: what becomes a document, what does not, and that a read that fails writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, InvalidInput
from reconciler.kinds import KINDS
from reconciler.model.imported import Failed, Skipped, Written
from reconciler.model.live import Cost, Known, Listed, Merged, Unreadable
from reconciler.model.words import Foreign, Ref
from reconciler.settings import Config, Require, Tenant
from reconciler.stories.importing import NO_SURVIVOR, Hands, Target, Wish, run
from tests.support.catalogue import Shelf, shelf
from tests.support.world import Tenant as World, alert, incident, live

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.model.imported import Imported
    from reconciler.model.live import Live, Observation
    from reconciler.model.words import Json

INCIDENTS = Wish(("Incident",))
GONE = Unreadable("Graph answered 500 to GET /v1.0/security/incidents", Foreign("sorry"))


@dataclass
class Desk:
    """A repository in a folder, and one import into it."""

    root: Path
    require: Require = field(default_factory=Require)
    told: list[tuple[str, int, int]] = field(default_factory=list)

    def import_(
        self, catalogue: Shelf, wish: Wish = INCIDENTS, *, world: World | None = None
    ) -> Imported:
        tenant = Tenant("demo", "emulator", "desired/demo", kinds=frozenset(KINDS))
        config = Config("reconciler.yaml", str(self.root), {"demo": tenant}, require=self.require)
        target = Target(self.root, "desired/demo", "desired/demo", lambda _: None)
        hands = Hands(catalogue, world or World(), lambda *seen: self.told.append(seen))
        return run(wish, target, hands, config=config, tenant=tenant)

    def declare(self, name: str, *ids: str) -> None:
        path = self.root / "desired/demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "---\n".join(
                "apiVersion: reconciler/v1\nkind: Incident\n"
                f'metadata: {{id: "{one}"}}\nspec: {{status: active}}\n'
                for one in ids
            )
        )

    def text(self, name: str) -> str:
        return (self.root / "desired/demo" / name).read_text()

    @property
    def files(self) -> list[str]:
        folder = self.root / "desired/demo"
        found = [path for path in folder.rglob("*") if path.is_file()]
        return sorted(path.relative_to(folder).as_posix() for path in found)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def tagged(object_id: str, /, **properties: Json) -> Live:
    return live("Incident", incident(object_id, **{"customTags": ["a"], **properties}))


def ref(object_id: str) -> Ref:
    return Ref("Incident", object_id)


def test_each_object_becomes_a_file_of_its_kind_in_the_order_of_the_list(desk: Desk) -> None:
    found = shelf(tagged("2"), tagged("1"), live("Alert", alert(classification="truePositive")))

    result = desk.import_(found, Wish(("Incident", "Alert")))

    assert result.written == (
        Written(ref("2"), "desired/demo/2.yaml"),
        Written(ref("1"), "desired/demo/1.yaml"),
        Written(Ref("Alert", "da1"), "desired/demo/alerts/da1.yaml"),
    )
    assert (result.skipped, result.failed, result.is_cut) == ((), (), False)
    assert result.cost == Cost(2, 2)
    assert desk.files == ["1.yaml", "2.yaml", "alerts/da1.yaml"]
    assert desk.told == [("Incident", 2, 2), ("Alert", 1, 1)]


def test_the_filter_goes_to_graph_as_it_was_typed(desk: Desk) -> None:
    found = shelf()

    desk.import_(found, Wish(("Incident", "Alert"), matching="status eq 'active'"))

    assert found.asked == [
        ("Incident", "status eq 'active'"),
        ("Alert", "status eq 'active'"),
    ]


def test_a_list_that_fails_writes_nothing_of_its_kind_and_the_others_go_on(desk: Desk) -> None:
    found = shelf(tagged("1"), live("Alert", alert(classification="truePositive")))
    found.kinds["Incident"].append(GONE)

    result = desk.import_(found, Wish(("Incident", "Alert")))

    assert result.failed == (Failed("Incident", GONE),)
    assert desk.files == ["alerts/da1.yaml"]


def test_an_object_that_is_shown_twice_is_written_as_it_was_shown_last(desk: Desk) -> None:
    found = Shelf(
        {
            "Incident": [
                Listed((tagged("1", customTags=["old"]), tagged("2"))),
                Listed(
                    (tagged("1", customTags=["new"]), tagged("2", customTags=[])),
                    odd=(Foreign("x"), Foreign("")),
                ),
            ]
        }
    )

    result = desk.import_(found)

    assert [item.ref.id for item in result.written] == ["1"]
    assert "{present: [new]}" in desk.text("1.yaml")
    assert [one.raw for one in result.odd] == ["x", ""]


def test_the_limit_counts_documents_and_stops_the_listing(desk: Desk) -> None:
    found = Shelf(
        {
            "Incident": [
                Listed((tagged("1", customTags=[]), tagged("2"), tagged("3"))),
                Listed((tagged("4"), tagged("5"))),
                Listed((tagged("6"),)),
            ],
            "Alert": [Listed((live("Alert", alert(classification="truePositive")),))],
        }
    )

    result = desk.import_(found, Wish(("Incident", "Alert"), limit=3))

    assert [item.ref.id for item in result.written] == ["2", "3", "4"]
    assert result.is_cut
    assert found.shown == 2


def test_the_limit_is_over_all_kinds(desk: Desk) -> None:
    alerts = [live("Alert", alert(f"da{n}", classification="truePositive")) for n in range(3)]

    result = desk.import_(shelf(tagged("1"), *alerts), Wish(("Incident", "Alert"), limit=2))

    assert [item.ref.id for item in result.written] == ["1", "da0"]


def test_merged_incidents_are_left_out_and_their_survivors_named(desk: Desk) -> None:
    redirects = {"1": "2", "2": "3", "4": "5", "5": "4", "6": "99", "7": None}
    merged = [
        tagged(one, status="redirected", redirectIncidentId=into) for one, into in redirects.items()
    ]

    result = desk.import_(shelf(tagged("3"), *merged))

    assert [item.ref.id for item in result.written] == ["3"]
    assert {item.ref.id: item.detail for item in result.skipped} == {
        "1": "into Incident 3",
        "2": "into Incident 3",
        "4": NO_SURVIVOR,
        "5": NO_SURVIVOR,
        "6": "into Incident 99",
        "7": NO_SURVIVOR,
    }
    assert {item.reason for item in result.skipped} == {"redirected"}


def test_what_is_declared_anywhere_is_skipped_and_its_place_named(desk: Desk) -> None:
    desk.declare("teams/a.yaml", "1", "2")

    result = desk.import_(shelf(tagged("1"), tagged("3")), Wish(("Incident",), overwrite=True))

    assert result.skipped == (Skipped(ref("1"), "declared", "desired/demo/teams/a.yaml:2"),)
    assert [item.ref.id for item in result.written] == ["3"]


def test_overwriting_replaces_the_documents_own_file_and_no_other(desk: Desk) -> None:
    desk.declare("1.yaml", "1")
    desk.declare("2.yaml", "2", "9")
    desk.declare("3.yaml", "8")
    (desk.root / "desired/demo/4.yaml").write_text("# a note\n")
    found = shelf(*(tagged(one) for one in "1234"))
    world = World()
    for one in "1234":
        world.add("Incident", incident(one, customTags=["a"]))

    kept = desk.import_(found)
    assert kept.written == ()
    assert [(item.ref.id, item.reason) for item in kept.skipped] == [
        ("1", "declared"),
        ("2", "declared"),
        ("3", "exists"),
        ("4", "exists"),
    ]

    result = desk.import_(found, Wish(("Incident",), overwrite=True), world=world)
    assert [item.ref.id for item in result.written] == ["1", "4"]
    assert [(item.ref.id, item.reason) for item in result.skipped] == [
        ("2", "declared"),
        ("3", "exists"),
    ]
    assert "customTags" in desk.text("1.yaml")


def test_documents_with_errors_stop_the_import_for_nobody_knows_what_they_declare(
    desk: Desk,
) -> None:
    desk.declare("a.yaml", "1", "1")
    found = shelf(tagged("2"))

    with pytest.raises(InvalidInput):
        desk.import_(found)

    assert found.asked == []


def test_what_has_nothing_to_declare_is_skipped_with_what_was_lost(desk: Desk) -> None:
    result = desk.import_(shelf(tagged("1", customTags=[]), tagged("2", customTags=["a\nb"])))

    assert result.skipped == (
        Skipped(ref("1"), "nothing-to-declare"),
        Skipped(
            ref("2"), "nothing-to-declare", "customTags: the tag 'a\\nb' holds a line end or a tab"
        ),
    )
    assert desk.files == []


def test_what_is_left_out_of_a_document_is_told(desk: Desk) -> None:
    (written,) = desk.import_(shelf(tagged("1", customTags=["good", "a\nb"]))).written

    assert written.left_out == ("customTags: the tag 'a\\nb' holds a line end or a tab",)


def test_a_document_that_the_configuration_would_refuse_is_not_written(desk: Desk) -> None:
    desk.require = Require(closures=("reason",))
    wish = Wish(("Incident",), fields=("status",))

    result = desk.import_(shelf(tagged("1", status="resolved"), tagged("2")), wish)

    assert [item.ref.id for item in result.written] == ["2"]
    (skipped,) = result.skipped
    assert skipped.reason == "inexpressible"
    assert "requires reason" in str(skipped.detail)


def test_a_document_that_would_be_too_large_is_not_written(desk: Desk) -> None:
    wish = Wish(("Incident",), fields=("description",))

    result = desk.import_(shelf(tagged("1", description="x" * 1_100_000)), wish)

    (skipped,) = result.skipped
    assert skipped.reason == "inexpressible"
    assert desk.files == []


def test_an_id_is_looked_for_kind_by_kind_and_what_nobody_has_is_not_found(desk: Desk) -> None:
    world = World()
    world.add("Incident", incident("1", customTags=["a"]))
    world.add("Alert", alert("2", classification="truePositive"))

    result = desk.import_(
        shelf(), Wish(("Incident", "Alert"), ids=("2", "1", "da9", "3", "1")), world=world
    )

    assert [str(item.ref) for item in result.written] == ["Incident 1", "Alert 2"]
    assert result.skipped == (
        Skipped(Ref("Alert", "da9"), "not-found"),
        Skipped(Ref("Incident", "3"), "not-found"),
    )


def answering(answers: dict[Ref, Observation]) -> World:
    return World(unreadable=answers)


def test_an_id_that_cannot_be_read_writes_nothing_of_its_kind(desk: Desk) -> None:
    world = answering({ref("1"): Known(tagged("1")), ref("2"): Unreadable("403", Foreign("no"))})

    result = desk.import_(shelf(), Wish(("Incident",), ids=("1", "2")), world=world)

    assert result.failed == (Failed("Incident", Unreadable("Incident 2: 403", Foreign("no"))),)
    assert (result.written, result.skipped, desk.files) == ((), (), [])


def test_a_merged_incident_that_was_named_is_left_out_with_its_survivor(desk: Desk) -> None:
    gone = tagged("1", status="redirected")
    world = answering({ref("1"): Merged(gone, tagged("5")), ref("2"): Merged(gone, None, "circle")})

    result = desk.import_(shelf(), Wish(("Incident",), ids=("1", "2")), world=world)

    assert [item.detail for item in result.skipped] == ["into Incident 5", NO_SURVIVOR]


def test_a_folder_that_is_a_link_stops_the_import_and_says_what_was_written(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "desired/demo").mkdir(parents=True)
    found = shelf(tagged("1"), live("Alert", alert(classification="truePositive")))
    (tmp_path / "desired/demo/alerts").symlink_to(tmp_path / "nowhere")

    with pytest.raises(Failure) as caught:
        desk.import_(found, Wish(("Incident", "Alert")))

    assert caught.value.message.endswith("; written before: 1 document")
    assert desk.files == ["1.yaml"]


def test_a_file_that_appears_meanwhile_is_left_alone(desk: Desk) -> None:
    class Slow(Shelf):
        def pages(self, kind: str, *, matching: str | None = None) -> Iterator[Listed | Unreadable]:
            yield from super().pages(kind, matching=matching)
            desk.declare("1.yaml", "1")

    result = desk.import_(Slow({"Incident": [Listed((tagged("1"),))]}))

    assert result.skipped == (Skipped(ref("1"), "exists", "desired/demo/1.yaml"),)
    assert "customTags" not in desk.text("1.yaml")
