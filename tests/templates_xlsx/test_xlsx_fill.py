"""Filling: only the named cells change, and what was filled reads back."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from forms.fields import Form
from forms.schema import load_form
from forms.setting import UnitRef
from templates_xlsx import build_official
from templates_xlsx.application import OFFICIAL_OF, official_table
from templates_xlsx.fill import Opinion, fill, fill_application, read_opinions
from templates_xlsx.grid import open_workbook
from templates_xlsx.package import Package
from templates_xlsx.reading import read_records
from templates_xlsx.refusals import WorkbookRefused

ROOT = Path(__file__).parents[2]
NOT_ON_PAPER = {"confidential", "late_reason", "raised_by"}  # asked on the page, not printed


def shipped(key: str) -> Form:
    return load_form((ROOT / "forms" / f"{key}.form").read_bytes(), f"{key}.form")


class Units:
    """Three units."""

    units = {
        1: UnitRef(1, "区教育局", "区教育局", "申请单位"),
        2: UnitRef(2, "新立街道", "新立街道", "街道"),
        3: UnitRef(3, "先锋社区居民委员会", "新立街道/先锋社区居民委员会", "社区", 2),
    }

    def get(self, unit_id: int) -> UnitRef | None:
        return self.units.get(unit_id)


VALUES = {
    "applicant_unit": 1,
    "unit_head": "陈𬸚",
    "contact_name": "徐霞娟",
    "contact_phone": "022-84908838",
    "matter_name": "社区教育需求摸底",
    "duration_class": "short_term",
    "executor": ["community", "grid"],
    "legal_basis": "《终身教育促进条例》第17条",
    "content": "一、摸底;\n二、反馈。",
    "period_start": date(2026, 4, 13),
    "period_end": date(2029, 4, 12),
    "scope": [2, 3],
    "funds_amount": Decimal("36000.50"),
    "funds_source": "部门预算",
    "remarks": "=HYPERLINK(1)",
}
OPINIONS = (
    Opinion("unit_opinion", "情况属实,同意申报。", "陈洋", date(2026, 3, 2)),
    Opinion("bureau_opinion", "拟同意。\n请领导审定。", "王强", date(2026, 3, 5)),
    Opinion("bureau_opinion", "同意准入。", "李伟民", date(2026, 3, 6), "王强"),
    Opinion("grid_opinion", "同意。", "赵敏", date(2026, 3, 9)),
)


@pytest.fixture
def filled() -> bytes:
    return fill_application(shipped("admission_application"), VALUES, OPINIONS, units=Units())  # type: ignore[arg-type]


def test_a_filled_table_reads_back_as_it_was_filled(filled: bytes) -> None:
    (record,) = read_records(open_workbook(filled, "x.xlsx"), shipped("admission_application")).records
    assert record.posted["applicant_unit"] == "区教育局"
    assert record.posted["unit_head"] == "陈𬸚"
    assert record.posted["duration_class"] == "short_term"
    assert record.posted["executor"] == ["community", "grid"]
    assert record.posted["content"] == "一、摸底;\n二、反馈。"
    assert (record.posted["period_start"], record.posted["period_end"]) == ("2026年4月13日", "2029年4月12日")
    assert record.posted["scope"] == "新立街道、新立街道/先锋社区居民委员会"
    assert (record.posted["funds_amount"], record.posted["funds_source"]) == ("36000.5元", "部门预算")
    assert record.posted["reason"] == ""
    assert record.faults == ()


def test_opinions_names_and_dates_stand_in_their_boxes_and_read_back(filled: bytes) -> None:
    book = open_workbook(filled, "x.xlsx")
    assert read_opinions(book, shipped("admission_application")) == OPINIONS
    sheet = openpyxl.load_workbook(io.BytesIO(filled)).active
    boxes = {sheet.cell(row, 1).value: str(sheet.cell(row, 2).value) for row in range(1, sheet.max_row + 1)}
    said = boxes["区民政局\n审核意见"]
    assert "同意准入。" in said
    assert "李伟民\uff08王强代录\uff09" in said
    assert "2026年3月6日" in said


def test_an_empty_official_table_has_no_opinions_and_no_values() -> None:
    for key, name in OFFICIAL_OF.items():
        form = shipped(key)
        book = open_workbook(official_table(key), name)
        assert read_opinions(book, form) == ()
        reading = read_records(book, form)
        assert reading.records == ()
        assert "空白表格" in reading.ignored[0].tell()


@pytest.mark.parametrize("key", sorted(set(OFFICIAL_OF) - {"emergency_application", "supervision_report"}))
def test_every_printed_field_and_every_opinion_box_has_its_name(key: str) -> None:
    form = shipped(key)
    names = {each.name for each in Package(official_table(key)).defined_names}
    wanted = {each.key for each in form.fields if each.kind not in ("files", "rows")} - NOT_ON_PAPER
    assert {f"F_{each}" for each in wanted | {box.key for box in form.boxes}} <= names


def test_the_committed_tables_are_what_the_script_draws() -> None:
    for name, official in build_official.OFFICIAL.items():
        drawn, committed = (
            Package(build_official.build(official)),
            Package((ROOT / "templates_xlsx" / name).read_bytes()),
        )
        assert drawn.part_names == committed.part_names
        for part in drawn.part_names:
            assert drawn.read(part) == committed.read(part), part


def test_only_the_sheet_of_the_named_cells_changes(filled: bytes) -> None:
    before, after = Package(official_table("admission_application")), Package(filled)
    assert [each.filename for each in before.archive.infolist()] == [
        each.filename for each in after.archive.infolist()
    ]
    changed = [part for part in before.part_names if before.read(part) != after.read(part)]
    assert changed == ["xl/worksheets/sheet1.xml"]
    assert "受理章" in after.read("xl/drawings/drawing1.xml").decode()


def test_text_that_begins_with_an_equals_sign_stays_text(filled: bytes) -> None:
    sheet = Package(filled).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"=HYPERLINK(1)" in sheet


def test_a_filled_cell_keeps_its_style() -> None:
    template = official_table("admission_application")
    out = fill(template, {"remarks": "一式三份"})
    before, after = (openpyxl.load_workbook(io.BytesIO(each)).active for each in (template, out))
    assert after["B17"].value == "一式三份"
    assert after["B17"].border.left.style == before["B17"].border.left.style == "thin"
    assert after["B17"].font.name == "宋体"


def test_a_row_grows_with_a_long_text_and_only_then() -> None:
    template = official_table("admission_application")

    def height(text: str) -> float:
        return (
            openpyxl.load_workbook(io.BytesIO(fill(template, {"content": text})))
            .active.row_dimensions[9]
            .height
        )

    assert height("短") == height("")
    assert height("宣传动员居民参加社区学校课程," * 60) > 3 * height("短")


def test_numbers_go_in_as_numbers_and_empty_values_empty_the_cell() -> None:
    template = official_table("admission_application")
    out = fill(template, {"remarks": Decimal("1.50"), "unit_opinion": None, "matter_name": 7})
    sheet = openpyxl.load_workbook(io.BytesIO(out)).active
    assert (sheet["B17"].value, sheet["B14"].value, sheet["B5"].value) == (1.5, None, 7)


def test_control_characters_do_not_break_the_file() -> None:
    out = fill(official_table("admission_application"), {"remarks": "甲\x00\x0b乙 _x0041_ <b>&\r\n丙"})
    assert open_workbook(out, "x.xlsx").sheets[0].value(17, 2) == "甲乙 _x0041_ <b>&\n丙"


def test_a_lost_name_is_told_when_asked_for() -> None:
    with pytest.raises(WorkbookRefused) as refused:
        fill(official_table("admission_application"), {"no_such": "x"}, strict=True)
    assert refused.value.code == "name_lost"
    assert "F_no_such" in refused.value.tell()


def test_an_office_may_redraw_the_table_as_long_as_names_stay() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("某区 表'1")
    sheet.write("B2", "申请部门")
    sheet.write("B9", "协助期限(完全另写的标签)")
    for name, cell in (
        ("applicant_unit", "$D$4"),
        ("matter_name", "$H$30"),
        ("period_start", "$C$9"),
        ("period_end", "$E$9"),
    ):
        book.define_name(f"F_{name}", f"='某区 表''1'!{cell}")
    book.close()
    done = fill_application(
        shipped("admission_application"),
        VALUES,
        units=Units(),
        template=out.getvalue(),  # type: ignore[arg-type]
    )
    grid = open_workbook(done, "x.xlsx").sheets[0]
    assert grid.value(4, 4) == "区教育局"
    assert grid.value(30, 8) == "社区教育需求摸底"
    assert (grid.value(9, 3), grid.value(9, 5)) == ("2026年4月13日", "2029年4月12日")


def test_an_amount_without_a_cell_for_its_source_takes_it_along() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("Sheet1")
    book.define_name("F_funds_amount", "=Sheet1!$B$2")
    book.define_name("F_period_start", "=Sheet1!$B$3")
    book.close()
    values = {**VALUES, "period_end": None}
    done = fill_application(
        shipped("admission_application"),
        values,
        units=Units(),
        template=out.getvalue(),  # type: ignore[arg-type]
    )
    grid = open_workbook(done, "x.xlsx").sheets[0]
    assert grid.value(2, 2) == "36000.5元\uff08部门预算\uff09"
    assert grid.value(3, 2) == "2026年4月13日"


def test_values_in_their_json_form_print_alike(filled: bytes) -> None:
    as_json = json.loads(
        json.dumps(
            {**VALUES, "period_start": "2026-04-13", "period_end": "2029-04-12", "funds_amount": "36000.50"}
        )
    )
    again = fill_application(shipped("admission_application"), as_json, OPINIONS, units=Units())  # type: ignore[arg-type]
    assert zipfile.ZipFile(io.BytesIO(again)).read("xl/worksheets/sheet1.xml") == zipfile.ZipFile(
        io.BytesIO(filled)
    ).read("xl/worksheets/sheet1.xml")


def test_a_formula_in_the_way_is_replaced_and_its_chain_too() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = "=1+1", "=2+2"
    book.defined_names["F_remarks"] = openpyxl.workbook.defined_name.DefinedName(
        "F_remarks", attr_text="Sheet!$A$1"
    )
    out = io.BytesIO()
    book.save(out)
    sheet = etree.fromstring(
        Package(fill(out.getvalue(), {"remarks": "备注"})).read("xl/worksheets/sheet1.xml")
    )
    formulas = [each.text for each in sheet.iter("{*}f")]
    assert formulas == ["2+2"]
