"""Process variables as a person sees and types them: a kind, and a text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from forms.faults import Refused
from workflows.settings import SHANGHAI

KINDS: Mapping[str, tuple[str, str]] = {
    "text": ("文字", "text"),
    "number": ("数字", "number"),
    "yes_no": ("是否", "yes or no"),
    "date": ("日期", "date"),
    "moment": ("时间", "date and time"),
    "json": ("列表或结构(JSON)", "list or structure (JSON)"),
    "null": ("空", "empty"),
}
"""Kind -> what it is called."""

_NAME = re.compile(r"[^\W\d]\w{0,199}")
_YES, _NO = frozenset({"true", "yes", "是", "1"}), frozenset({"false", "no", "否", "0"})


class BadVariable(Refused):
    """A variable that was typed cannot be read. Facts: name, given, wanted, wanted_en."""

    zh: ClassVar[str] = "变量“{name}”的值“{given}”不是{wanted}"
    en: ClassVar[str] = "Variable “{name}”: “{given}” is no {wanted_en}"

    def __init__(self, name: str, given: str, kind: str) -> None:
        wanted, wanted_en = KINDS.get(kind, KINDS["text"])
        super().__init__(name=name, given=given[:100], wanted=wanted, wanted_en=wanted_en)


class BadName(Refused):
    """A name no variable can have. Facts: name."""

    zh: ClassVar[str] = "“{name}”不能作为变量名：须以字母或汉字开头，只含字母、汉字、数字和下划线"
    en: ClassVar[str] = "“{name}” cannot name a variable: a letter, then letters, digits and underscores"


@dataclass(frozen=True)
class Typed:
    """A variable to be shown or typed."""

    name: str
    kind: str
    text: str


def read(typed: Typed) -> Any:
    """The value of what was typed. Raises `BadVariable`, `BadName`."""
    if not _NAME.fullmatch(typed.name):
        raise BadName(name=typed.name[:100])
    text = typed.text.strip()
    try:
        if typed.kind == "null":
            return None
        if typed.kind == "text":
            return typed.text
        if typed.kind == "number":
            return _number(text)
        if typed.kind == "yes_no" and text.lower() in _YES | _NO:
            return text.lower() in _YES
        if typed.kind == "date":
            return date.fromisoformat(text)
        if typed.kind == "moment":
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment
        if typed.kind == "json":
            return json.loads(text, parse_float=Decimal)
    except (ValueError, InvalidOperation, RecursionError):
        pass
    raise BadVariable(typed.name, typed.text, typed.kind)


def _number(text: str) -> int | Decimal:
    found = Decimal(text)
    if not found.is_finite() or abs(found.adjusted()) > 300:
        raise ValueError(text)
    return int(found) if found == found.to_integral_value() and "." not in text else found


def shown(name: str, value: Any) -> Typed:
    """A value as kind and text."""
    if value is None:
        return Typed(name, "null", "")
    if isinstance(value, bool):
        return Typed(name, "yes_no", "true" if value else "false")
    if isinstance(value, (int, float, Decimal)):
        return Typed(name, "number", str(value))
    if isinstance(value, datetime):
        return Typed(name, "moment", value.isoformat())
    if isinstance(value, date):
        return Typed(name, "date", value.isoformat())
    if isinstance(value, (list, tuple, Mapping)):
        return Typed(name, "json", json.dumps(plain(value), ensure_ascii=False))
    return Typed(name, "text", str(value))


def plain(value: Any) -> Any:
    """A value as plain JSON: numbers as numbers, dates and times as ISO text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < 2.0**53 else number
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value)
