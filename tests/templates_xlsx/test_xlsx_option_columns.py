"""A ledger in which each answer has a column of its own, ticked: 事项性质 over 长期, 短期, 临时."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from xlsx_forms import application

from forms.schema import Form
from templates_xlsx.correcting import corrected
from templates_xlsx.grid import Book, open_workbook
from templates_xlsx.reading import read_records

FORM: Form = application()
GROUPS = (
    "序号",
    "工作事务名称",
    "申请单位",
    "事项性质",
    None,
    None,
    "协助主体",
    None,
    "授权内容",
    "联系人",
    "联系电话",
)
LABELS = (None, None, None, "长期性", "短期", "临时性", "社区组织", "网格员", None, None, None)
MERGED = ("D1:F1", "G1:H1", *(f"{column}1:{column}2" for column in "ABCIJK"))


def book(*ticks: tuple[Any, ...], extra: str = "") -> Book:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append([*GROUPS, *([extra] if extra else [])])
    sheet.append(LABELS)
    for number, each in enumerate(ticks, 1):
        sheet.append([number, f"事务{number}", "区教育局", *each, "张贴通知", "张三", "13800138000"])
    for each in MERGED:
        sheet.merge_cells(each)
    out = io.BytesIO()
    made.save(out)
    return open_workbook(out.getvalue(), "x.xlsx")


@pytest.mark.parametrize("tick", ["√", "✓", "是", 1, "■"])
def test_ticked_columns_are_answers_of_their_group(tick: object) -> None:
    found = read_records(book((tick, None, None, tick, tick), (None, "否", tick, None, tick)), FORM)
    first, second = found.records
    assert (first.posted["duration_class"], first.posted["executor"]) == ("long_term", ["community", "grid"])
    assert (second.posted["duration_class"], second.posted["executor"]) == ("temporary", ["grid"])
    assert not found.unsure
    assert [each.code for each in found.faults if each.field in ("duration_class", "executor")] == []


def test_a_circle_may_be_a_tick_or_none_and_is_told_at_its_cell() -> None:
    (record,) = read_records(book(("○", "√", None, "√", None)), FORM).records
    assert [(each.cell, each.severity, each.code) for each in record.faults] == [
        ("D3", "error", "tick_unclear")
    ]


def test_two_ticks_where_one_answer_is_wanted_are_posted_as_they_stand() -> None:
    (record,) = read_records(book(("√", "√", None, "√", None)), FORM).records
    assert record.posted["duration_class"] == "长期性(一年以上)、短期"


def test_once_confirmed_beside_a_strange_column_the_ticks_are_read_as_well() -> None:
    first = book(("√", None, None, "√", None), extra="是否上会")
    assert read_records(first, FORM).unsure
    places = {"B": ["matter_name"], "C": ["applicant_unit"], "D": ["duration_class"], "G": ["executor"]}
    places |= {"I": ["content"], "J": ["contact_name"], "K": ["contact_phone"]}
    layout = corrected(first.sheets[0], FORM, "ledger", (1, 2), places)
    second = book((None, "√", None, None, "√"), extra="是否上会")
    found = read_records(second, FORM, [layout])
    assert not found.unsure
    assert (found.records[0].posted["duration_class"], found.records[0].posted["executor"]) == (
        "short_term",
        ["grid"],
    )
