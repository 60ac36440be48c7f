"""The checks of a blank form's cells: what a spreadsheet can check itself, made from a field. One entry a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from forms.fields import Field
from forms.parsing import TEXT_AT_MOST
from templates_xlsx.sheets import LIST_SHEET

LONGEST_LIST = 200
"""Characters of a list that stands in the check itself; Excel takes 255."""
FIRST_DAY, LAST_DAY = date(1949, 1, 1), date(2199, 12, 31)
TITLE, MESSAGE, ERROR = 32, 255, 225
"""Characters that Excel takes of a note's title, a note, a refusal."""
YES_NO = ("是", "否")

Check = dict[str, Any]


class Lists:
    """The lists of a workbook: short ones in the check, long ones by name on the hidden sheet."""

    def __init__(self, units: Mapping[str, Sequence[str]]) -> None:
        self.units = units
        self.columns: dict[tuple[str, ...], str] = {}

    def source(self, entries: Sequence[str]) -> list[str] | str:
        """What a check names as its list."""
        listed = tuple(entries)
        if len(",".join(listed)) <= LONGEST_LIST and not any("," in each for each in listed):
            return list(listed)
        return f"={self.columns.setdefault(listed, f'L_{len(self.columns) + 1}')}"

    def write(self, book: xlsxwriter.Workbook) -> None:
        """Write the long lists; without one there is no such sheet."""
        if not self.columns:
            return
        sheet = book.add_worksheet(LIST_SHEET)
        for column, (entries, name) in enumerate(self.columns.items()):
            for row, entry in enumerate(entries):
                sheet.write_string(row, column, entry)
            letters = xlsxwriter.utility.xl_col_to_name(column)
            book.define_name(name, f"='{LIST_SHEET}'!${letters}$1:${letters}${len(entries)}")
        sheet.very_hidden()


def check_of(field: Field, lists: Lists, key: str) -> Check:
    """The check of a field's cell with its note; {} where there is nothing to say.

    Args:
        key: of the field in `Blank.units`.
    """
    check = dict(CHECKS.get(field.kind, _none)(field, lists, key))
    told = check.pop("told", "")
    note = "；".join(filter(None, (field.help, told)))
    if not check and not note:
        return {}
    check.setdefault("validate", "any")
    if check["validate"] != "any":
        check.setdefault("error_title", "填写有误")
        check["error_message"] = (told or "内容不符合要求")[:ERROR]
    if note:
        check["input_title"] = field.label[:TITLE]
        check["input_message"] = note[:MESSAGE]
    return check


def _none(field: Field, lists: Lists, key: str) -> Check:
    return {}


def _text(field: Field, lists: Lists, key: str) -> Check:
    most = field.max_length if field.max_length is not None else TEXT_AT_MOST[field.kind]
    least = field.min_length or 0
    said = (
        f"{least} 至 {most} 个字" if least else f"不超过 {most} 个字" if field.max_length is not None else ""
    )
    told = "；".join(filter(None, (said, field.pattern_message)))
    return {"validate": "length", "criteria": "between", "minimum": least, "maximum": most, "told": told}


def _number(field: Field, lists: Lists, key: str) -> Check:
    least = field.minimum if field.minimum is not None else Decimal(0 if field.kind == "money" else -(10**15))
    most = field.maximum if field.maximum is not None else Decimal(10**15)
    bounds = [
        f"不小于 {field.minimum}" if field.minimum is not None else "",
        f"不大于 {field.maximum}" if field.maximum is not None else "",
    ]
    what = "填数字，单位为元" if field.kind == "money" else "填数字"
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": float(least),
        "maximum": float(most),
        "told": "，".join(filter(None, (what, *bounds))),
    }


def _date(field: Field, lists: Lists, key: str) -> Check:
    open_end = field.properties.get("end_date") == "true"
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": FIRST_DAY,
        "maximum": LAST_DAY,
        "error_type": "warning" if open_end else "stop",
        "told": "填日期，如 2026-04-13" + ("；长期的留空" if open_end else ""),
    }


def _phone(field: Field, lists: Lists, key: str) -> Check:
    return {
        "validate": "length",
        "criteria": "between",
        "minimum": 7,
        "maximum": 40,
        "told": "11 位手机号，或区号加号码，如 022-24390000",
    }


def _choice(field: Field, lists: Lists, key: str) -> Check:
    source = lists.source([each.label for each in field.choices])
    return {"validate": "list", "source": source, "told": "从下拉列表中选择一项"}


def _choices(field: Field, lists: Lists, key: str) -> Check:
    listed = "、".join(each.label for each in field.choices)
    return {
        "validate": "list",
        "source": lists.source([each.label for each in field.choices]),
        "show_error": False,
        "told": f"下拉列表一次只选一项；多项直接输入，用顿号分开：{listed}",
    }


def _yes_no(field: Field, lists: Lists, key: str) -> Check:
    return {"validate": "list", "source": lists.source(YES_NO), "told": "填“是”或“否”"}


def _unit(field: Field, lists: Lists, key: str) -> Check:
    names = lists.units.get(key, ())
    if not names:
        return {"told": "填机构全称"}
    return {
        "validate": "list",
        "source": lists.source(names),
        "error_type": "warning",
        "told": "从下拉列表中选择机构",
    }


def _units(field: Field, lists: Lists, key: str) -> Check:
    names = lists.units.get(key, ())
    told = "可填多个机构，直接输入，用顿号分开" + ("；下拉列表一次只选一个" if names else "")
    return (
        {"validate": "list", "source": lists.source(names), "show_error": False, "told": told}
        if names
        else {"told": told}
    )


def _period(field: Field, lists: Lists, key: str) -> Check:
    return {"told": "填起止日期，如 2026-04-13 至 2029-04-12；长期的写“至长期”"}


CHECKS: dict[str, Callable[[Field, Lists, str], Check]] = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "money": _number,
    "date": _date,
    "phone": _phone,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "unit": _unit,
    "units": _units,
    "period": _period,
    "files": _none,
    "rows": _none,
}
"""Kind of a field -> its check. A test sees to it that each kind has one."""
