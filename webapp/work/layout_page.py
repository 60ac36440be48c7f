"""A recognised table as the page of step 识别 draws it: the sheet as it is, each field at its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms.fields import Field
from templates_xlsx.layouts import shifted
from templates_xlsx.looks import CellLook
from templates_xlsx.sheets import PreviewCell, Sheet, column_letters, position, reference
from webapp.work.grid import cell_id
from workflows.usecases.layouts import LayoutView, Pointed, SheetView

ROWS, COLUMNS = 150, 60
LEDGER_ROWS = 30
"""Rows shown of a ledger: enough to see what its columns hold."""
WIDEST_TEXT = 160
NARROWEST, WIDEST = 34, 420
"""Of a drawn column, in pixels."""
PER_CHARACTER, NUMBERS = 7.2, 40
PIXELS = 96 / 72
"""Of a point."""
SIZES = (10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 36)
"""Of letters, in pixels: each has its class in `layout.css`."""
ROOM = 612
"""Pixels beside the fields; a table that is a little wider or narrower is drawn to fit."""
CELL = re.compile("[A-Z]{1,3}[0-9]{1,7}")
_HINT = re.compile("[(\uff08][^()\uff08\uff09]*[)\uff09]$")
OFFERED = 400
"""Cells offered in the list of a field."""


@dataclass(frozen=True)
class DrawnCell:
    """A cell. `tags`: (field's key, its label, "sure" or "guess") of what stands here."""

    id: str
    cell: str
    row: int
    column: int
    text: str
    rowspan: int
    colspan: int
    tags: tuple[tuple[str, str, str], ...] = ()
    state: str = ""  # sure | guess | label | below | also | left
    spills: bool = False  # its text runs over the empty cells at its right
    look: str = ""  # classes of its font and of where its text stands


@dataclass(frozen=True)
class DrawnField:
    """A field and where it stands. `state`: guess, missing (required, nowhere), sure, none. `label` without its hint."""

    key: str
    label: str
    whole_label: str
    required: bool
    place: str
    state: str


@dataclass(frozen=True)
class Doubt:
    """What a person should look at: the sentence, the cell, the field."""

    sentence: str
    cell: str
    anchor: str
    field: str


@dataclass(frozen=True)
class DrawnSheet:
    """A sheet, or several that are drawn alike (`same`). `columns`: letters and width in pixels; `heights` of rows."""

    index: int
    name: str
    same: tuple[str, ...]
    kind: str
    header_rows: tuple[int, int]
    height: int
    named: bool
    remembered: bool
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[int, tuple[DrawnCell, ...]], ...]
    more_rows: int
    more_columns: int
    fields: tuple[DrawnField, ...]
    options: tuple[tuple[str, str], ...]
    doubts: tuple[Doubt, ...]
    unread: tuple[Doubt, ...]  # texts that stand for nothing known
    unlocked: bool = False  # the names of its template hold no more
    offsets: tuple[tuple[int, int], ...] = ()  # of further applications from the first
    origin: tuple[int, int] = (1, 1)
    heights: Mapping[int, int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return sum(width for _letters, width in self.columns) + NUMBERS

    @property
    def fits(self) -> bool:
        """Whether all columns are seen at once."""
        return self.width <= ROOM + NUMBERS

    def in_state(self, *states: str) -> list[DrawnField]:
        return [each for each in self.fields if each.state in states]


def draw(view: LayoutView, locale: str, posted: Mapping[str, Pointed] | None = None) -> list[DrawnSheet]:
    """Return the sheets of a table. `posted`: by sheet, what stands on the page where it was not taken."""
    return [
        _sheet(index, each, view.fields, locale, (posted or {}).get(each.sheet.name))
        for index, each in enumerate(view.sheets)
    ]


def first_to_look_at(sheets: Sequence[DrawnSheet]) -> int:
    """The sheet that is open at first: one with something to look at, else one that is read."""
    read = [each for each in sheets if each.kind != "ignore"]
    doubtful = [each for each in read if each.in_state("guess", "missing")]
    return next((each.index for each in (*doubtful, *read)), 0)


def _sheet(
    index: int, view: SheetView, fields: Sequence[Field], locale: str, posted: Pointed | None
) -> DrawnSheet:
    kind = posted.kind if posted else view.kind
    rows = (posted.header_rows if posted else view.header_rows) or (1, 1)
    places = posted.places if posted else view.places
    guessed = {key for key, source in view.sources.items() if source == "suggested"}
    guessed = {key for key in guessed if places.get(key) == view.places.get(key)}
    guessed |= posted.guessed if posted else frozenset()
    sheet = view.sheet
    preview = sheet.preview(max(LEDGER_ROWS + rows[1], 40) if kind == "ledger" else ROWS, COLUMNS)
    drawn = tuple(_field(each, places.get(each.key, ""), each.key in guessed) for each in fields)
    tagged = _tags(drawn, kind, view.offsets if kind == view.kind == "single" else ())
    labels = {each.label for each in view.found if each.label and each.label != each.place}
    own = {each.place for each in view.found if each.record and kind == "single"}
    own |= {cell for each in drawn for cell in _range(each.place)} if kind == "single" else set()
    left = {each.cell for each in view.unsure if each.code == "unread"} if posted is None else set()
    lines = []
    columns, scale = _columns(sheet, preview.widths)
    for number, cells in enumerate(preview.rows, start=1):
        line = (_cell(sheet, each, kind, rows, tagged, labels, own, left, scale) for each in cells)
        lines.append((number, tuple(line)))
    return DrawnSheet(
        index=index,
        name=sheet.name,
        same=view.same,
        kind=kind,
        header_rows=rows,
        height=sheet.height,
        named=view.named and not (posted and posted.unlocked),
        remembered=view.layout is not None,
        columns=columns,
        rows=tuple(lines),
        more_rows=preview.more_rows,
        more_columns=preview.more_columns,
        fields=drawn,
        options=tuple(_options(sheet, preview.rows, kind, rows, {each.place for each in drawn})),
        doubts=() if posted else tuple(_doubts(view, locale)),
        unread=() if posted else tuple(_unread(view)),
        unlocked=bool(posted and posted.unlocked),
        offsets=view.offsets if kind == view.kind == "single" else (),
        origin=view.origin,
        heights={row: int(points * PIXELS * scale) for row, points in sheet.look.heights.items()},
    )


def _field(field: Field, place: str, guess: bool) -> DrawnField:
    state = "guess" if place and guess else "sure" if place else "missing" if field.required else "none"
    label = _HINT.sub("", field.label) or field.label
    return DrawnField(field.key, label, field.label, field.required, place, state)


def _tags(
    fields: Sequence[DrawnField], kind: str, offsets: Sequence[tuple[int, int]]
) -> dict[str, list[tuple[str, str, str]]]:
    """Cell, or column of a ledger -> what stands there; in the further applications of a sheet too."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for each in fields:
        if each.place and kind != "ignore":
            place = each.place.partition(":")[0]
            for at in (place, *(shifted(place, *offset) for offset in offsets if CELL.fullmatch(place))):
                found.setdefault(at, []).append((each.key, each.label, each.state))
    return found


def _cell(
    sheet: Sheet,
    cell: PreviewCell,
    kind: str,
    rows: tuple[int, int],
    tagged: Mapping[str, list[tuple[str, str, str]]],
    labels: set[str],
    own: set[str],
    left: set[str],
    scale: float,
) -> DrawnCell:
    tags: Sequence[tuple[str, str, str]] = ()
    state = ""
    if kind == "ledger":
        column = tagged.get(column_letters(cell.column), ())
        bottom = cell.row + cell.rowspan - 1
        if column and cell.row <= rows[1] <= bottom:
            tags, state = column, _worst(column)
        elif column and cell.row > rows[1]:
            state = "below"
    elif kind == "single":
        tags = tagged.get(cell.cell, ())
        state = (
            _worst(tags) if tags else "also" if cell.cell in own else "label" if cell.cell in labels else ""
        )
    if cell.cell in left and not tags:
        state = "left"
    text = cell.text if len(cell.text) <= WIDEST_TEXT else cell.text[:WIDEST_TEXT] + "…"
    return DrawnCell(
        cell_id(sheet.name, cell.cell),
        cell.cell,
        cell.row,
        cell.column,
        text,
        cell.rowspan,
        cell.colspan,
        tuple(tags),
        state,
        _spills(sheet, cell),
        _look(sheet.look.of(cell.row, cell.column), scale),
    )


def _spills(sheet: Sheet, cell: PreviewCell) -> bool:
    """Whether a spreadsheet lets the text of a cell run over its neighbour."""
    right = cell.column + 1
    return (
        bool(cell.text)
        and cell.colspan == cell.rowspan == 1
        and "\n" not in cell.text
        and isinstance(sheet.value(cell.row, cell.column), str)
        and sheet.value(cell.row, right) is None
        and sheet.span(cell.row, right).columns == 1
    )


def _range(place: str) -> Iterator[str]:
    """The cells of a range of some, so far as they are drawn."""
    first, _colon, last = place.partition(":")
    if not last or not (CELL.fullmatch(first) and CELL.fullmatch(last)):
        return
    (top, left), (bottom, right) = position(first), position(last)
    for row in range(top, min(bottom, top + ROWS) + 1):
        for column in range(left, min(right, left + COLUMNS) + 1):
            yield reference(row, column)


def _worst(tags: Sequence[tuple[str, str, str]]) -> str:
    return "guess" if any(state == "guess" for _key, _label, state in tags) else "sure"


def _look(look: CellLook, scale: float) -> str:
    """The classes of a cell's font and of where its text stands; `layout.css` has one for each."""
    said = [name for name in ("bold", "italic", "underline", "red", "upright") if getattr(look, name)]
    if look.family:
        said.append(look.family)
    if look.size:
        size = look.size * PIXELS * scale
        said.append(f"f{min(SIZES, key=lambda each: abs(each - size))}")
    said += [f"{prefix}-{value}" for prefix, value in (("h", look.align), ("v", look.valign)) if value]
    return " ".join(said)


def _columns(sheet: Sheet, widths: Sequence[float]) -> tuple[tuple[tuple[str, int], ...], float]:
    """Columns as wide as the file says, and by how much all is drawn smaller or larger than it says.

    Where it says nothing, a column is as wide as its longest short text.
    """
    pixels = []
    for number, characters in enumerate(widths, start=1):
        width = characters
        if not sheet.widths:
            width = max([4.0, *(_length(sheet, row, number) for row in range(1, min(sheet.height, 40) + 1))])
        pixels.append(min(max(width * PER_CHARACTER + 6, NARROWEST), WIDEST))
    whole = sum(pixels)
    scale = ROOM / whole if ROOM / 1.5 < whole < ROOM * 1.4 else 1.0
    columns = ((column_letters(number), int(each * scale)) for number, each in enumerate(pixels, start=1))
    return tuple(columns), scale


def _length(sheet: Sheet, row: int, column: int) -> float:
    value = sheet.value(row, column)
    if not isinstance(value, str) or sheet.span(row, column).columns > 1:
        return 8.0 if value is not None else 0.0
    return min(sum(2 if ord(each) > 0x2E80 else 1 for each in value), 26)


def _options(
    sheet: Sheet,
    lines: Sequence[Sequence[PreviewCell]],
    kind: str,
    rows: tuple[int, int],
    taken: set[str],
) -> Iterator[tuple[str, str]]:
    """What a field can be given to in its list: columns by their header, or cells by what stands there."""
    if kind == "ledger":
        for column in range(1, min(sheet.width, COLUMNS) + 1):
            said = [sheet.value(row, column) for row in range(rows[0], rows[1] + 1)]
            words = list(dict.fromkeys(_short(each) for each in said if isinstance(each, str)))
            yield column_letters(column), "  ".join([column_letters(column), *words[-2:]])
        return
    listed = {cell.cell: cell for line in lines for cell in line}
    beside = {
        place
        for cell in listed.values()
        if cell.text
        for place in (
            reference(cell.row, cell.column + cell.colspan),
            reference(cell.row + cell.rowspan, cell.column),
        )
    }
    offered = [each for each in listed.values() if each.text or each.cell in beside or each.cell in taken]
    for each in offered[:OFFERED]:
        yield each.cell, f"{each.cell}  {_short(each.text) or '—'}"
    for place in sorted(taken - {each.cell for each in offered[:OFFERED]} - {""}):
        first = listed.get(place.partition(":")[0])
        yield place, f"{place}  {_short(first.text)}" if first else place


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 18 else flat[:17] + "…"


def _doubts(view: SheetView, locale: str) -> Iterator[Doubt]:
    """What the fields and the outlines do not tell already: labels that stand twice."""
    for each in view.unsure:
        if each.code not in ("label_missing", "suggested", "unread"):
            yield Doubt(each.tell(locale), each.cell, cell_id(view.sheet.name, each.cell), each.field or "")


def _unread(view: SheetView) -> Iterator[Doubt]:
    for each in view.unsure:
        if each.code == "unread":
            yield Doubt(_short(each.given), each.cell, cell_id(view.sheet.name, each.cell), "")
