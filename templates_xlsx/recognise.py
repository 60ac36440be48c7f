"""A sheet that holds one record: which cell stands for which field.

Names (`F_<key>`) first, else labels, in two passes: labels that are the form's word for word claim their value
cells first; loosened labels and "label: value" cells may only use what is left. In one pass loosening would turn
values into labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from forms.written.dates import is_open_end, read_date
from forms.written.phones import read_phone
from forms.written.words import fold
from templates_xlsx.labels import LOOSE, Meaning, Vocabulary, is_opinion_label, readable, unit_line
from templates_xlsx.pairs import COLON, pairs
from templates_xlsx.refusals import CellFault
from templates_xlsx.sheets import Sheet, cell_text, position, reference
from templates_xlsx.values import Posted, has_boxes

FILLED = 3
"""Values below their labels that tell how a table is drawn whose cells are not merged."""
Place = tuple[int, int]
Source: TypeAlias = Literal["name", "remembered", "label", "suggested"]
NAME_PREFIX = "F_"
MAX_ROWS, MAX_COLUMNS = 400, 100
"""No single table is larger; a long list that is no ledger of the form is not searched to its end."""


@dataclass(frozen=True)
class Found:
    """One cell found for a label.

    Attributes:
        meaning: the fields it holds.
        label: place of the label; of the cell itself when it was found by its name.
        cell: place of the value; None when the label has no value cell.
        text: the value where it is only a part of the cell or of several cells; None: take the cell's value.
        rank: which finding wins: by name or remembered -1, then as in `Meaning`, a label in a text line 3 more.
        source: how it was found; what is only suggested is never stored before a person confirmed it.
        last: the last cell of a value that was written over several.
    """

    meaning: Meaning
    label: Place
    cell: Place | None
    text: str | None = None
    rank: int = 0
    source: Source = "label"
    last: Place | None = None


@dataclass
class Table:
    """The single table of one sheet, recognised. Not frozen: it grows pass by pass."""

    sheet: Sheet
    vocabulary: Vocabulary
    names: Mapping[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    claimed: set[Place] = field(default_factory=set)
    labels: dict[Place, Meaning] = field(default_factory=dict)
    boxes: dict[str, Place] = field(default_factory=dict)
    broken: set[Place] = field(default_factory=set)  # drawn with words around the value that are gone
    listed: dict[str, Posted] = field(default_factory=dict)  # what rows of lists post
    list_cells: dict[str, str] = field(default_factory=dict)
    list_faults: list[CellFault] = field(default_factory=list)
    groups: set[Place] = field(default_factory=set)

    @cached_property
    def texts(self) -> dict[Place, str]:
        """All cells with text, by the top left cell of their range, in reading order."""
        texts: dict[Place, str] = {}
        for row_number, row in enumerate(self.sheet.rows[:MAX_ROWS], 1):
            for column, value in enumerate(row[:MAX_COLUMNS], 1):
                if value is None or value == "":
                    continue
                span = self.sheet.span(row_number, column)
                if (span.top, span.left) == (row_number, column):
                    texts[row_number, column] = cell_text(value)
        return texts

    @cached_property
    def lines(self) -> frozenset[Place]:
        """The cells that hold a label and its value, or several pairs of them."""
        return frozenset(
            place
            for place, text in self.texts.items()
            if COLON.search(text) and any(value for _, value in pairs(self.vocabulary, text))
        )

    @cached_property
    def unit(self) -> str:
        """The unit of all amounts, where a line of the table says it."""
        return next((unit for unit in map(unit_line, self.texts.values()) if unit), "")

    @cached_property
    def left(self) -> int:
        return min((column for _, column in self.texts), default=1)

    @cached_property
    def last(self) -> int:
        """The last column with anything on it."""
        return max(self._used[1], default=1)

    @cached_property
    def width(self) -> int:
        return max([self.sheet.width, *(span.right for span in self.sheet.merged)])

    @cached_property
    def height(self) -> int:
        return max([self.sheet.height, *(span.bottom for span in self.sheet.merged)])

    @cached_property
    def _used(self) -> tuple[set[int], set[int]]:
        rows: set[int] = set()
        columns: set[int] = set()
        for row, column in self.texts:
            span = self.sheet.span(row, column)
            rows.update(range(span.top, span.bottom + 1))
            columns.update(range(span.left, span.right + 1))
        for span in self.sheet.merged:
            columns.update(range(span.left, min(span.right, span.left + 200) + 1))
        return rows, columns

    @property
    def keys(self) -> frozenset[str]:
        """The fields that have a cell or at least a label."""
        return frozenset(key for each in self.found for key in each.meaning.keys)

    def home(self, row: int, column: int) -> Place:
        """Return the top left cell of the range a cell lies in."""
        span = self.sheet.span(row, column)
        return span.top, span.left

    def right(self, place: Place) -> Place | None:
        """Return the cell right of a label; columns that are empty all over the sheet are only space."""
        span = self.sheet.span(*place)
        column = span.right + 1
        while column <= self.width and column not in self._used[1]:
            column += 1
        return self.home(span.top, column) if column <= self.width else None

    def below(self, place: Place) -> Place | None:
        """Return the cell below a label; rows that are empty from side to side are only space."""
        span = self.sheet.span(*place)
        row = span.bottom + 1
        return self.home(row, span.left) if row <= self.height else None


def recognise(
    sheet: Sheet,
    vocabulary: Vocabulary,
    names: Mapping[str, str],
    first: Callable[[Table], None] | None = None,
) -> Table:
    """Recognise the fields of one record on a sheet.

    Args:
        names: defined names that point into this sheet -> cell.
        first: adds what is known of the very sheet, before names and labels.
    """
    table = Table(sheet, vocabulary, names)
    if first is not None:
        first(table)
    by_names(table)
    _strict_labels(table)
    _inline(table)
    _loose_labels(table)
    return table


def by_names(table: Table) -> None:
    """Take the cells named F_<key>; fields whose names point to one cell share it."""
    known = {each.key for each in readable(table.vocabulary.form)}
    boxes = {each.key for each in table.vocabulary.form.boxes}
    by_cell: dict[Place, list[str]] = {}
    for name, cell in table.names.items():
        key = name.removeprefix(NAME_PREFIX)
        if not name.startswith(NAME_PREFIX):
            continue
        place = table.home(*position(cell))
        if place in table.claimed or place in table.broken:
            continue
        if key in known:
            by_cell.setdefault(place, []).append(key)
        elif key in boxes or key.endswith("_opinion"):
            table.claimed.add(place)
            table.boxes[key] = place
    order = {each.key: index for index, each in enumerate(table.vocabulary.form.fields)}
    for place, keys in by_cell.items():
        together = tuple(sorted(keys, key=order.__getitem__))
        if len(together) == 1 or table.vocabulary.is_compound(together):
            table.found.append(Found(Meaning(together, -1), place, place, rank=-1, source="name"))
            table.claimed.add(place)


def source_of(meaning: Meaning) -> Source:
    """Return how far a label's meaning is to be trusted: word for word, or loosened."""
    return "suggested" if meaning.rank >= LOOSE else "label"


def _strict_labels(table: Table) -> None:
    for place, text in table.texts.items():
        if place in table.claimed:
            continue
        meaning = table.vocabulary.strict(text) or _grouped(table, place, text)
        if meaning is None and is_opinion_label(text, table.vocabulary):
            meaning = Meaning(box=text)
        if meaning is not None:
            table.labels[place] = meaning
    named = {key for each in table.found for key in each.meaning.keys}
    labels = {place: each for place, each in table.labels.items() if not named.intersection(each.keys)}
    for place in [each for each in labels if _is_empty_line(table, each)]:
        meaning = labels.pop(place)
        if meaning.keys:
            table.found.append(Found(meaning, place, place, "", meaning.rank + 3, source_of(meaning)))
            table.claimed.add(place)
    _assign(table, labels)


def _is_empty_line(table: Table, place: Place) -> bool:
    """Whether a label ends with a colon among cells that hold label and value, so that its value is only lacking."""
    if table.texts[place].rstrip()[-1:] not in (":", "\uff1a"):
        return False
    right, below = table.right(place), table.below(place)
    other = below in table.texts and below not in table.lines | table.labels.keys()
    if right in table.texts or (other and below is not None and not NOTE.match(table.texts[below])):
        return False
    own = table.sheet.span(*place)
    spans = [table.sheet.span(*each) for each in table.lines]
    return sum((each.left, each.right) == (own.left, own.right) for each in spans) > 1


def _grouped(table: Table, place: Place, text: str) -> Meaning | None:
    """A label beside the taller label of its group: 授权 | 内容."""
    row, column = place
    if column == 1 or len(text) > 12:
        return None
    left = table.home(row, column - 1)
    group = table.texts.get(left)
    own, its = table.sheet.span(*place), table.sheet.span(*left)
    if group is None or its.rows <= own.rows:
        return None
    meaning = table.vocabulary.within(group, text)
    if meaning is not None:
        table.groups.add(left)
    return meaning


def _loose_labels(table: Table) -> None:
    have = {key for each in table.found for key in each.meaning.keys}
    fresh = {}
    for place, text in table.texts.items():
        if place in table.claimed or place in table.labels:
            continue
        meaning = table.vocabulary.loose(text)
        if meaning is not None and meaning.keys and not have.intersection(meaning.keys):
            fresh[place] = meaning
    table.labels.update(fresh)
    _assign(table, fresh)


def _assign(table: Table, labels: Mapping[Place, Meaning]) -> None:
    """Give each label its value cell: to the right, or below, as the row and the sheet are drawn."""
    directions = _directions(table)
    for place, meaning in labels.items():
        way = directions[place]
        target = table.right(place) if way == "right" else table.below(place) if way == "below" else None
        if target is not None and not _may_hold(table, target, meaning):
            target = None
        if target is not None:
            table.claimed.add(target)
            if meaning.box is not None:
                table.boxes.setdefault(meaning.box, target)
        if meaning.keys:
            text, last = _stretched(table, place, target, way) if target is not None else (None, None)
            if target is not None and text is None and way == "right" and len(meaning.keys) == 2:
                text, last = _second_beside(table, target, meaning)
            table.found.append(Found(meaning, place, target, text, meaning.rank, source_of(meaning), last))


def _may_hold(table: Table, target: Place, meaning: Meaning) -> bool:
    """Whether a cell may be the value of a label: it is free, no label, no note, no line of labels and values."""
    return not (
        target in table.claimed
        or _is_other_label(table, target, meaning)
        or (target in table.lines and bool(meaning.keys))
        or NOTE.match(table.texts.get(target, ""))
    )


def _is_free(table: Table, target: Place | None, meaning: Meaning) -> bool:
    # A box of opinions may hold 负责人(签字):张三; the value of a label holds no other label.
    if target is None or (target in table.lines and meaning.keys):
        return False
    return not _is_other_label(table, target, meaning)


def _is_other_label(table: Table, target: Place, meaning: Meaning) -> bool:
    other = table.labels.get(target)
    return other is not None and (not meaning.keys or other.keys != meaning.keys)


def _directions(table: Table) -> dict[Place, str]:
    """Decide for each label where its value stands; the doubtful ones follow their row, then the sheet."""
    free: dict[Place, tuple[bool, bool]] = {}
    sure: dict[Place, str] = {}
    for place, meaning in table.labels.items():
        right, below = table.right(place), table.below(place)
        can_right = _is_free(table, right, meaning)
        can_below = _is_free(table, below, meaning) and below not in table.lines
        free[place] = can_right, can_below
        span = table.sheet.span(*place)
        whole_row = span.left <= table.left and span.right >= table.last
        if can_right and (not can_below or not meaning.keys):
            sure[place] = "right"
        elif can_below and not can_right and (right is not None or whole_row):
            sure[place] = "below"
    by_row: dict[int, list[str]] = {}
    fields = {place: way for place, way in sure.items() if table.labels[place].keys}
    for place, way in fields.items():
        by_row.setdefault(place[0], []).append(way)
    ways = list(fields.values())
    downward = ways.count("below") > ways.count("right") or (
        ways.count("below") == ways.count("right") and _filled_below(table)
    )
    result = {}
    for place, (can_right, can_below) in free.items():
        ways = by_row.get(place[0], [])
        if place in sure:
            result[place] = sure[place]
        elif "below" in ways and "right" not in ways:
            result[place] = "below" if can_below else "none"
        elif "right" in ways or not downward:
            result[place] = "right" if can_right else "none"
        else:
            result[place] = "below" if can_below else "right" if can_right else "none"
    return result


_BETWEEN = frozenset({"至", "到", "—", "–", "-", "~", "一"})


def _second_beside(table: Table, target: Place, meaning: Meaning) -> tuple[str | None, Place | None]:
    """Join the two values of one label where each has a cell: 起止时间 | 2027-03-01 | 至 | 2027-12-31."""
    first, second = (table.vocabulary.form.field(key).kind for key in meaning.keys)
    beside = table.right(target)
    if beside is None or (first, second) not in (("date", "date"), ("text", "phone")):
        return None, None
    between = fold(table.texts.get(beside, "")) in _BETWEEN and beside not in table.claimed
    last = table.right(beside) if between else beside
    given, other = table.texts.get(target, ""), table.texts.get(last, "") if last is not None else ""
    if last is None or not given or not other or last in table.labels or last in table.claimed:
        return None, None
    if second == "date" and not (read_date(given) and (read_date(other) or is_open_end(other))):
        return None, None
    if second == "phone" and (read_phone(other) is None or re.search(r"\d{5}", given)):
        return None, None
    table.claimed.update((beside, last))
    return f"{given}至{other}" if second == "date" else f"{given} {other}", last


def _filled_below(table: Table) -> bool:
    """Whether values stand below their labels and never beside them, where nothing that is drawn tells it."""
    places = [place for place, meaning in table.labels.items() if meaning.keys]
    beside = sum(table.right(place) in table.texts for place in places)
    below = {place: table.below(place) for place in places}
    filled = sum(at in table.texts and at not in table.labels for at in below.values())
    return not beside and filled >= FILLED


def _stretched(table: Table, place: Place, target: Place, way: str) -> tuple[str | None, Place | None]:
    """Join a value that was written over several cells, lines beside a tall label or boxes one a cell; name the last."""
    if way != "right":
        return None, None
    label, value = table.sheet.span(*place), table.sheet.span(*target)
    pieces = [table.texts.get(target, "")]
    last = target
    if label.bottom > value.bottom and value.top >= label.top:
        row = value.bottom + 1
        while row <= label.bottom:
            last = table.home(row, value.left)
            if last in table.labels or last in table.claimed:
                return None, None
            pieces.append(table.texts.get(last, ""))
            table.claimed.add(last)
            row = table.sheet.span(*last).bottom + 1
        return "\n".join(each for each in pieces if each), last
    if not has_boxes(pieces[0]):
        return None, None
    beside = table.right(target)
    while beside is not None and has_boxes(table.texts.get(beside, "")) and beside not in table.labels:
        pieces.append(table.texts[beside])
        table.claimed.add(beside)
        last, beside = beside, table.right(beside)
    return ("  ".join(pieces), last) if len(pieces) > 1 else (None, None)


# Full-width signs are written as escapes: \uff1a colon, \uff0c comma, \uff1b semicolon.
NOTE = re.compile("^\\s*(?:注|附注|填表说明|说明)\\s*[:\uff1a]")


def _inline(table: Table) -> None:
    """Read label and value in one cell, also several pairs: 编号:〔2026〕3号  填表日期:2026年3月2日."""
    for place, text in table.texts.items():
        if place in table.claimed or (place in table.labels and not COLON.search(text)):
            continue
        parts = list(pairs(table.vocabulary, text))
        if not parts or (len(parts) == 1 and not parts[0][1]):
            continue
        for meaning, value in parts:
            table.found.append(Found(meaning, place, place, value, meaning.rank + 3, source_of(meaning)))
        table.claimed.add(place)


def place_reference(place: Place) -> str:
    """Return a place as a cell reference."""
    return reference(*place)
