"""统计: what is in force, admitted and ended a month, time used against limits, by unit; a table behind each chart."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp import edge
from workflows.admission import statistics

bp = Blueprint("statistics", __name__, url_prefix="/statistics")

MONTHS = 12


@bp.get("")
@edge.requires("statistics.see")
def show() -> ResponseReturnValue:
    """The figures of a year (`year`; this one)."""
    tx, actor = edge.tx(), edge.current_actor()
    years = statistics.years(tx, actor)
    asked = request.args.get("year", type=int)
    year = asked if asked in years else years[0]
    return render_template(
        "statistics.html",
        year=year,
        years=[(each, str(each)) for each in years],
        figures=statistics.figures(tx, actor),
        months=statistics.months(tx, actor, MONTHS),
        decisions=statistics.decisions(tx, actor, year),
        units=[each for each in statistics.by_unit(tx, actor, year) if each.unit],
    )
