"""schemas/config.schema.json: what an editor knows about reconciler.yaml."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import yaml

from reconciler.clouds import CLOUDS
from reconciler.contract.config import FIELDS, REQUIRABLE, config_schema
from reconciler.contract.modes import MEANINGS
from reconciler.kinds import KINDS
from reconciler.settings import GUARDS

ROOT = Path(__file__).parents[3]


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(config_schema())


def test_clouds_kinds_and_guards_are_those_of_the_code() -> None:
    schema = config_schema()
    tenant = schema["properties"]["tenants"]["additionalProperties"]["properties"]

    assert tenant["cloud"]["enum"] == list(CLOUDS)
    assert list(tenant["kinds"]["properties"]) == list(KINDS)
    assert list(tenant["guards"]["properties"]) == [guard.setting for guard in GUARDS]
    assert {
        name: guard["default"]
        for name, guard in schema["properties"]["guards"]["properties"].items()
    } == {guard.setting: guard.default for guard in GUARDS}


def test_what_can_be_required_is_a_note_or_a_property() -> None:
    assert {"reason", "ticket", "owner", "expires"} <= set(REQUIRABLE)
    assert {name for kind in KINDS.values() for name in kind.by_name} <= set(REQUIRABLE)
    assert len(set(REQUIRABLE)) == len(REQUIRABLE)


def test_management_is_the_same_for_all_and_for_one_tenant_and_knows_every_field() -> None:
    schema = config_schema()["properties"]
    own = schema["tenants"]["additionalProperties"]["properties"]["management"]["properties"]
    common = schema["management"]["properties"]

    assert own == common
    assert tuple(common["fields"]["properties"]) == FIELDS
    assert set(FIELDS) == {name for kind in KINDS.values() for name in kind.by_name}
    for said in (common["default"], *common["fields"]["properties"].values()):
        assert dict(zip(said["enum"], said["enumDescriptions"], strict=True)) == dict(MEANINGS)


def test_a_field_says_which_kinds_have_it() -> None:
    fields = config_schema()["properties"]["management"]["properties"]["fields"]["properties"]

    assert fields["feedback"]["description"] == "feedback of LegacyAlert"
    assert fields["customTags"]["description"] == "customTags of Incident"
    assert fields["status"]["description"] == f"status of {', '.join(KINDS)}"


def test_our_own_configuration_fits() -> None:
    data = yaml.safe_load((ROOT / "reconciler.yaml").read_text())

    jsonschema.Draft7Validator(config_schema()).validate(data)
