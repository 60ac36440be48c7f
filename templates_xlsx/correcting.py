"""What a clerk pointed at on a sheet -> the `Layout` that is remembered: the labels beside what was pointed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forms.faults import Refused, Sentence
from forms.fields import Form
from templates_xlsx.labels import Vocabulary, is_opinion_label, readable
from templates_xlsx.layouts import Anchor, Assignment, Kind, Layout, Place, anchor_text, colons_of
from templates_xlsx.pairing import labels_in, paired
from templates_xlsx.recognise import Table
from templates_xlsx.sheets import Sheet, Span, cell_text, position, reference

MAX_ASSIGNED = 300
"""Cells or columns one sheet may have confirmed."""

BEYOND = 20
"""Rows and columns behind the last that hold anything, where a place may still be meant to be filled."""

LAYOUT_SENTENCES: dict[str, Sentence] = {
    "no_such_field": Sentence("表单中没有“{given}”这一项", "The form has no field {given}"),
    "no_such_place": Sentence(
        "{given} 不是本工作表的单元格或列，请重新指定",
        "{given} is no cell or column of this sheet; point again",
    ),
    "no_header": Sentence(
        "请指定台账表头所在的行(第几行至第几行)",
        "Say from which row to which the header of the ledger reaches",
    ),
    "cannot_share": Sentence(
        "{given} 同时指定了{labels}，这几项无法从一个单元格中分开；请只指定其中一项",
        "{given} cannot hold {labels} at once; choose one of them",
    ),
    "given_twice": Sentence(
        "“{label}”指定了两处({given}、{other})，请只保留一处",
        "“{label}” was given two places ({given}, {other}); keep one",
    ),
    "nothing_given": Sentence("还没有指定任何一项", "Nothing was pointed at yet"),
    "too_many": Sentence("指定的位置过多", "Too many places were pointed at"),
}


class LayoutRefused(Refused):
    """What was pointed at makes no layout.

    Attributes:
        code: key of `LAYOUT_SENTENCES`.
        facts: what the sentence tells.
    """

    code: str

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        super().__init__(**facts)

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence in a locale."""
        return LAYOUT_SENTENCES[self.code].tell(locale, self.facts)


def corrected(
    sheet: Sheet,
    form: Form,
    kind: Kind,
    header_rows: tuple[int, int] | None,
    assignments: Mapping[str, Sequence[str]],
) -> Layout:
    """Return the layout of a sheet from what a clerk pointed at.

    Args:
        header_rows: first and last row of a ledger's header; None for other kinds.
        assignments: cell ("E7"), range ("E7:G7") or, of a ledger, column ("E") -> keys of the fields there. Of several
            applications drawn alike on one sheet, one is enough: the others are found again.

    Raises:
        LayoutRefused: a field or place that is none, fields that cannot share a cell, a field given twice.
    """
    if kind == "ignore":
        return Layout(kind, form.key, None, (), tuple(_plain_anchors(sheet)))
    if len(assignments) > MAX_ASSIGNED:
        raise LayoutRefused("too_many")
    wanted = {place.replace("$", "").upper(): tuple(keys) for place, keys in assignments.items() if keys}
    if not wanted:
        raise LayoutRefused("nothing_given")
    vocabulary = Vocabulary(form)
    _refuse_unfit(sheet, vocabulary, wanted)
    if kind == "ledger":
        return _ledger(sheet, form, header_rows, wanted)
    return _single(sheet, vocabulary, wanted)


def _refuse_unfit(sheet: Sheet, vocabulary: Vocabulary, wanted: Mapping[str, tuple[str, ...]]) -> None:
    known = {each.key: each.label for each in readable(vocabulary.form)}
    first: dict[str, str] = {}
    for place, keys in wanted.items():
        for key in keys:
            if key not in known:
                raise LayoutRefused("no_such_field", given=key)
            other = first.setdefault(key, place)
            if other != place:
                raise LayoutRefused("given_twice", label=known[key], given=other, other=place)
        if len(set(keys)) != len(keys):
            raise LayoutRefused("given_twice", label=known[keys[0]], given=place, other=place)


def _ledger(
    sheet: Sheet, form: Form, header_rows: tuple[int, int] | None, wanted: Mapping[str, tuple[str, ...]]
) -> Layout:
    if header_rows is None or not 1 <= header_rows[0] <= header_rows[1] < sheet.height + 1:
        raise LayoutRefused("no_header")
    top, bottom = header_rows
    if bottom - top > 5:
        raise LayoutRefused("no_header")
    vocabulary = Vocabulary(form)
    found = []
    for letters, keys in wanted.items():
        column = _column(letters, sheet)
        _refuse_shared(vocabulary, letters, keys)
        found.append(Assignment(letters, keys, _column_label(sheet, top, bottom, column)))
    anchors, spans = [], []
    first, last = _header_columns(sheet, top, bottom, [_column(each, sheet) for each in wanted])
    for row in range(top, bottom + 1):
        for column in range(first, last + 1):
            span = sheet.span(row, column)
            value = sheet.value(row, column)
            if (span.top, span.left) == (row, column) and isinstance(value, str) and anchor_text(value):
                anchors.append(Anchor(reference(row, column), anchor_text(value)))
                spans.append(span)
    return Layout("ledger", form.key, (top, bottom), _in_order(found), tuple(anchors), _merged(sheet, spans))


def _header_columns(sheet: Sheet, top: int, bottom: int, pointed: Sequence[int]) -> tuple[int, int]:
    """Return the first and last column of a header: as far as labels follow one another and none comes back."""

    def label(column: int) -> str:
        return "".join(cell_text(sheet.value(row, column)) for row in range(top, bottom + 1))

    first, last = min(pointed), max(pointed)
    seen = {label(column) for column in range(first, last + 1)}
    while first > 1 and label(first - 1) and label(first - 1) not in seen:
        first -= 1
        seen.add(label(first))
    while last < sheet.width and label(last + 1) and label(last + 1) not in seen:
        last += 1
        seen.add(label(last))
    return first, last


def _column(letters: str, sheet: Sheet) -> int:
    try:
        column = position(f"{letters}1")[1]
    except ValueError:
        column = 0
    if not 1 <= column <= sheet.width or not letters.isalpha():
        raise LayoutRefused("no_such_place", given=letters[:20])
    return column


def _column_label(sheet: Sheet, top: int, bottom: int, column: int) -> str | None:
    """Return the lowest header cell over a column."""
    for row in range(bottom, top - 1, -1):
        if isinstance(sheet.value(row, column), str):
            span = sheet.span(row, column)
            return reference(span.top, span.left)
    return None


def _single(sheet: Sheet, vocabulary: Vocabulary, wanted: Mapping[str, tuple[str, ...]]) -> Layout:
    table = Table(sheet, vocabulary)
    ranges = {place: _range(place, table) for place in wanted}
    valued = {each for places in ranges.values() for each in places}
    labels = _labels_beside(table, ranges, valued)
    found: list[Assignment] = []
    anchors: dict[Place, Anchor] = {}
    inline: list[Anchor] = []
    for place, keys in wanted.items():
        parts = _inline_labels(table, ranges[place], keys, labels[place])
        if parts:
            for _, each in parts:
                _refuse_shared(vocabulary, place, each)
            cell = reference(*ranges[place][0])
            found.extend(Assignment(cell, each, cell, anchor_text(before)) for before, each in parts)
            inline.extend(Anchor(cell, anchor_text(before), True) for before, _ in parts)
            continue
        _refuse_shared(vocabulary, place, keys)
        label = labels[place]
        found.append(Assignment(place, keys, reference(*label) if label else None))
        if label is not None:
            anchors[label] = Anchor(reference(*label), anchor_text(table.texts[label]))
    around = _around([*valued, *anchors])
    for where, text in table.texts.items():
        known = vocabulary.strict(text) or is_opinion_label(text, vocabulary)
        if known and where not in valued and _inside(where, around):
            anchors.setdefault(where, Anchor(reference(*where), anchor_text(text)))
    spans = [sheet.span(*each) for each in [*anchors, *valued]]
    ordered = tuple(sorted([*anchors.values(), *inline], key=lambda each: position(each.cell)))
    return Layout("single", vocabulary.form.key, None, _in_order(found), ordered, _merged(sheet, spans))


def _around(places: Iterable[Place]) -> Span:
    """Return the rectangle of one table: what lies outside may be another that is drawn alike."""
    rows, columns = zip(*places, strict=True)
    return Span(min(rows), min(columns), max(rows), max(columns))


def _inside(place: Place, span: Span) -> bool:
    return span.top <= place[0] <= span.bottom and span.left <= place[1] <= span.right


def _range(place: str, table: Table) -> list[Place]:
    """Return the cells of a place, each by the top left cell of its range; the first holds the value."""
    first, _, last = place.partition(":")
    try:
        (top, left), (bottom, right) = position(first), position(last or first)
    except ValueError:
        raise LayoutRefused("no_such_place", given=place[:20]) from None
    inside = 1 <= top <= bottom <= table.height + BEYOND and 1 <= left <= right <= table.width + BEYOND
    if not inside or (bottom - top + 1) * (right - left + 1) > 400:
        raise LayoutRefused("no_such_place", given=place[:20])
    cells = [table.home(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    return list(dict.fromkeys(cells))


def _labels_beside(
    table: Table, ranges: Mapping[str, list[Place]], valued: set[Place]
) -> dict[str, Place | None]:
    """Return the label of each value: left of it or above, as its row, then the sheet, is drawn.

    Where both may be one the other may be a value that was not pointed at; that one must never be remembered.
    """
    either: dict[str, tuple[Place | None, Place | None]] = {}
    ways: dict[str, str] = {}
    for place, cells in ranges.items():
        left, above = _text_left(table, cells[0], valued), _text_above(table, cells[0], valued)
        either[place] = left, above
        known = [
            way
            for way, each in (("left", left), ("above", above))
            if each is not None and table.vocabulary.strict(table.texts[each]) is not None
        ]
        if len(known) == 1:
            ways[place] = known[0]
        elif left is None or above is None:
            ways[place] = "left" if left is not None else "above" if above is not None else "none"
    rows: dict[int, list[str]] = {}
    for place, way in ways.items():
        rows.setdefault(ranges[place][0][0], []).append(way)
    downward = _most(list(ways.values())) == "above"
    result: dict[str, Place | None] = {}
    for place, (left, above) in either.items():
        way = ways.get(place) or _most(rows.get(ranges[place][0][0], [])) or ("above" if downward else "left")
        result[place] = left if way == "left" else above if way == "above" else None
    return result


def _most(ways: Sequence[str]) -> str | None:
    left, above = ways.count("left"), ways.count("above")
    return None if left == above else "left" if left > above else "above"


def _text_left(table: Table, place: Place, valued: set[Place]) -> Place | None:
    row, column = place
    for each in range(column - 1, 0, -1):
        where = table.home(row, each)
        if where in valued:
            return None
        if where in table.texts:
            return where
    return None


def _text_above(table: Table, place: Place, valued: set[Place]) -> Place | None:
    row, column = place
    where = table.home(row - 1, column) if row > 1 else None
    return where if where is not None and where in table.texts and where not in valued else None


def _inline_labels(
    table: Table, cells: Sequence[Place], keys: tuple[str, ...], label: Place | None
) -> list[tuple[str, tuple[str, ...]]]:
    """Return (label, keys) where a cell holds label and value, or several pairs of them."""
    text = table.texts.get(cells[0], "")
    before = labels_in(text) if len(cells) == 1 else []
    if not before or (label is not None and not _is_no_label(table, label, text)):
        return []
    return paired(table.vocabulary, text, before, keys)


def _is_no_label(table: Table, label: Place, text: str) -> bool:
    """Whether what stands beside a cell that begins with "label:" is a line like it, or the title over the table."""
    beside = table.texts[label]
    if table.vocabulary.strict(beside) is not None:
        return False
    if any(at < len(beside.rstrip()) - 1 for at in colons_of(beside)):
        return True
    alone = {each for (row, _), each in table.texts.items() if row == label[0]} == {beside}
    return (
        alone
        and label[0] == next(iter(table.texts))[0]
        and len(anchor_text(text[: colons_of(text)[0]])) <= 10
    )


def _refuse_shared(vocabulary: Vocabulary, place: str, keys: tuple[str, ...]) -> None:
    if len(keys) > 1 and not vocabulary.is_compound(keys):
        labels = "、".join(f"“{vocabulary.form.field(key).label}”" for key in keys)
        raise LayoutRefused("cannot_share", given=place, labels=labels)


def _merged(sheet: Sheet, spans: Iterable[Span]) -> tuple[str, ...]:
    drawn = {each for each in spans if each.rows * each.columns > 1}
    return tuple(
        f"{reference(each.top, each.left)}:{reference(each.bottom, each.right)}"
        for each in sorted(drawn & set(sheet.merged), key=lambda each: (each.top, each.left))
    )


def _in_order(found: Sequence[Assignment]) -> tuple[Assignment, ...]:
    def place_of(each: Assignment) -> Place:
        first = each.place.partition(":")[0]
        return position(first if first[-1].isdigit() else f"{first}1")

    return tuple(sorted(found, key=place_of))


def _plain_anchors(sheet: Sheet) -> list[Anchor]:
    """The short texts without digits at the head of a sheet that holds nothing to read."""
    found = []
    for row, line in enumerate(sheet.rows[:30], 1):
        for column, value in enumerate(line[:30], 1):
            text = cell_text(value) if isinstance(value, str) else ""
            if text and len(text) <= 60 and not any(each.isdigit() for each in text) and anchor_text(text):
                found.append(Anchor(reference(row, column), anchor_text(text)))
    return found[:40]


__all__ = ["LAYOUT_SENTENCES", "LayoutRefused", "corrected"]
