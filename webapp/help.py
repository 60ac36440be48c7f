"""帮助: what a clerk has to know, on one page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp import edge

bp = Blueprint("help", __name__)


@bp.get("/help")
@edge.signed_in
def show() -> ResponseReturnValue:
    """The help page."""
    return render_template("help.html", settings=edge.runtime().settings)
