"""What stands in a cell and could be read two ways is told at its cell; nothing is taken for what it only resembles."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import ReadRecord, read_records

NAME = "admission_application.form"
FORM = load_form((Path(__file__).parents[2] / "forms" / NAME).read_bytes(), NAME)
BASE = (
    ("申请单位", "区教育局", "联系人", "张三"),
    ("工作事务名称", "法治宣传", "联系电话", "13800138000"),
)


def record(*rows: tuple[Any, ...], epoch: datetime | None = None) -> ReadRecord:
    book = openpyxl.Workbook()
    if epoch is not None:
        book.epoch = epoch
    sheet = book.active
    assert sheet is not None
    for row in (*BASE, *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    (found,) = read_records(open_workbook(out.getvalue(), "x.xlsx"), FORM).records
    return found


def codes(found: ReadRecord, cell: str) -> list[tuple[str, str]]:
    return [(each.severity, each.code) for each in found.faults if each.cell == cell]


def test_october_typed_as_a_number_is_not_taken_for_january() -> None:
    found = record(("起始日期", 2026.10))
    assert found.posted["period_start"] == ""
    assert codes(found, "B3") == [("error", "month_from_number")]


@pytest.mark.parametrize("number", [2026.3, 2026.11, 2026.12])
def test_other_months_typed_as_numbers_are_read(number: float) -> None:
    found = record(("起始日期", number))
    assert found.posted["period_start"] == str(number)
    assert codes(found, "B3") == []


def test_a_date_in_a_cell_of_text_is_told_as_it_may_have_been_none() -> None:
    found = record(("备注", date(2026, 1, 2)))
    assert found.posted["remarks"] == "2026-01-02"
    assert codes(found, "B3") == [("warning", "text_from_date")]


def test_dates_of_a_workbook_that_counts_from_1904_are_the_days_that_were_typed() -> None:
    found = record(("起始日期", date(2026, 3, 1)), epoch=CALENDAR_MAC_1904)
    assert found.posted["period_start"] == "2026-03-01"


@pytest.mark.parametrize(
    "text", ["3万元/年", "3-5万元", "每人50元", "2万元(市级)1万元(区级)", "三万五", "15-20天", "不低于3万元"]
)
def test_words_that_make_another_amount_of_a_number_stay_with_it(text: str) -> None:
    found = record(("经费保障", text))
    assert (found.posted["funds_amount"], found.posted["funds_source"]) == (text, "")


@pytest.mark.parametrize("text", ["长期性√短期 临时性", "√"])
def test_a_tick_that_cannot_be_placed_is_posted_as_it_stands(text: str) -> None:
    assert record(("事项性质", text)).posted["duration_class"] == text


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("单位:万元", "36000"),
        ("单位\uff1a万", "36000"),
        ("(金额单位:人民币万元)", "36000"),
        ("单位:万园", "36000"),
        ("单位:百万元", "3600000"),
        ("单位:亿元", "360000000"),
        ("单位:元", "3.6"),
    ],
)
def test_a_line_that_names_the_unit_of_amounts_is_read_also_where_it_is_mistyped(
    line: str, amount: str
) -> None:
    assert record((line,), ("工作经费", 3.6)).posted["funds_amount"] == amount


@pytest.mark.parametrize("value", [3.6, "3.6", 50])
def test_a_small_amount_of_which_nothing_says_the_unit_is_told(value: object) -> None:
    assert codes(record(("工作经费", value)), "B3") == [("warning", "amount_small")]


@pytest.mark.parametrize("text", ["3.6", "3.6,区级财政"])
def test_a_small_amount_beside_its_source_is_told_as_well(text: str) -> None:
    found = record(("经费保障", text))
    assert found.posted["funds_amount"] == "3.6"
    assert codes(found, "B3") == [("warning", "amount_small")]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("工作经费(元)", 3.6),
        ("工作经费", "3.6元"),
        ("工作经费", "3.6万"),
        ("工作经费", 360),
        ("工作经费(万元)", 3.6),
    ],
)
def test_an_amount_whose_unit_is_written_is_not_asked_about(label: str, value: object) -> None:
    assert codes(record((label, value)), "B3") == []
