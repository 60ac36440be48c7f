"""Sample data: what a template looks like filled, before anybody has filled it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from forms.fields import Field, Form
from forms.setting import UnitDirectory, UnitRef
from forms.written.unit_names import kinds_of
from templates_xlsx.opinions import Opinion

LONG = "示例内容：宣传动员居民参加，登记造册，按月汇总上报；涉及入户的事先告知居民，做好记录。"
ROWS = 4
"""Rows of a list: more than most templates draw, so that it is seen to grow."""
_PHONE = "022-84900000"

_SAMPLES: Mapping[str, Callable[[Field, date, UnitDirectory], Any]] = {
    "text": lambda field, day, units: f"{(field.label or field.key)[:12]}(示例)",
    "long_text": lambda field, day, units: LONG * 2,
    "number": lambda field, day, units: field.minimum if field.minimum is not None else Decimal(12),
    "money": lambda field, day, units: Decimal("36000.5"),
    "phone": lambda field, day, units: _PHONE,
    "date": lambda field, day, units: day + timedelta(days=365 if field.properties.get("not_before") else 0),
    "period": lambda field, day, units: None,
    "choice": lambda field, day, units: field.choices[0].key if field.choices else None,
    "choices": lambda field, day, units: [each.key for each in field.choices[:2]],
    "yes_no": lambda field, day, units: False,
    "unit": lambda field, day, units: next(iter(_some(field, units)), None),
    "units": lambda field, day, units: _some(field, units),
    "files": lambda field, day, units: None,
    "rows": lambda field, day, units: [
        {column.key: sample_value(column, day, units) for column in field.columns} for _ in range(ROWS)
    ],
}


def _some(field: Field, units: UnitDirectory) -> list[int]:
    """Ids of units such as the field takes, none below another: two of its first kind, one of each other."""
    kinds = kinds_of(field.properties)
    found: list[UnitRef] = [] if kinds else units.all()[:2]
    for kind in kinds:
        above = {each.id for each in found}
        found += [each for each in units.all([kind]) if each.parent_id not in above][: 1 if found else 2]
    return [each.id for each in found]


def sample_value(field: Field, day: date, units: UnitDirectory) -> Any:
    """Return a value such as a field may hold."""
    return _SAMPLES[field.kind](field, day, units)


def sample_values(form: Form, day: date, units: UnitDirectory) -> dict[str, Any]:
    """Return a value for each field of a form; its units are of the kinds the form takes there."""
    return {each.key: sample_value(each, day, units) for each in form.fields}


def sample_opinions(form: Form, day: date) -> list[Opinion]:
    """Return an opinion for each box of a form."""
    return [Opinion(box.key, "情况属实，同意。", "示例", day) for box in form.boxes]
