"""批量导入: a table is uploaded, looked at as it is, accepted, and taken in by a job."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from templates_xlsx.refusals import PASSWORD_WANTED, WorkbookRefused
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from webapp.work import check_page, grid, import_after
from workflows.usecases import definitions, import_checking, imports, offline, putting_right
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.views import Preview

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction

bp = Blueprint("imports", __name__, url_prefix="/imports")

LISTED = 100
"""Records listed at once below the table."""
RUNNING = ("keeping", "checking", "queued", "running")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """The tables taken in so far, and the way to another."""
    tx = edge.tx()
    page = imports.batches(tx, edge.current_actor(), asked_page())
    return render_template(
        "work/imports.html",
        page=page,
        titles={view.key: view.title for view in definitions.overview(tx, "form")},
    )


def targets(tx: Transaction) -> list[tuple[str, str]]:
    """Forms whose records this actor may take in from a table: (key, title) in the order they are offered."""
    found = []
    for target in imports.offered(tx, edge.current_actor()):
        try:
            found.append((target.form_key, definitions.form(tx, target.form_key).title))
        except NotFound:  # an office without this table
            continue
    return found


@bp.get("/blank/<form_key>.xlsx")
@edge.signed_in
def blank(form_key: str) -> ResponseReturnValue:
    """An empty table of a form, to be filled in offline; `rows=many`: one record a row."""
    tx = edge.tx()
    imports.require_import(edge.current_actor(), imports.target_of(tx, form_key))
    name, content = offline.blank_form(tx, form_key, many=request.args.get("rows") == "many")
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/new")
@edge.signed_in
def new() -> ResponseReturnValue:
    """The upload page."""
    return _upload_page()


def _upload_page(sentence: str = "", locked: bool = False) -> str:
    tx = edge.tx() if request.method == "GET" else None
    if tx is not None:
        return _draw_upload(targets(tx), sentence, locked)
    with edge.reading() as opened:
        return _draw_upload(targets(opened), sentence, locked)


def _by_the_way(form_key: str) -> list[tuple[str, str]]:
    """A form to which a page led, and which is not offered of itself (the rows of a ledger)."""
    with edge.reading() as tx:
        try:
            imports.require_import(edge.current_actor(), imports.target_of(tx, form_key))
            return [(form_key, definitions.form(tx, form_key).title)]
        except Refused:
            return []


def _draw_upload(offered: list[tuple[str, str]], sentence: str, locked: bool) -> str:
    if not offered:
        raise NotAllowed(page="imports.new")
    chosen = request.values.get("form", offered[0][0])
    if chosen not in dict(offered):
        offered = [*offered, *_by_the_way(chosen)]
    return render_template(
        "work/import_new.html",
        targets=offered,
        chosen=chosen,
        sentence=sentence,
        locked=locked,
    )


@bp.post("/new")
@edge.signed_in
def upload() -> ResponseReturnValue:
    """Read a table and show what it holds; nothing is stored of a table that is refused."""
    actor = edge.current_actor()
    table = request.files.get("table")
    form_key = request.form.get("form", "")
    if table is None or not table.filename:
        return _upload_page(_("Please choose a table.")), 422
    if request.form.get("not_secret") != "yes":
        return _upload_page(
            _("Please confirm that neither the table nor its attachments are classified.")
        ), 422
    content, name = table.read(), table.filename
    try:
        with edge.reading() as tx:
            password = request.form.get("password") or None
            long = import_checking.at_length(tx, content, name, form_key, actor, password)
            found = long or imports.preview(tx, content, name, form_key, actor, password=password)
        staged = imports.stage(edge.runtime(), found)
        if long is None and len(staged.records) > imports.MANY:  # small as a file, long as a table
            batch_id = imports.keep_many(edge.runtime(), staged, actor)
            edge.tx()  # takes the key of the form
        else:
            batch_id = (import_checking.begin if long else imports.keep)(edge.tx(), staged, actor)
    except Refused as error:
        edge.roll_back()
        locked = isinstance(error, WorkbookRefused) and error.code in PASSWORD_WANTED
        return _upload_page(error.tell(locale_name()), locked), 422
    doubtful = found.read is not None and found.read.doubtful
    return redirect(url_for("layouts.show" if doubtful else "imports.show", batch_id=batch_id), 303)


def _table(tx: Transaction, batch_id: int) -> tuple[str, bytes] | None:
    """Name and bytes of a batch's own table, or None where they are kept no more."""
    try:
        return imports.workbook(tx, batch_id, edge.current_actor())
    except NotFound:
        return None


@bp.get("/<int:batch_id>")
@edge.signed_in
def show(batch_id: int) -> ResponseReturnValue:
    """A table before it is taken in: its cells, its faults; afterwards: what came of it."""
    tx = edge.tx()
    actor = edge.current_actor()
    batch = imports.progress(tx, batch_id, actor)
    if batch.state != "preview":
        return import_after.page(tx, batch)
    found = imports.load(tx, batch_id, actor)
    table = _table(tx, batch_id)
    if found.unconfirmed and table is not None:
        return redirect(url_for("layouts.show", batch_id=batch_id), 303)
    return _preview(tx, batch_id, found, table)


def _preview(tx: Transaction, batch_id: int, found: Preview, table: tuple[str, bytes] | None) -> str:
    locale = locale_name()
    shown = check_page.shown(found, request.args.get("show", ""), asked_page())
    lines = shown.lines(grid.fault_lines(found, locale, known=False))
    sheets = grid.sheets(table[1], table[0], found, shown.some) if table is not None else []
    changed = [each for each in found.records if each.differences and not each.wrong]
    return render_template(
        "work/import_preview.html",
        batch_id=batch_id,
        found=found,
        shown=shown,
        changed=changed[:LISTED],
        startable=sum(each.passed_over_changed for each in changed),
        known=[each for each in found.records if each.duplicate and not each.differences][:LISTED],
        sheets=sheets,
        faults=lines,
        groups=grid.grouped(lines),
        alone=grid.ALONE,
        figures=grid.figures(found),
        questions=putting_right.open_questions(tx, found) if table is not None else [],
        cell_id=grid.cell_id,
        may_mark=table is not None and found.counts.get("wrong", 0) > 0,
    )


@bp.post("/<int:batch_id>/accept")
@edge.signed_in
def accept(batch_id: int) -> ResponseReturnValue:
    """Have the records taken in: all, or the right ones only."""
    only_right = request.form.get("only_right") == "yes"
    ticked = request.form.getlist("anyway")
    anyway: Collection[int] = {int(each) for each in ticked if each.isdecimal() and len(each) < 8}
    if "all" in ticked:
        anyway = range(imports.progress(edge.tx(), batch_id, edge.current_actor()).total)
    imports.accept(edge.tx(), batch_id, edge.current_actor(), only_right=only_right, anyway=anyway)
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


@bp.post("/<int:batch_id>/discard")
@edge.signed_in
def discard(batch_id: int) -> ResponseReturnValue:
    """Forget a table that was only looked at; its bytes go too."""
    imports.discard(edge.tx(), batch_id, edge.current_actor())
    flash(_("The table was put aside; nothing of it is kept."), "message")
    return redirect(url_for("imports.new"), 303)


@bp.get("/<int:batch_id>/marked.xlsx")
@edge.signed_in
def marked(batch_id: int) -> ResponseReturnValue:
    """The same workbook with its faulty cells marked."""
    tx = edge.tx()
    found = imports.load(tx, batch_id, edge.current_actor())
    table = _table(tx, batch_id)
    if table is None:
        raise NotFound(kind=_("table"), key=found.name)
    return import_after.marked(table, found)
