"""Ledgers as offices print them: title, unit row, frozen and repeated header, total, signatures, A3 landscape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Column:
    """One column of a ledger.

    Attributes:
        key: where its value stands in a row.
        label: the words in the header.
        kind: text stays text (also "=1+1", 身份证号 and phones), money and number are numbers, date a real date.
        group: words of a header row above, shared by neighbours of the same group; "" for none.
        width: characters; None measures the content.
        total: whether the 合计 row sums it.
    """

    key: str
    label: str
    kind: Literal["text", "long_text", "number", "money", "date"] = "text"
    group: str = ""
    width: float | None = None
    total: bool = False


@dataclass(frozen=True)
class Heading:
    """What stands above and below the rows.

    Attributes:
        title: the large line; also the sheet's name where `sheet` is empty.
        unit: 填报单位.
        day: 填报日期 as it is to be read, such as 2026年3月2日.
        prepared_by, reviewed_by: 填表人, 审核人 of the signature tail; empty leaves room for a pen.
        signatures: whether the tail is written at all.
        numbered: whether a 序号 column comes first.
    """

    title: str
    unit: str = ""
    day: str = ""
    sheet: str = ""
    prepared_by: str = ""
    reviewed_by: str = ""
    signatures: bool = True
    numbered: bool = True


def write_ledger(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], heading: Heading) -> bytes:
    """Return an .xlsx of a ledger.

    Rows are taken one by one; dates may be `date` or ISO text, money and numbers `Decimal`, int or text.
    """
    raise NotImplementedError
