"""What communities answered when a matter ended: the list of one exit, and one act to remind who has not answered."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from webapp.work import words
from workflows.admission import exit_answers, registry
from workflows.usecases import instances, tasks

bp = Blueprint("exits", __name__, url_prefix="/exits")

TABS = ("open", "stopped", "unstopped", "never", "gone")
PAGE_SIZE = 50


@bp.get("/<int:instance_id>")
@edge.signed_in
def show(instance_id: int) -> ResponseReturnValue:
    """The answers of an exit, by subdistrict."""
    tx = edge.tx()
    view = instances.view(tx, instance_id, edge.current_actor(), locale_name())
    chosen = request.args.get("answer", "")
    answer = chosen if chosen in TABS else ""
    return render_template(
        "work/exit.html",
        view=view,
        matter_id=registry.of_instance(tx, instance_id, edge.current_actor()),
        page=exit_answers.page(tx, instance_id, answer, asked_page(), PAGE_SIZE),
        counts=exit_answers.tally(tx, instance_id),
        answer=answer,
        tabs=TABS,
        answers=words.spoken(exit_answers.ANSWERS),
        is_late=exit_answers.is_late,
        today=tx.world.today,
        waiting=view.status == "running",
    )


@bp.post("/<int:instance_id>/remind")
@edge.signed_in
def remind(instance_id: int) -> ResponseReturnValue:
    """催办: everybody whose task of this exit is open."""
    count = tasks.remind_all(edge.tx(), instance_id, edge.current_actor())
    edge.commit()
    flash(_("%(count)s open tasks were reminded of.", count=count), "message")
    return redirect(url_for("exits.show", instance_id=instance_id), 303)
