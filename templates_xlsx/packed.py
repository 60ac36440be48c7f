"""Cells as compact plain data: what a reader process hands over, and the rows made of it again.

JSON and nothing else: the reader's word is data, never code. Dates stand beside the rows, each with its place.
Rows stay packed until they are asked for, so a ledger of 100 000 rows costs the serving process its text once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, overload

import orjson

from templates_xlsx.sheets import CellValue

ROWS = 500
"""Rows of a block."""
_PLAIN = frozenset({str, int, float, bool, type(None)})


def pack(rows: Sequence[Sequence[CellValue]]) -> bytes:
    """Return a block of at most `ROWS` rows as JSON: `[rows, [[row, column, kind, text], ...]]`, places from 0."""
    plain: list[Sequence[CellValue]] = []
    coded: list[tuple[int, int, str, str]] = []
    for number, row in enumerate(rows):
        if _PLAIN.issuperset(map(type, row)):
            plain.append(row)
            continue
        bare = list(row)
        for column, value in enumerate(row):
            kind = type(value)
            if kind in _PLAIN:
                continue
            bare[column] = None
            if isinstance(value, timedelta):
                coded.append((number, column, "timedelta", str(value.total_seconds())))
            elif isinstance(value, (date, time)):
                coded.append((number, column, kind.__name__, value.isoformat()))
        plain.append(bare)
    return orjson.dumps([plain, coded])


_CODED: dict[str, Any] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda text: timedelta(seconds=float(text)),
}


def unpack(block: bytes) -> list[list[CellValue]]:
    """Return the rows of a block."""
    rows, coded = orjson.loads(block)
    for row, column, kind, text in coded:
        rows[row][column] = _CODED[kind](text)
    return rows


class PackedRows(Sequence[Sequence[CellValue]]):
    """Rows of a sheet that are unpacked block by block; the last few blocks are kept."""

    KEPT = 4

    def __init__(self, blocks: Sequence[bytes], height: int, width: int) -> None:
        self.blocks, self.height, self.width = blocks, height, width
        self._open: OrderedDict[int, list[list[CellValue]]] = OrderedDict()

    def __len__(self) -> int:
        return self.height

    @overload
    def __getitem__(self, index: int) -> Sequence[CellValue]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sequence[CellValue]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(self.height))]
        if index < 0:
            index += self.height
        if not 0 <= index < self.height:
            raise IndexError(index)
        return self._block(index // ROWS)[index % ROWS]

    def __iter__(self) -> Iterator[Sequence[CellValue]]:
        for number in range(len(self.blocks)):
            yield from self._block(number)

    def _block(self, number: int) -> list[list[CellValue]]:
        found = self._open.get(number)
        if found is None:
            found = unpack(self.blocks[number])
            # Two threads may unpack the same block; each then has its own good copy.
            self._open[number] = found
            while len(self._open) > self.KEPT:
                try:
                    self._open.popitem(last=False)
                except KeyError:
                    break
        return found
