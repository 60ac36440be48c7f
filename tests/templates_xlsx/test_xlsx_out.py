"""Ledgers and marked workbooks that go out."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.ledger_out import Column, Heading, sheet_name, write_ledger, write_ledger_to
from templates_xlsx.marks import MARK_SHEET, Mark, mark_faults
from templates_xlsx.package import Package
from templates_xlsx.reading import read_records

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "tests" / "data" / "tables"
COLUMNS = (
    Column("matter_name", "工作事务名称"),
    Column("applicant_unit", "申请单位", group="联系"),
    Column("contact_name", "联系人", group="联系"),
    Column("contact_phone", "联系电话", group="联系"),
    Column("period_start", "起始日期", "date"),
    Column("funds_amount", "工作经费(元)", "money", total=True),
    Column("remarks", "备注", "long_text", width=12),
)
ROW = {
    "matter_name": "=1+1",
    "applicant_unit": "区教育局",
    "contact_name": "𬸚",
    "contact_phone": "013800138000",
    "period_start": date(2026, 4, 13),
    "funds_amount": Decimal("36000.5"),
    "remarks": "很长的备注" * 20,
}
HEADING = Heading("备案登记台账", unit="区民政局", day="2026年3月2日", prepared_by="张三")


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_a_ledger_is_dressed_as_offices_print_it() -> None:
    sheet = sheet_of(write_ledger(COLUMNS, [ROW, ROW], HEADING))
    assert sheet["A1"].value == "备案登记台账"
    assert sheet["A2"].value == "填报单位\uff1a区民政局"
    assert str(sheet["E2"].value).endswith("2026年3月2日")
    merged = {str(each) for each in sheet.merged_cells.ranges}
    assert {"A1:H1", "A3:A4", "C3:E3", "H3:H4"} <= merged
    assert [each.value for each in sheet[4]][2:5] == ["申请单位", "联系人", "联系电话"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.freeze_panes == "C5"
    assert (sheet["A7"].value, sheet["G7"].value) == ("合计", 72001)
    assert str(sheet["A8"].value).startswith("填表人\uff1a张三")


def test_nothing_in_a_ledger_becomes_a_formula_and_phones_stay_text() -> None:
    sheet = sheet_of(write_ledger(COLUMNS, [ROW], HEADING))
    assert (sheet["B5"].value, sheet["B5"].data_type) == ("=1+1", "s")
    assert (sheet["E5"].value, sheet["E5"].data_type) == ("013800138000", "s")
    assert sheet["G5"].value == 36000.5
    assert sheet["F5"].value.date() == date(2026, 4, 13)


def test_what_is_no_number_or_date_is_kept_as_text() -> None:
    odd = {"period_start": "长期", "funds_amount": "约三万", "contact_phone": 12345678901234567890}
    sheet = sheet_of(write_ledger(COLUMNS, [odd], HEADING))
    assert (sheet["F5"].value, sheet["G5"].value) == ("长期", "约三万")
    assert sheet["E5"].value == "12345678901234567890"


def test_a_ledger_reads_back_through_the_same_reader() -> None:
    form = load_form((ROOT / "forms" / "admission_application.form").read_bytes(), "x.form")
    reading = read_records(open_workbook(write_ledger(COLUMNS, [ROW] * 3, HEADING), "x.xlsx"), form)
    assert [each.row for each in reading.records] == [5, 6, 7]
    posted = reading.records[0].posted
    assert {
        key: posted[key]
        for key in ("matter_name", "contact_name", "contact_phone", "period_start", "funds_amount")
    } == {
        "matter_name": "=1+1",
        "contact_name": "𬸚",
        "contact_phone": "013800138000",
        "period_start": "2026-04-13",
        "funds_amount": "36000.5",
    }


def test_rows_are_taken_one_by_one() -> None:
    taken = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for _ in range(2000):
            taken += 1
            yield ROW

    content = write_ledger(COLUMNS, rows(), HEADING)
    assert taken == 2000
    assert open_workbook(content, "x.xlsx").sheets[0].value(2004, 2) == "=1+1"


def test_an_empty_ledger_and_one_without_dressing_are_good_workbooks() -> None:
    assert sheet_of(write_ledger(COLUMNS, [], HEADING))["A5"].value.startswith("填表人")
    bare = sheet_of(
        write_ledger((Column("a", "甲"),), [{"a": "x"}], Heading("T", signatures=False, numbered=False))
    )
    assert [bare["A1"].value, bare["A2"].value, bare["A3"].value] == ["T", "甲", "x"]


def test_a_wide_ledger_is_narrowed_until_it_prints_legibly() -> None:
    columns = [Column(str(number), f"栏目{number}", width=30) for number in range(30)]
    sheet = sheet_of(write_ledger(columns, [{"0": "字" * 40}], HEADING))
    assert sum(each.width for each in sheet.column_dimensions.values()) < 340
    assert sheet.row_dimensions[4].height > 60


@pytest.mark.parametrize(("title", "name"), [("a/b:c", "abc"), ("", "Sheet1"), ("长" * 40, "长" * 31)])
def test_a_title_becomes_a_name_that_a_sheet_may_have(title: str, name: str) -> None:
    assert sheet_name(title) == name


MARKS = (
    Mark("审批表", "E4", "现为 1380013,应为 11 位手机号"),
    Mark("审批表", "B11", "请核对", "warning"),
    Mark("审批表", "B11", "截止日期早于起始日期"),
    Mark("审批表", "", "缺少盖章扫描件 <&>", "warning"),
)


def test_marked_cells_are_filled_and_listed_and_all_else_is_kept() -> None:
    content = (TABLES / "审批表-样式一.xlsx").read_bytes()
    marked = mark_faults(content, MARKS)
    before, after = Package(content), Package(marked)
    changed = {part for part in before.part_names if before.read(part) != after.read(part)}
    assert changed == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
    }
    book = openpyxl.load_workbook(io.BytesIO(marked))
    sheet = book["审批表"]
    assert (sheet["E4"].fill.fgColor.rgb, sheet["B11"].fill.fgColor.rgb) == ("FFFFC7CE", "FFFFC7CE")
    assert sheet["E4"].value == "022-84908838"
    assert sheet["E4"].border.left.style == "thin"
    assert sheet["B3"].fill.fgColor.rgb == "00000000"
    listed = [[cell.value for cell in row][:5] for row in book[MARK_SHEET].iter_rows(min_row=2)]
    assert listed[0] == ["1", "审批表", "E4", "错误", "现为 1380013,应为 11 位手机号"]
    assert listed[3][4] == "缺少盖章扫描件 <&>"


def test_a_marked_workbook_reads_as_before_and_our_list_is_passed_over() -> None:
    form = load_form((ROOT / "forms" / "admission_application.form").read_bytes(), "x.form")
    content = (TABLES / "审批表-样式一.xlsx").read_bytes()
    first = read_records(open_workbook(content, "x.xlsx"), form)
    again = read_records(open_workbook(mark_faults(content, MARKS), "x.xlsx"), form)
    assert again.records == first.records
    assert [each.sheet for each in again.ignored] == [MARK_SHEET]


def test_marking_again_takes_the_old_marks_away() -> None:
    content = (TABLES / "审批表-样式一.xlsx").read_bytes()
    twice = mark_faults(mark_faults(content, MARKS), MARKS[:1])
    book = openpyxl.load_workbook(io.BytesIO(twice))
    assert book.sheetnames == ["审批表", MARK_SHEET]
    assert book["审批表"]["B11"].fill.fgColor.rgb == "00000000"
    assert book["审批表"]["E4"].fill.fgColor.rgb == "FFFFC7CE"
    assert book[MARK_SHEET].max_row == 2
    clean = openpyxl.load_workbook(io.BytesIO(mark_faults(twice, ())))
    assert clean["审批表"]["E4"].fill.fgColor.rgb == "00000000"


def test_an_old_workbook_comes_back_marked_as_a_new_one() -> None:
    content = (TABLES / "old" / "申请汇总表-120行.xls").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(mark_faults(content, [Mark("申请汇总表", "Q7", "号码不对")])))
    sheet = book["申请汇总表"]
    assert sheet["Q7"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["B5"].value == "禁毒宣传教育(2026年第1批)"
    assert "A1:R1" in {str(each) for each in sheet.merged_cells.ranges}
    assert book[MARK_SHEET]["E2"].value == "号码不对"


def test_what_a_sheet_cannot_hold_goes_on_in_the_next() -> None:
    out = io.BytesIO()
    rows = ({**ROW, "contact_name": f"第{number}人"} for number in range(1, 8))
    assert write_ledger_to(out, COLUMNS, rows, HEADING, sheet_rows=9) == 7
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    assert book.sheetnames == ["备案登记台账", "备案登记台账(2)", "备案登记台账(3)"]
    first, last = book.worksheets[0], book.worksheets[-1]
    assert [first["D5"].value, first["D7"].value, first.max_row] == ["第1人", "第3人", 7]
    assert (last["A5"].value, last["D5"].value) == (7, "第7人")
    assert (last["A6"].value, last["G6"].value) == ("合计", 36000.5 * 7)
    assert first.print_title_rows == last.print_title_rows == "$3:$4"


def test_a_ledger_of_many_rows_takes_no_more_memory_than_one_of_few(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        rows = ({**ROW, "contact_name": f"第{number}人，地址各不相同"} for number in range(count))
        tracemalloc.start()
        try:
            with (tmp_path / "out.xlsx").open("wb") as out:
                assert write_ledger_to(out, COLUMNS, rows, HEADING, sheet_rows=2_000) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # what is loaded once
    few, many = peak(300), peak(4_500)
    assert many < few + 300_000, (few, many)
