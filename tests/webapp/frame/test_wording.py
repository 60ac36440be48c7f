"""Dates and limits as clerks read them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from webapp import wording
from workflows.usecases.views import Due


def due(at: datetime, left: int, fraction: float = 0.5) -> Due:
    return Due(at, left, overdue=left < 0, today=left == 0, provisional=False, fraction=fraction)


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask):  # type: ignore[no-untyped-def]
    with app.test_request_context("/"):
        yield


def test_dates_are_chinese() -> None:
    assert wording.date_weekday(date(2026, 3, 16)) == "2026年3月16日 星期一"
    assert wording.short_date(date(2026, 3, 2)) == "3月2日"
    assert wording.short_date(date(2025, 3, 2)) == "2025年3月2日"
    assert wording.full_date(None) == ""


def test_a_limit_is_said_in_working_days() -> None:
    assert wording.limit_of(date(2026, 3, 23)).text == "剩 5 个工作日"
    assert wording.limit_of(date(2026, 3, 16)).text == "今日到期"
    assert wording.limit_of(date(2026, 3, 12)).text == "超期 2 个工作日"


def test_the_spring_festival_does_not_count() -> None:
    # 2026: 15 to 23 February are off, the 14th and 28th are worked.
    assert wording.limit_of(date(2026, 2, 13)).text == "超期 17 个工作日"


def test_what_a_use_case_says_is_shown_as_it_is(at: datetime) -> None:
    shown = wording.limit_of(due(at, 5))
    assert (shown.text, shown.tone, shown.percent) == ("剩 5 个工作日", "green", 50)
    assert wording.limit_of(due(at, 1, 0.9)).tone == "amber"
    late = wording.limit_of(due(at, -2, 1.0))
    assert (late.text, late.tone, late.percent) == ("超期 2 个工作日", "red", 100)


def test_nothing_due_shows_no_limit() -> None:
    assert wording.limit_of(None) is None


def test_times_are_said_from_now(at: datetime) -> None:
    assert wording.ago(at - timedelta(seconds=20)) == "刚刚"
    assert wording.ago(at - timedelta(minutes=10)) == "10 分钟前"
    assert wording.ago(at - timedelta(hours=1)) == "1 小时前"
    assert wording.ago(at - timedelta(hours=16)) == "昨天 17:30"
    assert wording.ago(at - timedelta(days=5)) == "3月11日 09:30"


def test_times_are_shanghai_times() -> None:
    assert wording.moment(datetime.fromisoformat("2026-03-02T01:12:00+00:00")) == "3月2日 09:12"


def test_money_has_separators() -> None:
    assert wording.money(Decimal("36000.5")) == "36,000.50"
