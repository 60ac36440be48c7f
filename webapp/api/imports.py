"""A table that was sent in: how far it is, what is wrong with it, taking it in, stopping it, putting it away."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from webapp import edge
from webapp.api.frame import BadBody, route
from webapp.i18n import locale_name
from workflows.usecases import imports

YES = "yes"
FAULTY = 100
"""Records with errors that are told at once; `page` asks for the next."""


@route("/imports/<int:batch_id>")
def show_import(batch_id: int) -> Any:
    """How far a table is: its check, its import, and the records that are wrong or could not be taken in."""
    tx, actor = edge.tx(), edge.current_actor()
    locale = locale_name()
    view = imports.progress(tx, batch_id, actor)
    names = ("id", "name", "form_key", "state", "total", "checked", "done", "failed", "skipped")
    document: dict[str, Any] = {name: getattr(view, name) for name in names}
    failed = imports.records(tx, batch_id, actor, "failed")
    document["failures"] = [{"sheet": each.sheet, "row": each.row, "error": each.error} for each in failed]
    if view.state == "refused":
        document["refusal"] = view.refusal.get("en" if locale.startswith("en") else "zh", "")
    if view.state == "preview":
        page = imports.some_records(tx, batch_id, actor, "wrong", _page(), FAULTY)
        document["counts"] = dict(view.counts)
        document["confirm"] = list(view.unconfirmed)
        document["wrong"] = {
            "total": page.total,
            "items": [
                {
                    "sheet": each.sheet,
                    "row": each.row,
                    "faults": [
                        {
                            "severity": fault.severity,
                            "cell": fault.cell,
                            "field": fault.field,
                            "given": fault.given,
                            "message": fault.tell(locale),
                        }
                        for fault in each.faults
                    ],
                }
                for each in page.items
            ],
        }
    return document


def _page() -> int:
    """The page of the records with errors that is asked for."""
    given = request.args.get("page", "1")
    if not given.isascii() or not given.isdigit() or not 1 <= len(given) <= 6 or int(given) < 1:
        raise BadBody("page", "从 1 起的整数", "a whole number from 1")
    return int(given)


@route("/imports/<int:batch_id>/accept", methods=("POST",))
def accept_import(batch_id: int) -> Any:
    """Take a checked table in: `only_right=yes` the right records alone, `anyway=yes` changed applications too."""
    tx, actor = edge.tx(), edge.current_actor()
    asked = {name: request.values.get(name, "").strip() for name in ("only_right", "anyway")}
    for name in (*request.form, *request.args):
        if name not in asked:
            raise BadBody(name, "only_right、anyway 之一", "one of only_right, anyway")
        if asked[name] not in ("", YES):
            raise BadBody(name, "yes 或不给", "yes, or left out")
    anyway = imports.changed(imports.load(tx, batch_id, actor)) if asked["anyway"] else ()
    imports.accept(tx, batch_id, actor, only_right=asked["only_right"] == YES, anyway=anyway)
    view = imports.progress(tx, batch_id, actor)
    return {"batch": batch_id, "state": view.state, "total": view.total}


@route("/imports/<int:batch_id>/stop", methods=("POST",))
def stop_import(batch_id: int) -> Response:
    """Stop an import under way: what is in stays in, the rest is not begun."""
    imports.stop(edge.tx(), batch_id, edge.current_actor())
    return Response(status=204)


@route("/imports/<int:batch_id>/discard", methods=("POST",))
def discard_import(batch_id: int) -> Response:
    """Put a table away that was not taken in: while it is checked, or afterwards."""
    imports.discard(edge.tx(), batch_id, edge.current_actor())
    return Response(status=204)
