"""The columns of a ledger: read from what an application says of them, and made into the form by which rows come in.

One column a line, what is asked of it in brackets: 姓名(必填), 身份证号(唯一), 出生日期(日期), 类别(低保/低收入/其他).
Columns of identity numbers, bank accounts and telephones are sensitive unless 公开 is written: `ledger_sight` says who
reads them. The form is deployed like any other: from then on the office redraws it in the form editor, and it is what counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from forms.faults import Refused
from forms.written.words import squeeze

MOST = 80
LONGEST = 40
COMMUNITY = "community"
"""Key of the field that says whose row it is."""
PERIOD = "fill_period"
"""Key of the field that says of which period a row is; only where the ledger is filled in by periods."""
UNIQUE = "unique"
"""Property of the fields by which two rows of a community are the same."""

_KINDS: dict[str, tuple[str, ...]] = {
    "date": ("日期", "年月日"),
    "money": ("金额", "元"),
    "number": ("数字", "数值", "人数", "户数", "整数", "个数"),
    "phone": ("电话", "手机", "联系电话"),
    "yes_no": ("是/否", "是否", "有/无"),
    "long_text": ("长文", "多行", "说明"),
    "text": ("文字", "文本"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
_REQUIRED = frozenset({"必填", "必须", "必录"})
_UNIQUE = frozenset({"唯一", "主键", "不重复"})
_MASKED = frozenset({"敏感", "保密", "脱敏"})
_OPEN = frozenset({"公开", "不敏感"})
_SENSITIVE = ("身份证", "证件号", "护照", "银行卡", "银行账", "卡号")
"""Parts of a name by which a column is sensitive of itself."""
_BRACKET = re.compile(r"^(?P<label>[^()（）]+)(?:[(（](?P<asked>[^()（）]*)[)）])?$")
_BETWEEN = re.compile(r"[、,，;；\s]+")
_NUMBERED = re.compile(r"^\s*(?:\d+\s*[.．、:：)）]|[-*•])\s*")
_TYPES = {
    "date": "datetime",
    "number": "number",
    "yes_no": "radio",
    "choice": "select",
    "long_text": "textarea",
}


@dataclass(frozen=True)
class LedgerColumn:
    """A column of a ledger. `kind` is a key of `forms.kinds.KINDS`; `masked`: not for every department."""

    label: str
    kind: str = "text"
    required: bool = False
    unique: bool = False
    choices: tuple[str, ...] = ()
    masked: bool = False


class ColumnsRefused(Refused):
    """A line that says no column. Facts: line, given."""

    zh: ClassVar[str] = "第 {line} 行“{given}”读不出栏目；每行一栏，如：姓名(必填)、类别(低保/低收入/其他)"
    en: ClassVar[str] = "Line {line}, “{given}”, says no column; write one a line, such as 姓名(必填)"


class ColumnTwice(Refused):
    """Two columns of one name. Facts: given."""

    zh: ClassVar[str] = "栏目“{given}”写了两次"
    en: ClassVar[str] = "The column “{given}” stands there twice"


class TooManyColumns(Refused):
    """More columns than a ledger may have. Facts: count, most."""

    zh: ClassVar[str] = "共 {count} 栏，最多 {most} 栏；请精简或分为几个台账"
    en: ClassVar[str] = "{count} columns; {most} are the most"


def read(text: str) -> tuple[LedgerColumn, ...]:
    """The columns that a text names, one a line; a single line may hold several, parted by 、.

    Raises: `ColumnsRefused`, `ColumnTwice`, `TooManyColumns`.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = _parted(lines[0])
    found: dict[str, LedgerColumn] = {}
    for number, line in enumerate(lines, start=1):
        column = _column(number, _NUMBERED.sub("", line).strip().rstrip("。；;"))
        if squeeze(column.label) in found:
            raise ColumnTwice(given=column.label)
        found[squeeze(column.label)] = column
    if len(found) > MOST:
        raise TooManyColumns(count=len(found), most=MOST)
    return tuple(found.values())


def _parted(line: str) -> list[str]:
    """A line parted at 、 and its kin, save inside brackets."""
    parts, depth = [""], 0
    for sign in line:
        depth += (sign in "(（") - (sign in ")）")
        if sign in "、，,；;" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part for part in parts if part.strip()]


def _column(number: int, line: str) -> LedgerColumn:
    match = _BRACKET.match(line)
    label = match["label"].strip().strip("*＊ ") if match else ""
    if match is None or not label or len(label) > LONGEST:
        raise ColumnsRefused(line=number, given=line[:60])
    words = [word for word in _BETWEEN.split(match["asked"] or "") if word]
    column = LedgerColumn(label, required="*" in match["label"] or "＊" in match["label"])
    for word in words:
        if word in _REQUIRED:
            column = replace(column, required=True)
        elif word in _MASKED | _OPEN:
            continue
        elif word in _UNIQUE:
            column = replace(column, unique=True, required=True)
        elif word in _KIND_OF:
            column = replace(column, kind=_KIND_OF[word])
        elif len(answers := [part.strip() for part in re.split(r"[/／|]", word) if part.strip()]) > 1:
            column = replace(column, kind="choice", choices=tuple(dict.fromkeys(answers)))
        else:  # 姓名(户主): part of the name
            column = replace(column, label=f"{column.label}({word})")
    return replace(column, masked=_masked(column, frozenset(words)))


def _masked(column: LedgerColumn, words: frozenset[str]) -> bool:
    if words & (_MASKED | _OPEN):
        return bool(words & _MASKED)
    return column.kind == "phone" or any(each in column.label for each in _SENSITIVE)


# ------------------------------------------------------------------ as a form
def form_file(key: str, title: str, columns: Sequence[LedgerColumn], period: str = "") -> bytes:
    """The `.form` file of a ledger's rows; keys are `c1`, `c2` ... in the order of the columns.

    Args:
        period: how a period of this ledger is written, such as 2026年11月; "" where it has none.
    """
    unit = {
        "type": "select",
        "key": COMMUNITY,
        "id": f"Field_{COMMUNITY}",
        "label": "填报社区",
        "values": [{"label": "-", "value": "-"}],
        "validate": {"required": True},
        "properties": {
            "kind": "unit",
            "unit_kinds": "社区、村",
            "prefill": "= actor_unit",
            "synonyms": "社区、所属社区、社区名称、村(居)、所在社区",
        },
        "layout": {"row": "Row_0", "columns": 8},
    }
    when = {
        "type": "textfield",
        "key": PERIOD,
        "id": f"Field_{PERIOD}",
        "label": "填报期",
        "description": f"如 {period}；不填为本期",
        "properties": {"prefill": f"= {PERIOD}", "synonyms": "所属期、报送期、期次、月份、季度、年度"},
        "layout": {"row": "Row_0", "columns": 8},
    }
    drawn = [unit, *([when] if period else [])]
    drawn += [_component(number, each) for number, each in enumerate(columns, start=1)]
    whole = {
        "schemaVersion": 19,
        "exporter": {"name": "zhunru", "version": "1"},
        "type": "default",
        "id": key,
        "executionPlatform": "Camunda Platform",
        "executionPlatformVersion": "7.22.0",
        "properties": {"title": title, "not_read": "序号、更新日期、填表人"},
        "components": drawn,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def _component(number: int, column: LedgerColumn) -> dict[str, Any]:
    wide = column.kind == "long_text"
    found: dict[str, Any] = {
        "type": _TYPES.get(column.kind, "textfield"),
        "key": f"c{number}",
        "id": f"Field_c{number}",
        "label": column.label,
        "layout": {"row": f"Row_{number if wide else (number + 1) // 2}{'w' if wide else ''}"},
    }
    found["layout"]["columns"] = 16 if wide else 8
    if column.kind == "date":
        found |= {"subtype": "date", "dateLabel": found.pop("label")}
    if column.kind == "choice":
        found["values"] = [{"label": each, "value": each} for each in column.choices]
    if column.kind == "yes_no":
        found["values"] = [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]
    if column.required:
        found["validate"] = {"required": True}
    properties = {"kind": column.kind} if column.kind in ("money", "phone", "yes_no") else {}
    if column.unique:
        properties[UNIQUE] = "true"
    if column.masked:
        properties["masked"] = "true"
    return found | ({"properties": properties} if properties else {})
