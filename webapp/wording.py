"""How dates, times, amounts and time limits are said: filters and globals of the templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from flask import Flask

from forms.feel.calendar import Calendar, china
from webapp import edge
from webapp.i18n import _, locale_name, ngettext
from workflows.usecases.views import Due

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
DEFAULT_LIMIT = 10  # working days a bar stands for where its start is unknown

Tone = Literal["", "green", "blue", "amber", "red"]


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).date()
    return value


def full_date(value: date | datetime | None) -> str:
    """2026年3月16日 (16 March 2026 in English); nothing for None."""
    if value is None:
        return ""
    day = _day(value)
    if locale_name() == "en":
        return f"{day.day} {day:%B} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def date_weekday(value: date | datetime) -> str:
    """2026年3月16日 星期一."""
    day = _day(value)
    if locale_name() == "en":
        return f"{day:%A}, {full_date(day)}"
    return f"{full_date(day)} {WEEKDAYS[day.weekday()]}"


def short_date(value: date | datetime | None) -> str:
    """3月2日 in the current year, else 2025年3月2日; nothing for None."""
    if value is None:
        return ""
    day = _day(value)
    if day.year != edge.today().year:
        return full_date(day)
    if locale_name() == "en":
        return f"{day.day} {day:%b}"
    return f"{day.month}月{day.day}日"


def iso_date(value: date | datetime | None) -> str:
    """2026-03-16, for columns that are compared by eye."""
    return "" if value is None else _day(value).isoformat()


def listed(names: Iterable[str]) -> str:
    """Return names one after the other, with the mark between them that the language of the page uses."""
    return ("、" if locale_name() == "zh" else ", ").join(names)


def moment(value: datetime | None) -> str:
    """3月2日 09:12."""
    if value is None:
        return ""
    local = value.astimezone(SHANGHAI) if value.tzinfo else value
    return f"{short_date(local)} {local:%H:%M}"


def ago(value: datetime | None) -> str:
    """10 分钟前, 1 小时前, 昨天 17:30, else the date."""
    if value is None:
        return ""
    at = edge.now()
    local = value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    passed = at - local
    if passed < timedelta(0):
        return moment(local)
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes)
    if local.date() == at.date():
        return ngettext("%(num)d hour ago", "%(num)d hours ago", minutes // 60)
    if local.date() == at.date() - timedelta(days=1):
        return _("yesterday %(time)s", time=f"{local:%H:%M}")
    return moment(local)


def money(value: Decimal | int | None) -> str:
    """36,000.50; nothing for None."""
    return "" if value is None else f"{value:,.2f}"


@dataclass(frozen=True)
class Limit:
    """A time limit as it is shown: words, tone, and how much of it is used (0 to 100)."""

    text: str
    tone: Tone
    percent: int
    title: str = ""


def limit_of(
    due: Due | date | datetime | None, since: date | datetime | None = None, calendar: Calendar | None = None
) -> Limit | None:
    """Say how long is left: 剩 5 个工作日, 今日到期, 超期 2 个工作日. None where nothing is due.

    Args:
        due: what a use case says of a due time, or the last day that is in time.
        since: where the bar begins, for a bare date; without it the bar stands for ten working days.
        calendar: which days are worked, for a bare date; the national one without it.
    """
    if due is None:
        return None
    if isinstance(due, Due):
        return _said(due.working_days_left, due.overdue, due.today, round(due.fraction * 100), due.at)
    days = calendar or china()
    last, today = _day(due), edge.today()
    left = days.working_days_between(today, last)
    whole = days.working_days_between(_day(since), last) if since else DEFAULT_LIMIT
    used = 100 - round(100 * left / whole) if whole > 0 else 100
    return _said(left, today > last, today == last, used, last)


def _said(left: int, overdue: bool, today: bool, used: int, last: date | datetime) -> Limit:
    title = _("due %(date)s", date=full_date(last))
    if overdue:
        late = max(1, -left)
        text = ngettext("%(num)d working day late", "%(num)d working days late", late)
        return Limit(text, "red", 100, title)
    percent = min(100, max(3, used))
    if today or left <= 0:
        return Limit(_("due today"), "amber", max(92, percent), title)
    text = ngettext("%(num)d working day left", "%(num)d working days left", left)
    return Limit(text, "amber" if left == 1 else "green", percent, title)


def month_name(year: int, month: int) -> str:
    """3月, Mar."""
    return f"{date(year, month, 1):%b}" if locale_name() == "en" else f"{month}月"


def initial(name: str) -> str:
    """The character in the round badge of a person."""
    return name.strip()[:1] or "?"


def who(username: str) -> str:
    """A user name as it is read; what the system did itself says so."""
    return _("the system") if username == "system" else username


def init_wording(app: Flask) -> None:
    """Give the templates these words."""
    app.jinja_env.filters.update(
        full_date=full_date,
        date_weekday=date_weekday,
        short_date=short_date,
        iso_date=iso_date,
        moment=moment,
        ago=ago,
        money=money,
        initial=initial,
    )
    app.jinja_env.globals.update(limit_of=limit_of, month_name=month_name, who=who)
