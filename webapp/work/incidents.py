"""流程异常: what stands still, its cause, and what to do about it: try again, repair, pass over."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from webapp import edge
from webapp.errors import status_of
from webapp.i18n import _, locale_name
from workflows.usecases import incident_view, incidents, typed
from workflows.usecases.errors import IncidentOver
from workflows.usecases.typed import Typed

bp = Blueprint("incidents", __name__, url_prefix="/incidents")
SIZE = 20


@bp.get("")
@edge.requires(incidents.PERMISSION)
def index() -> ResponseReturnValue:
    """The list, open ones unless asked otherwise."""
    tx, actor = edge.tx(), edge.current_actor()
    state = request.args.get("state", "open")
    filters = incident_view.Filters(
        text=request.args.get("q", "").strip(),
        process_key=request.args.get("process", ""),
        state=state if state in ("open", "resolved") else "",
        instance_id=request.args.get("instance", type=int),
    )
    number = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "work/incidents.html",
        page=incident_view.listing(tx, actor, filters, min(number, 10**6), SIZE),
        filters=filters,
        state=state,
        processes=incident_view.processes(tx, actor),
        locale=locale_name(),
    )


@bp.post("/retry")
@edge.requires(incidents.PERMISSION)
def retry_many() -> ResponseReturnValue:
    """Try the ticked ones again, a page of them at most, and go back to the list as it was."""
    wanted = request.form.getlist("incident", type=int)[:SIZE]
    done = incidents.retry_many(edge.tx(), wanted, edge.current_actor())
    if not wanted:
        flash(_("Tick the steps that are to be tried again."), "warning")
    if done.gone_on:
        flash(_("Tried again: %(count)s", count=done.gone_on), "message")
    if done.failed:
        flash(_("Failed again: %(count)s", count=done.failed), "warning")
    if done.over:
        flash(_("Dealt with already: %(count)s", count=done.over), "warning")
    kept: dict[str, Any] = {
        key: request.args[key] for key in ("q", "process", "state", "page") if request.args.get(key)
    }
    return redirect(url_for("incidents.index", **kept), 303)


@bp.get("/<int:incident_id>")
@edge.requires(incidents.PERMISSION)
def show(incident_id: int) -> ResponseReturnValue:
    """One incident with its variables."""
    return _page(incident_id)


def _page(incident_id: int, typed_in: list[Typed] | None = None, fault: str = "") -> str:
    with edge.reading() as tx:
        found = incident_view.view(tx, incident_id, edge.current_actor())
    english = locale_name().startswith("en")
    return render_template(
        "work/incident.html",
        incident=found,
        variables=typed_in if typed_in is not None else list(found.variables),
        kinds=[(key, words[1] if english else words[0]) for key, words in typed.KINDS.items()],
        fault=fault,
        reason=request.form.get("reason", ""),
        locale=locale_name(),
    )


def _typed() -> list[Typed]:
    """The variables of the page: those that stood, and those written below."""
    names, kinds, texts = (request.form.getlist(key) for key in ("name", "kind", "text"))
    return [
        Typed(name.strip(), kind, text)
        for name, kind, text in zip(names, kinds, texts, strict=False)
        if name.strip()
    ]


@bp.post("/<int:incident_id>")
@edge.requires(incidents.PERMISSION)
def act(incident_id: int) -> ResponseReturnValue:
    """Try again, keep the variables, keep them and try again, or pass over: the button says which."""
    actor, given, wanted = edge.current_actor(), _typed(), request.form.get("act", "")
    try:
        if wanted == "skip":
            incidents.skip(edge.tx(), incident_id, actor, given, request.form.get("reason", "").strip())
            flash(_("The step was passed over."), "message")
        else:
            if wanted in ("save", "save_retry"):
                changed = incidents.repair(edge.tx(), incident_id, actor, given)
                flash(_("Variables changed: %(count)s", count=changed), "message")
            if wanted in ("retry", "save_retry"):
                if incidents.retry(edge.tx(), incident_id, actor):
                    flash(_("The step is tried again."), "message")
                else:
                    flash(_("The step failed again."), "warning")
    except IncidentOver:
        raise
    except Refused as error:
        return _page(incident_id, given, error.tell(locale_name())), status_of(error)
    return redirect(url_for("incidents.show", incident_id=incident_id), 303)
