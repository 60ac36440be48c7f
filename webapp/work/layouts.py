"""识别: where the fields stand in an uploaded table, shown on the table itself, corrected by pointing, confirmed."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from forms.secrecy import ConfidentialRefused
from templates_xlsx.layouts import Kind
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.work import import_after
from webapp.work.layout_page import draw, first_to_look_at
from workflows.usecases import layouts
from workflows.usecases.errors import NotFound
from workflows.usecases.layouts import LayoutView, Pointed

bp = Blueprint("layouts", __name__, url_prefix="/imports")

KINDS: dict[str, Kind] = {"single": "single", "ledger": "ledger", "ignore": "ignore"}
COLUMN, CELL = re.compile("[A-Z]{1,3}"), re.compile("[A-Z]{1,3}[0-9]{1,7}(:[A-Z]{1,3}[0-9]{1,7})?")
MOST_SHEETS = 100


@bp.get("/<int:batch_id>/layout")
@edge.signed_in
def show(batch_id: int) -> ResponseReturnValue:
    """The table as it is, with what was recognised; one that was taken in is not asked about any more."""
    try:
        view = layouts.look(edge.tx(), batch_id, edge.current_actor())
    except NotFound:
        return redirect(url_for("imports.show", batch_id=batch_id))
    return _page(batch_id, view)


def _page(
    batch_id: int, view: LayoutView, posted: dict[str, Pointed] | None = None, sentence: str = ""
) -> str:
    sheets = draw(view, locale_name(), posted)
    asked = request.form.get("unlock" if "unlock" in request.form else "redraw", type=int)
    return render_template(
        "work/import_layout.html",
        batch_id=batch_id,
        view=view,
        sheets=sheets,
        first=asked if asked is not None else first_to_look_at(sheets),
        sentence=sentence,
        touched=posted is not None,
    )


@bp.post("/<int:batch_id>/layout")
@edge.signed_in
def confirm(batch_id: int) -> ResponseReturnValue:
    """Read the table as it was pointed at, and remember the layout; or only draw it anew for another kind of sheet."""
    actor = edge.current_actor()
    remember = request.form.get("remember") == "yes"
    with edge.reading() as tx:
        view = layouts.look(tx, batch_id, actor)
        posted = _posted(view)
        if "unlock" in request.form:
            return _page(batch_id, view, _unlocked(view, posted))
        if "redraw" in request.form:
            return _page(batch_id, view, _proposed(view, posted))
        try:
            confirmed = layouts.read_with(tx, batch_id, list(posted.values()), actor)
        except ConfidentialRefused as error:
            return import_after.refused_for_good(batch_id, view.form.key, error)
        except Refused as error:
            return _page(batch_id, view, posted, error.tell(locale_name())), 422
    layouts.settle(edge.tx(), batch_id, confirmed, actor, remember=remember)
    for each in confirmed.unlike:
        flash(each.tell(locale_name()), "warning")
    if confirmed.layouts and remember:
        flash(
            _("The layout is remembered: the next table drawn like this one is read without a question."),
            "message",
        )
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


def _posted(view: LayoutView) -> dict[str, Pointed]:
    """What the page posts, sheet by sheet; a sheet that is not on it is left as it was recognised."""
    found = {}
    heights = {each.sheet.name: each.sheet.height for each in view.sheets}
    for index in range(MOST_SHEETS):
        name = request.form.get(f"sheet-{index}")
        if name is None:
            break
        kind = KINDS.get(request.form.get(f"kind-{index}", ""))
        if kind is None:
            continue
        places = {
            each.key: place
            for each in view.fields
            if (place := request.form.get(f"place-{index}-{each.key}", "").strip().upper())
        }
        beyond = heights.get(name, 0) + 1
        rows = (request.form.get(f"{end}-{index}", 0, type=int) for end in ("top", "bottom"))
        top, bottom = (min(max(row, 0), beyond) for row in rows)
        unlocked = request.form.get(f"unlocked-{index}") == "yes"
        rows_said = (top, bottom) if kind == "ledger" else None
        found[name] = Pointed(name, kind, rows_said, places, unlocked=unlocked)
    return found


def _unlocked(view: LayoutView, posted: dict[str, Pointed]) -> dict[str, Pointed]:
    """What the names of a template say of one sheet, for a person to correct: they may stand at the wrong cells."""
    try:
        asked = view.sheets[int(request.form["unlock"])]
    except (ValueError, IndexError):
        return posted
    name = asked.sheet.name
    return {**posted, name: Pointed(name, asked.kind, asked.header_rows, asked.places, unlocked=True)}


def _proposed(view: LayoutView, posted: dict[str, Pointed]) -> dict[str, Pointed]:
    """What the form's words find on the sheet that a person has just told the kind of."""
    try:
        asked = view.sheets[int(request.form["redraw"])]
    except (ValueError, IndexError):
        return posted
    said = posted.get(asked.sheet.name)
    if said is None:
        return posted
    shape = COLUMN if said.kind == "ledger" else CELL
    pointed = {key: place for key, place in said.places.items() if shape.fullmatch(place)}
    top, bottom = said.header_rows or (0, 0)
    rows = (top, bottom) if 1 <= top <= bottom <= asked.sheet.height else None
    fresh = layouts.proposed(asked.sheet, view.form, said.kind, rows if pointed else None)
    return {
        **posted,
        said.sheet: replace(fresh, places={**fresh.places, **pointed}, unlocked=said.unlocked),
    }
