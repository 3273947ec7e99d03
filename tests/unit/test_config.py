"""reconciler.yaml: what it means when it is good, and every error at its place when it is not."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from reconciler.config import parse, tenant, tenant_of
from reconciler.errors import InvalidInput, UsageError
from reconciler.model.words import SourceFile
from reconciler.settings import (
    CREDENTIALS,
    GUARDS,
    Config,
    Identity,
    Limits,
    Management,
    Require,
    Tenant,
)

GUID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
READER = "00000000-0000-0000-0000-000000000000"
WRITER = "11111111-1111-1111-1111-111111111111"

FULL = f"""\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo:
    cloud: emulator
    desired: desired/demo
    kinds: {{IncidentTask: true, LegacyAlert: true, Alert: false}}
  contoso:
    tenantId: {GUID.upper()}
    cloud: usgov
    clientId: {READER}
    credential: default
    apply: {{clientId: {WRITER}, credential: static-token}}
    approval: environment
    desired: ./desired//contoso/
    kinds: {{}}
    graphUrl: HTTPS://Graph.Example:8443
    guards: {{maxClosures: 5}}
    management: {{default: enforce, fields: {{assignedTo: yield}}}}
guards: {{maxUpdates: 100, maxUpdatePercent: 30}}
management: {{default: yield, fields: {{assignedTo: once, feedback: enforce}}}}
require: {{closures: [reason, resolvingComment], reversals: [ticket]}}
pairs: warn
limits: {{requestsPerMinute: 60, batchSize: 10, connections: 2, maxPlanAge: 90s}}
"""


def read(text: str) -> Config:
    return parse(SourceFile("reconciler.yaml", text.encode()), root="/repo")


def one(settings: str, head: str = "") -> str:
    """A configuration of one tenant; its settings stand in line 3 from column 21."""
    return f"apiVersion: reconciler/v1\nkind: Config\ntenants: {{contoso: {{{settings}}}}}\n{head}"


DEMO = "cloud: emulator, desired: d"
REAL = f"cloud: global, desired: d, tenantId: {GUID}"


def errors(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(text)
    found = caught.value.findings
    assert list(found) == sorted(found)
    return [f"{f.place.line}:{f.place.column} {f.message}" for f in found]


def test_a_full_configuration_is_read() -> None:
    assert read(FULL) == Config(
        path="reconciler.yaml",
        root="/repo",
        tenants={
            "demo": Tenant(
                "demo",
                "emulator",
                "desired/demo",
                kinds=frozenset({"Incident", "IncidentTask", "LegacyAlert"}),
            ),
            "contoso": Tenant(
                "contoso",
                "usgov",
                "desired/contoso",
                tenant_id=GUID,
                reader=Identity(READER, "default"),
                writer=Identity(WRITER, "static-token"),
                kinds=frozenset({"Incident", "Alert"}),
                graph_url="https://graph.example:8443",
                guards={"maxClosures": 5},
                management=Management("enforce", {"assignedTo": "yield"}),
            ),
        },
        default_tenant="demo",
        guards={"maxUpdates": 100, "maxUpdatePercent": 30},
        require=Require(("reason", "resolvingComment"), ("ticket",)),
        management=Management("yield", {"assignedTo": "once", "feedback": "enforce"}),
        pairs="warn",
        limits=Limits(60, 10, 2, 90),
    )


def test_a_short_configuration_has_the_defaults_and_its_only_tenant() -> None:
    found = read(one(DEMO))

    assert found == Config(
        path="reconciler.yaml",
        root="/repo",
        tenants={
            "contoso": Tenant("contoso", "emulator", "d", kinds=frozenset({"Incident", "Alert"}))
        },
        default_tenant="contoso",
    )


def test_of_two_tenants_none_is_the_default_unless_named() -> None:
    text = FULL.replace("defaultTenant: demo\n", "")

    assert read(text).default_tenant is None


def test_a_writer_without_a_part_has_the_readers() -> None:
    text = one(f"{DEMO}, clientId: {READER}, apply: {{credential: static-token}}")

    assert read(text).tenants["contoso"].writer == Identity(READER, "static-token")


@pytest.mark.parametrize(
    ("age", "seconds"), [("90s", 90), ("30m", 1800), ("24h", 86400), ("7d", 604800)]
)
def test_a_plans_age_has_a_unit(age: str, seconds: int) -> None:
    text = one(DEMO, f"limits: {{maxPlanAge: {age}}}\n")

    assert read(text).limits == Limits(max_plan_age_seconds=seconds)


@pytest.mark.parametrize(
    ("management", "expected"),
    [
        ("{}", Management()),
        ("{fields: {}}", Management()),
        ("{default: yield}", Management("yield")),
        ("{default: yield, fields: {}}", Management("yield")),
        ("{default: enforce}", Management("enforce")),
        ("{fields: {assignedTo: once}}", Management(None, {"assignedTo": "once"})),
        ("{fields: {comments: yield}}", Management(None, {"comments": "yield"})),
    ],
)
def test_management_is_said_for_all_tenants_or_for_one(
    management: str, expected: Management
) -> None:
    common = read(one(DEMO, f"management: {management}\n"))
    own = read(one(f"{DEMO}, management: {management}"))

    assert (common.management, common.tenants["contoso"].management) == (expected, Management())
    assert (own.management, own.tenants["contoso"].management) == (Management(), expected)


@pytest.mark.parametrize(
    ("management", "place", "message"),
    [
        ("{default: keep}", 10, ".default is 'keep'; expected one of 'yield', 'enforce', 'once'"),
        ("{default: null}", 10, ".default is null; expected one of 'yield', 'enforce', 'once'"),
        ("{default: on}", 10, ".default is 'on'; expected one of 'yield', 'enforce', 'once'; did you mean 'once'?"),
        ("{fields: {assignedTo: false}}", 22, ".fields.assignedTo is false; expected one of 'yield', 'enforce', 'once'"),
        ("once", 0, " is 'once'; expected a mapping"),
        ("null", 0, " is null; expected a mapping"),
        ("{fields: [status]}", 9, ".fields is a list; expected a mapping"),
    ],
)  # fmt: skip
def test_an_error_in_management_is_told(management: str, place: int, message: str) -> None:
    assert errors(one(DEMO, f"management: {management}\n")) == [
        f"4:{13 + place} management{message}"
    ]
    assert errors(one(f"{DEMO}, management: {management}")) == [
        f"3:{62 + place} tenants.contoso.management{message}"
    ]


@pytest.mark.parametrize(
    ("management", "message"),
    [
        ("{defualt: once}", "unknown key 'defualt' in management; did you mean 'default'?"),
        ("{assignedTo: once}", "unknown key 'assignedTo' in management; expected 'default', 'fields'"),
        ("{fields: {asignedTo: once}}", "unknown key 'asignedTo' in management.fields; did you mean 'assignedTo'?"),
        ("{fields: {'*': once}}", "unknown key '*' in management.fields; expected 'status', 'classification', "),
    ],
)  # fmt: skip
def test_an_unknown_key_in_management_is_told_with_the_nearest(
    management: str, message: str
) -> None:
    [line] = errors(one(DEMO, f"management: {management}\n"))

    assert line.split(" ", 1)[1].startswith(message)


@pytest.mark.parametrize("name", CREDENTIALS)
def test_every_credential_may_be_chosen_for_the_reader_and_for_the_writer(name: str) -> None:
    text = one(f"{REAL}, clientId: {READER}, credential: {name}, apply: {{clientId: {WRITER}}}")

    found = read(text).tenants["contoso"]

    assert found.reader == Identity(READER, name)  # type: ignore[arg-type]
    assert found.writer == Identity(WRITER, name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["browser", "device-code", "github-oidc"])
def test_a_credential_of_an_application_needs_its_id(name: str) -> None:
    why = f"is '{name}', which signs in as an application of the tenant; add its clientId"
    settings = f"{REAL}, credential: {name}, apply: {{credential: {name}}}"

    assert errors(one(settings)) == [
        f"3:108 tenants.contoso.credential {why}",
        f"3:{130 + len(name)} tenants.contoso.apply.credential {why}",
    ]
    assert errors(one(f"{REAL}, apply: {{credential: {name}}}")) == [
        f"3:116 tenants.contoso.apply.credential {why}"
    ]
    found = read(one(f"{REAL}, clientId: {READER}, apply: {{credential: {name}}}"))
    assert found.tenants["contoso"].writer == Identity(READER, name)  # type: ignore[arg-type]


def test_the_emulator_takes_no_credential_of_microsofts() -> None:
    why = "which signs in to Microsoft; the emulator takes 'default' or 'static-token'"

    assert errors(one(f"{DEMO}, credential: environment")) == [
        f"3:62 tenants.contoso.credential is 'environment', {why}"
    ]
    assert read(one(f"{DEMO}, credential: static-token")).tenants


def test_an_unknown_credential_is_answered_with_the_known_ones() -> None:
    known, hint = ", ".join(map(repr, CREDENTIALS)), "; did you mean 'default'?"

    assert errors(one(f"{DEMO}, credential: defualt")) == [
        f"3:62 tenants.contoso.credential is 'defualt'; expected one of {known}{hint}"
    ]


@pytest.mark.parametrize(
    ("cloud", "kind"),
    [
        ("usgov", "IncidentTask"),
        ("usgov-dod", "IncidentTask"),
        ("china", "IncidentTask"),
        ("china", "Incident"),
        ("china", "LegacyAlert"),
    ],
)
def test_a_kind_that_the_cloud_lacks_cannot_be_switched_on(cloud: str, kind: str) -> None:
    settings = f"cloud: {cloud}, desired: d, tenantId: {GUID}, kinds: {{{kind}: true}}"

    (found,) = errors(one(settings))

    assert found.endswith(
        f"tenants.contoso.kinds.{kind} is true, and Microsoft has no {kind} in the cloud "
        f"'{cloud}'; delete this"
    )
    assert read(one(settings.replace("true", "false"))).tenants


def test_china_has_nothing_to_switch_on() -> None:
    found = read(one(f"cloud: china, desired: d, tenantId: {GUID}")).tenants["contoso"]

    assert found.kinds == frozenset()


@pytest.mark.parametrize("approval", ["environment", "branch"])
def test_a_tenant_says_whose_yes_an_apply_needs(approval: str) -> None:
    assert read(one(f"{DEMO}, approval: {approval}")).tenants["contoso"].approval == approval


def test_without_a_word_an_apply_needs_the_yes_of_the_environments_reviewers() -> None:
    assert read(one(DEMO)).tenants["contoso"].approval == "environment"


@pytest.mark.parametrize(
    "folder",
    ["/etc", "../other", "a/../../b", "a/../b", "a\\\\b", "C:/x", "~/x", ".", "./", "c:x"],
)
def test_a_folder_outside_is_an_error(folder: str) -> None:
    [line] = errors(one(f'cloud: emulator, desired: "{folder}"'))

    assert line.startswith("3:47 tenants.contoso.desired is ")
    assert "expected a relative folder below this file's" in line


@pytest.mark.parametrize("other", ["d", "d/sub", "./d/", "d//sub/deeper"])
def test_nested_or_shared_folders_are_an_error(other: str) -> None:
    text = (
        "apiVersion: reconciler/v1\nkind: Config\ntenants:\n"
        f"  a: {{{DEMO}}}\n  b: {{cloud: emulator, desired: {other}}}\n"
    )

    [line] = errors(text)
    assert line.startswith("5:33 tenants.b.desired is ")
    assert "and tenant a has 'd'; expected a folder for each tenant alone" in line


def test_folders_that_only_look_alike_are_no_error() -> None:
    text = (
        "apiVersion: reconciler/v1\nkind: Config\ntenants:\n"
        f"  a: {{{DEMO}}}\n  b: {{cloud: emulator, desired: d2}}\n"
    )

    assert set(read(text).tenants) == {"a", "b"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("cloud: global, desired: d", "tenants.contoso.tenantId is missing (the id of the tenant, a GUID); add it"),
        ("desired: d", "tenants.contoso.cloud is missing (where the tenant lives); add it"),
        ("cloud: emulator", "tenants.contoso.desired is missing (the folder of its documents, relative to this file); add it"),
        ("cloud: globl, desired: d", "tenants.contoso.cloud is 'globl'; expected one of 'emulator', 'global', 'usgov', 'usgov-dod', 'china'; did you mean 'global'?"),
        ("cloud: global, desired: d, tenantId: contoso", "tenants.contoso.tenantId is 'contoso'; expected a GUID like 12f988bf-16f1-11af-11ab-1d7cd011db47"),
        (f"{DEMO}, clientId: 5", 'tenants.contoso.clientId is the number 5; expected text; write it in quotes: "5"'),
        (f"{DEMO}, kinds: {{Incidents: true}}", "unknown key 'Incidents' in tenants.contoso.kinds; did you mean 'Incident'?"),
        (f"{DEMO}, kinds: {{Incident: on}}", "tenants.contoso.kinds.Incident is 'on'; expected true or false"),
        (f"{DEMO}, guards: {{maxClosure: 1}}", "unknown key 'maxClosure' in tenants.contoso.guards; did you mean 'maxClosures'?"),
        (f"{DEMO}, secret: x", "unknown key 'secret' in tenants.contoso; expected "),
        (f"{DEMO}, clientId: ''", "tenants.contoso.clientId is empty; write null to unassign, or delete the line"),
        (f'{DEMO}, clientId: "a\\nb"', "tenants.contoso.clientId holds a line end or a tab; write it in one line"),
    ],
)  # fmt: skip
def test_an_error_in_a_tenant_is_told(settings: str, message: str) -> None:
    [line] = errors(one(settings))

    assert line.split(" ", 1)[1].startswith(message)


@pytest.mark.parametrize("name", [guard.setting for guard in GUARDS])
@pytest.mark.parametrize("value", ["-1", "1.5", '"5"', "true", "null"])
def test_a_guard_is_a_whole_number(name: str, value: str) -> None:
    [line] = errors(one(DEMO, f"guards: {{{name}: {value}}}\n"))

    assert line.startswith(f"4:{12 + len(name)} guards.{name} is ")


@pytest.mark.parametrize("name", [guard.setting for guard in GUARDS])
def test_a_share_is_a_percentage_and_a_count_has_no_end(name: str) -> None:
    text = one(DEMO, f"guards: {{{name}: 101}}\n")

    if name.endswith("Percent"):
        assert errors(text) == [
            f"4:{12 + len(name)} guards.{name} is the number 101; expected a number from 0 to 100"
        ]
    else:
        assert read(text).guards == {name: 101}


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ("requestsPerMinute: 0", "limits.requestsPerMinute is the number 0; expected at least 2"),
        ("batchSize: 21", "limits.batchSize is the number 21; expected a number from 1 to 20"),
        ("connections: 5", "limits.connections is the number 5; expected a number from 1 to 4"),
        (
            "maxPlanAge: 1w",
            "limits.maxPlanAge is '1w'; expected a number and a unit: 90s, 30m, 24h or 7d",
        ),
        (
            "maxPlanAge: 24",
            'limits.maxPlanAge is the number 24; expected text; write it in quotes: "24"',
        ),
    ],
)
def test_a_limit_out_of_range_is_told(limits: str, message: str) -> None:
    [line] = errors(one(DEMO, f"limits: {{{limits}}}\n"))

    assert line.split(" ", 1)[1] == message


def test_what_cannot_be_required_is_told() -> None:
    [line] = errors(one(DEMO, "require: {closures: [reasn]}\n"))

    assert line.startswith("4:22 require.closures[0] is 'reasn'; expected one of 'reason', ")
    assert line.endswith("; did you mean 'reason'?")


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.example",
        "http://127.0.0.1.example",
        "http://0x7f.1",
        "http://2130706433",
        "http://[::2]",
        "http://[::ffff:10.0.0.1]",
        "https://user@graph.example",
        "https://user:secret@graph.example",
        "https://graph.example/v1.0",
        "https://graph.example?x=1",
        "https://graph.example#x",
        "https://graph.example:0",
        "https://graph.example:65536",
        "https://graph.example:",
        "https://",
        "ftp://graph.example",
        "graph.example",
        "https://gräph.example",
        "https://graph.example\\\\@evil.example",
    ],
)
def test_a_url_that_could_leak_a_token_is_an_error(url: str) -> None:
    text = one(f'cloud: global, desired: d, tenantId: {GUID}, graphUrl: "{url}"')

    [line] = errors(text)

    assert "tenants.contoso.graphUrl is '" in line
    assert "expected https" in line


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://127.8.9.1",
        "http://[::1]:1",
        "http://localhost:65535",
        "https://localhost",
    ],
)
def test_plain_http_goes_to_a_loopback_address(url: str) -> None:
    assert read(one(f"{DEMO}, graphUrl: '{url}'")).tenants["contoso"].graph_url == url


def test_a_slash_at_the_end_of_a_url_is_taken_off() -> None:
    found = tenant(read(one(DEMO)), None, graph_url="http://LOCALHOST:80/")

    assert found.graph_url == "http://localhost:80"


def test_an_emulator_is_on_a_loopback_address_only() -> None:
    [line] = errors(one(f"{DEMO}, graphUrl: 'https://graph.microsoft.com'"))

    assert line.endswith(
        "expected a loopback address (127.0.0.1, [::1] or localhost) for the emulator"
    )


@pytest.mark.parametrize("name", ["a b", "../x", "-x", "x-", "a..b", "a/b", "ü"])
def test_a_tenants_name_is_plain(name: str) -> None:
    [line] = errors(one(DEMO).replace("contoso", f'"{name}"'))

    assert line.startswith("3:11 the key ")
    assert "expected a name of letters and digits" in line


def test_a_tenants_name_has_an_end() -> None:
    [line] = errors(one(DEMO).replace("contoso", "x" * 65))

    assert "expected maxLength 64" in line


def test_a_default_tenant_exists() -> None:
    assert errors(one(DEMO, "defaultTenant: fabrikam\n")) == [
        "4:16 defaultTenant is 'fabrikam'; expected one of 'contoso'"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1 the configuration has 0 documents; expected one of kind Config"),
        (one(DEMO) + "---\n" + one(DEMO), "1:1 the configuration has 2 documents; expected one of kind Config"),
        ("[]", "1:1 the document is a list; expected a mapping"),
        ("a: [", "2:1 not valid YAML: while parsing a flow node did not find expected node content"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_told(text: str, message: str) -> None:
    assert errors(text)[0].startswith(message)


@pytest.mark.parametrize("tenants", ["5", "{}", "{a: 5}", "{a: {apply: 5}}"])
def test_tenants_of_another_shape_are_told(tenants: str) -> None:
    assert errors(f"apiVersion: reconciler/v1\nkind: Config\ntenants: {tenants}\n")


def test_a_file_that_cannot_be_read_is_told() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(SourceFile("reconciler.yaml", None, "no permission"), root="/repo")

    assert caught.value.findings[0].message == "no permission"


def test_all_errors_are_told_at_once() -> None:
    text = (
        FULL.replace("pairs: warn", "pairs: off")
        .replace("usgov", "mars")
        .replace("maxClosures: 5", "maxClosures: many")
        .replace("kind: Config", "kind: Confg")
    )

    assert [line.split(" ")[0] for line in errors(text)] == ["2:7", "11:12", "19:27", "24:8"]


def test_an_error_of_the_schema_hides_none_that_a_schema_cannot_say() -> None:
    found = errors(
        """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: nobody
tenants:
  demo: {cloud: emulator, desired: desired, clientId: x, credential: browser}
  other: {cloud: emulatr, desired: desired/x}
  third: {cloud: global, desired: ../x, credential: github-oidc, tenantId: 5}
  fourth: {cloud: china, kinds: {IncidentTask: true}}
  "bad name": {cloud: global, desired: a, graphUrl: "http://x"}
  sixth: 3
guards: {maxUpdate: 3}
"""
    )

    wanted = (
        "defaultTenant is 'nobody'",
        "demo.clientId is 'x'",
        "demo.credential is 'browser'",
        "other.cloud is 'emulatr'",
        "other.desired is 'desired/x'",
        "third.desired is '../x'",
        "third.credential is 'github-oidc'",
        "third.tenantId is the number 5",
        "fourth.desired is missing",
        "fourth.tenantId is missing",
        "fourth.kinds.IncidentTask is true",
        "the key 'bad name'",
        "tenants['bad name'].tenantId is missing",
        "tenants['bad name'].graphUrl is 'http://x'",
        "sixth is the number 3",
        "unknown key 'maxUpdate'",
    )
    assert [one for one in wanted if not any(one in message for message in found)] == []
    assert len(found) == len(wanted)


def test_a_tenant_is_chosen_by_name_or_default() -> None:
    config = read(FULL)

    assert tenant(config, None).name == "demo"
    assert tenant(config, "contoso").name == "contoso"


def test_an_unknown_tenant_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(
        UsageError, match="there is no tenant 'contosso'; did you mean 'contoso'"
    ) as caught:
        tenant(read(FULL), "contosso")

    assert caught.value.remedy == "tenants of reconciler.yaml: demo, contoso"


def test_no_tenant_at_all_is_a_usage_error() -> None:
    config = read(FULL.replace("defaultTenant: demo\n", ""))

    with pytest.raises(UsageError, match="no tenant is named") as caught:
        tenant(config, None)

    assert caught.value.remedy == "add --tenant with one of: demo, contoso"


def test_a_graph_url_of_the_command_line_is_judged_like_the_files() -> None:
    config = read(FULL)

    assert tenant(config, "demo", graph_url="http://127.0.0.1:1").graph_url == "http://127.0.0.1:1"
    with pytest.raises(UsageError, match=r"--graph-url is 'http://example.com'; expected https"):
        tenant(config, "contoso", graph_url="http://example.com")
    with pytest.raises(UsageError, match="expected a loopback address"):
        tenant(config, "demo", graph_url="https://example.com")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("desired/demo", "demo"),
        ("desired/demo/a/b.yaml", "demo"),
        ("desired/contoso/x.yaml", "contoso"),
        ("desired/demo2/x.yaml", None),
        ("desired", None),
        (".", None),
    ],
)
def test_a_tenant_is_found_by_folder(path: str, name: str | None) -> None:
    found = tenant_of(read(FULL), path)

    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("settings", "is_needed"),
    [
        ("cloud: global, credential: static-token", False),
        ("cloud: global, credential: static-token, apply: {credential: default}", True),
        ("cloud: global, apply: {credential: static-token}", True),
        ("cloud: emulator", False),
    ],
)
def test_a_tenant_id_is_needed_by_whoever_asks_for_a_token(settings: str, is_needed: bool) -> None:
    source = SourceFile("reconciler.yaml", one(f"{settings}, desired: d").encode())
    expected = pytest.raises(InvalidInput, match="1 error") if is_needed else nullcontext()
    with expected:
        assert parse(source, root="/r").tenants
