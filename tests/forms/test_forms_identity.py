"""Numbers of identity cards: text with a check digit, whichever door they come by."""

from __future__ import annotations

import io

import openpyxl
import orjson
import pytest
from test_forms_bind import setting

from forms.binding import bind
from forms.fields import Form
from forms.schema import load_form
from forms.written.identities import read_identity
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records

RIGHT_X = "11010519491231002X"
COMPONENTS = [
    {"type": "textfield", "key": "name", "label": "姓名"},
    {"type": "textfield", "key": "card", "label": "身份证号", "properties": {"id_number": "true"}},
    {"type": "textfield", "key": "place", "label": "住址"},
]


@pytest.fixture(scope="module")
def form() -> Form:
    components = [{**each, "id": f"Field_{each['key']}"} for each in COMPONENTS]
    return load_form(
        orjson.dumps({"type": "default", "id": "person", "components": components}), "person.form"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (RIGHT_X, RIGHT_X),
        (RIGHT_X.lower(), RIGHT_X),
        ("110105 19491231 002X", RIGHT_X),
        ("110105194912310021", None),
        ("1.10105194912310e+17", None),
        ("11010519491231", None),
    ],
)
def test_the_check_digit_tells_a_number_from_a_slip(written: str, read: str | None) -> None:
    assert read_identity(written) == read


def test_a_number_with_an_x_stays_text_in_a_table_and_a_wrong_digit_is_told(form: Form) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ("姓名", "身份证号", "住址"),
        ("甲", RIGHT_X, "一号"),
        ("乙", "110105194912310021", "二号"),
        ("丙", 110105194912310021, "三号"),
    ):
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    found = read_records(open_workbook(out.getvalue(), "人员.xlsx"), form).records
    bound = [bind(form, each.posted, setting("table")) for each in found]
    assert bound[0].values["card"] == RIGHT_X
    (told,) = bound[1].faults
    assert (told.field, told.code, "校验码" in told.tell()) == ("card", "not_an_identity", True)
    (lost,) = found[2].faults
    assert (lost.cell, lost.code) == ("B4", "digits_lost"), (
        "a number of 18 digits lost its last ones in the spreadsheet"
    )
