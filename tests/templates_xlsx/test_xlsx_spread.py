"""Labels written one character a cell, and applications that stand in a grid."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from forms.fields import Form
from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def form() -> Form:
    name = "admission_application.form"
    return load_form((ROOT / "forms" / name).read_bytes(), name)


def read(form: Form, cells: dict[tuple[int, int], str]) -> list[dict[str, Any]]:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("申请")
        for (row, column), value in cells.items():
            sheet.write_string(row, column, value)
    return [dict(each.posted) for each in read_records(open_workbook(out.getvalue(), "x.xlsx"), form).records]


def spread(text: str, row: int, column: int, down: int = 0) -> dict[tuple[int, int], str]:
    """A text one character a cell, along a row or down a column."""
    across = 0 if down else 1
    return {(row + down * at, column + across * at): each for at, each in enumerate(text)}


def test_labels_of_one_character_a_cell_are_read_along_a_row_and_with_spaces_between(form: Form) -> None:
    cells = {
        **spread("申请单位", 0, 0),
        (0, 4): "区民政局",
        **spread("工作事务名称", 1, 0),
        (1, 6): "走访",
        **spread("联 系 人", 2, 0),
        (2, 5): "吴桂玉",
        (3, 0): "联系电话",
        (3, 1): "13800138000",
    }
    (record,) = read(form, cells)
    assert (record["applicant_unit"], record["matter_name"]) == ("区民政局", "走访")
    assert (record["contact_name"], record["contact_phone"]) == ("吴桂玉", "13800138000")


def test_a_value_of_one_character_is_no_label(form: Form) -> None:
    cells = {(0, 0): "申请单位", (0, 1): "区民政局", (1, 0): "工作事务名称", (1, 1): "修", (2, 0): "授权内容"}
    (record,) = read(form, {**cells, (2, 1): "修", (3, 0): "联系人", (3, 1): "丁"})
    assert (record["matter_name"], record["content"], record["contact_name"]) == ("修", "修", "丁")


def test_four_applications_in_a_grid_are_four_records(form: Form) -> None:
    labels = ("工作事务名称", "申请单位", "授权内容", "联系人")
    cells = {}
    for number, (top, left) in enumerate(((0, 0), (0, 3), (6, 0), (6, 3))):
        for row, label in enumerate(labels):
            cells[top + row, left] = label
            cells[top + row, left + 1] = f"{label}{number}"
    assert [each["matter_name"] for each in read(form, cells)] == [f"工作事务名称{n}" for n in range(4)]
