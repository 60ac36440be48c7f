"""Whatever is typed: a value or a fault, never a trace; what is shown or posted reads back."""

from datetime import date
from decimal import Decimal

import pytest
from forms_builders import Units, setting
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as some

from forms.faults import Fault
from forms.fields import Choice, Field
from forms.kinds import KINDS
from forms.parsing import Warned
from forms.secrecy import mark_in_name, secrecy_mark
from forms.written.amounts import read_money, read_number, show_money
from forms.written.compounds import parse_contact_and_phone, parse_money_and_source, parse_period
from forms.written.dates import read_date, show_date

SETTING = setting()
ANY = some.text(max_size=40) | some.text(
    alphabet="0123456789年月日.-/至到~,,、()()元万亿¥☑□√○●长期短临时性社区组织网格员 秘密机绝★:是否新立街道转",
    max_size=30,
)


def field(kind: str) -> Field:
    choices = (
        Choice("long_term", "长期性(一年以上)"),
        Choice("short_term", "短期"),
        Choice("temporary", "临时性"),
    )
    return Field(
        "x", "某项", kind, choices=choices, properties={"end_date": "true"} if kind == "date" else {}
    )


@pytest.mark.parametrize("kind", KINDS)
@limits(max_examples=60, deadline=None)
@given(text=ANY)
def test_any_text_is_a_value_or_a_fault(kind: str, text: str) -> None:
    read = KINDS[kind].parse([text], field(kind), SETTING)
    if isinstance(read, Warned):
        assert read.fault.tell("zh")
        read = read.value
    if isinstance(read, Fault):
        assert read.tell("zh")
        assert read.tell("en")
    elif read is not None:
        each = KINDS[kind]
        assert each.show(read, field(kind), Units(), "zh") is not None
        assert each.from_json(each.to_json(read, field(kind)), field(kind)) == read
        assert each.parse(each.to_posted(read, field(kind), Units()), field(kind), SETTING) == read


@limits(max_examples=200, deadline=None)
@given(text=ANY)
def test_no_text_breaks_a_helper(text: str) -> None:
    assert (
        len(parse_period(text))
        == len(parse_money_and_source(text))
        == len(parse_contact_and_phone(text))
        == 2
    )
    secrecy_mark(text)
    mark_in_name(text)


@given(day=some.dates(date(1949, 10, 1), date(2199, 12, 31)))
def test_a_date_that_is_shown_reads_back(day: date) -> None:
    for text in (show_date(day), day.isoformat(), f"{day:%Y.%m.%d}", f"{day:%Y%m%d}"):
        reading = read_date(text)
        assert reading is not None
        assert (reading.value, reading.how) == (day, "day")


@given(start=some.dates(date(1949, 10, 1), date(2150, 1, 1)), days=some.integers(0, 9000))
def test_a_period_that_is_shown_splits_back(start: date, days: int) -> None:
    end = date.fromordinal(start.toordinal() + days)
    for write in (show_date, date.isoformat):
        for between in ("至", " 至 ", "-", "—", "~", "到"):
            first, last = (read_date(each) for each in parse_period(write(start) + between + write(end)))
            assert first is not None
            assert last is not None
            assert (first.value, last.value) == (start, end)


@given(cents=some.integers(0, 10**13))
def test_money_that_is_shown_reads_back(cents: int) -> None:
    amount = Decimal(cents) / 100
    assert read_money(show_money(amount)) == amount
    assert read_money(format(amount, "f")) == amount
    assert read_number(format(amount, "f")) == amount
