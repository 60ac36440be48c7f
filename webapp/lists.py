"""Lists as workbooks: the download of any list of the house, and which of its columns an account wants."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from templates_xlsx.printing import as_pdf
from webapp import edge
from webapp.i18n import _
from workflows.usecases import audit, exports, lists, long_lists
from workflows.usecases.lists import OfficeList

bp = Blueprint("lists", __name__, url_prefix="/lists")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 2 * 1024 * 1024
"""Bytes of a workbook that wait in memory; a larger one lies on the disk until it is sent."""


def workbook(key: str, query: Mapping[str, Any], columns: Sequence[str] = ()) -> Response:
    """The answer with a list's workbook; who took it out is noted. Raises `NotFound`, `NotAllowed`."""
    actor = edge.current_actor()
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - closed with the answer
    with edge.reading() as tx:
        rows = lists.write(file, tx, key, actor, query, columns)
        name = lists.file_name(tx, key, query)
    with edge.runtime().transaction() as tx:
        audit.record(tx, actor, "lists.exported", key, facts={"rows": rows})
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/<key>/export.xlsx")
@edge.signed_in
def export(key: str) -> ResponseReturnValue:
    """A list as its page shows it: the same filters, the columns this account wants; a long one by a job."""
    actor = edge.current_actor()
    with edge.reading() as tx:
        rows = lists.length(tx, key, actor, request.args)
    if rows <= long_lists.LONG:
        return workbook(key, request.args)
    with edge.runtime().transaction() as tx:
        export_id = exports.ask_list(tx, key, request.args, rows, actor)
        audit.record(tx, actor, "lists.exported", key, facts={"rows": rows})
    return redirect(url_for("exports.show", export_id=export_id), 303)


@bp.get("/<key>/export.pdf")
@edge.signed_in
def pdf(key: str) -> ResponseReturnValue:
    """A list as a PDF, where LibreOffice is there; a long one is taken as a workbook. Raises `NoPrinter`."""
    actor = edge.current_actor()
    with edge.reading() as tx:
        if lists.length(tx, key, actor, request.args) > long_lists.LONG:
            return redirect(f"{url_for('lists.export', key=key)}?{request.query_string.decode()}", 303)
        made = io.BytesIO()
        rows = lists.write(made, tx, key, actor, request.args)
        name = lists.file_name(tx, key, request.args)
    (content,) = as_pdf(edge.runtime().settings.soffice, [(name, made.getvalue())])
    with edge.runtime().transaction() as tx:
        audit.record(tx, actor, "lists.exported", key, facts={"rows": rows})
    told = name.removesuffix(".xlsx") + ".pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=told)


@bp.get("/<key>/columns")
@edge.signed_in
def columns(key: str) -> ResponseReturnValue:
    """Which columns go out, and in which order."""
    tx, actor = edge.tx(), edge.current_actor()
    asked = lists.allowed(key, actor)
    shown = lists.chosen(tx, asked, actor)
    left = [each for each in lists.columns_of(tx, asked) if each not in shown]
    return render_template(
        "lists/columns.html",
        asked=asked,
        columns=[*((each, True) for each in shown), *((each, False) for each in left)],
        query=_filters(asked),
        back=_back(),
    )


def _filters(asked: OfficeList) -> dict[str, list[str]]:
    """The filters of a list that the address brings along."""
    return {name: request.args.getlist(name) for name in asked.filters if name in request.args}


def _back() -> str:
    """The page to go back to; only one of this house."""
    asked = request.values.get("back", "")
    return asked if asked.startswith("/") and not asked.startswith(("//", "/\\")) else ""


@bp.post("/<key>/columns")
@edge.signed_in
def choose(key: str) -> ResponseReturnValue:
    """Remember the columns; a button may move one up or down first."""
    tx, actor = edge.tx(), edge.current_actor()
    asked = lists.allowed(key, actor)
    here = url_for("lists.columns", key=key, back=_back() or None, **cast(Any, _filters(asked)))
    if request.form.get("all"):
        lists.forget(tx, asked, actor)
        flash(_("All columns go out again, in the office's order."), "message")
        return redirect(here, 303)
    order = moved(request.form.getlist("order"), request.form.get("up", ""), request.form.get("down", ""))
    wanted = set(request.form.getlist("column"))
    lists.choose(tx, asked, actor, [each for each in order if each in wanted])
    if request.form.get("up") or request.form.get("down"):
        return redirect(here, 303)
    flash(_("These columns go out from now on."), "message")
    return redirect(_back() or here, 303)


def moved(order: list[str], up: str, down: str) -> list[str]:
    """The keys with one of them a place further up or down."""
    name, step = (up, -1) if up else (down, 1)
    if name in order:
        place = order.index(name)
        other = min(max(place + step, 0), len(order) - 1)
        order[place], order[other] = order[other], order[place]
    return order


@dataclass(frozen=True)
class Links:
    """Where a list goes out, with the filters its page has now, and where its columns are chosen."""

    export: str
    columns: str


def export_links(key: str, **more: Any) -> Links | None:
    """The addresses for a list's buttons; None where this actor may not take it out."""
    actor, asked = edge.actor_or_none(), lists.find(key)
    if actor is None or asked is None or not lists.may(actor, asked):
        return None
    query: Any = {**_filters(asked), **more}
    return Links(
        url_for("lists.export", key=key, **query),
        url_for("lists.columns", key=key, back=request.full_path.rstrip("?"), **query),
    )
