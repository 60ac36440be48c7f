"""Further columns of the 备案登记台账: the fields an office marks `ledger` in the forms of an application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forms.schema import Form
from templates_xlsx.ledger_out import Column
from workflows.admission import kinds, ledger
from workflows.usecases import definitions, lists
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

_OWN = frozenset(key for key, *_ in ledger.COLUMNS)


def columns(tx: Transaction) -> tuple[Column, ...]:
    """The columns an office keeps, then those of its marked fields, each key once."""
    added = {
        key: lists.field_column(form.field(key)) for form in _forms(tx).values() for key in kinds.marked(form)
    }
    return (
        *ledger.columns(ledger.COLUMNS),
        *(column for key, column in added.items() if key not in _OWN),
    )


def cells(tx: Transaction) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what reads the cells of the marked fields from a matter's row."""
    marked = {
        kind: (form, keys)
        for kind, form in _forms(tx).items()
        if (keys := [key for key in kinds.marked(form) if key not in _OWN])
    }

    def read(row: Mapping[str, Any]) -> dict[str, Any]:
        if row["kind"] not in marked or not row["details"]:
            return {}
        form, keys = marked[row["kind"]]
        stored = kinds.details(form, kinds.KINDS[row["kind"]], row["details"])
        return lists.form_row(tx, form, {key: stored[key] for key in keys if key in stored})

    return read


def _forms(tx: Transaction) -> dict[str, Form]:
    """The forms of the kinds of matters that are deployed here."""
    found = {}
    for kind in kinds.KINDS.values():
        try:
            found[kind.key] = definitions.form(tx, kind.form)
        except NotFound:  # a place that knows no such kind
            continue
    return found
