"""From values to what is read, printed, stored, posted and written into cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from forms.fields import Field
from forms.setting import UnitDirectory
from forms.written.amounts import show_money, show_number
from forms.written.dates import OPEN_END, show_date

CellValue = str | Decimal | date | None
"""What a worksheet cell takes: text, number, date, nothing."""

TICKED, UNTICKED = "☑", "☐"


def same(value: Any, field: Field) -> Any:
    """JSON of what is JSON already."""
    return value


def show_text(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return str(value)


def show_number_value(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return show_number(value, grouped=field.properties.get("grouping") != "false")


def show_money_value(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return show_money(value)


def show_date_value(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return show_date(value)


def show_period(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    end = value.get("end")
    return f"{show_date(value['start'])} 至 {show_date(end) if end else OPEN_END}"


def _label(key: str, field: Field) -> str:
    return next((each.label for each in field.choices if each.key == key), key)


def show_choice(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return _label(value, field)


def show_choices(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return "、".join(_label(each, field) for each in value)


def show_yes_no(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return ("Yes" if value else "No") if locale.startswith("en") else ("是" if value else "否")


def unit_name(unit_id: int, units: UnitDirectory) -> str:
    """Return a unit's full name; the id in brackets where the directory knows it no more."""
    unit = units.get(unit_id)
    return unit.full_name if unit is not None else f"({unit_id})"


def show_unit(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return unit_name(value, units)


def show_units(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return "、".join(unit_name(each, units) for each in value)


def show_files(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return f"{len(value)} files" if locale.startswith("en") else f"{len(value)} 个附件"


def show_rows(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    return f"{len(value)} rows" if locale.startswith("en") else f"{len(value)} 行"


# Boxes on paper


def boxes(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    """Return ☑长期性(一年以上) ☐短期 ☐临时性: every answer, the chosen ones ticked."""
    chosen = value if isinstance(value, list) else [value]
    return "  ".join(f"{TICKED if each.key in chosen else UNTICKED}{each.label}" for each in field.choices)


def yes_no_boxes(value: Any, field: Field, units: UnitDirectory, locale: str) -> str:
    yes, no = ("Yes", "No") if locale.startswith("en") else ("是", "否")
    return f"{TICKED if value is True else UNTICKED}{yes}  {TICKED if value is False else UNTICKED}{no}"


# JSON


def decimal_to_json(value: Any, field: Field) -> Any:
    """Return the plain decimal, without exponent: exact in every JSON."""
    return format(value, "f")


def decimal_from_json(value: Any, field: Field) -> Any:
    return Decimal(str(value))


def date_to_json(value: Any, field: Field) -> Any:
    return value.isoformat()


def date_from_json(value: Any, field: Field) -> Any:
    return date.fromisoformat(value)


def period_to_json(value: Any, field: Field) -> Any:
    end = value.get("end")
    return {"start": value["start"].isoformat(), "end": end.isoformat() if end else None}


def period_from_json(value: Any, field: Field) -> Any:
    end = value.get("end")
    return {"start": date.fromisoformat(value["start"]), "end": date.fromisoformat(end) if end else None}


def list_copy(value: Any, field: Field) -> Any:
    return list(value)


# Posted texts


def post_text(value: Any, field: Field, units: UnitDirectory) -> list[str]:
    return [str(value)]


def post_decimal(value: Any, field: Field, units: UnitDirectory) -> list[str]:
    return [format(value, "f")]


def post_date(value: Any, field: Field, units: UnitDirectory) -> list[str]:
    return [value.isoformat()]


def post_period(value: Any, field: Field, units: UnitDirectory) -> list[str]:
    end = value.get("end")
    return [value["start"].isoformat(), end.isoformat() if end else ""]


def post_list(value: Any, field: Field, units: UnitDirectory) -> list[str]:
    return [str(each) for each in value]


def post_yes_no(value: Any, field: Field, units: UnitDirectory) -> list[str]:
    return ["yes" if value else "no"]


def post_nothing(value: Any, field: Field, units: UnitDirectory) -> list[str]:
    return []


# Cells


def cell_as(show: Callable[[Any, Field, UnitDirectory, str], str]) -> Callable[..., CellValue]:
    """Return a cell writer that writes what is shown, in Chinese."""

    def cell(value: Any, field: Field, units: UnitDirectory) -> CellValue:
        return show(value, field, units, "zh")

    return cell


def cell_itself(value: Any, field: Field, units: UnitDirectory) -> CellValue:
    """A number or a date stays one in its cell."""
    return value
