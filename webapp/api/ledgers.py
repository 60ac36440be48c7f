"""The directory of permitted ledgers and their rows, as JSON; as workbooks they go by `/lists` and `/imports`."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from forms.binding import Setting, bind
from forms.kinds import values_to_json
from webapp import edge
from webapp.api.frame import Body, faults, route
from webapp.api.work import paging
from workflows.admission import filled, permitted


@route("/ledgers")
def list_ledgers() -> Any:
    """The directory: what is in force, or what `state` asks for; `q` seeks names, units and numbers."""
    return permitted.search(edge.tx(), permitted.filters_of(request.args), *paging())


@route("/ledgers/<int:ledger_id>/rows")
def list_ledger_rows(ledger_id: int) -> Any:
    """The rows of a ledger that the account may read; `q` and `unit` sift them. With the keys and labels of its columns."""
    tx, actor = edge.tx(), edge.current_actor()
    form = permitted.form_of(tx, ledger_id)
    text, unit = request.args.get("q", "")[:200], request.args.get("unit", type=int)
    page = filled.rows(tx, ledger_id, actor, text, unit, *paging())
    return {
        "columns": [{"key": each.key, "label": each.label, "kind": each.kind} for each in form.fields],
        "items": [
            {
                "row_id": each.id,
                "version": each.version,
                "community": each.community,
                "values": values_to_json(each.values, form.fields),
                "updated_at": each.updated_at,
                "updated_by": each.updated_by,
            }
            for each in page.items
        ],
        "total": page.total,
        "number": page.number,
        "size": page.size,
    }


@route("/ledgers/<int:ledger_id>/rows", filled.FILL, methods=("POST",))
def add_ledger_row(ledger_id: int) -> Any:
    """Fill in a row: `values` by the keys of the columns; with `row_id` that row is changed, if it still is of `version`."""
    body = Body("values", "row_id", "version")
    tx, actor = edge.tx(), edge.current_actor()
    form = permitted.form_of(tx, ledger_id)
    bound = bind(form, body.mapping("values"), Setting(world=tx.world, units=tx.units, mode="api"))
    if bound.submission is None:
        return faults(bound)
    row_id = body.maybe_number("row_id", 1, 2**31)
    version = body.maybe_number("version", 1, 2**31)
    kept = filled.save(tx, ledger_id, bound.submission.values, actor, row_id, version)
    response = Response(f'{{"row_id":{kept}}}', mimetype="application/json")
    response.location = url_for("api.list_ledger_rows", ledger_id=ledger_id)
    return response
