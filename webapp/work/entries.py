"""A form's fields as they are drawn for typing: names, texts, options and sentences, ready for a template.

`forms` decides; here its page (`Bound.page`) becomes plain values that the macros of
`templates/work/_fields.html` draw without asking anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.binding import Bound
from forms.fields import Field, Form
from forms.kinds import KINDS
from forms.setting import UnitDirectory, UnitRef
from webapp.i18n import _
from webapp.pages import keys
from workflows.usecases.views import AttachmentView

Attachments = Callable[[int], AttachmentView | None]

#: Kinds whose caption is a legend over several inputs, not a label of one.
GROUPED = frozenset({"choice", "choices", "yes_no", "period", "units", "rows", "files"})
LONG_CHOICE = 6  # a choice of more answers is drawn as a list to open


@dataclass(frozen=True)
class Option:
    """One answer: what is posted, what is read, whether it stands."""

    key: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class UnitGroup:
    """A subdistrict with its communities, or units of one kind."""

    head: Option | None
    name: str
    members: tuple[Option, ...]


@dataclass(frozen=True)
class Entry:
    """One field as it is drawn.

    Attributes:
        name: posted name; `id`: of the first input (`id-fault` and `id-help` describe it).
        texts: what stands in it, as a browser would post it.
        shown: the value for reading, where the field is read-only.
        errors, warnings: sentences.
        hidden: a condition hides it; it is drawn, but not shown.
        rows: of kind rows, the drawn rows; `pattern` is an empty one with `__N__` for its number.
    """

    spec: Field
    name: str
    id: str
    texts: tuple[str, ...] = ()
    shown: str = ""
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    hidden: bool = False
    required: bool = False
    options: tuple[Option, ...] = ()
    groups: tuple[UnitGroup, ...] = ()
    files: tuple[AttachmentView, ...] = ()
    rows: tuple[tuple[Entry, ...], ...] = ()
    pattern: tuple[Entry, ...] = ()
    row_errors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""

    @property
    def grouped(self) -> bool:
        if self.checkbox:
            return False
        return self.spec.kind in GROUPED and not (
            self.spec.kind == "choice" and len(self.options) > LONG_CHOICE
        )

    @property
    def checkbox(self) -> bool:
        """A yes_no drawn as one box to tick, its label beside it."""
        return self.spec.kind == "yes_no" and self.spec.type == "checkbox"

    @property
    def fixed(self) -> bool:
        """Rows that are neither added nor removed."""
        return self.spec.properties.get("fixed", "").lower() == "true"

    @property
    def span(self) -> int:
        """Columns of 16 in a card of fields."""
        return 16 if self.spec.kind in ("long_text", "units", "rows", "files", "choices") else 8


def options_of(spec: Field, chosen: Iterable[str]) -> tuple[Option, ...]:
    """Return the answers of a choice, those that stand marked."""
    standing = set(chosen)
    return tuple(Option(each.key, each.label, each.key in standing) for each in spec.choices)


TRUE_TEXTS = frozenset({"yes", "true", "1", "on", "是"})
FALSE_TEXTS = frozenset({"no", "false", "0", "否"})


def yes_no_options(spec: Field, texts: Iterable[str]) -> tuple[Option, ...]:
    """Return yes and no, by the form's own words where it has them."""
    standing = [each.strip().lower() for each in texts][-1:]
    words = {each.key.lower(): each.label for each in spec.choices}
    yes = next((words[key] for key in words if key in TRUE_TEXTS), _("Yes"))
    no = next((words[key] for key in words if key in FALSE_TEXTS), _("No"))
    chosen = standing[0] if standing else ""
    return (Option("no", no, chosen in FALSE_TEXTS), Option("yes", yes, chosen in TRUE_TEXTS))


def unit_groups(
    units: UnitDirectory, kinds: Iterable[str] | None, chosen: Iterable[str]
) -> tuple[UnitGroup, ...]:
    """Return units below their parent where the parent may be chosen too, the rest in one group."""
    standing = set(chosen)
    offered = units.all(tuple(kinds) if kinds else None)
    by_id = {unit.id: unit for unit in offered}
    members: dict[int, list[UnitRef]] = {}
    heads: list[UnitRef] = []
    for unit in offered:
        if unit.parent_id in by_id:
            members.setdefault(unit.parent_id, []).append(unit)
        else:
            heads.append(unit)

    def option(unit: UnitRef) -> Option:
        return Option(str(unit.id), unit.name, str(unit.id) in standing)

    groups = [
        UnitGroup(option(unit), unit.name, tuple(option(m) for m in members[unit.id]))
        for unit in heads
        if unit.id in members
    ]
    alone = tuple(option(unit) for unit in heads if unit.id not in members)
    return (*groups, UnitGroup(None, "", alone)) if alone else tuple(groups)


def unit_options(units: UnitDirectory, kinds: Iterable[str] | None, chosen: str) -> tuple[Option, ...]:
    """Return the units of a list to choose one from, by full name."""
    return tuple(
        Option(str(unit.id), unit.full_name, str(unit.id) == chosen)
        for unit in units.all(tuple(kinds) if kinds else None)
    )


def unit_kinds(spec: Field) -> tuple[str, ...] | None:
    """The kinds of units a field takes (property `unit_kinds`, separated by comma or 、); None: all."""
    said = spec.properties.get("unit_kinds", "").replace("、", ",").replace(" ", ",")
    return tuple(each for each in said.split(",") if each) or None


class Drawing:
    """Turns a bound form into entries."""

    def __init__(
        self, bound: Bound, units: UnitDirectory, attachment: Attachments, locale: str, *, prefix: str = "f"
    ) -> None:
        self.bound = bound
        self.units = units
        self.attachment = attachment
        self.locale = locale
        self.prefix = prefix
        self.errors, self.warnings = _sentences(bound, locale)

    def entries(self, leave_out: Sequence[str] = ()) -> dict[str, Entry]:
        """Return key -> entry of every field, in the order of the form."""
        return {spec.key: self.entry(spec) for spec in self.bound.form.fields if spec.key not in leave_out}

    def entry(self, spec: Field) -> Entry:
        """Draw one field of the form."""
        page = self.bound.page[spec.key]
        if spec.kind == "rows":
            return self._table(spec, page)
        return self._one(
            spec,
            name=spec.key,
            ident=f"{self.prefix}-{spec.key}",
            texts=texts_of(page),
            errors=self.errors.get((spec.key, None), ()),
            warnings=self.warnings.get((spec.key, None), ()),
            hidden=spec.key in self.bound.hidden,
            required=spec.key in self.bound.required,
            offered=getattr(page, "choices", None),
        )

    def _one(
        self,
        spec: Field,
        *,
        name: str,
        ident: str,
        texts: tuple[str, ...],
        offered: Any = None,
        **drawn: Any,
    ) -> Entry:
        shown = ""
        options: tuple[Option, ...] = ()
        groups: tuple[UnitGroup, ...] = ()
        files: tuple[AttachmentView, ...] = ()
        if spec.readonly:
            shown = self._shown(spec, texts)
        if spec.kind == "yes_no":
            options = yes_no_options(spec, texts)
        elif spec.kind in ("choice", "choices"):
            options = options_of(spec, texts)
        elif spec.kind == "unit" and not spec.readonly:
            chosen = texts[0] if texts else ""
            options = (
                tuple(Option(each.value, each.label, each.value == chosen) for each in offered if each.value)
                if offered is not None
                else unit_options(self.units, unit_kinds(spec), chosen)
            )
        elif spec.kind == "units" and not spec.readonly:
            groups = unit_groups(self.units, unit_kinds(spec), texts)
        elif spec.kind == "files":
            files = tuple(found for key in keys(texts) if (found := self.attachment(key)) is not None)
        return Entry(spec, name, ident, texts, shown, options=options, groups=groups, files=files, **drawn)

    def _shown(self, spec: Field, texts: tuple[str, ...]) -> str:
        value = self.bound.values.get(spec.key)
        if value is not None:
            return KINDS[spec.kind].show(value, spec, self.units, self.locale)
        return "、".join(texts)

    def _table(self, spec: Field, page: Any) -> Entry:
        rows: list[tuple[Entry, ...]] = []
        row_errors: dict[int, tuple[str, ...]] = {}
        for number, row in enumerate(page.entries):
            rows.append(self._row(spec, row, str(number), number))
            if whole := self.errors.get((spec.key, number), ()):
                row_errors[number] = whole
        values = self.bound.values.get(spec.key) or ()
        rows = [
            tuple(
                _with_shown(cell, values[number], self.units, self.locale) if number < len(values) else cell
                for cell in row
            )
            for number, row in enumerate(rows)
        ]
        return Entry(
            spec,
            spec.key,
            f"{self.prefix}-{spec.key}",
            errors=self.errors.get((spec.key, None), ()),
            warnings=self.warnings.get((spec.key, None), ()),
            hidden=spec.key in self.bound.hidden,
            required=spec.key in self.bound.required,
            rows=tuple(rows),
            pattern=self._row(spec, None, "__N__", None),
            row_errors=row_errors,
        )

    def _row(self, spec: Field, row: Any, number: str, index: int | None) -> tuple[Entry, ...]:
        cells = []
        for column in spec.columns:
            inner = row.form[column.key] if row is not None and column.key in row.form else None
            errors = tuple(str(each) for each in getattr(inner, "errors", ()) or ())
            cells.append(
                self._one(
                    column,
                    name=f"{spec.key}-{number}-{column.key}",
                    ident=f"{self.prefix}-{spec.key}-{number}-{column.key}",
                    texts=texts_of(inner) if inner is not None else (),
                    errors=errors,
                    warnings=tuple(str(each) for each in getattr(inner, "warnings", ()) or ()),
                    required=column.required,
                )
            )
        return tuple(cells)


def _with_shown(cell: Entry, values: Mapping[str, Any], units: UnitDirectory, locale: str) -> Entry:
    """A read-only cell of a row reads its value, not its posted text."""
    value = values.get(cell.spec.key)
    if not cell.spec.readonly or value is None:
        return cell
    shown = KINDS[cell.spec.kind].show(value, cell.spec, units, locale)
    return Entry(**{**cell.__dict__, "shown": shown})


def _sentences(
    bound: Bound, locale: str
) -> tuple[dict[tuple[str, int | None], tuple[str, ...]], dict[tuple[str, int | None], tuple[str, ...]]]:
    errors: dict[tuple[str, int | None], tuple[str, ...]] = {}
    warnings: dict[tuple[str, int | None], tuple[str, ...]] = {}
    for fault in bound.faults:
        if fault.field is None or (fault.row is not None and fault.facts.get("column")):
            continue
        into = errors if fault.severity == "error" else warnings
        place = (fault.field, fault.row)
        into[place] = (*into.get(place, ()), fault.tell(locale))
    return errors, warnings


def texts_of(page_field: Any) -> tuple[str, ...]:
    """Return what stands in a WTForms field, as texts a browser would post."""
    texts = getattr(page_field, "texts", None)
    if texts is not None:
        return tuple(str(each) for each in (texts() if callable(texts) else texts))
    raw = page_field.raw_data
    if raw is None:
        data = page_field.data
        raw = data if isinstance(data, list | tuple) else [] if data is None else [data]
    return tuple(str(each) for each in raw)


@dataclass(frozen=True)
class Placed:
    """What stands in a cell of a form's own layout: entries or words. `span` counts of sixteen."""

    span: int
    entries: tuple[Entry, ...] = ()
    text: str = ""
    heading: bool = False


def placed(form: Form, entries: Mapping[str, Entry], hidden: frozenset[str]) -> list[Placed]:
    """Return a form's cells in their order, for a card or the opinion box."""
    cells = []
    for row in form.layout:
        for cell in row.cells:
            if cell.text is not None and cell.name not in hidden:
                cells.append(Placed(16, text=cell.text, heading=cell.heading))
            found = tuple(entries[each.key] for each in cell.fields if each.key in entries)
            wide = any(each.spec.kind in ("long_text", "rows", "units", "files") for each in found)
            for each in found:
                cells.append(
                    Placed(16 if wide and cell.columns > 8 else max(4, cell.columns // len(found)), (each,))
                )
    return cells


@dataclass(frozen=True)
class Decision:
    """A button at the foot of the page. `tone`: main, other, refuse."""

    key: str
    label: str
    tone: str


REFUSALS = frozenset({"refuse", "reject", "disagree", "deny", "not_admitted", "end_without"})


def decisions_of(form: Form | None, chosen: str = "") -> tuple[Decision, ...]:
    """Return the buttons of a form's `decision` field; the main one was chosen before, or is the first."""
    if form is None or "decision" not in form:
        return ()
    spec = form.field("decision")
    keys = [each.key for each in spec.choices]
    main = chosen if chosen in keys else next((k for k in keys if k not in REFUSALS), keys[0] if keys else "")
    return tuple(
        Decision(
            each.key,
            each.label,
            "main" if each.key == main else "refuse" if each.key in REFUSALS else "other",
        )
        for each in spec.choices
    )


@dataclass(frozen=True)
class SummaryLine:
    """A line of the summary on top: the sentence, and the input it leads to."""

    label: str
    sentence: str
    anchor: str


def summary(bound: Bound, locale: str, prefix: str = "f") -> tuple[SummaryLine, ...]:
    """Return all errors of a form, in its order, each with the id of its first input."""
    lines = []
    for fault in bound.faults:
        if fault.severity != "error":
            continue
        if fault.field is None or fault.field not in bound.form:
            lines.append(SummaryLine("", fault.tell(locale), ""))
            continue
        spec = bound.form.field(fault.field)
        row = "" if fault.row is None else f" {fault.row + 1}"
        lines.append(SummaryLine(spec.label + row, fault.tell(locale), f"{prefix}-{spec.key}"))
    return tuple(lines)
