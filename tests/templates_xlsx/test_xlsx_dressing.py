"""Rows of a ledger that are no records, and tables beside a ledger that are not passed over in silence."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from xlsx_forms import application

from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import Reading, read_records

FORM = application()
HEADER = ("序号", "工作事务名称", "申请单位", "授权内容", "授权对象", "联系人", "联系电话")


def read(*rows: tuple[Any, ...]) -> Reading:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for each in rows:
        sheet.append(each)
    out = io.BytesIO()
    book.save(out)
    return read_records(open_workbook(out.getvalue(), "x.xlsx"), FORM)


def row(number: int) -> tuple[Any, ...]:
    return number, f"事务{number}", "区教育局", "张贴通知", "居民", "张三", "13800138000"


def test_a_row_that_numbers_the_columns_and_the_titles_of_parts_are_no_records() -> None:
    found = read(
        HEADER,
        tuple(range(1, 8)),
        ("一、长期事项",),
        row(1),
        ("（二）短期事项",),
        row(2),
        ("三．其他",),
        row(3),
    )
    assert [each.row for each in found.records] == [4, 6, 8]


def test_rows_that_only_begin_like_such_are_records() -> None:
    found = read(
        HEADER, row(1), ("一、", "一、入户宣传", "区教育局", "张贴通知", "居民", "张三", "13800138000")
    )
    assert [each.posted["matter_name"] for each in found.records] == ["事务1", "一、入户宣传"]


def test_an_application_above_a_ledger_on_its_sheet_waits_for_a_person() -> None:
    above = (
        ("社区工作事务准入审批表",),
        ("申请单位", "区教育局", "联系人", "李四"),
        ("工作事务名称", "家庭教育", "联系电话", "13900139000"),
        ("授权内容", "张贴通知", "授权对象", "居民"),
        (),
    )
    found = read(*above, HEADER, row(1), row(2))
    assert [each.posted["matter_name"] for each in found.records] == ["事务1", "事务2"]
    assert found.unsure
    assert {each.cell for each in found.records[0].unsure} == {"A2"}


def test_who_filled_a_ledger_in_is_asked_about_nothing() -> None:
    found = read(("填报单位", "区教育局", "填报日期", "2026-03-01", "联系人", "张三"), HEADER, row(1))
    assert not found.unsure
