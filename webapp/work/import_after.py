"""批量导入, once it is under way: its progress, stopping it, what came of it, and the rest as a workbook."""

from __future__ import annotations

import io
from collections import defaultdict

from flask import Blueprint, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from forms.secrecy import ConfidentialRefused
from templates_xlsx.marks import Mark, mark_faults
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from webapp.work import grid
from workflows.usecases import import_keeping, imports, withdrawals
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import BatchView, Page, Preview, PreviewRecord

bp = Blueprint("import_after", __name__, url_prefix="/imports")

RUNNING = ("keeping", "checking", "queued", "running")
STOPPABLE = ("queued", "running")
SIZE = 50
"""Records a page."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(tx: Transaction, batch: BatchView) -> str:
    """The page of a table that is being checked or taken in, or was."""
    actor = edge.current_actor()
    show, number = request.args.get("show", ""), asked_page()
    show = show if show in ("done", "failed", "skipped", "waiting") else ""
    records: Page[PreviewRecord] | None = None
    if batch.state not in (*RUNNING, "refused"):
        records = imports.some_records(tx, batch.id, actor, show, number, SIZE)
    return render_template(
        "work/import_progress.html",
        batch=batch,
        records=records,
        show=show,
        running=RUNNING,
        refusal=batch.refusal.get(locale_name()[:2], "") or batch.refusal.get("zh", ""),
        starts={batch.form_key} if imports.target_of(tx, batch.form_key).process_key else set(),
        may_stop=batch.state in STOPPABLE,
        may_withdraw=withdrawals.possible(tx, batch.id, actor),
        may_correct=bool(_left_over(batch)) and _table(tx, batch.id) is not None,
    )


def _left_over(batch: BatchView) -> int:
    """How many records of an accepted table are to be corrected."""
    return batch.counts.get("wrong", 0) + batch.failed if batch.state not in RUNNING else 0


def _table(tx: Transaction, batch_id: int) -> tuple[str, bytes] | None:
    try:
        return imports.workbook(tx, batch_id, edge.current_actor())
    except NotFound:
        return None


@bp.get("/<int:batch_id>/progress")
@edge.signed_in
def progress(batch_id: int) -> ResponseReturnValue:
    """The bar, asked for by the page until the job is over; then the page is loaded anew."""
    batch = imports.progress(edge.tx(), batch_id, edge.current_actor())
    response = make_response(render_template("work/_progress.html", batch=batch, running=RUNNING))
    if batch.state not in RUNNING and edge.is_htmx():
        response.headers["HX-Redirect"] = url_for("imports.show", batch_id=batch_id)
    return response


@bp.post("/<int:batch_id>/stop")
@edge.signed_in
def stop(batch_id: int) -> ResponseReturnValue:
    """Stop an import under way; what is in stays in."""
    imports.stop(edge.tx(), batch_id, edge.current_actor())
    flash(_("The import was stopped. What is in stays in; the rest was not begun."), "message")
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


@bp.get("/<int:batch_id>/rest.xlsx")
@edge.signed_in
def rest(batch_id: int) -> ResponseReturnValue:
    """The same workbook with only the records that are still to be corrected, marked."""
    tx = edge.tx()
    found = imports.load(tx, batch_id, edge.current_actor())
    table = _table(tx, batch_id)
    if table is None:
        raise NotFound(kind=_("table"), key=found.name)
    return marked(table, found, only_wrong=True)


def marked(table: tuple[str, bytes], found: Preview, *, only_wrong: bool = False) -> ResponseReturnValue:
    """A table as it was uploaded, its faulty cells marked; `only_wrong`: without the records that are in."""
    lines = grid.fault_lines(found, locale_name())
    name, content = table
    stem = name.rsplit(".", 1)[0]
    if not only_wrong:
        return _sent(mark_faults(content, [_mark(line) for line in lines]), f"{stem}-批注.xlsx")
    rows, sheets = _right(found)
    places = {(sheet, row) for sheet, listed in rows.items() for row in listed}
    kept = [
        _mark(line) for line in lines if line.sheet not in sheets and (line.sheet, line.row) not in places
    ]
    kept += [
        Mark(
            record.sheet,
            record.cells.get("matter_name") or next(iter(record.cells.values()), ""),
            record.error,
        )
        for record in found.records
        if record.state == "failed"
    ]
    return _sent(mark_faults(content, kept, gone=rows, gone_sheets=sheets), f"{stem}-待更正.xlsx")


def refused_for_good(batch_id: int, form_key: str, error: ConfidentialRefused) -> ResponseReturnValue:
    """A kept table turns out to be classified once it is read otherwise: it goes, bytes and all."""
    imports.discard(edge.tx(), batch_id, edge.current_actor())
    edge.commit()
    import_keeping.clear(edge.runtime())
    flash(error.tell(locale_name()), "error")
    return redirect(url_for("imports.new", form=form_key or None), 303)


def _mark(line: grid.FaultLine) -> Mark:
    """A fault as the workbook tells it; one of a row, not of a cell, says which row."""
    said = line.sentence if line.cell or line.row is None else f"{line.place}：{line.sentence}"
    return Mark(line.sheet, line.cell, said, "error" if line.error else "warning")


def _right(found: Preview) -> tuple[dict[str, list[int]], set[str]]:
    """Rows by sheet, and whole sheets, whose records need no correction."""
    rows: dict[str, list[int]] = defaultdict(list)
    single: dict[str, list[bool]] = defaultdict(list)
    for record in found.records:
        right = not record.wrong and record.state != "failed"
        if record.row is None:
            single[record.sheet].append(right)
        elif right:
            rows[record.sheet].append(record.row)
    return rows, {sheet for sheet, each in single.items() if all(each) and sheet not in rows}


def _sent(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
