"""The one door: a page, a table and the API become the same `Submission` here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import wtforms

from forms.faults import Fault
from forms.fields import Cell, Form, Row
from forms.filling import (
    Filling,
    contradict,
    fill,
    fill_from_standing,
    judge,
    learn,
    settle_hidden,
    stopped_by,
)
from forms.kinds import values_from_json, values_to_json
from forms.parsing import fault
from forms.posted import PostedData
from forms.secrecy import ConfidentialRefused, first_mark, mark_in_name
from forms.setting import Known, Mode, NoUnits, Setting, UnitDirectory, UnitRef, Upload
from forms.wtf import offer_units, page_class

__all__ = [
    "Bound",
    "Known",
    "Mode",
    "NoUnits",
    "Setting",
    "Submission",
    "UnitDirectory",
    "UnitRef",
    "Upload",
    "bind",
    "present",
]


@dataclass(frozen=True)
class Submission:
    """Values that passed every check, in their stored types. Fields without a value are left out."""

    form_key: str
    values: Mapping[str, Any]
    warnings: tuple[Fault, ...] = ()
    form: Form | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the values as plain JSON: dates ISO, money as decimal string, units and files as ids.

        Raises:
            ValueError: the submission was made by hand, without its form.
        """
        if self.form is None:
            raise ValueError("a submission without its form cannot be written")
        return values_to_json(self.values, self.form.fields)

    @classmethod
    def from_json(cls, form: Form, data: Mapping[str, Any]) -> Submission:
        """Return a stored submission; keys that the form does not have are left out."""
        return cls(form.key, values_from_json(data, form.fields), (), form)


@dataclass(frozen=True)
class Bound:
    """A form that was filled.

    Attributes:
        form: the form.
        submission: None where an error stands; warnings alone do not stop.
        faults: all errors and warnings, in the order of the form. A fault in a row stands at the rows field,
            with the row's index and the column's key in `facts["column"]`.
        values: the good values, whether or not others are faulty (stored types; absent = left out). Of a
            table, only what the table gave.
        hidden: keys of fields, and names of boxes and texts, that a condition hides.
        required: keys that must be given here and now.
        stopped: the form stopped (涉密): nothing of what was posted is in here.
    """

    form: Form
    submission: Submission | None
    faults: tuple[Fault, ...]
    values: dict[str, Any]
    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    stopped: bool = False
    draw: Callable[[], wtforms.Form] = field(default=wtforms.Form, repr=False, compare=False)

    @cached_property
    def page(self) -> wtforms.Form:
        """A WTForms form for drawing, made when it is first asked for (a table of 120 rows needs none).

        Each field has `texts` (as a browser would post them), `errors` and `warnings` (sentences), `spec`
        (the `Field`) and `kind`.
        """
        return self.draw()

    def shows(self, cell: Cell) -> bool:
        """Tell whether a cell of the layout is to be drawn."""
        if cell.fields:
            return any(each.key not in self.hidden for each in cell.fields)
        return not cell.name or cell.name not in self.hidden

    def rows(self) -> list[Row]:
        """Return the rows of the layout without what is hidden."""
        rows = (Row(tuple(cell for cell in row.cells if self.shows(cell))) for row in self.form.layout)
        return [row for row in rows if row.cells]


def bind(
    form: Form,
    posted: Any,
    setting: Setting,
    files: Mapping[str, list[Upload]] | None = None,
) -> Bound:
    """Fill a form with what was posted and judge it.

    Args:
        posted: a MultiDict, or a mapping key -> text or list of texts (rows: `key-0-column`, or a list of
            mappings).
        files: uploads by field key, already kept.

    Raises:
        ConfidentialRefused: a line of a text, or a file's name, carries a secrecy mark; outside the page
            also where the form stops (是否涉密: 是).
    """
    data = PostedData.of(posted)
    uploads = files or {}
    _refuse_marks(form, data, uploads)
    filling = fill(form.fields, data, setting, uploads, outer=setting.variables)
    settle_hidden(filling)
    stop = stopped_by(filling)
    if stop is not None:
        if setting.mode != "page":
            raise ConfidentialRefused(where=stop.label)
        english = stop.properties.get("stop_message_en") or stop.stop_message
        stopped = fault(stop, "stopped", message=stop.stop_message, message_en=english)
        empty = Filling(form.fields, setting, setting.variables)
        return Bound(
            form, None, (stopped,), {}, stopped=True, draw=lambda: _draw(form, empty, setting, (stopped,))
        )
    known = setting.look_up(form.key, filling.given_so_far())
    learn(filling, known)
    judge(filling)
    contradict(filling, known)
    return _bound(form, filling, setting)


def present(form: Form, setting: Setting, posted: Any = None) -> Bound:
    """Return a form that nobody posted yet, for drawing.

    Args:
        posted: a draft's texts; without them what stands (`setting.previous`), else what the form begins with.

    There are no faults and no submission; `hidden` and `required` are as they would be.
    """
    if posted is not None:
        filling = fill(form.fields, PostedData.of(posted), setting, {}, outer=setting.variables)
    else:
        filling = fill_from_standing(form.fields, setting, outer=setting.variables)
        _part_files(form, filling)
    settle_hidden(filling)
    learn(filling, setting.look_up(form.key, filling.values))
    judge(filling)
    return Bound(
        form,
        None,
        (),
        dict(filling.values),
        hidden=_hidden(form, filling),
        required=frozenset(filling.required),
        draw=lambda: _draw(form, filling, setting, ()),
    )


def _bound(form: Form, filling: Filling, setting: Setting) -> Bound:
    faults = tuple(filling.all_faults())
    submission = None
    if not any(each.severity == "error" for each in faults):
        submission = Submission(form.key, _joined_files(form, filling.values), faults, form)
    values = dict(filling.values)
    if setting.mode != "page":
        values = {key: value for key, value in values.items() if key not in filling.given}
    return Bound(
        form,
        submission,
        faults,
        values,
        hidden=_hidden(form, filling),
        required=frozenset(filling.required),
        draw=lambda: _draw(form, filling, setting, faults),
    )


def _refuse_marks(form: Form, data: PostedData, files: Mapping[str, list[Upload]]) -> None:
    for key, text in data.texts():
        if "密" in text and first_mark([text]) is not None:
            label = form.field(key).label if key in form else key.split("-")[0]
            raise ConfidentialRefused(where=label)
    for key, uploads in files.items():
        if any(mark_in_name(each.name) for each in uploads):
            raise ConfidentialRefused(where=form.field(key).label if key in form else key)


def _hidden(form: Form, filling: Filling) -> frozenset[str]:
    """Return hidden fields, and hidden boxes and texts by name."""
    scope = filling.scope()
    world = filling.setting.world
    names = {
        cell.name
        for row in form.layout
        for cell in row.cells
        if cell.hide is not None and not cell.fields and cell.hide.evaluate(scope, world) is True
    }
    return frozenset(filling.hidden | names)


def _joined_files(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values in which files that are part of another field's list (`part_of`) stand in it too."""
    joined = dict(values)
    for each in form.fields:
        target = each.properties.get("part_of")
        if target and each.kind == "files" and joined.get(each.key):
            joined[target] = list(dict.fromkeys([*joined[each.key], *joined.get(target, [])]))
    return joined


def _part_files(form: Form, filling: Filling) -> None:
    """The reverse for a page: such files are shown in their own field only."""
    for each in form.fields:
        target = each.properties.get("part_of")
        parts = filling.values.get(each.key) if target and each.kind == "files" else None
        if target and parts and filling.values.get(target):
            rest = [one for one in filling.values[target] if one not in parts]
            filling.texts[target] = [str(one) for one in rest]
            if rest:
                filling.values[target] = rest
            else:
                filling.values.pop(target)


def _draw(form: Form, filling: Filling, setting: Setting, faults: tuple[Fault, ...]) -> wtforms.Form:
    """Return the page: the texts a browser would post, with the sentences at their fields."""
    texts = dict(filling.texts)
    for key, rows in filling.rows.items():
        for number, row in enumerate(rows):
            for column in row.fields:
                texts[f"{key}-{number}-{column.key}"] = row.texts.get(column.key, [""])
    page = page_class(form)(formdata=PostedData(texts) if texts else PostedData({"": [""]}))
    offer_units(page, form, setting)
    for each in form.fields:
        page[each.key].flags.required = each.key in filling.required
    for found in faults:
        at = _place(page, found)
        if at is None:
            continue
        sentence = found.tell(setting.locale)
        if found.severity == "error":
            at.errors = [*at.errors, sentence]
        else:
            at.warnings = [*at.warnings, sentence]
    return page


def _place(page: wtforms.Form, found: Fault) -> Any:
    """Return the field of a page at which a fault stands: of a row, its column."""
    if found.field is None or found.field not in page:
        return None
    at: Any = page[found.field]
    column = found.facts.get("column")
    if found.row is not None and column is not None and found.row < len(at.entries):
        return at.entries[found.row].form[column]
    return at
