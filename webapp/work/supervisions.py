"""监督反馈: the reports of work handed down without admission."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.pages import asked_page
from webapp.work import words
from workflows.admission import supervisions, verdicts
from workflows.admission.supervisions import Filters
from workflows.admission.unit_kinds import COMMUNITY_KINDS
from workflows.usecases import definitions

bp = Blueprint("supervisions", __name__, url_prefix="/supervisions")

PROCESS = "supervise"
TABS = ("open", *supervisions.OPEN, "corrected", "uncorrected", "unfounded", "declined")


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """The reports this reader may see, sifted."""
    tx, actor = edge.tx(), edge.current_actor()
    filters = Filters.from_query(request.args)
    query: dict[str, Any] = request.args.to_dict()
    query.pop("page", None)
    return render_template(
        "work/supervisions.html",
        page=supervisions.search(tx, actor, filters, asked_page()),
        filters=filters,
        tabs=[(key, url_for("supervisions.index", **{**query, "state": key})) for key in TABS],
        unit_choices=[(unit.id, unit.name) for unit in tx.units.all() if unit.kind not in COMMUNITY_KINDS],
        may_start=any(each.key == PROCESS for each in definitions.startable(tx, actor)),
        report_states=supervisions.STATES,
        findings=words.spoken(verdicts.FINDINGS),
        problems=words.spoken(supervisions.PROBLEMS),
        sources=words.spoken(supervisions.SOURCES),
    )
