"""Dates and periods as clerks write them."""

from datetime import date

import pytest

from forms.written.dates import DateReading, is_open_end, parse_period, read_date, show_date

FIRST_OF_MARCH = date(2024, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月1日",
        "2024年03月01日",
        "2024年3月1号",
        " 2024 年 3 月 1 日 ",
        "2024.3.1",
        "2024/3/1",
        "2024-03-01",
        "20240301",
        "20240301.0",
        "二〇二四年三月一日",
        "二○二四年三月一日",
        "二零二四年三月一日",
        "二O二四年三月一日",
        "二0二四年三月一日",
        "2024-03-01 00:00:00",
        "2024-03-01T00:00:00",
        "\uff12\uff10\uff12\uff14年\uff13月\uff11日",
        "'2024-3-1",
        "2024年3月1日(星期五)",
    ],
)
def test_one_day_is_written_in_many_ways(text: str) -> None:
    assert read_date(text) == DateReading(FIRST_OF_MARCH)


@pytest.mark.parametrize(
    ("text", "day"),
    [("二〇二四年十二月三十一日", date(2024, 12, 31)), ("二〇二四年十月二十日", date(2024, 10, 20))],
)
def test_chinese_numerals_with_tens(text: str, day: date) -> None:
    assert read_date(text) == DateReading(day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "待定",
        "长期",
        "2024.13.1",
        "2024年2月30日",
        "3月1日",
        "3月1日至5月1日",
        "2024/3/1-2024/6/30",
        "24.3.1",
        "约2024年3月",
        "20241301",
        "99999",
        "29999",
        "0",
        "3024年1月1日",
        "2024年3月1日前后",
    ],
)
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert read_date(text) is None


def test_a_serial_number_is_a_date_and_says_so() -> None:
    assert read_date("45352") == read_date("45352.0") == DateReading(FIRST_OF_MARCH, "serial")


def test_a_month_is_its_first_day_and_as_an_end_its_last() -> None:
    assert read_date("2024年2月") == DateReading(date(2024, 2, 1), "month")
    assert read_date("二〇二四年二月", end=True) == DateReading(date(2024, 2, 29), "month")


@pytest.mark.parametrize("text", ["", "  ", "长期", " 长 期 "])
def test_empty_and_long_term_are_open_ends(text: str) -> None:
    assert is_open_end(text)


@pytest.mark.parametrize("text", ["待定", "无", "/", "2029年4月12日"])
def test_nothing_else_is_an_open_end(text: str) -> None:
    assert not is_open_end(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026年4月13日至2029年4月12日", "2026年4月13日", "2029年4月12日"),
        ("2026-04-13 至 长期", "2026-04-13", "长期"),
        ("2026.4.13-2029.4.12", "2026.4.13", "2029.4.12"),
        ("2026-04-13-2029-04-12", "2026-04-13", "2029-04-12"),
        ("2026-04-13—2029-04-12", "2026-04-13", "2029-04-12"),
        ("2026/4/13~2026/5/1", "2026/4/13", "2026/5/1"),
        ("2026-04-13 2027-04-13", "2026-04-13", "2027-04-13"),
        ("自2026年4月13日起至2029年4月12日止", "2026年4月13日", "2029年4月12日"),
        ("2026年4月13日起", "2026年4月13日", ""),
        ("2026年4月13日起长期", "2026年4月13日", "长期"),
        ("2026年3月1日至5月1日", "2026年3月1日", "2026年5月1日"),
        ("2026年4月至2027年3月", "2026年4月", "2027年3月"),
        ("2026年3月1日-待定", "2026年3月1日", "待定"),
        ("3月1日至5月1日", "3月1日至5月1日", ""),
        ("长期", "长期", ""),
    ],
)
def test_a_period_splits_into_its_two_dates(text: str, start: str, end: str) -> None:
    assert parse_period(text) == (start, end)


def test_a_date_is_shown_as_it_is_said() -> None:
    assert show_date(date(2026, 4, 13)) == "2026年4月13日"


@pytest.mark.parametrize("text", ["2026年3月-12月", "2026年3月至12月", "2026.3-2026.12"])
def test_a_period_of_months_ends_with_its_last_day(text: str) -> None:
    start, end = parse_period(text)
    assert read_date(start) == DateReading(date(2026, 3, 1), "month")
    assert read_date(end, end=True) == DateReading(date(2026, 12, 31), "month")


@pytest.mark.parametrize("text", ["15-20天", "2026-2028年", "2026年3月1日起三年", "自批准之日起1年"])
def test_what_is_no_period_comes_back_whole_to_be_told(text: str) -> None:
    assert parse_period(text) == (text, "")
