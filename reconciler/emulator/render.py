"""Objects as answers show them: by API version, casing, selection and what the client may know."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator.store import compact
from reconciler.kinds.enums import SENTINEL

if TYPE_CHECKING:
    from reconciler.emulator.messages import Object
    from reconciler.emulator.store import Row
    from reconciler.emulator.wire import Wire
    from reconciler.model.words import Json


@dataclass(frozen=True, slots=True)
class View:
    """``knows_hidden``: sent ``Prefer: include-unknown-enum-members``."""

    version: str
    knows_hidden: bool
    is_pascal: bool
    select: frozenset[str] | None = None

    def text(self, wire: Wire, row: Row) -> str:
        """Stored text goes out as it stands wherever nothing has to be looked at."""
        masks = bool(row.hidden) and not self.knows_hidden
        shows_beta = self.version == "beta" and row.beta is not None
        text = f"{row.body[:-1]},{row.beta[1:]}" if shows_beta and row.beta else row.body
        if not masks and not self.is_pascal and self.select is None:
            return text
        return compact(self._shown(wire, json.loads(text), masks=masks))

    def _shown(self, wire: Wire, item: Object, *, masks: bool) -> Object:
        if masks:
            for name, members in wire.hidden.items():
                if item.get(name) in members:
                    item[name] = SENTINEL
        if self.is_pascal:
            item |= {name: pascal(item[name]) for name in wire.enum_names if name in item}
        if self.select is not None:
            item = {name: item[name] for name in item if name == "id" or name in self.select}
        return item


def pascal(value: Json) -> Json:
    return value[:1].upper() + value[1:] if isinstance(value, str) else value


def entity(context: str, text: str) -> str:
    """One object as the whole answer."""
    return f'{{"@odata.context":{json.dumps(context)},{text[1:]}'


def with_related(text: str, name: str, related: list[str]) -> str:
    return f'{text[:-1]},"{name}":[{",".join(related)}]}}'


def collection(annotations: dict[str, Json], items: list[str]) -> str:
    return f'{compact(annotations)[:-1]},"value":[{",".join(items)}]}}'
