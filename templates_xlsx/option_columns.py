"""Answers of a ledger that have a column each, ticked below the label of their group: 事项性质 over 长期, 短期, 临时."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from forms.fields import Choice, Field
from forms.written.choices import Choices, read_yes_no
from templates_xlsx.labels import Vocabulary
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import Sheet, cell_text, reference

KINDS = ("choice", "choices")


@lru_cache(maxsize=64)
def _answers(choices: tuple[Choice, ...]) -> Choices:
    return Choices(choices)


def asked(vocabulary: Vocabulary, group: str, label: str) -> str | None:
    """The field of which a label is an answer, below the label of that field; None for any other label."""
    meaning = vocabulary.strict(group)
    if meaning is None or len(meaning.keys) != 1:
        return None
    field = vocabulary.form.field(meaning.keys[0])
    known = field.kind in KINDS and _answers(field.choices).find(label) is not None
    return field.key if known else None


def options(sheet: Sheet, field: Field, row: int, column: int) -> list[tuple[int, str]]:
    """The columns from one on whose labels are answers of a field, a column each, with their answers' labels."""
    if field.kind not in KINDS or row < 2:
        return []
    group = sheet.span(row - 1, column)
    found: list[tuple[int, str]] = []
    keys: set[str] = set()
    for at in range(column, sheet.width + 1):
        label = sheet.value(row, at)
        key = _answers(field.choices).find(label) if isinstance(label, str) else None
        if key is None or key in keys or (at > group.right and sheet.value(row - 1, at) is not None):
            break
        keys.add(key)
        found.append((at, next(each.label for each in field.choices if each.key == key)))
    return found if len(found) > 1 else []


def ticked(
    sheet: Sheet, row: int, field: Field, columns: Sequence[tuple[int, str]]
) -> tuple[str, tuple[CellFault, ...]]:
    """The answers that are ticked in a row, and what is neither a tick nor none: ○ may be either."""
    chosen = []
    faults = []
    for column, answer in columns:
        text = cell_text(sheet.value(row, column))
        ticks = read_yes_no(text) if text else False
        if ticks is None:
            facts = {"label": answer}
            faults.append(CellFault(reference(row, column), field.key, "error", "tick_unclear", text, facts))
        elif ticks:
            chosen.append(answer)
    return "、".join(chosen), tuple(faults)
