"""What else one does with a task: claim it, hand it on, ask, remind, copy, return."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _, _l
from webapp.pages import keys
from webapp.work.task import bp
from workflows.usecases import accounts, tasks
from workflows.usecases.views import TaskView


def _back(task_id: int) -> ResponseReturnValue:
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.post("/<int:task_id>/claim")
@edge.signed_in
def claim(task_id: int) -> ResponseReturnValue:
    """签收: from now on the task is this person's."""
    tasks.claim(edge.tx(), task_id, edge.current_actor())
    flash(_("You have claimed this task."), "message")
    return _back(task_id)


@bp.post("/<int:task_id>/unclaim")
@edge.signed_in
def unclaim(task_id: int) -> ResponseReturnValue:
    """取消签收: back to all who may do it."""
    tasks.unclaim(edge.tx(), task_id, edge.current_actor())
    flash(_("The task is open to your colleagues again."), "message")
    return redirect(url_for("inbox.todo"), 303)


@dataclass(frozen=True)
class Question:
    """A page that asks for people and words. `several`: more than one person may be chosen."""

    title: str
    explanation: str
    act: str
    words: str
    words_needed: bool
    several: bool = False


QUESTIONS = {
    "transfer": Question(
        _l("Transfer"),
        _l("Another person shall do this task instead of you."),
        _l("Transfer"),
        _l("Reason"),
        False,
    ),
    "consult": Question(
        _l("Ask for an opinion"),
        _l("The task comes back to you when the other person has answered."),
        _l("Ask"),
        _l("What do you want to know?"),
        True,
    ),
    "copy": Question(
        _l("Copy to"),
        _l("They may read this application and its story; they have nothing to do."),
        _l("Send copies"),
        _l("Note"),
        False,
        several=True,
    ),
}


@bp.route("/<int:task_id>/<any(transfer, consult, copy):act>", methods=["GET", "POST"])
@edge.signed_in
def hand_on(task_id: int, act: str) -> ResponseReturnValue:
    """Choose people and say why."""
    actor = edge.current_actor()
    question = QUESTIONS[act]
    text = request.values.get("q", "").strip()
    with edge.reading() as tx:
        task = tasks.open_task(tx, task_id, actor)
        found = accounts.colleagues(tx, text, 60, near=actor.unit_id)
        people = [each for each in found if each.id != actor.account_id or act == "copy"]
    chosen = keys(request.form.getlist("account"))
    words = request.form.get("words", "").strip()
    faults = []
    if request.method == "POST":
        if not chosen:
            faults.append(_("Please choose a person."))
        if question.words_needed and not words:
            faults.append(_("Please write what you want to know."))
        if not faults:
            return _hand_on(task, act, chosen, words)
    page = render_template(
        "work/people.html",
        task=task,
        act=act,
        question=question,
        people=people,
        chosen=chosen,
        words=words,
        text=text,
        faults=faults,
    )
    return (page, 422) if faults else page


def _hand_on(task: TaskView, act: str, chosen: list[int], words: str) -> ResponseReturnValue:
    actor = edge.current_actor()
    if act == "transfer":
        tasks.transfer(edge.tx(), task.id, chosen[0], actor, words)
        flash(_("“%(task)s” was transferred.", task=task.name), "message")
        return redirect(url_for("inbox.todo"), 303)
    if act == "consult":
        tasks.consult(edge.tx(), task.id, chosen[0], words, actor)
        flash(_("The question was sent; the task waits for the answer."), "message")
        return _back(task.id)
    tasks.copy_to(edge.tx(), task.instance_id, chosen, actor, words)
    flash(_("Copies were sent."), "message")
    return _back(task.id)


@bp.post("/<int:task_id>/withdraw-question")
@edge.signed_in
def withdraw_question(task_id: int) -> ResponseReturnValue:
    """Take a question back that was not answered yet."""
    tasks.withdraw_consultation(edge.tx(), task_id, edge.current_actor())
    flash(_("The question was taken back."), "message")
    return _back(task_id)


@bp.post("/<int:task_id>/remind")
@edge.signed_in
def remind(task_id: int) -> ResponseReturnValue:
    """催办."""
    with edge.reading() as tx:
        instance_id = tasks.open_task(tx, task_id, edge.current_actor()).instance_id
    tasks.remind(edge.tx(), task_id, edge.current_actor(), request.form.get("words", "").strip())
    flash(_("A reminder was sent."), "message")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


@bp.route("/<int:task_id>/return", methods=["GET", "POST"])
@edge.signed_in
def return_to(task_id: int) -> ResponseReturnValue:
    """退回 to an earlier step, with the reason."""
    actor = edge.current_actor()
    with edge.reading() as tx:
        task = tasks.open_task(tx, task_id, actor)
        targets = tasks.return_targets(tx, task_id, actor)
    target = request.form.get("target", type=int)
    words = request.form.get("words", "").strip()
    faults = []
    if request.method == "POST":
        if target not in {each.task_id for each in targets}:
            faults.append(_("Please choose the step to return to."))
        if not words:
            faults.append(_("Please give the reason."))
        if not faults and target is not None:
            tasks.return_to(edge.tx(), task_id, target, words, actor)
            flash(_("“%(task)s” was returned.", task=task.name), "message")
            return redirect(url_for("inbox.todo"), 303)
    page = render_template(
        "work/return.html", task=task, targets=targets, target=target, words=words, faults=faults
    )
    return (page, 422) if faults else page
