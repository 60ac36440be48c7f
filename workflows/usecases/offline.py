"""Forms for offline work: blank ones of any form, a task's own with what stands in it, and what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from forms.binding import Bound, Submission, bind, present
from forms.faults import Refused
from forms.fields import Field, Form
from forms.kinds import KINDS
from forms.setting import Setting, UnitDirectory
from forms.written.unit_names import kinds_of
from templates_xlsx.answers import Answer, read_answer
from templates_xlsx.blank import Blank, Value, blank_list, blank_table
from templates_xlsx.grid import open_workbook, unlocked
from templates_xlsx.sheets import Book
from workflows.usecases import definitions, task_rows, tasks
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import PreviewFault, TaskView


class OtherTable(Refused):
    """A blank form of something else was uploaded. Facts: given (its title), wanted."""

    zh: ClassVar[str] = "这张表是“{given}”的，这里应上传“{wanted}”"
    en: ClassVar[str] = "This table is one of “{given}”; “{wanted}” is wanted here"


class OtherTask(Refused):
    """A task's table was uploaded at another task. Facts: title (of the task)."""

    zh: ClassVar[str] = "这张表不是为“{title}”下载的；请在本页重新下载表格填写"
    en: ClassVar[str] = "This table was not downloaded for “{title}”; download one on this page"


# ------------------------------------------------------------------ out
def blank_form(tx: Transaction, form_key: str, *, many: bool = False) -> tuple[str, bytes]:
    """File name and bytes of an empty form: one table, or a list of one record a row. Raises `NotFound`."""
    version = definitions.latest(tx, form_key, "form").version
    form = definitions.form(tx, form_key)
    empty = Blank(form, version, _units(form, tx.units))
    content = blank_list(empty) if many else blank_table(empty)
    return f"{form.title}-{'空白表(多行)' if many else '空白表'}.xlsx", content


def fillable(tx: Transaction, task_id: int, actor: Actor) -> TaskView:
    """A task whose form this actor may fill in. Raises `NotFound`, `NotAllowed`, `TaskNotOpen`, and as `tasks.open_task`."""
    found = tasks.open_task(tx, task_id, actor)
    task_rows.require_open(tx, task_rows.load(tx, task_id))
    if found.form is None:
        raise NotFound(kind="form", key=task_id)
    if not found.may_complete:
        raise NotAllowed(task=task_id)
    return found


def task_table(tx: Transaction, task: TaskView, setting: Setting) -> tuple[str, bytes]:
    """File name and bytes of a task's form with what stands in it; the form must be there (`task.form`)."""
    return f"{task.title}-{task.name}.xlsx", blank_table(drawn(tx, task, setting))


def drawn(tx: Transaction, task: TaskView, setting: Setting) -> Blank:
    """A task's form with what stands in it, as it is drawn."""
    form = _form(task)
    bound = present(form, setting, task.draft)
    values = {
        each.key: _cell(each, bound.values[each.key], tx.units)
        for each in form.fields
        if each.kind not in ("rows", "files") and bound.values.get(each.key) is not None
    }
    rows = {
        holder.key: [
            {
                each.key: _cell(each, row[each.key], tx.units)
                for each in holder.columns
                if row.get(each.key) is not None
            }
            for row in bound.values.get(holder.key) or ()
        ]
        for holder in form.fields
        if holder.kind == "rows"
    }
    version = definitions.latest(tx, form.key, "form").version
    note = f"{task.title} · {task.name}"
    return Blank(form, version, _units(form, tx.units), values, rows, task.id, note, task.name)


def _form(task: TaskView) -> Form:
    if task.form is None:
        raise ValueError("a task without a form has no table")
    return task.form


def _cell(each: Field, value: Any, units: UnitDirectory) -> Value:
    found: Value = KINDS[each.kind].cell(value, each, units)
    return found


def _units(form: Form, units: UnitDirectory) -> dict[str, list[str]]:
    """The units that each field takes, by full name."""
    found: dict[str, list[str]] = {}
    for key, each in _placed(form):
        if each.kind in ("unit", "units"):
            found[key] = [ref.full_name for ref in units.all(kinds_of(each.properties) or None)]
    return found


def _placed(form: Form) -> Iterator[tuple[str, Field]]:
    for each in form.fields:
        yield each.key, each
        for column in each.columns:
            yield f"{each.key}.{column.key}", column


# ------------------------------------------------------------------ back
@dataclass(frozen=True)
class Returned:
    """A task's table as it came back: bound, and everything wrong with it at its cell."""

    bound: Bound
    faults: tuple[PreviewFault, ...]
    posted: Mapping[str, list[str]]

    @property
    def submission(self) -> Submission | None:
        """What may be sent; None where anything is wrong."""
        wrong = any(each.severity == "error" for each in self.faults)
        return None if wrong else self.bound.submission

    def as_json(self, locale: str = "zh") -> list[dict[str, Any]]:
        """The faults, each with sheet and cell, for programs."""
        return [
            {
                "severity": each.severity,
                "sheet": each.sheet,
                "cell": each.cell,
                "field": each.field,
                "given": each.given,
                "message": each.tell(locale),
            }
            for each in self.faults
        ]


def read_back(
    tx: Transaction, task: TaskView, setting: Setting, content: bytes, name: str, password: str | None = None
) -> Returned:
    """Read and bind a task's filled table; stores nothing.

    Raises `WorkbookRefused`, `ConfidentialRefused`, `OtherTable`, `OtherTask`.
    """
    form = _form(task)
    if password:
        content = unlocked(content, name, password)
    book = open_workbook(content, name)
    require_form(tx, book, form)
    if book.origin.task not in (0, task.id):
        raise OtherTask(title=task.title)
    return read_book(tx, task, setting, book)


def read_book(tx: Transaction, task: TaskView, setting: Setting, book: Book) -> Returned:
    """Bind what a task's sheets say. Raises `ConfidentialRefused`."""
    form = _form(task)
    answer = read_answer(book, form, _standing(form, present(form, setting), tx.units))
    posted = {key: [text] if isinstance(text, str) else list(text) for key, text in answer.posted.items()}
    bound = bind(form, posted, setting)
    faults = (*_reader_faults(answer), *stale(tx, book, form), *_bound_faults(bound, answer))
    return Returned(bound, faults, posted)


def require_form(tx: Transaction, book: Book, form: Form) -> None:
    """Raises `OtherTable` where a blank form of another form was filled in."""
    key = book.origin.form
    if key not in ("", form.key):
        title = next((each.title for each in definitions.overview(tx, "form") if each.key == key), key)
        raise OtherTable(given=title, wanted=form.title)


def stale(tx: Transaction, book: Book, form: Form) -> tuple[PreviewFault, ...]:
    """A warning where a blank form was made of another version of its form."""
    made_of = book.origin
    if not made_of.form_hash or made_of.form != form.key or form.content_hash.startswith(made_of.form_hash):
        return ()
    version, now = str(made_of.version or "?"), definitions.latest(tx, form.key, "form").version
    return (
        PreviewFault(
            severity="warning",
            cell=None,
            field=None,
            given=version,
            zh=f"此表按“{form.title}”第 {version} 版制作，现为第 {now} 版；请核对有无新增的栏目，或下载新的空白表填写",
            en=f"Made of version {version} of “{form.title}”, which is at {now} now; check it, or take a new blank form",
            sheet="",
            row=None,
        ),
    )


def _standing(form: Form, bound: Bound, units: UnitDirectory) -> dict[str, list[dict[str, str]]]:
    return {
        holder.key: [
            {
                each.key: KINDS[each.kind].show(row[each.key], each, units, "zh")
                for each in holder.columns
                if row.get(each.key) is not None
            }
            for row in bound.values.get(holder.key) or ()
        ]
        for holder in form.fields
        if holder.kind == "rows"
    }


def _reader_faults(answer: Answer) -> Sequence[PreviewFault]:
    return [
        PreviewFault(
            severity=each.severity,
            cell=each.cell or None,
            field=each.field,
            given=each.given,
            zh=each.tell("zh"),
            en=each.tell("en"),
            sheet=each.sheet,
            row=None,
        )
        for each in answer.faults
        if each.code != "label_missing"  # told by the form, as a field left empty
    ]


def _bound_faults(bound: Bound, answer: Answer) -> Sequence[PreviewFault]:
    found = []
    for each in bound.faults:
        name = each.field or ""
        if each.row is not None:
            name = f"{name}-{each.row}-{each.facts.get('column', '')}"
        sheet, cell = answer.cells.get(name, ("", ""))
        found.append(
            PreviewFault(
                severity=each.severity,
                cell=cell or None,
                field=each.field,
                given=each.given,
                zh=each.tell("zh"),
                en=each.tell("en"),
                sheet=sheet,
                row=each.row,
            )
        )
    return found
