"""Dates and periods as clerks write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from forms.written.words import fold, small_number, squeeze

_D = r"[\d〇○零一二三四五六七八九十]"
_WRITTEN = re.compile(
    rf"({_D}{{4}})\s*[年\-./]\s*({_D}{{1,3}})(?:\s*[月\-./]\s*({_D}{{1,3}})\s*[日号]?|\s*月)?"
)
_LETTER = re.compile(r"(?<=[零一二三四五六七八九〇○])[Oo0](?=[零一二三四五六七八九〇○Oo0年])")
"""A letter or a nought among Chinese digits: 二O二六年."""
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(0[1-9]|1[0-2])(\d\d)?")
_WITH_TIME = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
)
_WEEKDAY = re.compile(r"[(]?(?:星期|周)[一二三四五六日天][)]?$")
_SERIAL = re.compile(r"([3-5]\d{4}|60000)(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
OPEN_END = "长期"
"""The word for an end that is open."""


@dataclass(frozen=True)
class DateReading:
    """A date that was read, and how.

    Attributes:
        how: `day`; `month` (no day given: the first, or for an end the last of the month); `serial`
            (the number of a spreadsheet's date).
    """

    value: date
    how: Literal["day", "month", "serial"] = "day"


def is_open_end(text: str) -> bool:
    """Tell whether an end date is open: empty or 长期."""
    return squeeze(text) in ("", OPEN_END)


def read_date(text: str, *, end: bool = False) -> DateReading | None:
    """Read a date; None where it is none.

    Takes 2024年3月1日, 2024.3.1, 2024/3/1, 2024-03-01 (also with a time), 20240301, 二〇二四年三月一日,
    2024年3月, and spreadsheet serial numbers from 30000 to 60000.

    Args:
        end: a month without a day means its last day.
    """
    folded = _LETTER.sub("〇", fold(text).lstrip("'"))
    with_time = _WITH_TIME.fullmatch(folded)
    if with_time:
        folded = with_time[1]
    folded = _WEEKDAY.sub("", re.sub(r"\s+", "", folded))
    folded = re.sub(r"^(\d+)\.0+$", r"\1", folded)
    if _SERIAL.fullmatch(folded):
        serial = int(float(folded))
        return DateReading(_EPOCH + timedelta(days=serial), "serial") if serial <= 60000 else None
    found = _COMPACT.fullmatch(folded) or _WRITTEN.fullmatch(folded)
    if found is None:
        return None
    year, month = small_number(found[1]), small_number(found[2])
    day = small_number(found[3]) if found[3] else None
    if year is None or month is None or not 1900 <= year <= 2199 or not 1 <= month <= 12:
        return None
    if found[3] is None:
        return DateReading(date(year, month, calendar.monthrange(year, month)[1] if end else 1), "month")
    if day is None or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return DateReading(date(year, month, day))


def show_date(value: date) -> str:
    """Return 2026年4月13日."""
    return f"{value.year}年{value.month}月{value.day}日"


_SURE = re.compile(r"起至|[至到]|——|—|–|--|~|∼|〜|～")
_DASH = re.compile(r"-")
_SHORT_END = re.compile(rf"({_D}{{1,3}})(?:[月.\-/]({_D}{{1,3}})[日号]?|月)")


def parse_period(text: str) -> tuple[str, str]:
    """Split a period into the text of its start and of its end.

    2026年4月13日至2029年4月12日, 2026-04-13 至 长期, 2026.4.13-2029.4.12, 2026年4月13日起,
    2026年3月1日至5月1日, 2026年3月至12月 (the end takes the start's year). A text that is no period comes back whole as the
    start, so that it is judged, and told, there. An end that is no date comes back as it stands.
    """
    whole = fold(text)
    trimmed = re.sub(r"^[自从由]", "", whole)
    trimmed = re.sub(r"(?:[止内]|为止)$", "", trimmed).strip()
    splits = [found for pattern in (_SURE, _DASH) for found in pattern.finditer(trimmed)]
    # A dash may stand inside a date: 2026-04-13-2027-04-12 splits where a whole day ends, so days go first.
    for how in ("day", "month"):
        for found in splits:
            start = re.sub(r"[起始]+$", "", trimmed[: found.start()].strip())
            end = re.sub(r"止$", "", trimmed[found.end() :].strip()).lstrip("-")
            reading = read_date(start)
            if (
                reading is not None
                and reading.how == how
                and (how == "day" or is_open_end(end) or read_date(_with_year(start, end)))
            ):
                return start, _with_year(start, end)
    two = trimmed.split()
    if len(two) == 2 and read_date(two[0]) is not None and read_date(two[1]) is not None:
        return two[0], two[1]
    begun = re.fullmatch(r"(.+?)(?:起|开始)[,,、]?\s*(长期)?", trimmed) or re.fullmatch(
        r"(.+?)[,,、]?\s*(长期)", trimmed
    )
    if begun and read_date(begun[1]) is not None:
        return begun[1].strip(), begun[2] or ""
    return text.strip(), ""


def _with_year(start: str, end: str) -> str:
    """Give an end written as 5月1日 or 12月 the year of its start."""
    short = _SHORT_END.fullmatch(re.sub(r"\s+", "", end))
    begun = read_date(start)
    if short is None or begun is None:
        return end
    month = small_number(short[1])
    if short[2] is None:
        return f"{begun.value.year}年{month}月"
    return f"{begun.value.year}年{month}月{small_number(short[2])}日"
