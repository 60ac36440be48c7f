"""The same workbook with its faulty cells marked and a list of the faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Mark:
    """One fault at its place: sheet, cell ("E7", or "" for the whole sheet), the sentence."""

    sheet: str
    cell: str
    message: str
    severity: Literal["error", "warning"] = "error"


def mark_faults(content: bytes, faults: Sequence[Mark]) -> bytes:
    """Return the workbook with the faulty cells filled red (warnings yellow) and a sheet 错误清单 listing them."""
    raise NotImplementedError
