"""The official table as it is drawn: rows of label and value cells, and opinion boxes with what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.feel import World
from forms.fields import Cell, Field, Form
from forms.kinds import KINDS
from forms.setting import UnitDirectory
from webapp.work.entries import Attachments, Entry
from workflows.usecases.views import AttachmentView, OpinionView

COLUMNS = 32  # of the drawn table; a form's 16, halved so that a label cell can be narrow
LABEL_COLUMNS = 5

#: Kinds whose answers are shown all, the chosen ticked, as the paper has them.
TICKED = frozenset({"choice", "choices"})
MOST_TICKS = 4


@dataclass(frozen=True)
class Tick:
    """☑ or ☐ before an answer."""

    on: bool
    label: str


@dataclass(frozen=True)
class Shown:
    """A value for reading."""

    spec: Field
    text: str = ""
    ticks: tuple[Tick, ...] = ()
    files: tuple[AttachmentView, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class PaperCell:
    """A label cell and a value cell. `label_span` and `span` count of `COLUMNS`."""

    cell: Cell
    label_span: int
    span: int
    shown: tuple[Shown, ...] = ()
    entries: tuple[Entry, ...] = ()
    said: tuple[OpinionView, ...] = ()
    mine: bool = False
    idle: bool = False

    @property
    def empty(self) -> bool:
        """Nothing stands in it and nothing can be typed: a phone leaves it out."""
        filled = any(each.text or each.ticks or each.files or each.rows for each in self.shown)
        return self.cell.text is None and not (self.entries or self.said or self.mine or self.idle or filled)

    @property
    def hidden(self) -> bool:
        return bool(self.entries) and all(entry.hidden for entry in self.entries)


@dataclass(frozen=True)
class Paper:
    """The whole table. `head` are read-only fields that stand above it (number, date of filling)."""

    form: Form
    rows: tuple[tuple[PaperCell, ...], ...]
    head: tuple[Shown, ...] = ()
    title: str = ""
    boxes: frozenset[str] = field(default_factory=frozenset)


def show(spec: Field, value: Any, units: UnitDirectory, attachment: Attachments, locale: str = "zh") -> Shown:
    """Return a stored value for reading."""
    if spec.kind == "files":
        found = [attachment(int(each)) for each in value or ()]
        return Shown(spec, files=tuple(each for each in found if each is not None))
    if spec.kind in TICKED and 0 < len(spec.choices) <= MOST_TICKS:
        standing = set(value) if isinstance(value, list | tuple) else {value}
        return Shown(spec, ticks=tuple(Tick(each.key in standing, each.label) for each in spec.choices))
    if spec.kind == "rows":
        return Shown(
            spec,
            rows=tuple(
                tuple(
                    text_of(show(column, row.get(column.key), units, attachment, locale))
                    for column in spec.columns
                )
                for row in value or ()
            ),
        )
    if value is None or value == "":
        return Shown(spec)
    return Shown(spec, KINDS[spec.kind].show(value, spec, units, locale))


def text_of(shown: Shown) -> str:
    """Return a shown value as one line: for cells of a table inside the paper."""
    if shown.ticks:
        return "、".join(tick.label for tick in shown.ticks if tick.on)
    if shown.files:
        return "、".join(each.name for each in shown.files)
    return shown.text


def _label_span(cell: Cell, wide: int) -> int:
    if cell.text is not None or not cell.label:
        return 0
    return LABEL_COLUMNS if wide > 12 else max(3, wide // 2)


class PaperMaker:
    """Draws the table of a form.

    Args:
        values: stored values that stand.
        entries: fields that are typed in on this page, by key; the others are read.
        opinions: what was said, for the boxes.
        box: the opinion box in which this page's own form stands.
        scope, world: with them, boxes and words that a condition hides are left out.
    """

    def __init__(
        self,
        form: Form,
        values: Mapping[str, Any],
        units: UnitDirectory,
        attachment: Attachments,
        *,
        entries: Mapping[str, Entry] | None = None,
        opinions: Sequence[OpinionView] = (),
        box: str = "",
        leave_out: Sequence[str] = (),
        locale: str = "zh",
        scope: Mapping[str, Any] | None = None,
        world: World | None = None,
    ) -> None:
        self.form = form
        self.scope = {**(scope or {}), **values}
        self.world = world
        self.values = values
        self.units = units
        self.attachment = attachment
        self.entries = entries or {}
        self.box = box
        self.leave_out = frozenset(leave_out)
        self.locale = locale
        self.said: dict[str, list[OpinionView]] = {}
        for opinion in opinions:
            self.said.setdefault(opinion.box, []).append(opinion)

    def paper(self) -> Paper:
        """Return the whole table."""
        head: list[Shown] = []
        rows: list[tuple[PaperCell, ...]] = []
        for row in self.form.layout:
            cells = [
                cell
                for cell in row.cells
                if not cell.fields or any(self._stands(each) for each in cell.fields)
            ]
            if cells and all(self._above(cell) for cell in cells):
                head.extend(self._show(each) for cell in cells for each in cell.fields)
            elif cells and not all(cell.text is not None and self._idle(cell) for cell in cells):
                rows.append(tuple(self._cell(cell, only=len(cells) == 1) for cell in cells))
        return Paper(
            self.form,
            tuple(rows),
            tuple(shown for shown in head if shown.text),
            self.form.title,
            frozenset(each.key for each in self.form.boxes),
        )

    def _stands(self, spec: Field) -> bool:
        """Whether a field has a place: not what a condition may hide and nobody filled in, for reading."""
        if spec.key in self.leave_out:
            return False
        return spec.key in self.entries or spec.hide is None or self.values.get(spec.key) is not None

    def _above(self, cell: Cell) -> bool:
        """Number and date given by the system stand above the table, not in it."""
        return bool(cell.fields) and all(
            each.properties.get("print") in ("head", "above")
            or (each.readonly and each.key in ("application_number", "application_date"))
            for each in cell.fields
        )

    def _idle(self, cell: Cell) -> bool:
        """Whether a condition says that this box or text is not needed."""
        if cell.hide is None or cell.fields or self.world is None:
            return False
        return cell.hide.evaluate(self.scope, self.world) is True

    def _cell(self, cell: Cell, only: bool) -> PaperCell:
        wide = COLUMNS if only else cell.columns * 2
        label = _label_span(cell, wide)
        mine = cell.box is not None and cell.box.key == self.box
        entries = tuple(
            self.entries[each.key]
            for each in cell.fields
            if each.key in self.entries and each.key not in self.leave_out
        )
        return PaperCell(
            cell,
            label,
            wide - label,
            shown=tuple(
                self._show(each)
                for each in cell.fields
                if each.key not in self.entries and each.key not in self.leave_out
            ),
            entries=entries,
            said=tuple(self.said.get(cell.box.key, ())) if cell.box else (),
            mine=mine,
            idle=self._idle(cell),
        )

    def _show(self, spec: Field) -> Shown:
        return show(spec, self.values.get(spec.key), self.units, self.attachment, self.locale)
