"""The directory of permitted ledgers and their rows, as JSON; as workbooks they go by `/lists` and `/imports`."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from forms.binding import Setting, bind
from forms.kinds import values_to_json
from webapp import edge
from webapp.api.frame import Body, faults, route
from webapp.api.work import paging
from workflows.admission import filled, ledger_due, ledger_rows, ledger_sight, permitted
from workflows.admission.ledger_rows import Sifted


@route("/ledgers")
def list_ledgers() -> Any:
    """The directory: what is in force, or what `state` asks for; `q` seeks names, units and numbers."""
    return permitted.search(edge.tx(), permitted.filters_of(request.args), *paging())


@route("/ledgers/<int:ledger_id>/rows")
def list_ledger_rows(ledger_id: int) -> Any:
    """The rows of a ledger that the account may read; `q`, `unit` and `period` sift them. With its columns and `masked` ones."""
    tx, actor = edge.tx(), edge.current_actor()
    form = permitted.form_of(tx, ledger_id)
    text, unit = request.args.get("q", "")[:200], request.args.get("unit", type=int)
    sifted = Sifted(text, unit, request.args.get("period"))
    page = ledger_rows.rows(tx, ledger_id, actor, sifted, *paging())
    return {
        "masked": ledger_rows.hidden(tx, ledger_id, actor),
        "columns": [{"key": each.key, "label": each.label, "kind": each.kind} for each in form.fields],
        "items": [
            {
                "row_id": each.id,
                "version": each.version,
                "community": each.community,
                "period": each.period,
                "values": values_to_json(each.values, each.form.fields),
                "updated_at": each.updated_at,
                "updated_by": each.updated_by,
            }
            for each in page.items
        ],
        "total": page.total,
        "number": page.number,
        "size": page.size,
    }


@route("/ledgers/<int:ledger_id>/rows", ledger_sight.FILL, methods=("POST",))
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


@route("/ledgers/due", ledger_sight.FILL)
def list_ledgers_due() -> Any:
    """What the communities of this account still have to fill in: ledger, period, by which day, late or not."""
    return {"items": ledger_due.owed(edge.tx(), edge.current_actor())}


@route("/ledgers/<int:ledger_id>/returns")
def list_ledger_returns(ledger_id: int) -> Any:
    """Which communities have filled in a period (`period`, else the current one), and when; as far as the account sees them."""
    tx = edge.tx()
    _line, row = permitted.ledger(tx, ledger_id)
    if not ledger_due.dated(row):
        return {"period": None, "items": []}
    period = ledger_due.chosen(tx, row, request.args.get("period"))
    return {"period": period, "items": ledger_due.of_period(tx, row, period, edge.current_actor())}


@route("/ledgers/<int:ledger_id>/nothing", ledger_sight.FILL, methods=("POST",))
def report_nothing(ledger_id: int) -> Any:
    """A community (`community`, its id) has nothing to fill in for a `period`."""
    body = Body("community", "period")
    tx = edge.tx()
    community, period = body.number("community", None, 1, 2**31), body.maybe_text("period") or ""
    filled.nothing(tx, ledger_id, community, period, edge.current_actor())
    return {"kept": True}
