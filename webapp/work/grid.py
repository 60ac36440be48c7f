"""A workbook as a page draws it: its own rows and columns, what was recognised, what is wrong, each at its cell."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from forms.faults import Refused
from forms.written.words import squeeze
from templates_xlsx.grid import open_workbook
from templates_xlsx.sheets import column_letters
from webapp.i18n import _
from workflows.usecases.views import Preview, PreviewFault, PreviewRecord

MAX_ROWS = 300
MAX_COLUMNS = 40
QUOTED = re.compile('["“]([^"”]+)["”]')
NUMBERS = re.compile(r"[0-9][0-9年月日.,:/-]*")
CELL = re.compile(r"^([A-Z]+)(\d+)")


@dataclass(frozen=True)
class GridCell:
    """A cell with what is known of it. `state`: "", taken, field, ask, wrong; `title`: the sentences on it.

    `read_as`: the unit or answer that was read from it, where another word stands there.
    """

    id: str
    text: str
    rowspan: int
    colspan: int
    state: str = ""
    title: str = ""
    read_as: str = ""


@dataclass(frozen=True)
class GridSheet:
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[GridCell, ...]], ...]
    more_rows: int
    more_columns: int


@dataclass(frozen=True)
class FaultLine:
    """A fault in the list: where, what stands there, the sentence, the id of its cell on the page, its row."""

    place: str
    sentence: str
    given: str
    error: bool
    sheet: str
    cell: str
    anchor: str
    label: str = ""
    row: int | None = None
    record: int | None = None


@dataclass(frozen=True)
class FaultGroup:
    """Faults of one kind: the sentence they share, and the lines."""

    sentence: str
    error: bool
    lines: tuple[FaultLine, ...]


ALONE = 3
"""So many faults of one kind are still listed one by one."""


def grouped(lines: Sequence[FaultLine]) -> list[FaultGroup]:
    """Return faults by kind, errors first, the most frequent first; what was given does not make a kind."""
    found: dict[tuple[bool, str, str], list[FaultLine]] = {}
    for line in lines:
        kind = line.sentence
        for given in filter(None, (line.given, *QUOTED.findall(kind))):
            kind = kind.replace(given, "…")
        found.setdefault((not line.error, line.label, NUMBERS.sub("…", kind)), []).append(line)
    groups = [
        FaultGroup(_shared(kind, label, same), not warning, tuple(same))
        for (warning, label, kind), same in found.items()
    ]
    return sorted(groups, key=lambda group: (not group.error, -len(group.lines)))


def _shared(kind: str, label: str, lines: Sequence[FaultLine]) -> str:
    """The sentence of a kind: the very one where all lines say the same, else with … for what differs."""
    said = {line.sentence for line in lines}
    sentence = said.pop() if len(said) == 1 else kind
    return f"{label}：{sentence}" if label and label not in sentence else sentence


def cell_id(sheet: str, cell: str) -> str:
    """The id of a cell on the page; sheets are named freely, so their name is hashed."""
    return f"c{hashlib.sha256(sheet.encode()).hexdigest()[:6]}-{cell}"


def row_of(cell: str) -> int | None:
    """The row of a cell; None for no cell."""
    match = CELL.match(cell)
    return int(match[2]) if match else None


def _faults_of(found: Preview) -> list[tuple[PreviewFault, PreviewRecord | None]]:
    whole: list[tuple[PreviewFault, PreviewRecord | None]] = [(fault, None) for fault in found.faults]
    return whole + [(fault, record) for record in found.records for fault in record.faults]


def _sheet_of(fault: PreviewFault, record: PreviewRecord | None) -> str:
    return fault.sheet or (record.sheet if record is not None else "")


def _label(found: Preview, key: str | None) -> str:
    return found.form.field(key).label if key and key in found.form else ""


def fault_lines(found: Preview, locale: str, *, known: bool = True) -> list[FaultLine]:
    """Return everything wrong or doubtful, errors first, each with its place in words.

    Without `known` nothing is said of records that are passed over: they are told of by themselves.
    """
    several = len({record.sheet for record in found.records}) > 1
    lines = []
    for fault, record in _faults_of(found):
        if record is not None and record.duplicate and not record.wrong and not known:
            continue
        sheet = _sheet_of(fault, record)
        match = CELL.match(fault.cell or "")
        label = _label(found, fault.field)
        if match:
            place = _("Row %(row)s, column %(column)s", row=match[2], column=match[1])
        elif record is not None and record.row is not None:
            place = _("Row %(row)s", row=record.row)
        else:
            place = _("Whole table") if record is None else sheet
        if several and match:
            place = f"{sheet} · {place}"
        lines.append(
            FaultLine(
                f"{place}({label})" if label else place,
                fault.tell(locale),
                fault.given,
                fault.severity == "error",
                sheet,
                fault.cell or "",
                cell_id(sheet, fault.cell) if fault.cell else "",
                label,
                row_of(fault.cell or "") or (record.row if record else None),
                record.index if record else None,
            )
        )
    return sorted(lines, key=lambda line: not line.error)


def figures(found: Preview) -> list[tuple[int, str, str, None]]:
    """Return the tiles: how many records are right, wrong, to be looked at, known already.

    A table of another kind has nothing to count: its faults are said beside it.
    """
    counts = found.counts
    usable = counts.get("right", 0) + counts.get("duplicates", 0)
    if not usable and not any(_of_this_form(found, record) for record in found.records):
        return []
    doubtful = sum(each.doubtful for each in found.records)
    return [
        (counts.get("right", 0), _("can be imported"), "green" if counts.get("right") else "", None),
        (counts.get("wrong", 0), _("with errors"), "red" if counts.get("wrong") else "", None),
        (doubtful, _("with something to check"), "amber" if doubtful else "", None),
        (counts.get("duplicates", 0), _("known already"), "", None),
    ]


def _of_this_form(found: Preview, record: PreviewRecord) -> bool:
    """Whether half of what the form requires has its place in the table, be it filled in rightly or not."""
    required = [field.key for field in found.form.fields if field.required and not field.readonly]
    return 2 * sum(key in record.cells for key in required) >= len(required)


def sheets(
    content: bytes, name: str, found: Preview, some: Sequence[PreviewRecord] | None = None
) -> list[GridSheet]:
    """Return the sheets that hold records, as they are, with what was read of them. None that cannot be opened.

    With `some` only what shows these: their sheets; of a ledger their rows and what stands above the first of all.
    """
    try:
        book = open_workbook(content, name)
    except Refused:
        return []
    shown = found.records if some is None else some
    wanted = {record.sheet for record in shown}
    wanted |= {
        fault.sheet for record in shown for fault in record.faults
    }  # a list of it on a sheet of its own
    wanted |= {fault.sheet for fault in found.faults if some is None}
    state, title = _states(found)
    named = _named(found)
    drawn = []
    for sheet in book.sheets:
        if sheet.name not in wanted and len(book.sheets) > 1:
            continue
        preview = sheet.preview(
            MAX_ROWS, MAX_COLUMNS, None if some is None else _rows(sheet.name, found, some)
        )
        rows = []
        for number, cells in zip(preview.numbers, preview.rows, strict=True):
            rows.append(
                (
                    number,
                    tuple(
                        GridCell(
                            cell_id(sheet.name, cell.cell),
                            cell.text,
                            cell.rowspan,
                            cell.colspan,
                            state.get((sheet.name, cell.cell))
                            or state.get((sheet.name, _foot(cell.cell, cell.rowspan)), ""),
                            title.get((sheet.name, cell.cell), ""),
                            _other_word(named.get((sheet.name, cell.cell), ""), cell.text),
                        )
                        for cell in cells
                    ),
                )
            )
        columns = tuple(column_letters(column) for column in range(1, len(preview.widths) + 1))
        drawn.append(GridSheet(sheet.name, columns, tuple(rows), preview.more_rows, preview.more_columns))
    return drawn


ABOVE = 12
"""Rows shown above the records of a ledger: its title and header."""


def _rows(sheet: str, found: Preview, some: Sequence[PreviewRecord]) -> list[int] | None:
    """The rows of a ledger that show some records; None for a sheet of single tables."""
    first = min((each.row for each in found.records if each.sheet == sheet and each.row), default=0)
    if not first:
        return None
    rows = [each.row for each in some if each.sheet == sheet and each.row]
    return [*range(max(first - ABOVE, 1), first), *rows]


def _foot(cell: str, rowspan: int) -> str:
    """The lowest cell of a merged label: what stands right above the rows of a ledger."""
    match = CELL.match(cell)
    return f"{match[1]}{int(match[2]) + rowspan - 1}" if match and rowspan > 1 else cell


def _named(found: Preview) -> dict[tuple[str, str], str]:
    """The units and answers that were read, by the cell they stand in alone."""
    named: dict[tuple[str, str], str] = {}
    for record in found.records:
        for key, cell in record.cells.items():
            if (
                key in found.form
                and record.shown.get(key)
                and found.form.field(key).kind in ("unit", "choice")
            ):
                place = (record.sheet, cell)
                named[place] = "" if place in named else record.shown[key]
    return named


def _other_word(shown: str, text: str) -> str:
    """What a cell is read as, where that is not what stands there: 区教育局 for 区教委."""
    return (
        shown
        if text and shown and squeeze(text) not in squeeze(shown) and squeeze(shown) not in squeeze(text)
        else ""
    )


def _states(found: Preview) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    state: dict[tuple[str, str], str] = {}
    title: dict[tuple[str, str], str] = {}
    first_row: dict[str, int] = {}
    for record in found.records:
        for key, cell in record.cells.items():
            if not (
                key in found.form and found.form.field(key).readonly
            ):  # of the office's own giving: not kept
                state.setdefault((record.sheet, cell), "taken")
        if record.row is not None:
            first_row[record.sheet] = min(record.row, first_row.get(record.sheet, record.row))
    for record in found.records:  # the header stands above a ledger's first row
        above = first_row.get(record.sheet, 0) - 1
        if record.row is not None and above > 0:
            for cell in record.cells.values():
                if match := CELL.match(cell):
                    state.setdefault((record.sheet, f"{match[1]}{above}"), "field")
    for fault, owner in _faults_of(found):
        if not fault.cell:
            continue
        place = (_sheet_of(fault, owner), fault.cell)
        if fault.severity == "error" or state.get(place) != "wrong":
            state[place] = "wrong" if fault.severity == "error" else "ask"
        title[place] = f"{title.get(place, '')} {fault.tell()}".strip()
    return state, title
