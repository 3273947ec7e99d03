"""Text in the usual form → its documents, without a YAML library and in a quarter of its time.

The usual form is what people and ``import`` write: block mappings of plain words, every value in one
line, as plain text, in quotes without escapes, or as a list or mapping in brackets. Whatever else
stands in a file (an anchor, an escape, a folded text, a number, a key that stands twice, an error)
makes it unusual, and ``events`` reads it, whole: nothing is refused, repaired or warned of in here.
That both see the same documents at the same places is held by tests on generated files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reconciler.documents.tree import Document
from reconciler.documents.usual_line import LONGEST_LINE, Item, Pair, Start, Unusual, said

if TYPE_CHECKING:
    from reconciler.documents.tree import Mark, Spot

_NOWHERE: Final = -1
"""An indentation that no line has."""


def usual(path: str, text: str) -> list[Document] | None:
    """None for text in any other form. ``text``: without hidden characters, see ``characters``."""
    lines = text.split("\n")
    if max(map(len, lines)) > LONGEST_LINE:
        return None
    reader = _Reader(path)
    pair = reader.pair
    try:
        for number, line in enumerate(lines):
            found = said(number, line)
            if type(found) is Pair:
                pair(number, found)
            elif type(found) is Item:
                reader.item(number, found)
            elif type(found) is Start:
                reader.end()
        reader.end()
    except Unusual:
        return None
    return reader.documents


class _Reader:
    """The block mapping that is being filled, and those around it."""

    __slots__ = (
        "_around",
        "_data",
        "_indent",
        "_items",
        "_path",
        "_root",
        "_spots",
        "_waiting",
        "documents",
    )

    def __init__(self, path: str) -> None:
        self._path = path
        self.documents: list[Document] = []
        self._start()

    def _start(self) -> None:
        self._indent = _NOWHERE
        self._data: dict[str, Any] = {}
        self._spots: dict[str, Spot] = {}
        self._around: list[tuple[int, dict[str, Any], dict[str, Spot]]] = []
        self._root: Spot | None = None
        self._waiting: tuple[str, Mark] | None = None
        """A key whose value stands in the lines below it, none of which was seen yet."""
        self._items: tuple[int, list[Any], list[Spot]] | None = None
        """The block list that the last line belonged to: its indentation, and what it holds."""

    def pair(self, number: int, found: Pair) -> None:
        indent, key, data, spot = found
        if indent != self._indent or self._waiting is not None:
            self._move(number, indent)
        self._items = None
        if key in self._data:
            raise Unusual
        if spot is None:
            self._waiting = key, (number, indent)
        else:
            self._data[key] = data if type(data) is str else _own(data)
            self._spots[key] = spot

    def item(self, number: int, found: Item) -> None:
        indent, data, spot = found
        if self._items is None or self._items[0] != indent:
            self._items = self._list(number, indent)
        self._items[1].append(data)
        self._items[2].append(spot)

    def end(self) -> None:
        """Of a document, if there is one."""
        if self._waiting is not None:
            raise Unusual
        if self._root is not None:
            data = self._around[0][1] if self._around else self._data
            self.documents.append(Document(self._path, data, self._root))
            self._start()

    def _move(self, number: int, indent: int) -> None:
        """To the mapping that a key at ``indent`` belongs to."""
        if self._root is None:
            self._open(number, indent)
        elif self._waiting is not None:
            self._deepen(number, indent)
        else:
            while self._indent > indent and self._around:
                self._indent, self._data, self._spots = self._around.pop()
            if self._indent != indent:
                raise Unusual

    def _open(self, number: int, indent: int) -> None:
        if indent:
            raise Unusual
        self._root = (number, 0), (number, 0), self._spots
        self._indent = 0

    def _deepen(self, number: int, indent: int) -> None:
        if indent <= self._indent:
            raise Unusual
        data: dict[str, Any] = {}
        spots: dict[str, Spot] = {}
        self._put(data, (number, indent), spots)
        self._around.append((self._indent, self._data, self._spots))
        self._indent, self._data, self._spots = indent, data, spots

    def _list(self, number: int, indent: int) -> tuple[int, list[Any], list[Spot]]:
        """It may stand as far left as its key."""
        if indent < self._indent:
            raise Unusual
        data: list[Any] = []
        spots: list[Spot] = []
        self._put(data, (number, indent), spots)
        return indent, data, spots

    def _put(self, data: Any, mark: Mark, spots: Any) -> None:
        """As the value of the key that waits."""
        if self._waiting is None:
            raise Unusual
        key, key_mark = self._waiting
        self._data[key] = data
        self._spots[key] = (key_mark, mark, spots)
        self._waiting = None


def _own(data: Any) -> Any:
    """For one document alone."""
    if isinstance(data, dict):
        return {key: _own(value) for key, value in data.items()}
    return data.copy() if isinstance(data, list) else data
