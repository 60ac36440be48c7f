"""Fields that only some may read: who a reporter is, say. The form file names the fields and the readers.

What stands in such a field never becomes a process variable, and whoever is no reader gets the form with `MASK` in its
place: as a text that cannot be written, so that page, paper, table and API need not know of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from forms.fields import Cell, Field, Form, FormFinding, Row
from forms.written.words import split_list

MASK = "＊＊＊"


def masked_keys(form: Form) -> frozenset[str]:
    """Keys of the fields marked `masked`."""
    return frozenset(each.key for each in form.fields if each.properties.get("masked") == "true")


def readers(form: Form) -> frozenset[str]:
    """Groups who may read what is masked (the form's property `masked_except`)."""
    return frozenset(split_list(form.properties.get("masked_except", "")))


def check(form: Form) -> list[FormFinding]:
    """What is wrong with the masks of a form."""
    found = [
        FormFinding(
            each.key,
            "masked-variable",
            "error",
            f"{each.key} 已标为 masked，不能再作流程变量(variable)",
            f"{each.key} is masked and cannot be a process variable",
        )
        for each in form.fields
        if each.variable and each.key in masked_keys(form)
    ]
    found += [
        FormFinding(
            each.key,
            "masked-column",
            "error",
            f"{each.key} 的列 {column.key} 不能单独标为 masked，请标在整个多行表上",
            f"{each.key}: a column ({column.key}) cannot be masked; mask the rows as a whole",
        )
        for each in form.fields
        for column in each.columns
        if column.properties.get("masked") == "true"
    ]
    return found


def conceals_starter(form: Form | None, groups: Collection[str]) -> bool:
    """Whether nobody is to learn who of these groups started a process with this form (its property `conceal_starter`).

    One of the form's readers enters it for somebody else, and signs by name what comes of it.
    """
    return (
        form is not None
        and form.properties.get("conceal_starter") == "true"
        and readers(form).isdisjoint(groups)
    )


def may_read(form: Form, groups: Collection[str]) -> bool:
    """Whether somebody of these groups may read all of the form."""
    return not masked_keys(form) or not readers(form).isdisjoint(groups)


def veiled(form: Form) -> Form:
    """The form as others than its readers have it."""
    keys = masked_keys(form)
    if not keys:
        return form
    return replace(
        form,
        fields=tuple(_veil(each, keys) for each in form.fields),
        layout=tuple(Row(tuple(_veil_cell(cell, keys) for cell in row.cells)) for row in form.layout),
    )


def _veil(field: Field, keys: frozenset[str]) -> Field:
    if field.key not in keys:
        return field
    plain = Field(field.key, field.label, "text", readonly=True, hide=field.hide, synonyms=field.synonyms)
    return replace(plain, properties=field.properties)


def _veil_cell(cell: Cell, keys: frozenset[str]) -> Cell:
    return replace(cell, fields=tuple(_veil(each, keys) for each in cell.fields)) if cell.fields else cell


def bare(form: Form) -> Form:
    """The form without its masked fields: as somebody fills it in who may not read them."""
    keys = masked_keys(form)
    rows = (Row(tuple(filter(None, (_bared(cell, keys) for cell in row.cells)))) for row in form.layout)
    return replace(
        form,
        fields=tuple(each for each in form.fields if each.key not in keys),
        layout=tuple(row for row in rows if row.cells),
    )


def _bared(cell: Cell, keys: frozenset[str]) -> Cell | None:
    left = tuple(each for each in cell.fields if each.key not in keys)
    return replace(cell, fields=left) if left or not cell.fields else None


def veiled_values(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form as others than its readers have them; what was left empty stays so."""
    keys = masked_keys(form)
    return {key: MASK if key in keys and value is not None else value for key, value in values.items()}
