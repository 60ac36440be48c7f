"""撤销导入: what of an import can be taken back, and taking it back."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _
from workflows.usecases import withdrawals

bp = Blueprint("withdrawals", __name__, url_prefix="/imports")


@bp.get("/<int:batch_id>/withdrawal")
@edge.signed_in
def show(batch_id: int) -> ResponseReturnValue:
    """What would go and what stays; afterwards, what became of it."""
    found = withdrawals.outlook(edge.tx(), batch_id, edge.current_actor())
    return render_template("work/withdrawal.html", found=found, sentence="", reason="")


@bp.post("/<int:batch_id>/withdrawal")
@edge.signed_in
def withdraw(batch_id: int) -> ResponseReturnValue:
    """Take the import back; a job does it."""
    tx, actor = edge.tx(), edge.current_actor()
    reason = request.form.get("reason", "").strip()
    if not reason:
        found = withdrawals.outlook(tx, batch_id, actor)
        sentence = _("Please say why the import is taken back.")
        page = render_template("work/withdrawal.html", found=found, sentence=sentence, reason=reason)
        return make_response(page, 422)
    withdrawals.withdraw(tx, batch_id, actor, reason)
    return redirect(url_for("withdrawals.show", batch_id=batch_id), 303)
