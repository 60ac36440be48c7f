"""待办, 已办, 我发起的, 抄送我."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import locale_name
from webapp.pages import asked_page
from workflows.admission import registry
from workflows.usecases import definitions, history, inbox, stuck
from workflows.usecases.inbox import Filters
from workflows.usecases.views import NoticeView

bp = Blueprint("inbox", __name__, url_prefix="/inbox")

PAGE_SIZE = 20


def _filters(order: str = "due") -> Filters:
    return Filters.from_query(request.args, order)


def _processes() -> list[tuple[str, str]]:
    return [(view.key, view.title) for view in definitions.overview(edge.tx(), "process")]


@bp.get("/todo")
@edge.signed_in
def todo() -> ResponseReturnValue:
    """Open tasks the actor may do."""
    filters = _filters()
    page = inbox.todo(edge.tx(), edge.current_actor(), filters, asked_page(), PAGE_SIZE)
    return _show("inbox/todo.html", page, filters)


@bp.get("/recordable")
@edge.signed_in
def recordable() -> ResponseReturnValue:
    """可代录: tasks of others whose paper decision the actor may enter."""
    filters = _filters()
    page = inbox.recordable(edge.tx(), edge.current_actor(), filters, asked_page(), PAGE_SIZE)
    return _show("inbox/todo.html", page, filters)


@bp.get("/nobody")
@edge.requires(stuck.TRANSFER_ANY)
def nobody() -> ResponseReturnValue:
    """无人可办: tasks that no enabled account can do, to be handed on."""
    filters = _filters()
    page = stuck.tasks(edge.tx(), edge.current_actor(), filters, asked_page(), PAGE_SIZE)
    return _show("inbox/todo.html", page, filters)


@bp.get("/done")
@edge.signed_in
def done() -> ResponseReturnValue:
    """Tasks the actor completed."""
    filters = _filters("new")
    page = inbox.done(edge.tx(), edge.current_actor(), filters, asked_page(), PAGE_SIZE)
    tasks = [(item.instance_id, item.task_id) for item in page.items]
    decided = history.decisions(edge.tx(), tasks, locale_name()) if tasks else {}
    return _show("inbox/done.html", page, filters, decided=decided)


@bp.get("/started")
@edge.signed_in
def started() -> ResponseReturnValue:
    """Instances the actor started."""
    filters = _filters("new")
    page = inbox.started(edge.tx(), edge.current_actor(), filters, asked_page(), PAGE_SIZE)
    return _show("inbox/instances.html", page, filters)


@bp.get("/copies")
@edge.signed_in
def copies() -> ResponseReturnValue:
    """Instances copied to the actor."""
    filters = _filters("new")
    page = inbox.copied(edge.tx(), edge.current_actor(), filters, asked_page(), PAGE_SIZE)
    return _show("inbox/instances.html", page, filters)


@bp.get("/notices")
@edge.signed_in
def notices() -> ResponseReturnValue:
    """Reminders and other notices."""
    tx, actor = edge.tx(), edge.current_actor()
    found = inbox.notices(tx, actor, size=100)
    told_of = {each.id: key for each in found if (key := _matter_of(each)) is not None}
    seen = registry.visible_among(tx, actor, set(told_of.values()))
    return render_template(
        "inbox/notices.html",
        matters={notice_id: key for notice_id, key in told_of.items() if key in seen},
        notices=found,
        tab="notices",
        counts=_counts(),
        stuck=_stuck(),
    )


def _matter_of(notice: NoticeView) -> int | None:
    """The id of the matter a notice tells of."""
    kind, _, key = notice.about.partition(":")
    return int(key) if kind == "matter" and key.isdigit() else None


@bp.post("/notices/<int:notice_id>/read")
@edge.signed_in
def read_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read."""
    inbox.read_notice(edge.tx(), notice_id, edge.current_actor())
    return redirect(url_for("inbox.notices"), 303)


def _counts() -> inbox.Counts:
    return inbox.counts(edge.tx(), edge.current_actor())


def _stuck() -> int:
    return stuck.count(edge.tx(), edge.current_actor())


def _show(template: str, page: object, filters: Filters, **more: object) -> ResponseReturnValue:
    return render_template(
        template,
        page=page,
        filters=filters,
        tab=(request.endpoint or "").rpartition(".")[2],
        counts=_counts(),
        stuck=_stuck(),
        processes=_processes(),
        **more,
    )
