"""对接系统: other systems that are called, and what was told them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from webapp import edge
from webapp.i18n import _, locale_name
from workflows.usecases import connections, deliveries

bp = Blueprint("connections", __name__, url_prefix="/connections")
FIELDS = ("key", "name", "address", "username")


def _page(fault: str = "", secret: str = "", status: int = 200) -> ResponseReturnValue:
    tx, actor = edge.tx(), edge.current_actor()
    found = render_template(
        "connections/index.html",
        connections=connections.listing(tx, actor),
        deliveries=deliveries.listing(tx, actor),
        fault=fault,
        secret=secret,
        typed=request.form if fault else {},
        english=locale_name().startswith("en"),
    )
    return found, status, {"Cache-Control": "no-store"}


def _given() -> dict[str, Any]:
    given: dict[str, Any] = {name: request.form.get(name, "").strip() for name in FIELDS}
    return given | {"must_sign": request.form.get("must_sign") == "yes"}


@bp.get("")
@edge.requires(connections.PERMISSION)
def index() -> ResponseReturnValue:
    """All systems, a form for another, and the last of what was told them."""
    return _page()


@bp.post("")
@edge.requires(connections.PERMISSION)
def create() -> ResponseReturnValue:
    """Make a connection; the answer is the only page that shows its secret."""
    given = _given()
    if not given["name"]:
        return _page(_("Say which system it is."), status=422)
    try:
        secret = connections.create(edge.tx(), edge.current_actor(), **given)
    except Refused as error:
        return _page(error.tell(locale_name()), status=422)
    return _page(secret=secret)


@bp.post("/<int:connection_id>")
@edge.requires(connections.PERMISSION)
def change(connection_id: int) -> ResponseReturnValue:
    """Change address, name, account, whether it signs, whether it is on."""
    given = _given()
    del given["key"]
    enabled = request.form.get("enabled") == "yes"
    try:
        connections.change(edge.tx(), connection_id, edge.current_actor(), **given, enabled=enabled)
    except Refused as error:
        return _page(error.tell(locale_name()), status=422)
    flash(_("The connection is changed."), "message")
    return redirect(url_for("connections.index"), 303)


@bp.post("/<int:connection_id>/secret")
@edge.requires(connections.PERMISSION)
def renew_secret(connection_id: int) -> ResponseReturnValue:
    """Make a new secret and show it this once."""
    return _page(secret=connections.renew_secret(edge.tx(), connection_id, edge.current_actor()))


@bp.post("/<int:connection_id>/ping")
@edge.requires(connections.PERMISSION)
def ping(connection_id: int) -> ResponseReturnValue:
    """Have a trial sent."""
    deliveries.ping(edge.tx(), connection_id, edge.current_actor())
    flash(_("A trial is on its way; its line below tells what came of it."), "message")
    return redirect(url_for("connections.index"), 303)


@bp.post("/deliveries/<int:delivery_id>/replay")
@edge.requires(connections.PERMISSION)
def replay(delivery_id: int) -> ResponseReturnValue:
    """Send a delivery again."""
    deliveries.replay(edge.tx(), [delivery_id], edge.current_actor())
    flash(_("It is sent again."), "message")
    return redirect(url_for("connections.index"), 303)
