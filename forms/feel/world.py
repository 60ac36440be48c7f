"""What an expression may know of the outside: the time and the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from forms.feel.calendar import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone of the office; a date and time without a zone is read in it."""


@dataclass(frozen=True)
class World:
    """The outside of an expression.

    Attributes:
        at: the moment of evaluation, aware.
        calendar: working days.
    """

    at: datetime
    calendar: Calendar

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("World.at must be aware of its time zone")

    @property
    def now(self) -> datetime:
        """The moment of evaluation in the office's zone."""
        return self.at.astimezone(SHANGHAI)

    @property
    def today(self) -> date:
        """The day of evaluation in the office's zone."""
        return self.now.date()
