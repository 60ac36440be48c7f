"""What recognition is not sure of: guessed labels, and text that was neither read nor understood.

A wrong guess nearly always leaves something over: the label it took for a value, or the value it passed by. So a sheet
of which anything is left over waits for a person, once for its layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms.fields import Field
from templates_xlsx.labels import Vocabulary, normalise, unit_line
from templates_xlsx.ledger import Header, answers_of
from templates_xlsx.ledger_rows import TAIL
from templates_xlsx.recognise import NOTE, Place, Table, place_reference
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import Sheet, cell_text, reference

MOST = 12
"""Doubts told of one table; a person who looks sees the rest."""
FILLED_IN_BY = 5
"""Labels of the form that may stand in the lines above a ledger."""
SEARCHED_ROWS = 200
"""Rows in which a column without a label is searched for values."""
LONG_NUMBER = 5
"""Digits of a number that is more than one of a row or a page: a day, a telephone, an amount."""
_LIKE_A_LABEL = re.compile(
    r"(?:单位|部门|名称|电话|号码|日期|时间|期限|周期|情况|意见|依据|来源|金额|经费|性质|类别|对象|范围|内容|理由|要求|"
    r"负责人|联系人|经办人|姓名|方式)$"
)
_PAIR = re.compile("^[^:\uff1a\\d]{2,12}[:\uff1a]\\s*\\S")


def suggestion(where: str, meant: Field, label: str) -> CellFault:
    """Return the doubt of a label that is no word of the form."""
    return CellFault(where, meant.key, "warning", "suggested", label, {"label": meant.label})


def unread(where: str, text: str) -> CellFault:
    """Return the doubt of a text that was not understood."""
    return CellFault(where, None, "warning", "unread", text[:40])


def header_doubts(sheet: Sheet, header: Header, vocabulary: Vocabulary) -> Iterator[CellFault]:
    """Yield the columns of a ledger that are only guessed, and those that stand for nothing known."""
    if any(each.source == "remembered" for each in header.columns):
        return
    for each in header.columns:
        if each.source == "suggested":
            text = cell_text(sheet.value(each.label.top, each.label.left))
            meant = vocabulary.form.field(each.meaning.keys[0])
            yield suggestion(reference(each.label.top, each.label.left), meant, text)
    yield from _application_above(sheet, header, vocabulary)
    known = {each.column for each in header.columns} | {header.serial}
    for each in header.columns:
        known.update(at for at, _ in answers_of(sheet, vocabulary, each, header.bottom))
    for column in range(1, sheet.width + 1):
        if column in known:
            continue
        place, text = _label_of(sheet, header, column)
        if normalise(text) in vocabulary.not_read and text:
            continue
        if text or _holds_anything(sheet, header, column):
            yield unread(place, text)


def _application_above(sheet: Sheet, header: Header, vocabulary: Vocabulary) -> Iterator[CellFault]:
    """Yield the first label of a table that stands above a ledger on its sheet: it is not read with the rows.

    A line of who filled it in (unit, date, person, telephone) is none.
    """
    labels: dict[str, tuple[str, str]] = {}
    for row in range(1, header.top):
        for column in range(1, sheet.width + 1):
            text = sheet.value(row, column)
            meaning = vocabulary.strict(text) if isinstance(text, str) else None
            for key in meaning.keys if meaning is not None else ():
                labels.setdefault(key, (reference(row, column), str(text)))
    if len(labels) > FILLED_IN_BY:
        yield unread(*next(iter(labels.values())))


def _label_of(sheet: Sheet, header: Header, column: int) -> tuple[str, str]:
    """Return the lowest text over a column in the header's own rows, and its place."""
    for row in range(header.bottom, header.row - 1, -1):
        span = sheet.span(row, column)
        text = cell_text(sheet.value(row, column))
        if text and span.columns == 1:
            return reference(span.top, span.left), text
    return reference(header.row, column), ""


def _holds_anything(sheet: Sheet, header: Header, column: int) -> bool:
    rows = range(header.bottom + 1, min(header.bottom + SEARCHED_ROWS, sheet.height) + 1)
    return any(sheet.value(row, column) is not None and sheet.span(row, column).columns == 1 for row in rows)


def table_doubts(table: Table) -> list[CellFault]:
    """Return what was left over on a single table, and values that look like labels."""
    if any(each.source in ("remembered", "name") for each in table.found):
        return []
    doubts = [unread(place_reference(place), text) for place, text in _left_over(table)]
    for each in table.found:
        text = "" if each.cell is None or each.cell == each.label else table.texts.get(each.cell, "")
        if len(text) <= 8 and _LIKE_A_LABEL.search(normalise(text)) and not any(map(str.isdigit, text)):
            doubts.append(unread(place_reference(each.label), text))
    return doubts[:MOST]


def _left_over(table: Table) -> Iterator[tuple[Place, str]]:
    """Yield, of each row, the first text that is no label, no value and no dressing."""
    labels = {*table.labels, *(each.label for each in table.found)}
    top = min((row for row, _ in labels), default=0)
    bottom = max((row for row, _ in labels), default=0)
    told = 0
    for place, text in table.texts.items():
        row = place[0]
        if row == told or place in table.claimed or place in labels or _heads_labels(table, place, labels):
            continue
        if unit_line(text) or normalise(text) in table.vocabulary.not_read:
            continue
        alone = sum(other == row for other, _ in table.texts) == 1
        outside = alone and not top <= row <= bottom and not _PAIR.search(text)
        if (
            outside
            or NOTE.match(text)
            or TAIL.match(text)
            or not normalise(text)
            or (normalise(text).isdigit() and len(normalise(text)) < LONG_NUMBER)
        ):
            continue
        told = row
        yield place, text


def _heads_labels(table: Table, place: Place, labels: set[Place]) -> bool:
    """Whether a text stands before or above several labels: the name of their group."""
    if place in table.groups:
        return True
    span = table.sheet.span(*place)
    beside = {(row, span.right + 1) for row in range(span.top, span.bottom + 1)}
    below = {(span.bottom + 1, column) for column in range(span.left, span.right + 1)}
    return len(beside & labels) > 1 or len(below & labels) > 1
