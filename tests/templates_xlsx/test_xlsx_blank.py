"""Blank forms: drawn from every form, filled in with LibreOffice, read back by their names."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsx_drawn import saved_by_libreoffice

from forms.fields import Form
from forms.kinds import KINDS
from forms.schema import load_form
from templates_xlsx.answers import read_answer
from templates_xlsx.blank import Blank, asked, blank_list, blank_table
from templates_xlsx.blank_checks import CHECKS
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records
from templates_xlsx.sheets import LIST_SHEET

FORMS = sorted((Path(__file__).parents[2] / "forms").glob("*.form"))
UNITS = [f"第{number}街道" for number in range(60)]
APPLICATION = {
    "applicant_unit": "第7街道",
    "contact_name": "𬸚",
    "contact_phone": "013800138000",
    "matter_name": "=1+1",
    "duration_class": "长期性(一年以上)",
    "executor": "社区组织、网格员",
    "legal_basis": "《条例》第3条\n第4款",
    "content": "协助",
    "period_start": "2026-04-13",
    "funds_amount": 36000.5,
    "scope": "第1街道、第2街道",
}


def form_of(key: str) -> Form:
    path = next(each for each in FORMS if each.stem == key)
    return load_form(path.read_bytes(), path.name)


def blank_of(form: Form, **more: Any) -> Blank:
    units = {each.key: UNITS for each in form.fields if each.kind in ("unit", "units")}
    return Blank(form, 3, units, **more)


def filled(
    content: bytes, values: Mapping[str, Any], sheet: str, places: Mapping[str, tuple[int, int]]
) -> bytes:
    """The workbook with values typed into cells."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for key, value in values.items():
        cell = book[sheet].cell(*places[key], value)
        if isinstance(value, str):
            cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_every_kind_of_field_has_its_check() -> None:
    assert set(CHECKS) == set(KINDS)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_has_a_blank_table_and_a_blank_list(path: Path) -> None:
    form = load_form(path.read_bytes(), path.name)
    table = open_workbook(blank_table(blank_of(form)), "空白表.xlsx")
    assert (table.origin.form, table.origin.version) == (form.key, 3)
    assert form.content_hash.startswith(table.origin.form_hash)
    wanted = {each.key for each in asked(form)}
    single = {each.key for each in asked(form) if each.kind != "rows"}
    assert {name[2:] for name in table.names if name.startswith("F_")} == single
    rows = {f"{each.key}.{column.key}" for each in form.fields for column in each.columns}
    assert {name[2:] for name in table.names if name.startswith("R_")} == rows
    listed = open_workbook(blank_list(blank_of(form), 5), "空白表.xlsx")
    assert {name[2:] for name in listed.names if name.startswith("C_")} == {
        key for key in wanted if form.field(key).kind != "rows"
    }
    for book in (table, listed):
        assert read_records(book, form).records == ()


def test_a_blank_table_has_drop_downs_checks_and_notes() -> None:
    form = form_of("admission_application")
    book = openpyxl.load_workbook(io.BytesIO(blank_table(blank_of(form))))
    sheet = book.worksheets[0]
    checks: dict[str, Any] = {}
    for each in sheet.data_validations.dataValidation:
        checks.update({f"{area}".split(":")[0]: each for area in each.sqref.ranges})
    names = {
        name: target.attr_text.rpartition("!")[2].replace("$", "")
        for name, target in book.defined_names.items()
    }
    at = {
        name[2:]: checks[place] for name, place in names.items() if name.startswith("F_") and place in checks
    }
    assert at["duration_class"].formula1 == '"长期性(一年以上),短期,临时性"'
    assert (at["applicant_unit"].type, at["applicant_unit"].formula1) == ("list", "L_1")
    assert book.defined_names["L_1"].attr_text == f"'{LIST_SHEET}'!$A$1:$A$60"
    assert book[LIST_SHEET].sheet_state == "veryHidden"
    assert (at["period_start"].type, at["period_start"].errorStyle) == ("date", None)
    assert at["period_end"].errorStyle == "warning"
    assert at["funds_amount"].type == "decimal"
    assert at["contact_phone"].type == "textLength"
    assert not at["executor"].showErrorMessage
    assert "一次只选一项；多项直接输入，用顿号分开" in at["executor"].prompt
    labels = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    assert {"*申请单位(盖章)", "备注"} <= labels
    assert "*不足 5 个工作日的原因" not in labels


@pytest.mark.usefixtures("soffice")
@pytest.mark.parametrize("many", [False, True], ids=["table", "list"])
def test_a_form_filled_in_and_saved_by_libreoffice_reads_the_same(tmp_path: Path, many: bool) -> None:
    form = form_of("admission_application")
    content = blank_list(blank_of(form), 5) if many else blank_table(blank_of(form))
    book = open_workbook(content, "x.xlsx")
    prefix = "C_" if many else "F_"
    places = {}
    for name, (_sheet, cell) in book.names.items():
        if name.startswith(prefix):
            row, column = openpyxl.utils.cell.coordinate_to_tuple(cell)
            places[name[2:]] = (row + (2 if many else 0), column)
    typed = filled(content, APPLICATION, book.sheets[0].name, places)
    direct, saved = (
        read_records(open_workbook(each, "x.xlsx"), form)
        for each in (typed, saved_by_libreoffice(typed, tmp_path))
    )
    (before,), (after,) = direct.records, saved.records
    assert dict(after.posted) == dict(before.posted)
    assert before.posted["matter_name"] == "=1+1"
    assert before.posted["contact_phone"] == "013800138000"
    assert before.posted["executor"] == ["community", "grid"]
    assert before.posted["legal_basis"] == "《条例》第3条\n第4款"
    assert [each for each in before.faults if each.severity == "error"] == []
    told = open_workbook(saved_by_libreoffice(typed, tmp_path), "x.xlsx").origin
    assert told.form == "admission_application"


def test_a_list_goes_by_its_names_when_labels_were_changed() -> None:
    form = form_of("calendar_day")
    content = blank_list(blank_of(form), 5)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for column, (label, value) in enumerate((("甲", "2026-10-01"), ("乙", "2026-10-07"), ("丙", "放假")), 2):
        sheet.cell(3, column).value, sheet.cell(4, column).value = label, value
    out = io.BytesIO()
    book.save(out)
    (record,) = read_records(open_workbook(out.getvalue(), "x.xlsx"), form).records
    assert dict(record.posted) | {"reason": ""} == {
        "day": "2026-10-01",
        "until": "2026-10-07",
        "kind": "off",
        "reason": "",
    }


ROWS = [
    {"filing_number": f"准〔2026〕000{number}号", "matter_name": f"事项{number}", "answer": "继续"}
    for number in (1, 2, 3)
]


def answered(changes: Mapping[str, Any]) -> Any:
    form = form_of("refresh_answer")
    book = openpyxl.load_workbook(io.BytesIO(blank_table(blank_of(form, rows={"rows": ROWS}, task=7))))
    sheet = book["本单位在册事项"]
    for cell, value in changes.items():
        sheet[cell] = value
    out = io.BytesIO()
    book.save(out)
    return read_answer(open_workbook(out.getvalue(), "x.xlsx"), form, {"rows": ROWS})


def test_rows_find_their_place_though_the_table_was_sorted() -> None:
    sorted_down = {"A4": 3, "B4": ROWS[2]["filing_number"], "C4": "事项3", "E4": "终止", "F4": "已完成"}
    answer = answered({**sorted_down, "A6": 1, "B6": ROWS[0]["filing_number"], "C6": "事项1"})
    assert answer.faults == []
    assert (answer.posted["rows-2-answer"], answer.posted["rows-2-note"]) == ("end", "已完成")
    assert (answer.posted["rows-0-answer"], answer.posted["rows-1-answer"]) == ("continue", "continue")
    assert answer.cells["rows-2-answer"] == ("本单位在册事项", "E4")
    assert "rows-0-matter_name" not in answer.posted


def test_what_the_system_gives_is_told_where_it_was_changed() -> None:
    answer = answered({"C4": "别的事项", "A5": 9, "A6": 1})
    told = {(each.cell, each.code, each.sheet) for each in answer.faults}
    assert told == {
        ("C4", "given_changed", "本单位在册事项"),
        ("A5", "row_unknown", "本单位在册事项"),
        ("A6", "row_twice", "本单位在册事项"),
    }
    assert "事项1" in next(each for each in answer.faults if each.code == "given_changed").tell()
