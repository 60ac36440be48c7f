"""A user task: the paper with this task's form in its box, the decision at the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.binding import Bound, Setting, bind, present
from forms.faults import Refused
from forms.fields import Form
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.work import desk, phrases
from webapp.work.board import Board
from webapp.work.entries import Drawing, SummaryLine, decisions_of, placed, summary
from webapp.work.story import due_tone, due_words
from workflows.usecases import instances, tasks
from workflows.usecases.views import TaskView

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction

bp = Blueprint("tasks", __name__, url_prefix="/tasks")

WIDE = 5
"""Columns of a table within a form beyond which it takes the whole width of the page."""

UNSENT = frozenset({"csrf_token", "_version", "_seen"})


def setting(tx: Transaction, task: TaskView) -> Setting:
    return desk.with_own_uploads(tasks.setting(tx, task, "page", locale_name()), tx)


@bp.get("/<int:task_id>")
@edge.signed_in
def show(task_id: int) -> ResponseReturnValue:
    """The task's page; read-only where it is done or another's."""
    tx = edge.tx()
    task = tasks.open_task(tx, task_id, edge.current_actor())
    bound = None
    if task.form is not None and task.may_complete:
        bound = present(task.form, setting(tx, task), task.draft)
    return page(tx, task, bound)


def page(
    tx: Transaction,
    task: TaskView,
    bound: Bound | None,
    *,
    faults: tuple[SummaryLine, ...] = (),
    asks_more: str = "",
) -> str:
    """Draw the page. `asks_more`: the label of the answer that still wants entries."""
    actor = edge.current_actor()
    view = instances.view(tx, task.instance_id, actor, locale_name())
    board = Board(tx, view)
    form = task.form
    corrects = form is not None and bool(form.boxes)
    box = task.properties.get("opinion_box") or (form.properties.get("opinion_box") if form else "") or ""
    box = "" if corrects else box
    entries: dict[str, Any] = {}
    if bound is not None:
        entries = Drawing(bound, tx.units, board.attachment, locale_name()).entries(leave_out=["decision"])
    typed = {key: entry for key, entry in entries.items() if not entry.spec.readonly}
    paper = board.paper(form, entries=typed if corrects and bound is not None else None, box=box)
    in_box = paper is not None and box in paper.boxes
    chosen = _chosen(bound)
    return render_template(
        "work/task.html",
        task=task,
        view=view,
        board=board,
        paper=paper,
        cells=placed(bound.form, entries, bound.hidden) if bound is not None and not corrects else [],
        corrects=corrects,
        in_box=in_box,
        may_type=bound is not None,
        decisions=decisions_of(form, chosen) if bound is not None else (),
        chosen=chosen,
        phrases=phrases.of(form),
        faults=faults,
        asks_more=asks_more,
        has_rows=form is not None and any(each.kind == "rows" for each in form.fields),
        wide_rows=form is not None and any(len(each.columns) > WIDE for each in form.fields),
        attachment=board.attachment,
        file_limit=desk.upload_limit(),
        due_words=due_words,
        due_tone=due_tone,
        return_targets=tasks.return_targets(tx, task.id, actor)
        if task.may_manage and task.may_complete and not task.recording
        else [],
    )


def _chosen(bound: Bound | None) -> str:
    """The decision that was posted before, where the page comes back."""
    if bound is None or "decision" not in bound.form:
        return ""
    return str(bound.values.get("decision") or "")


@bp.post("/<int:task_id>")
@edge.signed_in
def complete(task_id: int) -> ResponseReturnValue:
    """Complete the task with the posted form; a faulty one comes back with all its faults."""
    actor = edge.current_actor()
    posted = None
    with edge.reading() as tx:
        task = tasks.open_task(tx, task_id, actor)
        if task.kind == "consultation":
            return _answer(task)
        if task.form is not None and task.may_complete:
            try:
                posted = desk.take(task.form, setting(tx, task))
            except Refused as error:
                bound = present(task.form, setting(tx, task), task.draft)
                line = SummaryLine("", error.tell(locale_name()), "")
                return page(tx, task, bound, faults=(line,)), 422
            if not posted.good:
                lines = (*summary(posted.bound, locale_name()), *posted.refused)
                more = _asks_more(task.form, posted.bound)
                return page(tx, task, posted.bound, faults=lines, asks_more=more), 422
    version = request.form.get("_version", type=int)
    submission = posted.bound.submission if posted is not None else None
    try:
        tasks.complete(edge.tx(), task_id, submission, actor, version=version)
    except Refused as error:
        if posted is None or not desk.again(error):
            raise
        edge.roll_back()
        line = SummaryLine("", desk.told(error), "")
        with edge.reading() as tx:
            return page(tx, task, posted.bound, faults=(line,)), 422
    flash(_("“%(task)s” of “%(title)s” is done.", task=task.name, title=task.title), "message")
    return redirect(url_for("inbox.todo"), 303)


def _asks_more(form: Form, bound: Bound) -> str:
    """The label of the answer given now for the first time, where it alone asks for more entries."""
    decision = _chosen(bound)
    if not decision or request.form.get("_seen", "") == decision:
        return ""
    depending = {
        each.key
        for each in form.fields
        for condition in (each.hide, each.require)
        if condition is not None and "decision" in condition.names
    }
    wrong = {fault.field for fault in bound.faults if fault.severity == "error"}
    if not wrong or not wrong <= depending:
        return ""
    return next((c.label for c in form.field("decision").choices if c.key == decision), "")


def _answer(task: TaskView) -> ResponseReturnValue:
    text = request.form.get("answer", "").strip()
    if not text:
        flash(_("Please write your opinion."), "error")
        return redirect(url_for("tasks.show", task_id=task.id), 303)
    tasks.answer_consultation(edge.tx(), task.id, text, edge.current_actor())
    flash(_("Your opinion on “%(title)s” was sent.", title=task.title), "message")
    return redirect(url_for("inbox.todo"), 303)


@bp.post("/<int:task_id>/conditions")
@edge.signed_in
def conditions(task_id: int) -> ResponseReturnValue:
    """What is shown, required and warned of, for the present entries. Nothing is kept."""
    with edge.reading() as tx:
        task = tasks.open_task(tx, task_id, edge.current_actor())
        if task.form is None:
            return {"hidden": [], "required": [], "warnings": {}, "stop": ""}
        return desk.conditions(task.form, setting(tx, task))


@bp.post("/<int:task_id>/draft")
@edge.signed_in
def draft(task_id: int) -> ResponseReturnValue:
    """Keep what was typed; answers the words at the foot of the page."""
    posted = {key: texts for key, texts in request.form.lists() if key not in UNSENT}
    with edge.reading() as tx:
        task = tasks.open_task(tx, task_id, edge.current_actor())
        if task.form is not None:  # a secrecy mark is refused before anything is kept
            posted = {key: texts for key, texts in posted.items() if _is_of(task.form, key)}
            if bind(task.form, request.form, setting(tx, task)).stopped:
                return "", 422
    tasks.save_draft(edge.tx(), task_id, posted, edge.current_actor())
    said = _("Draft saved %(time)s", time=f"{edge.now():%H:%M}")
    if edge.is_htmx():
        return said
    flash(said, "message")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _is_of(form: Form, name: str) -> bool:
    """Whether a posted name is a field of the form, or a column of its rows."""
    if name in form:
        return form.field(name).kind != "files"
    key = name.split("-", 1)[0]
    return key in form and form.field(key).kind == "rows"
