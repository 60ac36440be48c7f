"""经费: the money of each matter, what is late first."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp import edge
from workflows.admission import funds
from workflows.usecases import definitions

bp = Blueprint("funds", __name__, url_prefix="/funds")


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """Promised, arrived, spent, left and late, by matter."""
    tx, actor = edge.tx(), edge.current_actor()
    return render_template(
        "work/funds.html",
        rows=funds.by_matter(tx, actor),
        may_start=any(each.key == "funds" for each in definitions.startable(tx, actor)),
    )
