"""What a form is, once read: fields, choices, the rows of its paper layout.

Frozen values without behaviour beyond look-up. `forms.schema` reads them from a `.form` file,
`forms.binding` fills them, templates draw them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from forms.faults import Refused

if TYPE_CHECKING:
    from forms.feel import Expression

COLUMNS = 16
"""Columns of a layout row, as form-js counts them."""


@dataclass(frozen=True)
class Choice:
    """One answer of a field of kind choice, choices or yes_no.

    Attributes:
        key: what is stored, for example `long_term`.
        label: what a clerk reads, for example 长期性(一年以上).
        synonyms: other words for the same answer (property `choice.<key>`, 、-separated).
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        key: the name in values, posted data, tables and expressions.
        label: what stands before it on page and paper.
        kind: a key of `forms.kinds.KINDS`.
        type: the form-js component type (textfield, radio, ...).
        required: must be given in every mode (page, table, api).
        required_on_page: must be given on the page; elsewhere its absence is a warning
            (property `require_on: page`).
        expected: its absence is a warning everywhere (property `expect: true`).
        readonly: never taken from what is posted; of a table only where `told_by_table`.
        choices: the answers of a choice.
        synonyms: other offices' labels for it.
        hide: true = neither shown, nor required, nor taken.
        require: true = required besides (in the modes of `required_on_page` where that is set).
        warn, warn_message: true = this warning.
        stop_when, stop_message: true = the form stops here and nothing is kept.
        prefill: value of a page that nobody filled yet; `default` is the plain variant.
        pattern: a JavaScript pattern, searched and not anchored, for text.
        minimum, maximum: bounds of a number or of money.
        min_length, max_length: bounds of a text in characters; of rows and files in pieces.
        help: a line under the field.
        columns: fields of a row (kind rows).
        fixed_rows: rows are neither added nor removed (form-js `allowAddRemove: false`).
        first_rows: empty rows of a page that nobody filled yet (form-js `defaultRepetitions`).
        quiet: with `required_on_page`: its absence elsewhere does not warn (property `quiet: true`).
        variable: kept as a process variable.
        properties: the `properties` map of the component, as written.
    """

    key: str
    label: str
    kind: str
    type: str = "textfield"
    required: bool = False
    required_on_page: bool = False
    expected: bool = False
    readonly: bool = False
    choices: tuple[Choice, ...] = ()
    synonyms: tuple[str, ...] = ()
    hide: Expression | None = None
    require: Expression | None = None
    warn: Expression | None = None
    warn_message: str = ""
    stop_when: Expression | None = None
    stop_message: str = ""
    prefill: Expression | None = None
    default: Any = None
    pattern: str | None = None
    pattern_message: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    help: str = ""
    columns: tuple[Field, ...] = ()
    fixed_rows: bool = False
    first_rows: int = 1
    quiet: bool = False
    variable: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def told_by_table(self) -> bool:
        """Whether a table may say the value: the date that an office wrote on its paper (`table_gives`) stands."""
        return not self.readonly or self.properties.get("table_gives") == "true"

    def column(self, key: str) -> Field:
        """Return a column of a field of kind rows. Raises KeyError."""
        for each in self.columns:
            if each.key == key:
                return each
        raise KeyError(key)


@dataclass(frozen=True)
class Box:
    """An opinion box on the paper: a decision taken elsewhere lands here (property `opinion`)."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One label with what stands beside it. Exactly one of fields, box, text is filled.

    Attributes:
        columns: width, of 16 in a row.
        label: the label cell's text; a cell of text has none.
        fields: the fields that stand in the value cell, in order. Mostly one; two where the paper
            has one label for both (授权时间(起止): period_start and period_end).
        box: an opinion box.
        text: words that span the cell (a heading, a note); `heading` tells which.
        hide: of a box or text: true = not drawn (`forms.binding.Bound.shows` answers it).
        name: of a box or text: the component's name, as in `Bound.hidden`.
    """

    columns: int
    label: str = ""
    fields: tuple[Field, ...] = ()
    box: Box | None = None
    text: str | None = None
    heading: bool = False
    hide: Expression | None = None
    name: str = ""

    @property
    def field(self) -> Field | None:
        """The field, where the cell holds exactly one. Draw from `fields` to miss none."""
        return self.fields[0] if len(self.fields) == 1 else None


@dataclass(frozen=True)
class Row:
    """One row of the paper, 16 columns wide."""

    cells: tuple[Cell, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields of the row."""
        return tuple(each for cell in self.cells for each in cell.fields)


@dataclass(frozen=True)
class Form:
    """A form as it was read from a `.form` file.

    Attributes:
        key: the `id` of the file; diagrams refer to it.
        title: name for people (property `title`, else the file's name).
        fields: in the order of the file.
        layout: rows as they stand on paper; every field stands in exactly one cell.
        boxes: the opinion boxes.
        properties: the form's own `properties` map (`opinion_box`, `paper`, ...).
        content_hash: SHA-256 of the file, hexadecimal.
    """

    key: str
    title: str
    fields: tuple[Field, ...]
    layout: tuple[Row, ...]
    boxes: tuple[Box, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    content_hash: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {each.key: each for each in self.fields})

    def field(self, key: str) -> Field:
        """Return the field of a key. Raises KeyError."""
        by_key: dict[str, Field] = self._by_key  # type: ignore[attr-defined]
        return by_key[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_key  # type: ignore[attr-defined]

    @property
    def in_name_of(self) -> str:
        """Key of the unit in whose name the form is posted (property `in_name_of`), or ''."""
        return next((each.key for each in self.fields if each.properties.get("in_name_of") == "true"), "")

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression of the form."""
        for each in self.fields:
            for one in (each, *each.columns):
                for found in (one.hide, one.require, one.warn, one.stop_when, one.prefill):
                    if found is not None:
                        yield found

    def reads(self) -> frozenset[str]:
        """Return the names that the form's expressions read and that are no fields of it."""
        names: set[str] = set()
        for expression in self.expressions():
            names |= expression.names
        columns = {one.key for each in self.fields for one in each.columns}
        return frozenset(names - {each.key for each in self.fields} - columns)


@dataclass(frozen=True)
class FormFinding:
    """One thing wrong with a `.form` file.

    Attributes:
        element: id or key of the component, or the form's id, or "" for the whole file.
        rule: a stable name, for example `duplicate-key`.
        severity: an error keeps the form from being used.
    """

    element: str
    rule: str
    severity: Literal["error", "warning"]
    zh: str
    en: str

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence of a locale."""
        return self.en if locale.lower().startswith("en") else self.zh


class FormRefused(Refused):
    """A `.form` file has errors and cannot be used. `findings` has all of them."""

    zh = "表单文件 {name} 有 {count} 处错误：{first}"
    en = "Form file {name} has {count} errors: {first}"

    def __init__(self, name: str, findings: list[FormFinding]) -> None:
        errors = [each for each in findings if each.severity == "error"]
        self.findings = tuple(findings)
        first = errors[0] if errors else None
        super().__init__(name=name, count=len(errors), first=first.zh if first else "")
