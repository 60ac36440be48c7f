"""What stands on a single table and was not read is told; two values of one label are read though each has a cell."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import ReadRecord, read_records

NAME = "admission_application.form"
FORM = load_form((Path(__file__).parents[2] / "forms" / NAME).read_bytes(), NAME)
BASE = (
    ("申请单位", "区教育局"),
    ("工作事务名称", "法治宣传"),
    ("授权内容", "张贴通知"),
    ("依据", "《民法典》"),
)


def record(*rows: tuple[Any, ...]) -> ReadRecord:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (*BASE, *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    (found,) = read_records(open_workbook(out.getvalue(), "x.xlsx"), FORM).records
    return found


@pytest.mark.parametrize("between", [(), ("至",), ("—",)])
def test_the_days_of_a_period_may_stand_in_cells_of_their_own(between: tuple[str, ...]) -> None:
    found = record(("起止时间", date(2027, 3, 1), *between, date(2027, 12, 31)))
    assert (found.posted["period_start"], found.posted["period_end"]) == ("2027-03-01", "2027-12-31")
    assert found.unsure == ()


def test_name_and_telephone_under_one_label_may_stand_in_cells_of_their_own() -> None:
    found = record(("联系人及电话", "张三", "022-84905580转8"))
    assert (found.posted["contact_name"], found.posted["contact_phone"]) == ("张三", "022-84905580转8")


@pytest.mark.parametrize("beside", [date(2027, 12, 31), "13900139000", 36000])
def test_a_day_or_a_long_number_that_nothing_explains_waits_for_a_person(beside: object) -> None:
    found = record(("授权对象", "居民", beside), ("联系人", "张三"), ("联系电话", "13800138000"))
    assert [each.cell for each in found.unsure] == ["C5"]


def test_the_number_of_a_page_is_asked_about_by_nobody() -> None:
    assert record(("授权对象", "居民", 3), ("联系人", "张三"), ("联系电话", "13800138000")).unsure == ()


def test_a_value_that_is_taken_for_labels_is_told_and_not_left_out() -> None:
    found = record(
        ("联系人", "张三"), ("联系电话", "13800138000"), ("备注", "联系人：李四 联系电话：13900139000")
    )
    assert (found.posted["contact_name"], found.posted["remarks"]) == ("张三", "")
    assert [each.cell for each in found.unsure] == ["B7"]


@pytest.mark.parametrize("text", ["3.5万园", "3.5万園,区级财政", "3.5万 元整园"])
def test_a_mistyped_unit_is_no_source_of_money(text: str) -> None:
    found = record(("经费保障", text))
    assert (found.posted["funds_amount"], found.posted["funds_source"]) == (text, "")
