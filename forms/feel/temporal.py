"""Dates, times and durations as FEEL writes them: reading, writing, adding months."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forms.feel.values import YearsMonths

_DATE = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(\.\d+)?(?:(Z|z|[+-]\d\d:\d\d(?::\d\d)?)|@([A-Za-z_]+(?:[/A-Za-z0-9_+-]+)*))?",
    re.ASCII,
)
_MINUTE_TIME = re.compile(r"(\d\d):(\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DAYS = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d*)?|\.\d+)S)?)?", re.ASCII)
_MONTHS = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
D = TypeVar("D", date, datetime)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"no such time zone: {name}") from None


def _offset(text: str) -> tzinfo:
    if text in ("Z", "z"):
        return UTC
    parts = [int(part) for part in text[1:].split(":")]
    if parts[0] > 14 or any(part > 59 for part in parts[1:]):
        raise ValueError(f"no such offset: {text}")
    ahead = timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
    return timezone(-ahead if text[0] == "-" else ahead)


def parse_date(text: str) -> date:
    """Read `2026-02-13`. Raises ValueError; years outside 1 to 9999 are refused."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a date: {text}")
    return date(int(match[1]), int(match[2]), int(match[3]))


def parse_time(text: str) -> time:
    """Read `13:00:00`, with fraction, offset (`+08:00`, `Z`) or zone (`@Europe/Paris`). Raises ValueError."""
    text = text.removeprefix("T")
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time: {text}")
    zone = _offset(match[5]) if match[5] else _zone(match[6]) if match[6] else None
    micro = int(Decimal(match[4]) * 1_000_000) if match[4] else 0
    return time(int(match[1]), int(match[2]), int(match[3]), micro, zone)


def parse_datetime(text: str) -> datetime:
    """Read `2026-02-13T13:00:00` (seconds may lack, as browsers write it); a date alone is its midnight."""
    day, mark, clock = text.partition("T")
    if not mark:
        return datetime.combine(parse_date(text), time())
    if (short := _MINUTE_TIME.fullmatch(clock)) is not None:
        clock = f"{short[1]}:{short[2]}:00{short[3] or ''}"
    if clock.startswith("24:00:00"):
        moment = datetime.combine(parse_date(day), parse_time("00" + clock[2:]))
        return moment + timedelta(days=1)
    return datetime.combine(parse_date(day), parse_time(clock))


def parse_duration(text: str) -> timedelta | YearsMonths:
    """Read `P1DT2H` or `P1Y2M`. Raises ValueError for anything else, mixtures included."""
    if text.endswith("T") or text in ("P", "-P"):
        raise ValueError(f"not a duration: {text}")
    match = _MONTHS.fullmatch(text)
    if match is not None:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = _DAYS.fullmatch(text)
    if match is None:
        raise ValueError(f"not a duration: {text}")
    micro = int(Decimal(match[5] or 0) * 1_000_000)
    length = timedelta(
        days=int(match[2] or 0), hours=int(match[3] or 0), minutes=int(match[4] or 0), microseconds=micro
    )
    return -length if match[1] else length


def parse_temporal(text: str) -> date | time | datetime | timedelta | YearsMonths:
    """Read what stands in `@"..."`: a date, a time, a date and time or a duration. Raises ValueError."""
    if text.startswith(("P", "-P")):
        return parse_duration(text)
    if "T" in text.partition("@")[0] and not text.startswith("T"):
        return parse_datetime(text)
    if _DATE.fullmatch(text):
        return parse_date(text)
    return parse_time(text)


def _show_zone(value: time | datetime) -> str:
    zone = value.tzinfo
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = value.utcoffset() or timedelta()
    if not offset:
        return "Z"
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}{tail}"


def _show_clock(value: time | datetime) -> str:
    fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
    return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}{_show_zone(value)}"


def show(value: date | time | datetime | timedelta | YearsMonths) -> str:
    """Write a temporal value as FEEL does; `parse_temporal` reads it back."""
    if isinstance(value, datetime):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}T{_show_clock(value)}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _show_clock(value)
    if isinstance(value, YearsMonths):
        return _show_months(value.months)
    return _show_days(value)


def _show_months(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    body = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return f"{'-' if months < 0 else ''}P{body or '0M'}"


def _show_days(value: timedelta) -> str:
    micro = abs(value) // _MICROSECOND
    seconds, micro = divmod(micro, 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{micro:06d}".rstrip("0") if micro else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or micro else ""
    body = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if value < timedelta() else ''}P{body or 'T0S'}"


def add_months(value: D, months: int) -> D:
    """Return a date some months later; the last day of a shorter month where the day does not exist."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    return value.replace(year=year, month=month + 1, day=min(value.day, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> YearsMonths:
    """Return the whole months from start to end, negative when end is earlier."""
    if end < start:
        return YearsMonths(-months_between(end, start).months)
    months = (end.year - start.year) * 12 + end.month - start.month
    if end.day < start.day:
        months -= 1
    return YearsMonths(months)
