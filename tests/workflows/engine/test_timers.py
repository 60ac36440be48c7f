"""Durations, cycles, cron."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from forms.feel import World, china
from tests.workflows.engine.builders import AT, SHANGHAI
from workflows.engine.timers import (
    TimerError,
    check_timer,
    next_round,
    next_start,
    parse_cycle,
    parse_duration,
)

WORLD = World(AT, china())


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("P1D", at(2026, 3, 17, 9, 30)),
        ("PT36H", at(2026, 3, 17, 21, 30)),
        ("P1M", at(2026, 4, 16, 9, 30)),
        ("P1Y2M3DT4H5M6.5S", datetime(2027, 5, 19, 13, 35, 6, 500000, tzinfo=SHANGHAI)),
        ("P2W", at(2026, 3, 30, 9, 30)),
        ("-P1D", at(2026, 3, 15, 9, 30)),
    ],
)
def test_a_duration_leads_to_its_moment(text: str, after: datetime) -> None:
    assert parse_duration(text).after(AT) == after


def test_a_month_after_the_31st_is_the_last_day() -> None:
    assert parse_duration("P1M").after(at(2026, 1, 31)) == at(2026, 2, 28)


@pytest.mark.parametrize(
    "text", ["P", "PT", "P1DT", "5D", "P5X", "", "P1.5D", "P" + "9" * 30 + "D", "P" + "9" * 5000 + "Y"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(TimerError):
        parse_duration(text)


def test_cycles_are_read_in_all_three_forms() -> None:
    assert parse_cycle("R3/PT1H", AT).first == AT + timedelta(hours=1)
    assert parse_cycle("R/2026-04-01T08:00:00/P1Y", AT).first == at(2026, 4, 1, 8)
    assert parse_cycle("R3/P1D/2026-04-10T00:00:00", AT).first == at(2026, 4, 8)
    bad_texts = ("R3", "R-1/PT1H", "R3/P", "R3/P0D", "3/PT1H", "R3/PT1H/PT1H/PT1H", "R/P999999Y")
    for bad in (*bad_texts, "R999999999/PT1S/2026-02-01T00:00:00"):
        with pytest.raises(TimerError):
            parse_cycle(bad, AT)


def test_missed_rounds_are_passed_over() -> None:
    assert next_round(AT, "PT1H", AT + timedelta(hours=5, minutes=1)) == (AT + timedelta(hours=6), 6)
    assert next_round(AT, "PT1H", AT - timedelta(hours=5)) == (AT + timedelta(hours=1), 1)
    assert next_round(AT, "PT1H", AT + timedelta(hours=5)) == (AT + timedelta(hours=6), 6)
    assert next_round(AT, "PT1H", AT) == (AT + timedelta(hours=1), 1)


def test_a_second_missed_for_years_is_counted_not_walked() -> None:
    due, rounds = next_round(at(1990, 1, 1), "PT1S", AT)
    assert due == AT + timedelta(seconds=1)
    assert rounds > 1_000_000_000


def test_a_yearly_start_knows_its_next_time() -> None:
    text = "R/2026-12-01T09:00:00+08:00/P1Y"
    assert next_start("cycle", text, AT, WORLD) == at(2026, 12, 1, 9)
    assert next_start("cycle", text, at(2026, 12, 1, 9), WORLD) == at(2027, 12, 1, 9)
    assert next_start("cycle", "R1/2026-01-01T00:00:00/P1D", AT, WORLD) is None
    assert next_start("date", "2026-01-01T00:00:00", AT, WORLD) is None


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0 0 9 1 12 ?", at(2026, 12, 1, 9)),
        ("0 30 9 * * ?", at(2026, 3, 17, 9, 30)),
        ("0 0/15 * * * ?", at(2026, 3, 16, 9, 45)),
        ("0 0 8 ? * MON-FRI", at(2026, 3, 17, 8)),
        ("0 0 8 ? * SUN", at(2026, 3, 22, 8)),
        ("0 8 * * 0", at(2026, 3, 22, 8)),
        ("0 0 0 29 2 ?", at(2028, 2, 29)),
    ],
)
def test_cron_is_read_as_quartz_has_it(text: str, due: datetime) -> None:
    check_timer("cycle", text)
    assert next_start("cycle", text, AT, WORLD) == due


def test_bad_cron_is_refused() -> None:
    for text in ("0 0 25 * * ?", "0 0 9 32 * ?", "0 0 9 * XXX ?", "0 0 0 1-999999999 * ?"):
        with pytest.raises(TimerError):
            check_timer("cycle", text)
