"""Working days against the State Council's notices for 2025 and 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.feel.calendar import china, weekdays_only

CHINA = china()


def test_spring_festival_2026_lasts_from_sunday_to_monday_week() -> None:
    off = [date(2026, 2, 15) + timedelta(days=n) for n in range(9)]
    assert not any(CHINA.is_working_day(day) for day in off)
    assert CHINA.is_working_day(date(2026, 2, 24))


@pytest.mark.parametrize(
    "day",
    [
        *(date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)),
        *(date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)),
        *(date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)),
    ],
)
def test_make_up_weekends_are_working_days(day: date) -> None:
    assert day.weekday() >= 5
    assert CHINA.is_working_day(day)


def test_ten_days_over_national_day_2026_count_the_make_up_saturday() -> None:
    # 30 September does not count itself; 1 to 7 October are off, Saturday the 10th is worked.
    assert CHINA.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert CHINA.add_working_days(date(2026, 9, 30), 10) == date(2026, 10, 20)


def test_ten_days_over_national_day_2025() -> None:
    # 1 to 8 October are off; 9, 10 and Saturday 11 October are worked.
    assert CHINA.add_working_days(date(2025, 9, 30), 3) == date(2025, 10, 11)


def test_a_period_of_no_days_ends_where_it_begins() -> None:
    assert CHINA.add_working_days(date(2026, 10, 1), 0) == date(2026, 10, 1)


@pytest.mark.parametrize("days", [-1, 251])
def test_a_period_outside_bounds_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="0 to 250"):
        CHINA.add_working_days(date(2026, 1, 5), days)


def test_counting_leaves_out_the_first_day_and_takes_in_the_last() -> None:
    # Friday 13 February: Saturday 14 is worked, then the festival, then Tuesday 24.
    assert CHINA.working_days_between(date(2026, 2, 13), date(2026, 2, 24)) == 2
    assert CHINA.working_days_between(date(2026, 2, 13), date(2026, 2, 23)) == 1
    assert CHINA.working_days_between(date(2026, 2, 13), date(2026, 2, 13)) == 0


def test_counting_backwards_is_negative() -> None:
    assert CHINA.working_days_between(date(2026, 2, 24), date(2026, 2, 13)) == -2


@given(st.dates(date(2024, 1, 1), date(2027, 6, 1)), st.integers(1, 40))
def test_counting_undoes_adding(start: date, days: int) -> None:
    end = CHINA.add_working_days(start, days)
    assert CHINA.is_working_day(end)
    assert CHINA.working_days_between(start, end) == days


def test_a_year_that_is_not_announced_is_provisional() -> None:
    last = CHINA.announced_through
    assert last >= 2026
    assert not CHINA.is_provisional(date(last, 12, 31))
    assert CHINA.is_provisional(date(last + 1, 1, 4))


def test_the_office_own_days_win_and_are_settled() -> None:
    day = date(CHINA.announced_through + 1, 1, 1)
    office = CHINA.with_days({day: True, date(2026, 3, 2): False})
    assert office.is_working_day(day)
    assert not office.is_provisional(day)
    assert office.announced_through == CHINA.announced_through
    assert office.add_working_days(date(2026, 2, 28), 1) == date(2026, 3, 3)
    assert not CHINA.is_working_day(day)


def test_overrides_add_up() -> None:
    twice = CHINA.with_days({date(2026, 3, 2): False}).with_days({date(2026, 3, 3): False})
    assert twice.add_working_days(date(2026, 2, 28), 1) == date(2026, 3, 4)


def test_plain_weekdays_know_no_holidays() -> None:
    assert weekdays_only().is_working_day(date(2026, 10, 1))
    assert not weekdays_only().is_working_day(date(2026, 10, 10))
