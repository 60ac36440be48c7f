"""Times of diagrams: ISO 8601 dates, durations, repetitions, and cron for start events.

Every function takes the present as `at` (aware); nothing here asks a clock.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from workflows.engine.expressions import evaluate, expression

if TYPE_CHECKING:
    from forms.feel import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
Kind = Literal["date", "duration", "cycle"]

_BARE = re.compile(r"(R-?\d*/.+|[+-]?P[\dT][\w.,]*|\d{4}-?\d\d-?\d\d.*)")
_DURATION = re.compile(
    r"([+-])?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?",
    re.IGNORECASE,
)
_CRON_WORDS = re.compile(r"\S+(?:\s+\S+){4,6}")


MOST_ROUNDS = 10_000
"""Rounds of a cycle that are counted back from its end; more are a slip of the pen."""


class TimerError(ValueError):
    """A text is no time of its kind; `text` is what was given."""

    def __init__(self, text: object) -> None:
        shown = " ".join(str(text).split())[:120]
        super().__init__(
            f"时间“{shown}”无法识别 / this is no time" if shown else "时间为空 / there is no time"
        )
        self.text = text


@dataclass(frozen=True)
class Duration:
    """A period of months and of a fixed length."""

    months: int
    length: timedelta

    def after(self, moment: datetime) -> datetime:
        """Return the moment this period later; the 31st falls back to the last day of a short month.

        Months and days are counted on the office's wall clock. Raises TimerError beyond the years 1 to 9999.
        """
        local = moment.astimezone(SHANGHAI)
        try:
            if self.months:
                index = local.year * 12 + local.month - 1 + self.months
                year, month = divmod(index, 12)
                local = local.replace(
                    year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1])
                )
            return local + self.length
        except (ValueError, OverflowError) as error:
            raise TimerError(f"{moment.isoformat()} {self.months:+} months {self.length}") from error

    def before(self, moment: datetime) -> datetime:
        """Return the moment this period earlier."""
        return Duration(-self.months, -self.length).after(moment)

    @property
    def is_positive(self) -> bool:
        """True if it leads forward."""
        return self.months > 0 or (self.months == 0 and self.length > timedelta(0))


@dataclass(frozen=True)
class Cycle:
    """A repetition: first moment, period or cron, how often (None: for ever)."""

    first: datetime
    every: str
    times: int | None


def is_bare(text: str) -> bool:
    """True if a timer's text is ISO 8601 as it stands, so that it is no expression."""
    return _BARE.fullmatch(text.strip()) is not None


def is_cron(text: str) -> bool:
    """True if a text looks like cron: five to seven words of cron characters."""
    stripped = text.strip()
    return bool(_CRON_WORDS.fullmatch(stripped)) and not re.search(r"[=(){}\"]", stripped)


def parse_duration(text: str) -> Duration:
    """Read `P1Y2M3W4DT5H6M7S`. Raises TimerError."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()[1:]) or text.strip().upper().endswith("T"):
        raise TimerError(text)
    sign = -1 if match.group(1) == "-" else 1
    try:
        years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[1:7])
        seconds = float((match.group(8) or "0").replace(",", "."))
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError) as error:
        raise TimerError(text) from error
    return Duration(sign * (years * 12 + months), sign * length)


def parse_moment(text: str) -> datetime:
    """Read an ISO date or date and time; without a zone it is the office's. Raises TimerError."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise TimerError(text) from error
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


def as_moment(value: Any) -> datetime | None:
    """Turn a date, date and time, or ISO text into an aware moment; a bare day means its end, 23:59:59.

    None for anything else.
    """
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59), SHANGHAI)
    if isinstance(value, str):
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
                return as_moment(date.fromisoformat(value.strip()))
            return parse_moment(value)
        except ValueError:
            return None
    return None


def as_duration(value: Any) -> Duration:
    """Turn a days-and-time, a years-and-months duration or ISO text into a Duration. Raises TimerError."""
    if isinstance(value, timedelta):
        return Duration(0, value)
    months = getattr(value, "months", None)
    if isinstance(months, int):
        return Duration(months, timedelta(0))
    if isinstance(value, str):
        return parse_duration(value)
    raise TimerError(str(value))


def parse_cycle(text: str, at: datetime) -> Cycle:
    """Read `R3/PT1H`, `R/2026-01-01T00:00/P1Y`, `R2/P1D/2026-02-01T00:00`. Raises TimerError."""
    head, *rest = text.strip().split("/")
    if not re.fullmatch(r"[Rr]\d*", head) or not 1 <= len(rest) <= 2:
        raise TimerError(text)
    times = _count(head[1:])
    if len(rest) == 1:
        every = parse_duration(rest[0])
        first, period = every.after(at), rest[0]
    elif rest[0].lstrip("+-").upper().startswith("P"):
        every, end = parse_duration(rest[0]), parse_moment(rest[1])
        first, period = end, rest[0]
        if times is not None and times > MOST_ROUNDS:
            raise TimerError(text)
        for _ in range((times or 1) - 1):
            first = every.before(first)
    else:
        every = parse_duration(rest[1])
        first, period = parse_moment(rest[0]), rest[1]
    if not every.is_positive:
        raise TimerError(text)
    return Cycle(first, period, times)


def _count(digits: str) -> int | None:
    """How often a cycle repeats; None for ever."""
    if len(digits) > 12:
        raise TimerError(f"R{digits}")
    return int(digits) if digits else None


def settle(kind: Kind, text: str, scope: Mapping[str, Any], world: World) -> Cycle:
    """Work out when a timer fires: `first`, and for cycles `every` and `times`. Raises TimerError."""
    if kind == "cycle" and is_cron(text):
        first = Cron.parse(text).after(world.at)
        if first is None:
            raise TimerError(text)
        return Cycle(first, text.strip(), None)
    value: Any = text.strip() if is_bare(text) else evaluate(text, scope, world)
    if kind == "duration":
        return Cycle(as_duration(value).after(world.at), "", 1)
    if kind == "date":
        if isinstance(value, date) and not isinstance(value, datetime):
            return Cycle(datetime.combine(value, time(), SHANGHAI), "", 1)
        if isinstance(value, str):
            return Cycle(parse_moment(value), "", 1)
        moment = as_moment(value)
        if moment is None:
            raise TimerError(text)
        return Cycle(moment, "", 1)
    if isinstance(value, timedelta) or isinstance(getattr(value, "months", None), int):
        period = _iso(as_duration(value))
        return Cycle(as_duration(value).after(world.at), period, None)
    if not isinstance(value, str):
        raise TimerError(text)
    return parse_cycle(value, world.at)


def _iso(duration: Duration) -> str:
    seconds = duration.length.total_seconds()
    return f"P{duration.months}MT{seconds:.6f}".rstrip("0").rstrip(".") + "S"


def check_timer(kind: Kind, text: str) -> None:
    """Refuse a timer text that cannot be read. Raises TimerError or FeelSyntaxError."""
    stripped = text.strip()
    if not stripped:
        raise TimerError(text)
    if kind == "cycle" and is_cron(stripped):
        Cron.parse(stripped)
        return
    if not is_bare(stripped):
        expression(stripped)
        return
    at = datetime(2026, 1, 1, tzinfo=SHANGHAI)
    if kind == "cycle":
        parse_cycle(stripped, at)
    elif kind == "duration":
        parse_duration(stripped)
    else:
        parse_moment(stripped)


def next_round(due: datetime, every: str, at: datetime) -> tuple[datetime | None, int]:
    """Return the first due moment after `at`, and how many rounds were passed over on the way (at least 1).

    Only cron may come to an end.
    """
    if is_cron(every):
        return Cron.parse(every).after(max(at, due)), 1
    period, rounds = parse_duration(every), 0
    if not period.months and due < at:
        # Counted, not walked: a short period may have been missed millions of times.
        rounds = (at - due) // period.length
        due = period.length * rounds + due
    while due <= at or rounds == 0:
        due, rounds = period.after(due), rounds + 1
    return due, rounds


def next_start(kind: Kind, text: str, after: datetime, world: World) -> datetime | None:
    """When a start event with this timer fires next, strictly after `after`; None if never again.

    Cron and `R/start/period` know all their moments; `R/period` counts from `after`.
    """
    if kind == "cycle" and is_cron(text):
        return Cron.parse(text).after(after)
    cycle = settle(kind, text, {}, world)
    if kind != "cycle":
        return cycle.first if cycle.first > after else None
    due, left = cycle.first, cycle.times
    if due > after:
        return due
    following, rounds = next_round(due, cycle.every, after)
    return following if left is None or rounds < left else None


_NAMES = {
    4: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    5: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
}
_BOUNDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


@dataclass(frozen=True)
class Cron:
    """A cron text as Camunda 7 has it (Quartz): second minute hour day month weekday [year].

    Five words are read as the classic form, without seconds and with Sunday 0.
    """

    parts: tuple[frozenset[int] | None, ...]

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read a cron text. Raises TimerError."""
        words = text.upper().split()
        classic = len(words) == 5
        if classic:
            words = ["0", *words]
        if not 6 <= len(words) <= 7:
            raise TimerError(text)
        return cls(tuple(cls._part(word, place, classic) for place, word in enumerate(words)))

    @staticmethod
    def _part(word: str, place: int, classic: bool) -> frozenset[int] | None:
        """Return the values a word stands for; None for all."""
        if word in ("*", "?"):
            return None
        low, high = _BOUNDS[place]
        values: set[int] = set()
        for piece in word.split(","):
            body, _, step = piece.partition("/")
            first, _, last = body.partition("-")
            try:
                start = low if first == "*" else Cron._number(first, place, classic)
                stop = Cron._number(last, place, classic) if last else (high if step else start)
                stop = high if first == "*" else stop
                if not low <= start <= stop <= high + (place == 5 and classic):
                    raise TimerError(word)
                values.update(range(start, stop + 1, int(step or 1)))
            except ValueError as error:
                raise TimerError(word) from error
        if not values or min(values) < low or max(values) > high:
            raise TimerError(word)
        return frozenset(values)

    @staticmethod
    def _number(text: str, place: int, classic: bool) -> int:
        names = _NAMES.get(place, [])
        if text in names:
            return names.index(text) + 1
        number = int(text)
        return number % 7 + 1 if place == 5 and classic else number

    def after(self, moment: datetime) -> datetime | None:
        """Return the first moment after another; None if there is none within ten years."""
        local = (moment.astimezone(SHANGHAI) + timedelta(seconds=1)).replace(microsecond=0)
        day = local.date()
        for _ in range(3660):
            if self._day_matches(day):
                earliest = local.time() if day == local.date() else time()
                found = self._time_from(earliest.replace(tzinfo=None))
                if found is not None:
                    return datetime.combine(day, found, SHANGHAI)
            day += timedelta(days=1)
        return None

    def _day_matches(self, day: date) -> bool:
        values = (day.day, day.month, day.isoweekday() % 7 + 1, day.year)
        return all(part is None or value in part for part, value in zip(self.parts[3:], values, strict=False))

    def _time_from(self, earliest: time) -> time | None:
        seconds, minutes, hours = (
            sorted(part) if part is not None else range(low, high + 1)
            for part, (low, high) in zip(self.parts[:3], _BOUNDS[:3], strict=True)
        )
        for hour in hours:
            if hour < earliest.hour:
                continue
            for minute in minutes:
                for second in seconds:
                    found = time(hour, minute, second)
                    if found >= earliest:
                        return found
        return None
