"""Messages and signals from outside, and incidents."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from webapp import edge
from webapp.api.frame import BadBody, Body, route
from webapp.api.work import paging
from workflows.usecases import correlation, incident_view, incidents, typed
from workflows.usecases.typed import Typed


@route("/messages", correlation.PERMISSION, methods=("POST",))
def send_message() -> Any:
    """Bring a message to the one instance that waits for it, or start the process it starts."""
    body = Body("name", "business_key", "correlation", "variables", "instance_id")
    return correlation.correlate(
        edge.tx(),
        body.text("name"),
        edge.current_actor(),
        business_key=body.maybe_text("business_key"),
        values=body.variables("correlation"),
        variables=body.variables(),
        instance_id=body.maybe_number("instance_id", 1, 2**63 - 1),
    )


@route("/signals", correlation.PERMISSION, methods=("POST",))
def send_signal() -> Any:
    """Send a signal to all who wait for it."""
    body = Body("name", "variables")
    caught = correlation.broadcast(edge.tx(), body.text("name"), edge.current_actor(), body.variables())
    return {"caught": caught}


@route("/incidents", incidents.PERMISSION)
def list_incidents() -> Any:
    """Incidents, latest first; `state`: open (the default), resolved, all."""
    state = request.args.get("state", "open")
    if state not in ("open", "resolved", "all"):
        raise BadBody("state", "open、resolved 或 all", "open, resolved or all")
    filters = incident_view.Filters(
        text=request.args.get("text", ""),
        process_key=request.args.get("process", ""),
        state="" if state == "all" else state,
    )
    return incident_view.listing(edge.tx(), edge.current_actor(), filters, *paging())


@route("/incidents/<int:incident_id>", incidents.PERMISSION)
def show_incident(incident_id: int) -> Any:
    """One incident with the variables its element sees."""
    return incident_view.view(edge.tx(), incident_id, edge.current_actor())


@route("/incidents/<int:incident_id>/retry", incidents.PERMISSION, methods=("POST",))
def retry_incident(incident_id: int) -> Any:
    """Do once more what failed; `solved` is false where it failed again."""
    Body()
    return {"solved": incidents.retry(edge.tx(), incident_id, edge.current_actor())}


@route("/incidents/<int:incident_id>/skip", incidents.PERMISSION, methods=("POST",))
def skip_incident(incident_id: int) -> Any:
    """Go on behind the element, with the variables it should have set."""
    body = Body("variables", "reason")
    incidents.skip(edge.tx(), incident_id, edge.current_actor(), _typed(body), body.text("reason", ""))
    return Response(status=204)


@route("/incidents/<int:incident_id>/variables", incidents.PERMISSION, methods=("POST",))
def repair_incident(incident_id: int) -> Any:
    """Change variables where the incident stands."""
    body = Body("variables")
    return {"changed": incidents.repair(edge.tx(), incident_id, edge.current_actor(), _typed(body))}


def _typed(body: Body) -> list[Typed]:
    return [typed.shown(name, value) for name, value in body.variables().items()]
