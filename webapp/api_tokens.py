"""接口令牌: by which other systems sign in to the API; made, shown once, ended."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _
from workflows.usecases import api_tokens
from workflows.usecases.errors import NotFound

bp = Blueprint("api_tokens", __name__, url_prefix="/api-tokens")
DAYS = (30, 90, 365, 730)


def _page(fault: str = "", made: str = "", status: int = 200) -> ResponseReturnValue:
    tx = edge.tx()
    found = render_template(
        "accounts/tokens.html",
        tokens=api_tokens.listing(tx, edge.current_actor()),
        at=tx.at,
        days=DAYS,
        fault=fault,
        made=made,
        typed=request.form if fault else {},
    )
    return found, status, {"Cache-Control": "no-store"}


@bp.get("")
@edge.requires("accounts.manage")
def index() -> ResponseReturnValue:
    """All tokens, latest first, and a form for a new one."""
    return _page()


@bp.post("")
@edge.requires("accounts.manage")
def create() -> ResponseReturnValue:
    """Make a token; the answer is the only page that ever shows it."""
    username, name = (request.form.get(key, "").strip() for key in ("username", "name"))
    days = request.form.get("days", type=int)
    if not name:
        return _page(_("Say what the token is for."), status=422)
    if days not in DAYS:
        return _page(_("Choose how long the token is to hold."), status=422)
    try:
        made = api_tokens.issue(edge.tx(), username, name, days, edge.current_actor())
    except NotFound:
        return _page(_("There is no active account “%(name)s”.", name=username[:50]), status=422)
    return _page(made=made)


@bp.post("/<int:token_id>/revoke")
@edge.requires("accounts.manage")
def revoke(token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    api_tokens.revoke(edge.tx(), token_id, edge.current_actor())
    flash(_("The token is ended."), "message")
    return redirect(url_for("api_tokens.index"), 303)
