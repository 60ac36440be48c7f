"""What a sheet is: one or several single tables, a ledger, or nothing to read; and how that was told.

In this order: names, a layout that a person confirmed, the form's labels word for word, loosened labels (which
only suggest).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from templates_xlsx.drawn import Drawn
from templates_xlsx.labels import Vocabulary, readable
from templates_xlsx.layouts import Kind, Layout, Place, anchor_text, places
from templates_xlsx.ledger import Header, find_header, named_header, serials
from templates_xlsx.recognise import MAX_COLUMNS, MAX_ROWS, NAME_PREFIX, Table, by_names, recognise
from templates_xlsx.remembered import add_remembered, remembered_header
from templates_xlsx.returned import add_drawn, read_lists
from templates_xlsx.row_sheets import holds_rows
from templates_xlsx.several import windows
from templates_xlsx.sheets import LIST_SHEET, MARK_SHEET, Book, Sheet, Span, cell_text, position
from templates_xlsx.spread import gathered
from templates_xlsx.unmerged import merged_again

LEDGER_SHARE = 0.6
"""A sheet whose best row names this share of all fields found on it is a ledger."""
FEW = 3
"""Fields that must be found before a sheet counts as a table of a form (or all, where a form has fewer)."""


@dataclass(frozen=True)
class Ignored:
    """A sheet that was not read, and why."""

    sheet: str
    reason_zh: str
    reason_en: str

    def tell(self, locale: str = "zh") -> str:
        """Return the reason in a locale."""
        return self.reason_en if locale.lower().startswith("en") else self.reason_zh


@dataclass(frozen=True)
class Rows:
    """One ledger: the part of the sheet it stands on, its header, and the rows where the header stands again."""

    sheet: Sheet
    header: Header
    again: Mapping[int, Header] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """One sheet, told what it is.

    Attributes:
        tables: of kind single: one a record.
        ledgers: of kind ledger; several where they stand side by side.
        layout: the confirmed layout by which it was told.
        why: of kind ignore, where a person is told.
    """

    sheet: Sheet
    kind: Kind
    tables: tuple[Table, ...] = ()
    ledgers: tuple[Rows, ...] = ()
    layout: Layout | None = None
    why: Ignored | None = None


def see(
    book: Book,
    sheet: Sheet,
    vocabulary: Vocabulary,
    layouts: Sequence[Layout] = (),
    drawn: Drawn | None = None,
) -> Seen:
    """Tell what a sheet is. `drawn`: the template the workbook says it was made from."""
    if sheet.name == LIST_SHEET and book.origin.form:
        return _ignored(sheet, "下拉列表的选项，不用读取", "the choices of the drop-downs, not to be read")
    if holds_rows(book, sheet, vocabulary.form):
        return _ignored(
            sheet, "表单中的列表，随该记录一起读取", "a list within the form, read with its record"
        )
    if sheet.hidden:
        return _ignored(sheet, "隐藏的工作表，未读取", "hidden sheet, not read")
    if sheet.name == MARK_SHEET:
        return _ignored(sheet, "本系统上次标注的错误清单，未读取", "our own list of faults, not read")
    if not any(cell_text(value) for row in sheet.rows for value in row):
        return _ignored(sheet, "空白工作表", "empty sheet")
    above = _by_layout(sheet, vocabulary, {}, [each for each in layouts if each.over_names])
    if above is not None:
        return above
    names = book.names_on(sheet.name)
    form = vocabulary.form
    header = named_header(sheet, vocabulary, names)
    if header is not None:
        return Seen(sheet, "ledger", ledgers=(Rows(sheet, header),))
    named = sum(name.startswith(NAME_PREFIX) and name.removeprefix(NAME_PREFIX) in form for name in names)
    enough = min(FEW, len(readable(form)))
    if drawn is not None:
        table = recognise(sheet, vocabulary, names, lambda table: add_drawn(table, drawn))
        if len(table.keys) >= enough:
            read_lists(table, drawn)
            return Seen(sheet, "single", (table,))
    if named < enough:
        known = _by_layout(sheet, vocabulary, names, layouts)
        if known is not None:
            return known
    return _by_labels(merged_again(gathered(sheet, vocabulary), vocabulary), vocabulary, names, named)


def _ignored(sheet: Sheet, zh: str, en: str, layout: Layout | None = None) -> Seen:
    return Seen(sheet, "ignore", layout=layout, why=Ignored(sheet.name, zh, en))


def _by_layout(
    sheet: Sheet, vocabulary: Vocabulary, names: Mapping[str, str], layouts: Sequence[Layout]
) -> Seen | None:
    for layout in layouts:
        if layout.form != vocabulary.form.key:
            continue
        found = list(places(layout, sheet))
        if not found:
            continue
        if layout.kind == "ignore":
            zh, en = "已确认过的说明类工作表，未读取", "a sheet confirmed as holding nothing to read"
            return _ignored(sheet, zh, en, layout)
        if layout.kind == "ledger":
            return Seen(
                sheet, "ledger", ledgers=_remembered_ledgers(sheet, vocabulary, layout, found), layout=layout
            )
        tables = tuple(_remembered_table(sheet, vocabulary, names, layout, each) for each in found)
        others = _drawn_otherwise(sheet, vocabulary, layout, found)
        return Seen(sheet, "single", (*tables, *others), layout=layout)
    return None


def _drawn_otherwise(
    sheet: Sheet, vocabulary: Vocabulary, layout: Layout, offsets: Sequence[Place]
) -> tuple[Table, ...]:
    """Tables that stand beside those of a layout and are not drawn just so: read by their labels, never passed over."""
    tops = [(position(each.cell), each.text) for each in layout.anchors]
    told = {(row + down, left + aside) for (row, left), _text in tops for down, aside in offsets}
    labels = {text for _place, text in tops}
    again = {
        text
        for row, line in enumerate(sheet.rows[:MAX_ROWS], 1)
        for column, value in enumerate(line[:MAX_COLUMNS], 1)
        if isinstance(value, str) and (text := anchor_text(value)) in labels and (row, column) not in told
    }
    if len(again) < FEW:
        return ()
    whole = recognise(sheet, vocabulary, {})
    parts = windows(sheet, ((each.meaning.keys, each.label) for each in whole.found))
    free = [each for each in parts if not any(_within(each, place) for place in told)]
    tables = (recognise(sheet.window(each), vocabulary, {}) for each in free)
    return tuple(each for each in tables if len(each.keys) >= FEW)


def _within(span: Span, place: Place) -> bool:
    return span.top <= place[0] <= span.bottom and span.left <= place[1] <= span.right


def _remembered_table(
    sheet: Sheet, vocabulary: Vocabulary, names: Mapping[str, str], layout: Layout, offset: Place
) -> Table:
    table = Table(sheet, vocabulary, names)
    by_names(table)
    add_remembered(table, layout, offset)
    return table


def _remembered_ledgers(
    sheet: Sheet, vocabulary: Vocabulary, layout: Layout, offsets: Sequence[Place]
) -> tuple[Rows, ...]:
    """Return the ledgers of a layout: tables below one another are one, those side by side are their own."""
    columns = [position(each.cell)[1] for each in layout.anchors]
    asides = sorted({aside for _, aside in offsets})
    found = []
    for aside in asides:
        span = Span(1, min(columns) + aside, sheet.height, max(columns) + aside)
        part = sheet.window(span) if len(asides) > 1 else sheet
        headers = [remembered_header(layout, part, vocabulary, each) for each in offsets if each[1] == aside]
        found.append(Rows(part, headers[0], {each.row: each for each in headers[1:]}))
    return tuple(found)


def _by_labels(sheet: Sheet, vocabulary: Vocabulary, names: Mapping[str, str], named: int) -> Seen:
    form = vocabulary.form
    enough = min(FEW, len(readable(form)))
    header = find_header(sheet, vocabulary)
    # A large ledger is not searched for a single table: its header settles it.
    settled = header is not None and len(header.keys) >= max(enough, 8) and sheet.height > header.bottom + 1
    table = None if settled and not named else recognise(sheet, vocabulary, names)
    if header is not None and not named and len(header.keys) >= enough:
        keys = header.keys if table is None else table.keys
        if len(header.keys) >= LEDGER_SHARE * len(keys | header.keys):
            return Seen(sheet, "ledger", ledgers=tuple(_ledgers(sheet, vocabulary, header)))
    assert table is not None
    if len(table.keys) < enough or _is_instruction(table):
        zh = f"没有找到“{form.title}”的栏目，按说明或其他内容略过"
        return _ignored(sheet, zh, f"no cells of “{form.title}” were found; taken for a note")
    parts = [] if named else windows(sheet, ((each.meaning.keys, each.label) for each in table.found))
    tables = [recognise(sheet.window(each), vocabulary, {}) for each in parts] or [table]
    for each in tables:
        read_lists(each)
    return Seen(sheet, "single", tuple(each for each in tables if len(each.keys) >= enough))


def _ledgers(sheet: Sheet, vocabulary: Vocabulary, header: Header) -> Iterator[Rows]:
    """Yield the ledgers whose labels stand side by side in one header row."""
    labels = [(each.meaning.keys, (each.label.top, each.column)) for each in header.columns]
    labels.extend(((), (header.row, column)) for column in serials(sheet, header.row))
    parts = [
        sheet.window(each) for each in windows(sheet, labels) if each.left > 1 or each.right < sheet.width
    ]
    found = [(part, find_header(part, vocabulary)) for part in parts]
    if not found or any(each is None for _, each in found):
        yield Rows(sheet, header)
        return
    for part, own in found:
        if own is not None:
            yield Rows(part, own)


_INSTRUCTION = re.compile(r"说明|须知|指南|要求|注意事项|样例|示例")


def _is_instruction(table: Table) -> bool:
    """Whether a sheet only speaks of the fields: every label stands in a line of text, and it says what it is."""
    if any(each.label != each.cell or each.source == "name" for each in table.found):
        return False
    first = next(iter(table.texts.values()), "")
    return any(_INSTRUCTION.search(each[:20]) for each in (table.sheet.name, first))
