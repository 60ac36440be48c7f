"""A task's form filled in offline: downloaded with what stands in it, uploaded, shown in the form for sending."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import flash, render_template, request, send_file
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from templates_xlsx.refusals import PASSWORD_WANTED, WorkbookRefused
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.lists import XLSX
from webapp.work import task as pages
from webapp.work.entries import SummaryLine
from webapp.work.hand_on import bp
from workflows.usecases import offline, tasks
from workflows.usecases.views import PreviewFault, TaskView

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction


def _task(tx: Transaction, task_id: int) -> TaskView:
    return offline.fillable(tx, task_id, edge.current_actor())


@bp.get("/<int:task_id>/table.xlsx")
@edge.signed_in
def table(task_id: int) -> ResponseReturnValue:
    """The task's form as a workbook, with what stands in it."""
    tx = edge.tx()
    task = _task(tx, task_id)
    name, content = offline.task_table(tx, task, pages.setting(tx, task))
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/<int:task_id>/table")
@edge.signed_in
def by_table(task_id: int) -> ResponseReturnValue:
    """Download and upload."""
    return _draw(_task(edge.tx(), task_id))


def _draw(task: TaskView, sentence: str = "", locked: bool = False) -> str:
    return render_template("work/task_table.html", task=task, sentence=sentence, locked=locked)


@bp.post("/<int:task_id>/table")
@edge.signed_in
def fill_in(task_id: int) -> ResponseReturnValue:
    """Fill the form of the task's page with an uploaded table; it is kept as a draft, nothing is sent."""
    actor = edge.current_actor()
    given = request.files.get("table")
    with edge.reading() as tx:
        task = _task(tx, task_id)
        if given is None or not given.filename:
            return _draw(task, _("Please choose a table.")), 422
        try:
            setting = pages.setting(tx, task)
            password = request.form.get("password") or None
            found = offline.read_back(tx, task, setting, given.read(), given.filename, password)
        except Refused as error:
            locked = isinstance(error, WorkbookRefused) and error.code in PASSWORD_WANTED
            return _draw(task, error.tell(locale_name()), locked), 422
    if not found.bound.stopped:
        tasks.save_draft(edge.tx(), task_id, found.posted, actor)
        edge.commit()
    wrong = tuple(line(task, each) for each in found.faults if each.severity == "error")
    told = [each.tell(locale_name()) for each in found.faults if each.severity != "error" and not each.field]
    for sentence in told:
        flash(sentence, "warning")
    if not wrong:
        flash(
            _("The table is filled in below and kept as a draft. Look through it, then send it."), "message"
        )
    with edge.reading() as tx:
        page = pages.page(tx, _task(tx, task_id), found.bound, faults=wrong)
    return page, 422 if wrong else 200


def line(task: TaskView, fault: PreviewFault) -> SummaryLine:
    """A fault with its cell and the input of the page it leads to."""
    known = task.form is not None and fault.field is not None and fault.field in task.form
    label = task.form.field(fault.field).label if known and task.form and fault.field else ""
    place = f"{fault.sheet} {fault.cell}".strip() if fault.cell else ""
    words = "·".join(filter(None, (place, label if label != fault.sheet else "")))
    return SummaryLine(words, fault.tell(locale_name()), f"f-{fault.field}" if known else "")


__all__ = ["bp"]
