"""我的关注: matters, units and communities of which this account wants to hear when something changes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _
from webapp.work import words
from workflows.admission import following, registry

bp = Blueprint("following", __name__, url_prefix="/following")


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """What this account follows."""
    found = following.listing(edge.tx(), edge.current_actor())
    return render_template(
        "work/following.html",
        items=[(each, address(each.kind, each.key)) for each in found],
        kinds=words.spoken(following.KINDS),
    )


def address(kind: str, key: int) -> str:
    """The page of what is followed."""
    if kind == "matter":
        return url_for("matters.show", matter_id=key)
    return (
        url_for("matters.index", unit=key) if kind == "unit" else url_for("in_force.community", unit_id=key)
    )


@bp.post("/<kind>/<int:key>")
@edge.signed_in
def change(kind: str, key: int) -> ResponseReturnValue:
    """Follow it, or follow it no more (`stop`)."""
    tx, actor = edge.tx(), edge.current_actor()
    if request.form.get("stop"):
        following.stop(tx, kind, key, actor)
        flash(_("You will hear no more of it."), "message")
    else:
        if kind == "matter":
            registry.matter(tx, key, actor)
        following.follow(tx, kind, key, actor)
        flash(_("You will get a notice when something changes."), "message")
    back = url_for("following.index") if request.form.get("list") else address(kind, key)
    return redirect(back, 303)
