"""The kinds of fields: one table, and for each kind every medium."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from forms.faults import Fault
from forms.fields import Field
from forms.setting import Setting, UnitDirectory

CellValue = str | Decimal | date | None


@dataclass(frozen=True)
class Warned:
    """A value that was taken, with a warning about how."""

    value: Any
    fault: Fault


@dataclass(frozen=True)
class Kind:
    """How a kind of field is read, shown, stored, posted and written into a cell.

    Attributes:
        parse: texts as posted (a page posts several for a list; a table one) -> value, None (empty),
            `Fault` or `Warned`.
        show: for reading and printing.
        to_json, from_json: exact round trip of stored values.
        to_posted: the texts a browser would post for a value.
        cell: the value for a worksheet cell (text, number or date).
        widget: name of the widget, for templates.
    """

    name: str
    parse: Callable[[list[str], Field, Setting], Any]
    show: Callable[[Any, Field, UnitDirectory, str], str]
    to_json: Callable[[Any, Field], Any]
    from_json: Callable[[Any, Field], Any]
    to_posted: Callable[[Any, Field, UnitDirectory], list[str]]
    cell: Callable[[Any, Field, UnitDirectory], CellValue]
    widget: str


KINDS: dict[str, Kind] = {}
