"""Several tasks of one step filled in by one workbook: downloaded, uploaded, looked through, sent."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from templates_xlsx.refusals import PASSWORD_WANTED, WorkbookRefused
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.lists import XLSX
from webapp.work import task as pages
from webapp.work.hand_on import bp
from webapp.work.offline import line
from workflows.usecases import offline, offline_many, tasks

if TYPE_CHECKING:
    from workflows.usecases.offline_many import Part
    from workflows.usecases.runtime import Transaction
    from workflows.usecases.views import InboxItem, TaskView


def _alike(tx: Transaction, task_id: int) -> tuple[TaskView, list[InboxItem]]:
    actor = edge.current_actor()
    task = tasks.open_task(tx, task_id, actor)
    return task, offline_many.alike(tx, task, actor)


@bp.get("/<int:task_id>/tables")
@edge.signed_in
def by_tables(task_id: int) -> ResponseReturnValue:
    """The tasks of this step, and the workbook of all of them."""
    task, found = _alike(edge.tx(), task_id)
    return _draw(task, found)


def _draw(
    task: TaskView,
    found: list[InboxItem],
    parts: list[Part] | None = None,
    sentence: str = "",
    locked: bool = False,
) -> str:
    told = [(part, _faults(part)) for part in parts or ()]
    return render_template(
        "work/task_tables.html",
        task=task,
        found=found,
        brought=told,
        any_ready=any(part.ready for part in parts or ()),
        sentence=sentence,
        locked=locked,
    )


def _faults(part: Part) -> list[tuple[str, str]]:
    """Place and sentence of each fault of a task's sheets."""
    if part.refused is not None:
        return [("", part.refused.tell(locale_name()))]
    with edge.reading() as tx:
        task = offline.fillable(tx, part.task_id, edge.current_actor())
    wrong = [each for each in part.returned.faults if each.severity == "error"] if part.returned else []
    return [(shown.label, shown.sentence) for shown in (line(task, each) for each in wrong)]


@bp.get("/<int:task_id>/tables.xlsx")
@edge.signed_in
def tables(task_id: int) -> ResponseReturnValue:
    """One workbook for all tasks of this step that the reader may do."""
    tx = edge.tx()
    _task, found = _alike(tx, task_id)
    ids = [each.task_id for each in found] or [task_id]
    name, content = offline_many.tables(tx, ids, edge.current_actor(), pages.setting)
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.post("/<int:task_id>/tables")
@edge.signed_in
def fill_in_many(task_id: int) -> ResponseReturnValue:
    """Keep what each task's sheets say as its draft, and tell what is wrong at its cell; nothing is sent yet."""
    actor = edge.current_actor()
    given = request.files.get("table")
    with edge.reading() as tx:
        task, found = _alike(tx, task_id)
        if given is None or not given.filename:
            return _draw(task, found, sentence=_("Please choose a table.")), 422
        try:
            password = request.form.get("password") or None
            parts = offline_many.read_back(tx, given.read(), given.filename, actor, pages.setting, password)
        except Refused as error:
            locked = isinstance(error, WorkbookRefused) and error.code in PASSWORD_WANTED
            return _draw(task, found, sentence=error.tell(locale_name()), locked=locked), 422
    for part in parts:
        if part.returned is not None and not part.returned.bound.stopped:
            tasks.save_draft(edge.tx(), part.task_id, part.returned.posted, actor)
            edge.commit()
    page = _draw(task, found, parts)
    return page, 200 if all(part.ready for part in parts) else 422


@bp.post("/<int:task_id>/tables/send")
@edge.signed_in
def send_many(task_id: int) -> ResponseReturnValue:
    """Send the drafts that were chosen, a task a transaction; one that is refused says why and stays."""
    actor = edge.current_actor()
    sent, wrong = 0, []
    for chosen in dict.fromkeys(request.form.getlist("task", type=int)):
        try:
            offline_many.send(edge.tx(), chosen, actor, pages.setting)
            edge.commit()
            sent += 1
        except Refused as error:
            edge.roll_back()
            wrong.append(error.tell(locale_name()))
    flash(_("%(count)s tasks were sent.", count=sent), "message")
    for sentence in dict.fromkeys(wrong):
        flash(sentence, "error")
    return redirect(url_for("inbox.todo"), 303)


__all__ = ["bp"]
