"""One fault at its place in a workbook, and how faults are shown there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
"""ARGB of the fill by severity: Excel's own light red and light yellow."""
HEADER = ("序号", "工作表", "单元格", "级别", "问题")
HEADER_FILL = "FFDDE6F0"
WORDS = {"error": "错误", "warning": "提醒"}


@dataclass(frozen=True)
class Mark:
    """One fault at its place: sheet, cell ("E7", or "" for the whole sheet), the sentence."""

    sheet: str
    cell: str
    message: str
    severity: Literal["error", "warning"] = "error"


def worst_of(faults: Sequence[Mark]) -> dict[tuple[str, str], str]:
    """Sheet and cell -> the gravest of its faults."""
    worst: dict[tuple[str, str], str] = {}
    for each in faults:
        if each.cell and worst.get((each.sheet, each.cell)) != "error":
            worst[each.sheet, each.cell] = each.severity
    return worst


def notes_of(faults: Sequence[Mark], sheet: str) -> dict[str, str]:
    """Cell -> what its note says: every fault of it, a line each."""
    told: dict[str, str] = {}
    for each in faults:
        if each.sheet == sheet and each.cell:
            line = f"{WORDS[each.severity]}：{each.message}"
            told[each.cell] = f"{told[each.cell]}\n{line}" if each.cell in told else line
    return told
