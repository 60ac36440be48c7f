"""Is this server alive: for watchers and load balancers. Says nothing about the office."""

from __future__ import annotations

from flask import Blueprint

from webapp.edge import public, reading

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def show() -> tuple[dict[str, str], int]:
    """200 when the database answers."""
    with reading() as tx:
        tx.db.exec_driver_sql("SELECT 1")
    return {"status": "ok"}, 200
