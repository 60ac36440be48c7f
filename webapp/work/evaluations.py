"""效果评议: the years, what matters and units scored, who has still to answer."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.work import words
from workflows.admission import evaluating, evaluations
from workflows.usecases import definitions

bp = Blueprint("evaluations", __name__, url_prefix="/evaluations")

PROCESS = "evaluate"
LOWEST = 15
"""So many matters the chart of the lowest shows; the table shows all."""
SHOWN = 60
"""So many raters are listed; the others are counted."""


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """All years."""
    tx, actor = edge.tx(), edge.current_actor()
    return render_template(
        "work/evaluations.html",
        evaluations=evaluations.listed(tx),
        states=evaluations.STATES,
        may_start=any(each.key == PROCESS for each in definitions.startable(tx, actor)),
    )


@bp.get("/<int:number>")
@edge.signed_in
def show(number: int) -> ResponseReturnValue:
    """One year: how far it is, and what came of it where that is open to the reader."""
    tx, actor = edge.tx(), edge.current_actor()
    found = evaluations.get(tx, number)
    unit_id = evaluations.unit_of(request.args)
    rows = evaluations.scores(tx, actor, found)
    units = evaluations.by_unit(rows)
    raters = evaluations.raters(tx, actor, found)
    rated = [row.score for row in rows if row.score is not None]
    return render_template(
        "work/evaluation.html",
        evaluation=found,
        open=evaluations.may_read(actor, found),
        states=evaluations.STATES,
        progress=evaluations.progress(tx, found),
        raters=raters[:SHOWN],
        more=max(0, len(raters) - SHOWN),
        rows=[row for row in rows if unit_id is None or row.unit_id == unit_id],
        units=units,
        lowest=[row for row in rows if row.score is not None][:LOWEST],
        average=round(sum(rated) / len(rated), 1) if rated else None,
        poor=sum(each.poor for each in units),
        unit_id=unit_id,
        unit_choices=[(each.unit_id, each.unit_name) for each in units],
        aspects=words.spoken(evaluating.ASPECTS),
        kinds=words.spoken(evaluating.RATERS),
        treatments=words.spoken(evaluating.TREATMENTS),
        tones={"end": "red", "rectify": "amber", "keep": "green", "left": "grey"},
        passing=evaluations.pass_mark(tx),
    )


@bp.get("/<int:number>/raters/<int:rater_id>")
@edge.signed_in
def rate(number: int, rater_id: int) -> ResponseReturnValue:
    """To the open task of a rater: whoever may answer for it fills its table in there."""
    tx = edge.tx()
    found = evaluations.get(tx, number)
    return redirect(url_for("tasks.show", task_id=evaluations.task_of(tx, found, rater_id)), 303)
