"""A process instance: the paper as it stands, where it stands, what happened, and what one may send it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _, locale_name
from webapp.work.ahead import spoken
from webapp.work.board import Board, paper_submission
from webapp.work.story import due_tone, due_words
from workflows.admission import official, registry
from workflows.usecases import definitions, inbox, instances
from workflows.usecases.errors import NotFound
from workflows.usecases.views import InstanceView

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction

bp = Blueprint("instances", __name__, url_prefix="/instances")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _view(tx: Transaction, instance_id: int) -> InstanceView:
    return instances.view(tx, instance_id, edge.current_actor(), locale_name())


@bp.get("/<int:instance_id>")
@edge.signed_in
def show(instance_id: int) -> ResponseReturnValue:
    """The whole of one application."""
    tx = edge.tx()
    view = _view(tx, instance_id)
    board = Board(tx, view)
    return render_template(
        "work/instance.html",
        view=view,
        board=board,
        paper=board.paper(),
        attachment=board.attachment,
        matter_id=registry.of_instance(tx, instance_id, edge.current_actor()),
        due_words=due_words,
        due_tone=due_tone,
        failed=[element for each in view.diagrams for element in each.failed],
    )


@bp.post("/<int:instance_id>/read")
@edge.signed_in
def read(instance_id: int) -> ResponseReturnValue:
    """A copy was read."""
    inbox.read_copy(edge.tx(), instance_id, edge.current_actor())
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


@bp.route("/<int:instance_id>/messages/<name>", methods=["GET", "POST"])
@edge.signed_in
def message(instance_id: int, name: str) -> ResponseReturnValue:
    """Send a message the diagram waits for (撤回); ask for the reason where the event wants one."""
    actor = edge.current_actor()
    with edge.reading() as tx:
        view = _view(tx, instance_id)
    found = next((each for each in view.messages if each.name == name), None)
    reason = request.form.get("reason", "").strip()
    wanted = found is not None and found.properties.get("reason") == "required"
    if request.method == "GET" or (wanted and not reason):
        if found is None:
            raise NotFound(kind=_("message"), key=name)
        page = render_template(
            "work/message.html", view=view, message=found, wanted=wanted, missing=request.method == "POST"
        )
        return (page, 422) if request.method == "POST" else page
    instances.send_message(edge.tx(), instance_id, name, actor, {}, reason)
    flash(_("“%(act)s” is done.", act=found.label if found else name), "message")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


@bp.route("/<int:instance_id>/cancel", methods=["GET", "POST"])
@edge.requires("instances.cancel")
def cancel(instance_id: int) -> ResponseReturnValue:
    """作废, with its reason."""
    with edge.reading() as tx:
        view = _view(tx, instance_id)
    reason = request.form.get("reason", "").strip()
    if request.method == "GET" or not reason:
        missing = request.method == "POST"
        page = render_template("work/cancel.html", view=view, missing=missing)
        return (page, 422) if missing else page
    instances.cancel(edge.tx(), instance_id, edge.current_actor(), reason)
    flash(_("“%(title)s” was cancelled.", title=view.title), "message")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


@bp.get("/<int:instance_id>/diagram")
@edge.signed_in
def diagrams(instance_id: int) -> ResponseReturnValue:
    """The diagrams over the whole width, the path taken marked; `process` chooses the one that is shown."""
    tx = edge.tx()
    view = _view(tx, instance_id)
    drawn = Board(tx, view).diagrams()
    if not drawn:
        raise NotFound(kind=_("diagram"), key=instance_id)
    wanted = request.args.get("process", "")
    shown = next((each for each in drawn if each["process"] == wanted), drawn[0])
    return render_template("work/diagram.html", view=view, drawn=drawn, shown=shown)


@bp.get("/<int:instance_id>/diagrams/<int:resource_id>")
@edge.signed_in
def diagram(instance_id: int, resource_id: int) -> ResponseReturnValue:
    """The XML of a diagram of this instance's own version."""
    tx = edge.tx()
    if resource_id not in {each.resource_id for each in _view(tx, instance_id).diagrams}:
        raise NotFound(kind=_("diagram"), key=resource_id)
    return Response(spoken(definitions.content(tx, resource_id).content), mimetype="application/xml")


@bp.get("/<int:instance_id>/print")
@edge.signed_in
def paper(instance_id: int) -> ResponseReturnValue:
    """The paper alone, to be printed, stamped and scanned."""
    tx = edge.tx()
    view = _view(tx, instance_id)
    board = Board(tx, view)
    drawn = board.paper(without_files=True)
    if drawn is None:
        raise NotFound(kind=_("form"), key=instance_id)
    return render_template(
        "work/print.html", view=view, board=board, paper=drawn, attachment=board.attachment
    )


@bp.get("/<int:instance_id>/application.xlsx")
@edge.signed_in
def application(instance_id: int) -> ResponseReturnValue:
    """The official table, filled, with the opinions in their boxes."""
    tx = edge.tx()
    view = _view(tx, instance_id)
    standing = paper_submission(view)
    if standing is None:
        raise NotFound(kind=_("form"), key=instance_id)
    content = official.workbook(tx, instance_id, edge.current_actor())
    return send_file(
        io.BytesIO(content),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{standing.form.title}-{view.title}.xlsx",
    )
