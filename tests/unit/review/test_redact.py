from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import DetailsShape, PrincipalShape, TextShape
from reconciler.model.plan import FieldChange, Kept, Request, Spill, Survivor
from reconciler.model.words import Foreign, Ref
from reconciler.review.redact import REDACTED, redacted, redacted_report
from tests.support.sample_plan import alert, legacy, merged, resolved_incident, sample_plan, unread
from tests.support.sample_report import sample_report

if TYPE_CHECKING:
    from reconciler.model.words import JsonObject

HIDING = (TextShape, PrincipalShape, DetailsShape)
ANOTHER = "(redacted, another)"
SECRET = "Laptop of kai@contoso.com"
CANARIES = [
    (kind.name, item.name)
    for kind in KINDS.values()
    for item in kind.fields
    if isinstance(item.shape, HIDING)
]


def test_titles_people_and_server_messages_are_covered_and_the_rest_of_a_change_stays() -> None:
    plan = replace(sample_plan(), changes=(resolved_incident(), merged(), unread()))

    incident, moved, unknown = redacted(plan).changes

    assert incident == resolved_incident()._replace(
        title=Foreign(REDACTED),
        moved_by=Foreign(REDACTED),
        applied=None,
        fields=(
            FieldChange("status", "active", "resolved"),
            FieldChange("assignedTo", REDACTED, None, "drift"),
            FieldChange("customTags", ["a"], ["a", "b"]),
        ),
    )
    assert moved == merged()._replace(survivor=Survivor("3002", Foreign(REDACTED), "low"))
    assert unknown == unread()._replace(detail=Foreign(REDACTED))


def test_details_keep_their_keys_and_what_changed_still_shows() -> None:
    fields = (FieldChange("customDetails", {"a": "1", "b": "1"}, {"a": "1", "b": "2", "c": "3"}),)
    plan = replace(sample_plan(), changes=(alert()._replace(fields=fields),))

    (change,) = redacted(plan).changes

    assert change.fields == (
        FieldChange(
            "customDetails",
            {"a": REDACTED, "b": REDACTED},
            {"a": REDACTED, "b": ANOTHER, "c": REDACTED},
        ),
    )


def test_one_person_in_place_of_another_still_shows_as_a_move() -> None:
    fields = (FieldChange("assignedTo", "kai@contoso.com", "mo@contoso.com"),)
    kept = (Kept("assignedTo", "kai@contoso.com", "mo@contoso.com", "kai@contoso.com", "declared"),)
    plan = replace(sample_plan(), changes=(resolved_incident()._replace(fields=fields, kept=kept),))

    (change,) = redacted(plan).changes

    assert change.fields == (FieldChange("assignedTo", REDACTED, ANOTHER),)
    assert change.kept == (Kept("assignedTo", REDACTED, ANOTHER, REDACTED, "declared"),)


def test_the_request_and_what_it_spills_are_covered_like_the_fields() -> None:
    body: JsonObject = {"assignedTo": "kai@contoso.com", "vendorInformation": {"vendor": "M"}}
    change = resolved_incident()._replace(
        fields=(FieldChange("assignedTo", None, "kai@contoso.com"),),
        request=Request("PATCH", "/x", body),
        spills=(Spill("assignedTo", "kai@contoso.com"),),
    )

    (found,) = redacted(replace(sample_plan(), changes=(change,))).changes

    assert found.request == Request(
        "PATCH", "/x", {"assignedTo": REDACTED, "vendorInformation": REDACTED}
    )
    assert found.spills == (Spill("assignedTo", REDACTED),)


def test_live_comments_that_are_no_known_phrase_are_free_text() -> None:
    fields = (FieldChange("comments", ["Closed in IPC", SECRET], ["Closed in IPC"]),)

    (found,) = redacted(replace(sample_plan(), changes=(legacy()._replace(fields=fields),))).changes

    assert found.fields[0].before == ["Closed in IPC", REDACTED]


@pytest.mark.parametrize("quoted", [SECRET, ascii("Gerät von kai")])
def test_a_problem_that_quotes_a_value_does_not_any_more(quoted: str) -> None:
    told = "Gerät von kai" if quoted != SECRET else SECRET
    kept = (Kept("summary", None, told, None, "conflict"),)
    change = resolved_incident()._replace(kept=kept, problem=f"not undone: {quoted} was there")

    (found,) = redacted(replace(sample_plan(), changes=(change,))).changes

    assert found.problem is not None
    assert "kai" not in found.problem
    assert found.problem.startswith("not undone: ")


@pytest.mark.parametrize(("kind", "name"), CANARIES)
@pytest.mark.parametrize("value", [SECRET, {"key": SECRET}, [SECRET], {"a": {"b": SECRET}}])
def test_no_field_of_any_kind_lets_free_text_through_whatever_its_form(
    kind: str, name: str, value: str
) -> None:
    change = unread()._replace(
        ref=Ref(kind, KINDS[kind].id_example),
        fields=(FieldChange(name, None, value),),
        kept=(Kept(name, value, value, value, "conflict"),),
    )

    assert SECRET not in repr(redacted(replace(sample_plan(), changes=(change,))))


def test_a_report_is_covered_like_a_plan() -> None:
    report = sample_report()
    done, conflict = report.outcomes
    done = replace(done, fields=(FieldChange("assignedTo", None, "kai@contoso.com"),))

    found = redacted_report(replace(report, outcomes=(done, conflict)))

    assert found == replace(
        report,
        outcomes=(
            replace(
                done,
                title=Foreign(REDACTED),
                fields=(FieldChange("assignedTo", None, REDACTED),),
            ),
            replace(conflict, detail=Foreign(REDACTED)),
        ),
    )
