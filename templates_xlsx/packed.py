"""Cells as compact plain data: what a reader process hands over, and the rows made of it again.

JSON and nothing else: the reader's word is data, never code. Which cells are dates stands beside the rows.
Rows stay packed until they are asked for, so a ledger of 100 000 rows costs the serving process its text once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, overload

import orjson

from templates_xlsx.sheets import CellValue

ROWS = 500
"""Rows of a block."""
_KINDS: dict[type, str] = {date: "date", datetime: "datetime", time: "time", timedelta: "timedelta"}
_CODED: dict[str, Callable[[Any], CellValue]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


def pack(rows: Sequence[Sequence[CellValue]]) -> bytes:
    """Return a block of at most `ROWS` rows as JSON: `[rows, patterns, runs]`.

    Dates stand in the rows as ISO text, durations as seconds. A pattern is the `[[column, kind], ...]` of a row that
    holds some; a run `[from, to, pattern]` are the rows of one pattern (rows and columns from 0, `to` not included).
    """
    patterns: list[list[tuple[int, str]]] = []
    known: dict[tuple[type, ...], int] = {}
    runs: list[list[int]] = []
    for number, row in enumerate(rows):
        types = tuple(map(type, row))
        pattern = known.get(types)
        if pattern is None:
            coded = [(column, _KINDS[each]) for column, each in enumerate(types) if each in _KINDS]
            pattern = known[types] = len(patterns) if coded else -1
            if coded:
                patterns.append(coded)
        if pattern < 0:
            continue
        if runs and runs[-1][1] == number and runs[-1][2] == pattern:
            runs[-1][1] = number + 1
        else:
            runs.append([number, number + 1, pattern])
    return orjson.dumps([rows, patterns, runs], default=timedelta.total_seconds)


def unpack(block: bytes) -> list[list[CellValue]]:
    """Return the rows of a block."""
    rows, patterns, runs = orjson.loads(block)
    for start, end, pattern in runs:
        for column, kind in patterns[pattern]:
            made = _CODED[kind]
            for row in rows[start:end]:
                row[column] = made(row[column])
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
