"""A marked workbook: notes at its cells, and what happens to our marks when it comes back."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.marks import MARK_SHEET, Mark, mark_faults
from templates_xlsx.notes import AUTHOR
from templates_xlsx.package import Package
from templates_xlsx.reading import read_records

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "tests" / "data" / "tables"
MARKS = (
    Mark("申请汇总表", "Q7", "现为 1380013，应为 11 位手机号"),
    Mark("申请汇总表", "K7", "请核对", "warning"),
    Mark("申请汇总表", "K7", "截止日期早于起始日期"),
)


@pytest.fixture(scope="module")
def ledger() -> bytes:
    """The summary table, one cell of it coloured and annotated by the office itself."""
    book = openpyxl.load_workbook(TABLES / "申请汇总表-120行.xlsx")
    sheet = book.worksheets[0]
    sheet["Q7"].fill = PatternFill("solid", fgColor="FFD9E1F2")
    sheet["B6"].comment = Comment("局里的批注", "高静")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def saved(content: bytes) -> bytes:
    """The workbook as another program saves it: formats numbered anew, texts shared."""
    out = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(content)).save(out)
    return out.getvalue()


def without_authors(content: bytes) -> bytes:
    """The workbook as LibreOffice saves it: who wrote a note is lost."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.comment:
                cell.comment.author = " "
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def notes(content: bytes) -> dict[str, tuple[str, str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    found = (cell for row in sheet.iter_rows() for cell in row if cell.comment)
    return {cell.coordinate: (cell.comment.author, cell.comment.text) for cell in found}


def colour(content: bytes, cell: str) -> str:
    found = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0][cell].fill
    return str(found.fgColor.rgb) if found.fill_type else ""


def test_each_faulty_cell_has_a_note_and_the_offices_own_note_stays(ledger: bytes) -> None:
    assert notes(mark_faults(ledger, MARKS)) == {
        "B6": ("高静", "局里的批注"),
        "K7": (AUTHOR, "提醒：请核对\n错误：截止日期早于起始日期"),
        "Q7": (AUTHOR, "错误：现为 1380013，应为 11 位手机号"),
    }


def test_a_cell_with_a_note_of_its_own_keeps_that_one(ledger: bytes) -> None:
    told = mark_faults(ledger, [Mark("申请汇总表", "B6", "名称太长")])
    assert notes(told) == {"B6": ("高静", "局里的批注")}
    assert colour(told, "B6") == "FFFFC7CE"


@pytest.mark.parametrize("returned", [bytes, saved, without_authors])
def test_marks_are_taken_away_when_the_workbook_comes_back(ledger: bytes, returned: object) -> None:
    back = returned(mark_faults(ledger, MARKS))  # type: ignore[operator]
    again = mark_faults(back, [Mark("申请汇总表", "B8", "另一处")])
    assert set(notes(again)) == {"B6", "B8"}
    assert (colour(again, "Q7"), colour(again, "K7"), colour(again, "B8")) == ("FFD9E1F2", "", "FFFFC7CE")


def test_rows_that_need_no_correction_are_out_and_the_rest_keep_their_numbers(ledger: bytes) -> None:
    form = load_form((ROOT / "forms" / "admission_application.form").read_bytes(), "x.form")
    right = [row for row in range(5, 125) if row not in (7, 90)]
    told = mark_faults(ledger, MARKS, gone={"申请汇总表": right})
    before = {each.row: each.posted for each in read_records(open_workbook(ledger, "x.xlsx"), form).records}
    after = read_records(open_workbook(told, "x.xlsx"), form)
    assert {each.row: each.posted for each in after.records} == {row: before[row] for row in (7, 90)}
    assert [each.sheet for each in after.ignored] == [MARK_SHEET]
    sheet = openpyxl.load_workbook(io.BytesIO(told)).worksheets[0]
    assert [sheet.row_dimensions[row].hidden for row in (7, 8)] == [False, True]
    assert {str(each) for each in sheet.merged_cells.ranges} >= {"A1:R1", "F3:I3"}


def test_sheets_that_need_none_are_hidden_but_never_all(ledger: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(ledger))
    book.copy_worksheet(book.worksheets[0]).title = "另一张"
    out = io.BytesIO()
    book.save(out)
    told = openpyxl.load_workbook(io.BytesIO(mark_faults(out.getvalue(), MARKS, gone_sheets={"另一张"})))
    assert [(each.title, each.sheet_state) for each in told.worksheets] == [
        ("申请汇总表", "visible"),
        ("另一张", "hidden"),
        (MARK_SHEET, "visible"),
    ]


def test_drawn_seals_and_pictures_stay_byte_for_byte() -> None:
    content = (TABLES / "审批表-样式一.xlsx").read_bytes()
    marked = Package(mark_faults(content, [Mark("审批表", "E4", "号码不对")]))
    before = Package(content)
    drawn = [part for part in before.part_names if part.startswith(("xl/drawings/", "xl/media/"))]
    assert all(before.read(part) == marked.read(part) for part in drawn)


def test_an_old_workbook_has_notes_too() -> None:
    content = (TABLES / "old" / "申请汇总表-120行.xls").read_bytes()
    told = mark_faults(content, MARKS, gone={"申请汇总表": [8]})
    assert notes(told)["Q7"][1].startswith("错误：现为 1380013")
    assert openpyxl.load_workbook(io.BytesIO(told)).worksheets[0]["B8"].value is None
