"""JSON Schema in few words: the parts that the schemas of our own files are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from reconciler.clouds import CLOUDS
from reconciler.kinds import KINDS
from reconciler.model.plan import Cause, Judged
from reconciler.settings import COUNTED_GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.words import Json, JsonObject

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

ANY: Final[JsonObject] = {}
TEXT: Final[JsonObject] = {"type": "string"}
TEXT_OR_NULL: Final[JsonObject] = {"type": ["string", "null"]}
TRUTH: Final[JsonObject] = {"type": "boolean"}
COUNT: Final[JsonObject] = {"type": "integer", "minimum": 0}
LINE: Final[JsonObject] = {"type": "integer", "minimum": 1}
AMOUNT: Final[JsonObject] = {"type": "number", "minimum": 0}
HASH: Final[JsonObject] = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}


def record(properties: Mapping[str, JsonObject]) -> JsonObject:
    """An object with exactly these keys."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def listed(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


def one_of(words: Iterable[Json]) -> JsonObject:
    return {"enum": list(words)}


def nullable(schema: JsonObject) -> JsonObject:
    return {"anyOf": [schema, {"type": "null"}]}


KIND: Final = one_of(KINDS)

GUARD: Final = one_of(COUNTED_GUARDS)

REF: Final = record({"kind": KIND, "id": TEXT})

SOURCE: Final = record({"path": TEXT, "line": LINE})

TENANT: Final = record(
    {"name": TEXT, "tenantId": TEXT_OR_NULL, "cloud": one_of(CLOUDS), "graphUrl": TEXT}
)

FIELD: Final = record({"name": TEXT, "before": ANY, "after": ANY, "cause": one_of(get_args(Cause))})

KEPT: Final = record(
    {"name": TEXT, "base": ANY, "declared": ANY, "live": ANY, "cause": one_of(get_args(Judged))}
)

SPEC: Final[JsonObject] = {"type": "object", "minProperties": 1}
"""What a document says of an object, as the plan carries it along."""
