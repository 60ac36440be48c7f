"""Every table of the offices reads as its truth file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xlsx_forms

from forms.fields import Form
from forms.written.dates import read_date
from forms.written.words import split_list
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import ReadRecord, read_records

TABLES = Path(__file__).parents[1] / "data" / "tables"
CASES = [
    ("审批表-样式一.xlsx", "审批表-样式一", xlsx_forms.application()),
    ("审批表-样式二.xlsx", "审批表-样式二", xlsx_forms.application()),
    ("old/审批表-样式二.xls", "审批表-样式二", xlsx_forms.application()),
    ("审批表-五个事项.xlsx", "审批表-五个事项", xlsx_forms.application()),
    ("申请汇总表-120行.xlsx", "申请汇总表-120行", xlsx_forms.application()),
    ("old/申请汇总表-120行.xls", "申请汇总表-120行", xlsx_forms.application()),
    ("申请汇总表-有错.xlsx", "申请汇总表-有错", xlsx_forms.application()),
    ("指导目录-2025年版.xlsx", "指导目录-2025年版", xlsx_forms.catalogue()),
    ("组织机构.xlsx", "组织机构", xlsx_forms.organisation()),
]


def plain(record: ReadRecord, key: str, form: Form) -> str:
    """What a posted text says, written as the truth files write it."""
    posted = record.posted.get(key, "")
    kind = form.field(key).kind
    if isinstance(posted, list):
        return "、".join(posted)
    if kind == "date" and (reading := read_date(posted)) is not None:
        return reading.value.isoformat()
    if kind == "money":
        return posted.removesuffix("元")
    if kind == "units":
        return "、".join(split_list(posted))
    return posted


@pytest.mark.parametrize(("file", "truth", "form"), CASES, ids=[each[0] for each in CASES])
def test_a_table_of_an_office_reads_as_a_clerk_reads_it(file: str, truth: str, form: Form) -> None:
    expected: list[dict[str, Any]] = json.loads((TABLES / f"{truth}.truth.json").read_text("utf-8"))
    reading = read_records(open_workbook((TABLES / file).read_bytes(), file), form)
    assert reading.faults == ()
    assert [(each.get("sheet"), each.get("row")) for each in expected] == [
        (record.sheet if "sheet" in truth_record else None, record.row)
        for record, truth_record in zip(reading.records, expected, strict=True)
    ]
    for record, wanted in zip(reading.records, expected, strict=True):
        got = {key: plain(record, key, form) for key in wanted["values"]}
        assert got == wanted["values"]
        told = {each.key for each in form.fields} & {key for key, value in record.posted.items() if value}
        extra = told - wanted["values"].keys()
        assert extra <= {"application_date", "content", "authority", "contact_name", "contact_phone"}
        assert [each for each in record.faults if each.severity == "error"] == []


def test_the_sheet_of_instructions_is_ignored_with_a_reason() -> None:
    content = (TABLES / "审批表-五个事项.xlsx").read_bytes()
    reading = read_records(open_workbook(content, "审批表-五个事项.xlsx"), xlsx_forms.application())
    assert [each.sheet for each in reading.ignored] == ["填表说明"]
    assert "没有找到" in reading.ignored[0].tell()
    assert "were found" in reading.ignored[0].tell("en")


def test_each_value_knows_its_cell() -> None:
    content = (TABLES / "审批表-样式一.xlsx").read_bytes()
    (record,) = read_records(open_workbook(content, "x.xlsx"), xlsx_forms.application()).records
    assert record.cells["applicant_unit"] == "B3"
    assert record.cells["contact_phone"] == "E4"
    assert record.cells["period_start"] == record.cells["period_end"] == "B11"
    assert record.cells["funds_source"] == "B12"
    content = (TABLES / "申请汇总表-有错.xlsx").read_bytes()
    records = read_records(open_workbook(content, "x.xlsx"), xlsx_forms.application()).records
    assert (records[6].row, records[6].cells["contact_phone"]) == (10, "Q10")
