"""From components to the rows of the paper."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from forms.components import Component
from forms.fields import COLUMNS, Cell, Row


def lay_out(components: Iterable[Component]) -> tuple[Row, ...]:
    """Return the rows of a form: components with the same row stand side by side, 16 columns to a row.

    Components without a width share what is left; more than 16 columns break into the next row.
    """
    rows: list[Row] = []
    drawn = [each for each in components if each.type not in ("separator", "spacer") and _has_content(each)]
    for (_, row), found in groupby(enumerate(drawn), key=lambda pair: (_alone(pair), pair[1].row)):
        for line in _lines([each for _, each in found], alone=row is None):
            rows.append(Row(tuple(_joined(line))))
    return tuple(rows)


def _has_content(component: Component) -> bool:
    return component.field is not None or component.box is not None or bool(component.text)


def _alone(pair: tuple[int, Component]) -> int:
    """Return a number of its own for a component without a row; groups stand alone too."""
    number, component = pair
    return number if component.row is None or component.type == "group" else -1


def _lines(row: list[Component], *, alone: bool) -> list[list[tuple[Component, int]]]:
    widths = [each.columns for each in row]
    free = COLUMNS - sum(each or 0 for each in widths)
    shares = sum(1 for each in widths if each is None)
    share = max(1, free // shares) if shares and free > 0 else COLUMNS
    lines: list[list[tuple[Component, int]]] = [[]]
    taken = 0
    for component, width in zip(row, widths, strict=True):
        columns = COLUMNS if alone and width is None else (width or share)
        if taken + columns > COLUMNS and lines[-1]:
            lines.append([])
            taken = 0
        lines[-1].append((component, columns))
        taken += columns
    return lines


def _joined(line: list[tuple[Component, int]]) -> Iterable[Cell]:
    """Yield the cells of a row; neighbours with the same property `cell` share one."""
    for label, found in groupby(line, key=_shared_label):
        pairs = list(found)
        if label is not None:
            fields = tuple(each.field for each, _ in pairs if each.field is not None)
            yield Cell(sum(columns for _, columns in pairs), label, fields=fields)
            continue
        for component, columns in pairs:
            yield _cell(component, columns)


def _shared_label(pair: tuple[Component, int]) -> str | None:
    field = pair[0].field
    return field.properties.get("cell") or None if field is not None else None


def _cell(component: Component, columns: int) -> Cell:
    if component.field is not None:
        return Cell(columns, component.field.label, fields=(component.field,))
    if component.box is not None:
        return Cell(columns, component.box.label, box=component.box, hide=component.hide, name=component.name)
    return Cell(
        columns, text=component.text, heading=component.heading, hide=component.hide, name=component.name
    )
