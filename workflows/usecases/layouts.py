"""The layout of a kept table: what was recognised, for a person to look at; what they point at, confirmed.

A confirmed layout is read without a question from then on: in this table, and, where it is to be remembered, in every
table of the office that is drawn alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from forms.faults import Refused
from forms.fields import Field, Form
from templates_xlsx.correcting import corrected
from templates_xlsx.grid import Book, open_workbook
from templates_xlsx.labels import Vocabulary, readable
from templates_xlsx.layouts import Kind, Layout, Place, matches, unlike
from templates_xlsx.ledger import find_header, header_at
from templates_xlsx.recognise import Source, place_reference, recognise
from templates_xlsx.recognition import RecognisedPlace, SheetRecognition, recognise_book
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import MARK_SHEET, Sheet, cell_text, column_letters, position
from workflows.usecases import import_batches, memory
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.table_reading import layouts_of
from workflows.usecases.views import Preview

HeaderRows = tuple[int, int]


class LayoutTooSlight(Refused):
    """Too few labels stand beside what was pointed at to know the layout again. Facts: sheet."""

    zh: ClassVar[str] = (
        "工作表“{sheet}”中指定的位置旁边标题太少，下次认不出这种版式；请再指定几项，至少两处带标题"
    )
    en: ClassVar[str] = (
        "Too few labels stand beside what was pointed at on sheet “{sheet}” to know it again; "
        "point at some more, at least two with a label"
    )


class DrawnOtherwise(Refused):
    """A further application on the sheet is not drawn as the first was pointed at. Facts: sheet, number, cell, label."""

    zh: ClassVar[str] = (
        "工作表“{sheet}”的第 {number} 张与第一张画得不一样({cell} 处应为“{label}”)，"
        "指定的位置没有用到它，它按自己的栏目文字读取；改成一样后再上传，就会一并读取"
    )
    en: ClassVar[str] = (
        "Application {number} on sheet “{sheet}” is drawn unlike the first (“{label}” ought to stand at {cell}): "
        "what was pointed at was not applied to it, it is read by its own labels; draw it alike and upload it again"
    )


class NothingRead(Refused):
    """Read by what was pointed at, no sheet holds a record. Facts: name."""

    zh: ClassVar[str] = "按现在的指定，“{name}”中没有读到任何记录，请至少指定一张工作表的栏目"
    en: ClassVar[str] = (
        "Read as it is pointed at now, “{name}” holds no record; point at the fields of one sheet"
    )


@dataclass(frozen=True)
class SheetView:
    """One sheet as it was recognised.

    Attributes:
        places: field key -> cell, or column of a ledger; where several applications stand on the sheet, of the first.
        sources: field key -> how it was found.
        found: every place, those of further applications among them.
        unsure: what a person should look at.
        same: names of further sheets that are drawn alike and read alike.
        named: found by the names of a template; pointing does not change it before it is unlocked.
        layout: the remembered layout it was read by.
        offsets: how many rows and columns further each further application lies; `origin`: where the first begins.
    """

    sheet: Sheet
    kind: Kind
    header_rows: HeaderRows | None
    places: Mapping[str, str]
    sources: Mapping[str, Source]
    found: tuple[RecognisedPlace, ...] = ()
    unsure: tuple[CellFault, ...] = ()
    needs_confirmation: bool = False
    same: tuple[str, ...] = ()
    named: bool = False
    layout: Layout | None = None
    offsets: tuple[Place, ...] = ()
    origin: Place = (1, 1)


@dataclass(frozen=True)
class LayoutView:
    """A kept table as it was recognised. `aside`: sheets nobody is asked about, each with the reason."""

    name: str
    form: Form
    fields: tuple[Field, ...]
    sheets: tuple[SheetView, ...]
    aside: tuple[SheetRecognition, ...]

    @property
    def recognised(self) -> bool:
        """Whether anything was."""
        return any(each.kind != "ignore" for each in self.sheets)


@dataclass(frozen=True)
class Pointed:
    """What a clerk says of one sheet.

    Attributes:
        places: field key -> cell, range, or column; of several applications, of the first.
        guessed: keys only proposed.
        unlocked: what is pointed at holds instead of the names of the template.
    """

    sheet: str
    kind: Kind
    header_rows: HeaderRows | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    unlocked: bool = False


@dataclass(frozen=True)
class Confirmed:
    """A table read by confirmed layouts, and these: fingerprint -> (layout as stored, where it was confirmed).

    `unlike`: what a person is told of applications that are drawn otherwise than the one pointed at.
    """

    found: Preview
    layouts: Mapping[str, tuple[dict[str, Any], str]]
    unlike: tuple[DrawnOtherwise, ...] = ()


def offered(form: Form) -> tuple[Field, ...]:
    """The fields that a person may point at: those a cell can hold and the office does not give itself."""
    return tuple(each for each in readable(form) if each.told_by_table)


# ------------------------------------------------------------------ looking
def look(tx: Transaction, batch_id: int, actor: Actor) -> LayoutView:
    """A kept table as it is recognised now. Raises `NotFound` where it was accepted or its bytes are kept no more."""
    row = import_batches.batch_row(tx, batch_id, actor)
    if row.state != "preview":
        raise NotFound(kind="import", key=batch_id)
    name, content = import_batches.workbook(tx, batch_id, actor)
    form = import_batches.form_of(tx, row)
    own = import_batches.own_memory(row)
    known = layouts_of(memory.of(tx, row.form_key, actor).with_own(own))
    book = open_workbook(content, name)
    recognised = recognise_book(book, form, known)
    fields = offered(form)
    return LayoutView(
        name, form, fields, _views(book, recognised.sheets, fields), _aside(book, recognised.sheets)
    )


def _aside(book: Book, sheets: Iterable[SheetRecognition]) -> tuple[SheetRecognition, ...]:
    return tuple(each for each in sheets if not _worth_showing(book, each))


def _worth_showing(book: Book, found: SheetRecognition) -> bool:
    """Whether a person may point at something on a sheet: it is neither hidden nor empty, nor our own list."""
    sheet = book.sheet(found.sheet)
    empty = not any(cell_text(value) for line in sheet.rows[:200] for value in line)
    hushed = sheet.hidden or empty or sheet.name == MARK_SHEET
    return found.kind != "ignore" or found.layout is not None or not hushed


def _views(book: Book, sheets: Iterable[SheetRecognition], fields: Sequence[Field]) -> tuple[SheetView, ...]:
    keys = {each.key for each in fields}
    groups: dict[object, list[SheetRecognition]] = {}
    for found in sheets:
        if _worth_showing(book, found):
            groups.setdefault(_drawing(book.sheet(found.sheet), found), []).append(found)
    return tuple(_view(book, group, keys) for group in groups.values())


def _drawing(sheet: Sheet, found: SheetRecognition) -> object:
    """What is equal for sheets that are confirmed as one: the same places, the same words beside them."""
    if not found.places:
        return sheet.name
    told = tuple(
        (each.keys, each.place, each.source, _text(sheet, each.label) if each.label != each.place else "")
        for each in found.places
    )
    return found.kind, found.header_rows, told, sheet.merged


def _text(sheet: Sheet, cell: str | None) -> str:
    return cell_text(sheet.value(*position(cell))) if cell else ""


def _view(book: Book, group: Sequence[SheetRecognition], keys: set[str]) -> SheetView:
    first = group[0]
    sheet = book.sheet(first.sheet)
    places: dict[str, str] = {}
    sources: dict[str, Source] = {}
    for each in first.places:
        for key in each.keys if each.record == 0 else ():
            if key in keys:
                places.setdefault(key, each.place)
                sources.setdefault(key, each.source)
    return SheetView(
        sheet,
        first.kind,
        first.header_rows,
        places,
        sources,
        first.places,
        tuple(each for each in first.unsure if each.field is None or each.field in keys),
        first.needs_confirmation and first.layout is None,
        tuple(each.sheet for each in group[1:]),
        "name" in sources.values(),
        first.layout,
        *_repeated(first),
    )


def _repeated(found: SheetRecognition) -> tuple[tuple[Place, ...], Place]:
    """How far off each further single table of a sheet lies from the first, and where that one begins."""
    stands: dict[int, dict[tuple[str, ...], Place]] = {}
    for each in found.places if found.kind == "single" else ():
        cell = each.label or each.place
        stands.setdefault(each.record, {})[each.keys] = position(cell.partition(":")[0])
    first = stands.pop(0, {})
    offsets: list[Place] = []
    for others in stands.values():
        apart = Counter(
            (row - first[keys][0], column - first[keys][1])
            for keys, (row, column) in others.items()
            if keys in first
        )
        offsets.extend(offset for offset, _times in apart.most_common(1))
    rows, columns = zip(*(first.values() or [(1, 1)]), strict=True)
    return tuple(offsets), (min(rows), min(columns))


def proposed(sheet: Sheet, form: Form, kind: Kind, header_rows: HeaderRows | None) -> Pointed:
    """What the form's words find on a sheet once a person has said what it is."""
    vocabulary = Vocabulary(form)
    keys = {each.key for each in offered(form)}
    places: dict[str, str] = {}
    guessed: set[str] = set()
    if kind == "ledger":
        header = (
            header_at(sheet, vocabulary, header_rows[1]) if header_rows else find_header(sheet, vocabulary)
        )
        for column in header.columns if header is not None else ():
            for key in column.meaning.keys:
                places.setdefault(key, column_letters(column.column))
        if header_rows is None and header is not None:
            header_rows = _whole_header(
                sheet, (min(each.label.top for each in header.columns), header.bottom)
            )
        header_rows = header_rows or _whole_header(sheet, _likely_header(sheet))
    elif kind == "single":
        for found in recognise(sheet, vocabulary, {}).found:
            for key in found.meaning.keys if found.cell is not None else ():
                places.setdefault(key, place_reference(found.cell or found.label))
                guessed.update([key] if found.source == "suggested" else [])
    wanted = {key: place for key, place in places.items() if key in keys}
    return Pointed(sheet.name, kind, header_rows if kind == "ledger" else None, wanted, frozenset(guessed))


def _likely_header(sheet: Sheet) -> HeaderRows:
    """The first row with about as many different short texts as any: where no word of the form is known."""
    counts = [
        len({each for each in line if isinstance(each, str) and 0 < len(each.strip()) <= 20})
        for line in sheet.rows[:20]
    ]
    row = next((at for at, count in enumerate(counts, 1) if count >= 0.8 * max(counts)), 1)
    return row, row


def _whole_header(sheet: Sheet, rows: HeaderRows) -> HeaderRows:
    """The rows of a header with those that its merged labels reach into: the level above 姓名 and 号码 too."""
    columns = range(1, sheet.width + 1)
    top = min((sheet.span(rows[0], column).top for column in columns), default=rows[0])
    bottom = max((sheet.span(rows[1], column).bottom for column in columns), default=rows[1])
    return top, bottom


# ------------------------------------------------------------------ confirming
def read_with(tx: Transaction, batch_id: int, pointed: Sequence[Pointed], actor: Actor) -> Confirmed:
    """A kept table read as somebody pointed at it; stores nothing (see `settle`).

    Sheets that are read just so already, and without a doubt, need no layout of their own.

    Raises `LayoutRefused`, `LayoutTooSlight`, `NothingRead`, `NotFound`, and as `imports.read_again`.
    """
    view = look(tx, batch_id, actor)
    known = {each.sheet.name: each for each in view.sheets}
    layouts: dict[str, tuple[dict[str, Any], str]] = {}
    otherwise: list[DrawnOtherwise] = []
    for said in pointed:
        shown = known.get(said.sheet)
        if shown is None:
            raise NotFound(kind="sheet", key=said.sheet)
        if (shown.named and not said.unlocked) or _is_so_already(shown, said):
            continue
        layout = corrected(shown.sheet, view.form, said.kind, said.header_rows, _by_place(said, view.fields))
        if said.kind != "ignore" and not matches(layout, shown.sheet):
            raise LayoutTooSlight(sheet=said.sheet)
        layout = replace(
            layout, over_names=shown.named or (shown.layout is not None and shown.layout.over_names)
        )
        otherwise.extend(_otherwise(layout, shown) if said.kind == "single" else ())
        layouts[layout.fingerprint] = (layout.to_json(), f"{view.name} · {said.sheet}")
    stored = {fingerprint: layout for fingerprint, (layout, _where) in layouts.items()}
    found = import_batches.read_again(tx, batch_id, actor, layouts=stored)
    if not found.records:
        raise NothingRead(name=view.name)
    return Confirmed(found, layouts, tuple(otherwise))


def _otherwise(layout: Layout, shown: SheetView) -> Iterator[DrawnOtherwise]:
    for number, offset in enumerate(shown.offsets, start=2):
        if (found := unlike(layout, shown.sheet, offset)) is not None:
            cell, label = found
            label = label or _text(shown.sheet, cell)
            yield DrawnOtherwise(sheet=shown.sheet.name, number=number, cell=cell, label=label)


def _is_so_already(shown: SheetView, said: Pointed) -> bool:
    if said.kind == "ignore":
        return shown.kind == "ignore"
    same = (shown.kind, shown.header_rows) == (
        said.kind,
        said.header_rows if said.kind == "ledger" else shown.header_rows,
    )
    return same and not shown.needs_confirmation and dict(shown.places) == dict(said.places)


def _by_place(said: Pointed, fields: Sequence[Field]) -> dict[str, list[str]]:
    """Place -> keys of the fields there, in the order of the form."""
    found: dict[str, list[str]] = {}
    for each in fields:
        if place := said.places.get(each.key):
            found.setdefault(place, []).append(each.key)
    return found


def settle(tx: Transaction, batch_id: int, confirmed: Confirmed, actor: Actor, *, remember: bool) -> None:
    """Keep a table as it was read by confirmed layouts; with `remember` the next of its kind needs no question."""
    import_batches.renew(tx, batch_id, confirmed.found, actor)
    form_key = confirmed.found.form.key
    for fingerprint, (layout, where) in confirmed.layouts.items() if remember else ():
        memory.remember_layout(tx, form_key, fingerprint, layout, where, actor)
