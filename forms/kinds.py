"""The kinds of fields: one literal table, each kind with every medium.

`tests/forms/test_kinds_house.py` walks it: a kind that lacks a medium fails there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forms import parsing, showing
from forms.fields import Field
from forms.parsing import Warned
from forms.setting import Setting, UnitDirectory
from forms.showing import CellValue

__all__ = ["KINDS", "CellValue", "Kind", "Warned", "values_from_json", "values_to_json"]

Show = Callable[[Any, Field, UnitDirectory, str], str]
Json = Callable[[Any, Field], Any]


@dataclass(frozen=True)
class Kind:
    """How a kind of field is read, shown, stored, posted and written into a cell.

    No function but `parse` is ever called with None: absent values are nothing everywhere.

    Attributes:
        name: the kind.
        widget: name of the widget, for templates; a key of `forms.wtf.WIDGETS`.
        parse: texts as posted (a page posts several for a list, a table one) -> value, None (nothing given),
            `Fault` or `Warned`.
        show: one line for reading (units by full name, 36,000.50 元, 2026年4月13日).
        paper: as it stands on paper: choices as boxes.
        to_json, from_json: exact round trip of stored values.
        to_posted: the texts a browser would post for a value.
        cell: the value for a worksheet cell (text, number or date).
    """

    name: str
    widget: str
    parse: Callable[[list[str], Field, Setting], Any]
    show: Show
    paper: Show
    to_json: Json
    from_json: Json
    to_posted: Callable[[Any, Field, UnitDirectory], list[str]]
    cell: Callable[[Any, Field, UnitDirectory], CellValue]


def values_to_json(values: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return values as plain JSON, in the order of the fields; absent ones stay absent."""
    out: dict[str, Any] = {}
    for field in fields:
        value = values.get(field.key)
        if value is not None:
            out[field.key] = KINDS[field.kind].to_json(value, field)
    return out


def values_from_json(data: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return stored values from plain JSON. Keys that are no field (of an older form) are left out."""
    out: dict[str, Any] = {}
    for field in fields:
        value = data.get(field.key)
        if value is not None:
            out[field.key] = KINDS[field.kind].from_json(value, field)
    return out


def _rows_to_json(value: Any, field: Field) -> Any:
    return [values_to_json(row, field.columns) for row in value]


def _rows_from_json(value: Any, field: Field) -> Any:
    return [values_from_json(row, field.columns) for row in value]


def _kind(
    name: str,
    parse: Callable[[list[str], Field, Setting], Any],
    show: Show,
    *,
    widget: str = "",
    paper: Show | None = None,
    stored: tuple[Json, Json] = (showing.same, showing.same),
    posted: Callable[[Any, Field, UnitDirectory], list[str]] = showing.post_text,
    cell: Callable[[Any, Field, UnitDirectory], CellValue] | None = None,
) -> tuple[str, Kind]:
    """Return one line of the table: what is not said is text."""
    write = cell or showing.cell_as(show)
    return name, Kind(name, widget or name, parse, show, paper or show, stored[0], stored[1], posted, write)


s, p = showing, parsing
_DECIMAL = (s.decimal_to_json, s.decimal_from_json)
_DATE = (s.date_to_json, s.date_from_json)
_PERIOD = (s.period_to_json, s.period_from_json)
_LIST = (s.list_copy, s.list_copy)
_ROWS = (_rows_to_json, _rows_from_json)

KINDS: dict[str, Kind] = dict(
    (
        _kind("text", p.parse_text, s.show_text),
        _kind("long_text", p.parse_text, s.show_text, widget="textarea"),
        _kind(
            "number",
            p.parse_number,
            s.show_number_value,
            stored=_DECIMAL,
            posted=s.post_decimal,
            cell=s.cell_itself,
        ),
        _kind(
            "money",
            p.parse_money,
            s.show_money_value,
            stored=_DECIMAL,
            posted=s.post_decimal,
            cell=s.cell_itself,
        ),
        _kind("phone", p.parse_phone, s.show_text),
        _kind("date", p.parse_date, s.show_date_value, stored=_DATE, posted=s.post_date, cell=s.cell_itself),
        _kind("period", p.parse_whole_period, s.show_period, stored=_PERIOD, posted=s.post_period),
        _kind("choice", p.parse_choice, s.show_choice, paper=s.boxes),
        _kind("choices", p.parse_choices, s.show_choices, paper=s.boxes, stored=_LIST, posted=s.post_list),
        _kind("yes_no", p.parse_yes_no, s.show_yes_no, paper=s.yes_no_boxes, posted=s.post_yes_no),
        _kind("unit", p.parse_unit, s.show_unit),
        _kind("units", p.parse_units, s.show_units, stored=_LIST, posted=s.post_list),
        _kind("files", p.parse_files, s.show_files, stored=_LIST, posted=s.post_list),
        _kind("rows", p.parse_rows, s.show_rows, stored=_ROWS, posted=s.post_nothing),
    )
)
"""Every kind of field. The name of a kind is what a component's property `kind` says."""
