"""The check of a table, some records at a time: filtered by what is to be done with them, a page of them drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from webapp.work.grid import FaultLine
from workflows.usecases.views import Preview, PreviewRecord

ROWS, SHEETS = 50, 5
"""Records a page: rows of a ledger, applications of a sheet each."""
KEPT: dict[str, Callable[[PreviewRecord], bool]] = {
    "": lambda record: True,
    "wrong": lambda record: record.wrong,
    "ask": lambda record: record.doubtful,
    "new": lambda record: not record.wrong and record.change == "new",
    "changed": lambda record: not record.wrong and record.change == "changed",
    "unchanged": lambda record: not record.wrong and record.change == "unchanged",
}
"""Filter -> which records it keeps."""


@dataclass(frozen=True)
class Shown:
    """The records of a page. `page_of`: index of each record that the filter keeps -> the page it stands on."""

    show: str
    number: int
    size: int
    total: int
    records: tuple[PreviewRecord, ...]
    page_of: Mapping[int, int]
    counts: Mapping[str, int]

    @property
    def some(self) -> Sequence[PreviewRecord] | None:
        """The records, where they are not all."""
        return self.records if self.show or self.total > self.size else None

    def lines(self, lines: Sequence[FaultLine]) -> list[FaultLine]:
        """The faults of what the filter keeps; those of the whole table always."""
        return [each for each in lines if each.record is None or each.record in self.page_of]


def shown(found: Preview, show: str, number: int) -> Shown:
    """A page of the records that a filter keeps; an unknown filter keeps all."""
    show = show if show in KEPT else ""
    kept = [each for each in found.records if KEPT[show](each)]
    size = ROWS if any(each.row is not None for each in found.records) else SHEETS
    number = min(max(number, 1), max((len(kept) + size - 1) // size, 1))
    return Shown(
        show,
        number,
        size,
        len(kept),
        tuple(kept[(number - 1) * size : number * size]),
        {each.index: at // size + 1 for at, each in enumerate(kept)},
        {key: sum(map(keeps, found.records)) for key, keeps in KEPT.items()},
    )
