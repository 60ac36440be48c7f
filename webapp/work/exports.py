"""导出表格: the tables of chosen applications in one archive, workbook or PDF; a job with its progress, also of lists."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from templates_xlsx.printing import printer
from webapp import edge
from webapp.i18n import _
from webapp.pages import keys
from workflows.admission import official, registry
from workflows.admission.registry import Filters
from workflows.usecases import audit, exports, inbox

bp = Blueprint("exports", __name__, url_prefix="/exports")

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "pdf": "application/pdf",
}
SOURCES = ("matters", "started")


def can_print() -> bool:
    """Whether a page may offer PDF."""
    return printer(edge.runtime().settings.soffice) is not None


def _chosen() -> list[int]:
    """Ids of the instances that were ticked, else of all that the list shows under its filters."""
    ticked = keys(request.args.getlist("id"))[: exports.MOST]
    if ticked:
        return ticked
    tx, actor = edge.tx(), edge.current_actor()
    if request.args.get("from") == "started":
        return inbox.started_ids(tx, actor, inbox.Filters.from_query(request.args, "new"))
    if request.args.get("from") == "matters":
        return registry.instance_ids(tx, actor, Filters.from_query(request.args))
    return []


@bp.get("/new")
@edge.signed_in
def new() -> ResponseReturnValue:
    """How many tables are chosen, and as what they may be had."""
    source = request.args.get("from", "")
    return render_template(
        "work/export_new.html",
        chosen=_chosen(),
        ticked=bool(request.args.getlist("id")),
        source=source if source in SOURCES else "",
        can_print=can_print(),
        limit=exports.MOST,
    )


@bp.post("/new")
@edge.signed_in
def ask() -> ResponseReturnValue:
    """A few tables at once; more of them, or printing, by a job."""
    chosen = keys(request.form.get("ids", "").split(","))
    asked = request.form.get("kind", "zip")
    kind = asked if asked in exports.KINDS else "zip"
    name = _("Tables") + f"-{edge.today().isoformat()}"
    actor = edge.current_actor()
    if len(chosen) <= exports.AT_ONCE and (kind != "pdf" or len(chosen) == 1):
        with edge.reading() as tx:
            suffix, content = exports.now(tx, chosen, kind, actor)
        audit.record(edge.tx(), actor, "tables.exported", name, facts={"tables": len(chosen)})
        return _send(BytesIO(content), f"{name}.{suffix}")
    export_id = exports.ask(edge.tx(), chosen, kind, name, actor)
    audit.record(edge.tx(), actor, "tables.exported", name, facts={"tables": len(chosen)})
    return redirect(url_for("exports.show", export_id=export_id), 303)


@bp.get("/<int:export_id>")
@edge.signed_in
def show(export_id: int) -> ResponseReturnValue:
    """How far an export is; its file once it is done."""
    found = exports.view(edge.tx(), export_id, edge.current_actor())
    return render_template("work/export.html", export=found)


@bp.get("/<int:export_id>/progress")
@edge.signed_in
def progress(export_id: int) -> ResponseReturnValue:
    """The bar, asked for by the page until the job is over; then the page is loaded anew."""
    found = exports.view(edge.tx(), export_id, edge.current_actor())
    response = make_response(render_template("work/_export_progress.html", export=found))
    if not found.running and edge.is_htmx():
        response.headers["HX-Redirect"] = url_for("exports.show", export_id=export_id)
    return response


@bp.post("/<int:export_id>/cancel")
@edge.signed_in
def cancel(export_id: int) -> ResponseReturnValue:
    """Stop an export."""
    exports.cancel(edge.tx(), export_id, edge.current_actor())
    flash(_("The export was stopped."), "message")
    return redirect(url_for("exports.show", export_id=export_id), 303)


@bp.get("/<int:export_id>/file")
@edge.signed_in
def file(export_id: int) -> ResponseReturnValue:
    """The finished file."""
    name, path = exports.made(edge.tx(), export_id, edge.current_actor())
    return _send(path, name)


@bp.get("/instances/<int:instance_id>/table.pdf")
@edge.signed_in
def pdf(instance_id: int) -> ResponseReturnValue:
    """The table of one application as a PDF."""
    with edge.reading() as tx:
        made = official.table(tx, instance_id, edge.current_actor())
    _suffix, content = exports.bundled([made], "pdf", edge.runtime().settings.soffice)
    name = made.name.removesuffix(".xlsx") + ".pdf"
    with edge.runtime().transaction() as tx:
        audit.record(
            tx,
            edge.current_actor(),
            "tables.exported",
            made.form,
            facts={"tables": 1, "instance": instance_id},
        )
    return _send(BytesIO(content), name)


def _send(content: BytesIO | Path, name: str) -> Response:
    kind = name.rpartition(".")[2]
    return send_file(content, mimetype=MEDIA_TYPES[kind], as_attachment=True, download_name=name)
