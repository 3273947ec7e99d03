"""One object of three is rubbish: it is unknown, and the others are planned as if it were not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support import scripted_server as says
from tests.support.cli import Shell
from tests.support.graph_script import object_id, parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.scripted_server import Asked, ScriptedServer, Telling

TENANT_ID: Final = "12f988bf-16f1-11af-11ab-1d7cd011db47"
CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
tenants:
  contoso: {{cloud: global, tenantId: {tenant}, credential: static-token, graphUrl: "{root}", desired: d}}
"""
DOCUMENT: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {{id: "{id}"}}
spec: {{assignedTo: kai@contoso.com, customTags: {{present: [x]}}}}
"""
GOOD: Final = {
    "status": "active",
    "severity": "low",
    "assignedTo": None,
    "customTags": ["y"],
    "displayName": "title",
    "description": "text",
    "tenantId": TENANT_ID,
    "createdDateTime": "2026-11-20T10:00:00Z",
    "lastUpdateDateTime": "2026-11-20T10:00:00.1234567Z",
    "redirectIncidentId": None,
}
DEEP: Final = "[" * 900 + "]" * 900
DEEPER: Final = '{"a":' * 20_000 + "1" + "}" * 20_000


def whole(number: str, **raw: str) -> str:
    """One incident as JSON; ``raw`` goes in as it is."""
    told = {"id": json.dumps(number), **{name: json.dumps(it) for name, it in GOOD.items()}, **raw}
    return f"{{{','.join(f'{json.dumps(name)}:{value}' for name, value in told.items())}}}"


def tell(server: ScriptedServer, rubbish: str) -> None:
    """What Graph says of 2, by id and in a list; 1 and 3 are good."""

    def say(asked: Asked) -> Telling:
        if asked.method == "GET":
            listed = ",".join((whole("1"), rubbish, whole("3")))
            return says.reply(200, f'{{"value":[{listed}],"@odata.count":3}}'.encode())
        asked_for = [(part["id"], object_id(str(part["url"]))) for part in parts(asked)]
        answers = [
            f'{{"id":"{part_id}","status":200,"body":{rubbish if number == "2" else whole(number)}}}'
            for part_id, number in asked_for
        ]
        return says.reply(200, f'{{"responses":[{",".join(answers)}]}}'.encode())

    server.follow(say)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with says.serving() as running:
        yield running


@pytest.fixture
def shell(tmp_path: Path, server: ScriptedServer) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG.format(root=server.root, tenant=TENANT_ID))
    (tmp_path / "d").mkdir()
    for number in "123":
        (tmp_path / "d" / f"{number}.yaml").write_text(DOCUMENT.format(id=number))
    return Shell(tmp_path, {"RECONCILER_TOKEN": "canary-token"})


RUBBISH: Final = {
    "nested 900 deep": whole("2", assignedTo=DEEP),
    "nested deeper than Python reads": whole("2", customTags=DEEPER),
    "a number of 400 digits": whole("2", assignedTo="1" + "0" * 400),
    "a number of 5,000 digits": whole("2", assignedTo="1" * 5_000),
    "beyond all numbers": whole("2", customTags="[1e999]"),
    "NaN": whole("2", displayName="NaN"),
    "Infinity": whole("2", createdDateTime="-Infinity"),
    "the same key twice": whole("2", status='"active","status":"resolved"'),
    "10 MB of text": whole("2", description=json.dumps("x" * 10_000_000)),
    "10 MB of tags": whole("2", customTags=json.dumps(["x" * 99] * 100_000)),
    "an assignee that is a list": whole("2", assignedTo="[]"),
    "a tag that is a number": whole("2", customTags='["y",5]'),
    "tags that are text": whole("2", customTags='"y"'),
    "a time that is a number": whole("2", lastUpdateDateTime="5"),
    "a creation that is a list": whole("2", createdDateTime="[]"),
    "a status that is true": whole("2", status="true"),
    "an id that is a number": whole("2", id="2"),
    "another object's id": whole("3"),
    "no id": whole("2", id="null"),
    "an id that is a path": whole("2", id='"../2"'),
    "a list": "[]",
    "a number": "5",
    "nothing": "null",
    "text": '"x"',
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
def test_one_objects_rubbish_makes_one_object_unknown(
    shell: Shell, server: ScriptedServer, rubbish: str
) -> None:
    tell(server, rubbish)

    assert shell.run("plan", "--format", "json", "--out", "p.json") == 1

    plan = json.loads(shell.out)
    assert [(one["id"], one["action"], one["reason"]) for one in plan["changes"]] == [
        ("1", "update", "differs"),
        ("2", "skip", "unknown"),
        ("3", "update", "differs"),
    ]
    assert len(shell.out) < 100_000


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
def test_what_is_rubbish_in_a_list_is_neither_imported_nor_in_a_snapshot(
    shell: Shell, server: ScriptedServer, rubbish: str
) -> None:
    tell(server, rubbish)
    for number in "123":
        (shell.cwd / "d" / f"{number}.yaml").unlink()

    codes = {
        shell.run("import", "--kind", "Incident", "--fields", "assignedTo,customTags"),
        shell.run("snapshot", "--all", "--out", "s.json"),
    }

    assert codes <= {0, 1}
    assert "Traceback" not in shell.err
    assert {"1.yaml", "3.yaml"} <= {path.name for path in (shell.cwd / "d").iterdir()}


SURROGATE: Final = {
    "in its title": whole("2", displayName=r'"a\ud800b"'),
    "in a field that nobody declares": whole("2", description=r'"\udfff"'),
    "in its assignee": whole("2", assignedTo=r'"\ud800@contoso.com"'),
    "in a tag": whole("2", customTags=r'["\ud800"]'),
    "in its time": whole("2", lastUpdateDateTime=r'"\ud800"'),
}


@pytest.mark.parametrize("odd", SURROGATE.values(), ids=SURROGATE)
@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "github"])
def test_half_a_sign_ends_nothing(
    shell: Shell, server: ScriptedServer, odd: str, form: str
) -> None:
    tell(server, odd)

    assert shell.run("plan", "--format", form, "--out", "p.json") in {0, 1}
    assert shell.run("show", "p.json", "--format", form) == 0
    assert shell.run("snapshot", "--all", "--out", "s.json") in {0, 1}
    shell.out.encode()


@pytest.mark.parametrize("command", [("import",), ("snapshot", "--all", "--out", "s.json")])
@pytest.mark.parametrize("items", ["", whole("1")], ids=["empty pages", "the same page"])
def test_a_list_that_leads_on_and_on_without_anything_new_ends(
    shell: Shell, server: ScriptedServer, command: tuple[str, ...], items: str
) -> None:
    def say(asked: Asked) -> Telling:
        following = f"{server.root}{asked.path.partition('?')[0]}?$skiptoken={len(server.asked)}"
        return says.reply(200, f'{{"value":[{items}],"@odata.nextLink":"{following}"}}'.encode())

    server.follow(say)

    assert shell.run(*command) == 1
    assert "without anything new" in shell.err
    assert len(server.asked) < 40
