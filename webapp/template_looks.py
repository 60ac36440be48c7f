"""How a workbook template looks on a page: the list by forms, the cells that are filled, sheets with what is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms.faults import Refused
from forms.fields import Form
from templates_xlsx.drawn import Drawn
from templates_xlsx.grid import open_workbook
from templates_xlsx.placeholders import render, slots
from templates_xlsx.sheets import Sheet, column_letters
from webapp.work.grid import GridCell, GridSheet, cell_id
from workflows.engine import FileReport, Finding
from workflows.usecases import definitions, templates
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView

MAX_ROWS, MAX_COLUMNS = 120, 30


@dataclass(frozen=True)
class TemplateRow:
    """A template with the forms printed on it; `view` is None where nothing is deployed yet."""

    key: str
    forms: tuple[Form, ...]
    view: DefinitionView | None
    errors: int = 0
    warnings: int = 0


@dataclass(frozen=True)
class CellRow:
    """A cell that is filled: where, beside which words, what goes in, as it was drawn."""

    place: str
    label: str
    text: str
    names: tuple[str, ...]


def listing(tx: Transaction) -> list[TemplateRow]:
    """Every template that is deployed or that a form names, with what is to be said of it."""
    forms: dict[str, list[Form]] = {}
    for view in definitions.overview(tx, "form"):
        form = definitions.form(tx, view.key)
        forms.setdefault(templates.name_of(form), []).append(form)
    deployed = {view.key: view for view in definitions.overview(tx, "template")}
    named = {key for key, found in forms.items() if any(each.key != key for each in found)}
    rows = []
    for key in sorted(deployed.keys() | named):
        standing = deployed.get(key)
        found = findings(tx, standing) if standing is not None else ()
        wrong = sum(each.severity == "error" for each in found)
        rows.append(TemplateRow(key, tuple(forms.get(key, ())), standing, wrong, len(found) - wrong))
    return rows


def drawable(tx: Transaction) -> list[tuple[str, str]]:
    """Forms a workbook may be drawn for, those first that are printed on one: key and title."""
    deployed = {view.key for view in definitions.overview(tx, "template")}
    forms = [definitions.form(tx, view.key) for view in definitions.overview(tx, "form")]
    forms.sort(key=lambda form: (templates.name_of(form) not in deployed, form.title))
    return [(form.key, form.title) for form in forms]


def findings(tx: Transaction, view: DefinitionView) -> Sequence[Finding]:
    """What is to be said of a deployed version, with the forms of today."""
    return templates.check_template(tx, definitions.content(tx, view.resource_id), ()).findings


def shown(tx: Transaction, view: DefinitionView) -> dict[str, Any]:
    """What the page of one version shows."""
    drawn = templates.of_version(tx, view)
    forms = templates.forms_on(tx, view.key)
    words = templates.words(tx, view.key)
    cells = [
        CellRow(
            f"{each.sheet}!{each.cell}",
            each.label,
            render(each.pattern, lambda slot: words.phrase(slot.keys)),
            tuple(f"F_{name}" for name in each.names),
        )
        for each in drawn.cells
    ]
    sheets = grids(templates.sample(tx, drawn, forms[0]), filled_states(drawn)) if forms else []
    return {"cells": cells, "sheets": sheets, "forms": forms, "findings": findings(tx, view)}


def filled_states(drawn: Drawn) -> dict[tuple[str, str], tuple[str, str]]:
    """(sheet, cell) -> state and title of the cells that are filled."""
    found = {}
    for each in drawn.cells:
        words = "、".join(slot.word for slot in slots(each.pattern) if slot.word)
        found[each.place] = ("taken", words or "、".join(each.names))
    return found


def wrong_states(report: FileReport, locale: str) -> dict[tuple[str, str], tuple[str, str]]:
    """(sheet, cell) -> state and sentences of the cells with findings."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for each in report.findings:
        sheet, separator, cell = each.element.rpartition("!")
        if separator:
            state = "wrong" if each.severity == "error" else "ask"
            before = found.get((sheet, cell), ("ask", ""))
            worst = "wrong" if "wrong" in (state, before[0]) else "ask"
            found[sheet, cell] = (worst, f"{before[1]} {each.tell(locale)}".strip())
    return found


def grids(content: bytes, states: Mapping[tuple[str, str], tuple[str, str]]) -> list[GridSheet]:
    """The visible sheets of a workbook as a page draws them; none of one that cannot be opened."""
    try:
        book = open_workbook(content, "")
    except Refused:
        return []
    return [_grid(each, states) for each in book.sheets if not each.hidden and each.height]


def _grid(sheet: Sheet, states: Mapping[tuple[str, str], tuple[str, str]]) -> GridSheet:
    preview = sheet.preview(MAX_ROWS, MAX_COLUMNS)
    rows = tuple(
        (
            number,
            tuple(
                GridCell(
                    cell_id(sheet.name, cell.cell),
                    cell.text,
                    cell.rowspan,
                    cell.colspan,
                    *states.get((sheet.name, cell.cell), ("", "")),
                )
                for cell in cells
            ),
        )
        for number, cells in enumerate(preview.rows, start=1)
    )
    columns = tuple(column_letters(column) for column in range(1, len(preview.widths) + 1))
    return GridSheet(sheet.name, columns, rows, preview.more_rows, preview.more_columns)
