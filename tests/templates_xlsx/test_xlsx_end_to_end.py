"""From the bytes of an office's table through the shipped form and the one door: the values of the truth files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from xlsx_units import OfficeUnits

from forms.binding import Bound, bind
from forms.feel.calendar import china
from forms.feel.world import World
from forms.fields import Form
from forms.kinds import KINDS
from forms.schema import load_form
from forms.setting import Setting, UnitDirectory
from templates_xlsx.fill import fill_application
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import ReadRecord, read_records

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "tests" / "data" / "tables"
AT = datetime(2025, 12, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
CASES = [
    ("审批表-样式一.xlsx", "审批表-样式一", "admission_application"),
    ("审批表-样式二.xlsx", "审批表-样式二", "admission_application"),
    ("old/审批表-样式二.xls", "审批表-样式二", "admission_application"),
    ("审批表-五个事项.xlsx", "审批表-五个事项", "admission_application"),
    ("申请汇总表-120行.xlsx", "申请汇总表-120行", "admission_application"),
    ("old/申请汇总表-120行.xls", "申请汇总表-120行", "admission_application"),
    ("申请汇总表-有错.xlsx", "申请汇总表-有错", "admission_application"),
    ("指导目录-2025年版.xlsx", "指导目录-2025年版", "catalogue_entry"),
    ("组织机构.xlsx", "组织机构", "organisation_unit"),
]


def shipped(key: str) -> Form:
    return load_form((ROOT / "forms" / f"{key}.form").read_bytes(), f"{key}.form")


@pytest.fixture(scope="module")
def units() -> OfficeUnits:
    return OfficeUnits(shipped("organisation_unit"))


def bound_record(form: Form, record: ReadRecord, units: UnitDirectory) -> Bound:
    return bind(form, record.posted, Setting(World(AT, china()), units, mode="table"))


def told(bound: Bound, key: str, units: UnitDirectory) -> str:
    """A bound value as the truth files tell it: keys of answers, full names of units, ISO dates."""
    value, field = bound.values.get(key), bound.form.field(key)
    if value is None:
        return ""
    if field.kind in ("unit", "units"):
        return KINDS[field.kind].show(value, field, units, "zh")
    json_value = KINDS[field.kind].to_json(value, field)
    return "、".join(json_value) if isinstance(json_value, list) else str(json_value)


@pytest.mark.parametrize(("file", "truth", "key"), CASES, ids=[each[0] for each in CASES])
def test_a_table_binds_to_exactly_what_a_clerk_reads_in_it(
    file: str, truth: str, key: str, units: OfficeUnits
) -> None:
    form = shipped(key)
    expected: list[dict[str, Any]] = json.loads((TABLES / f"{truth}.truth.json").read_text("utf-8"))
    reading = read_records(open_workbook((TABLES / file).read_bytes(), file), form)
    assert reading.faults == ()
    assert len(reading.records) == len(expected)
    for record, wanted in zip(reading.records, expected, strict=True):
        assert record.row == wanted.get("row")
        bound = bound_record(form, record, units)
        wrong = {each.field for each in bound.faults if each.severity == "error"}
        assert wrong == set(wanted.get("faults", []))
        assert wrong <= record.cells.keys()
        got = {each: told(bound, each, units) for each in wanted["values"] if each not in wrong}
        assert got == {each: value for each, value in wanted["values"].items() if each not in wrong}


def test_an_application_filled_into_the_official_table_binds_to_the_same_values(units: OfficeUnits) -> None:
    form = shipped("admission_application")
    content = (TABLES / "审批表-样式二.xlsx").read_bytes()
    (record,) = read_records(open_workbook(content, "x.xlsx"), form).records
    first = bound_record(form, record, units)
    assert first.submission is not None
    filled = fill_application(form, first.submission.values, units=units)
    (again,) = read_records(open_workbook(filled, "y.xlsx"), form).records
    second = bound_record(form, again, units)
    assert second.submission is not None
    assert second.submission.values == first.submission.values
