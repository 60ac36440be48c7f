"""已记住的版式: what the office remembers of its tables, and forgetting it; what a table's unknown words mean."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.fields import Form
from forms.secrecy import ConfidentialRefused
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.work import import_after
from workflows.store.tables import EVERY_UNIT
from workflows.usecases import definitions, imports, memory, putting_right
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.memory import Kept
from workflows.usecases.runtime import Transaction

bp = Blueprint("memory", __name__, url_prefix="/imports")


@dataclass(frozen=True)
class Line:
    """One thing remembered, in words."""

    kept: Kept
    form: str
    scope: str
    said: str


@bp.get("/memory")
@edge.signed_in
def index() -> ResponseReturnValue:
    """Layouts and values that are remembered, as far as the actor may forget them."""
    tx, actor = edge.tx(), edge.current_actor()
    if not imports.offered(tx, actor):
        raise NotAllowed(permission="imports.own_unit")
    lines = {kind: [_line(tx, each) for each in memory.listing(tx, kind, actor)] for kind in memory.TABLES}
    return render_template("work/memory.html", layouts=lines["layout"], values=lines["value"])


def _line(tx: Transaction, kept: Kept) -> Line:
    form = _form(tx, kept.form_key)
    unit = tx.units.get(kept.unit_id) if kept.unit_id != EVERY_UNIT else None
    scope = _("every unit") if kept.unit_id == EVERY_UNIT else unit.full_name if unit else _("a former unit")
    title = form.title if form else kept.form_key or _("any table")
    return Line(kept, title, scope, _meaning(tx, form, kept) if kept.given else _layout(form, kept))


def _form(tx: Transaction, key: str) -> Form | None:
    try:
        return definitions.form(tx, key) if key else None
    except NotFound:
        return None


def _meaning(tx: Transaction, form: Form | None, kept: Kept) -> str:
    if not kept.field:
        unit = tx.units.get(int(kept.value)) if kept.value.isdecimal() else None
        return unit.full_name if unit else _("a former unit")
    choices = form.field(kept.field).choices if form and kept.field in form else ()
    return next((each.label for each in choices if each.key == kept.value), kept.value)


def _layout(form: Form | None, kept: Kept) -> str:
    """The kind of a layout and how much it holds."""
    layout = kept.layout if isinstance(kept.layout, dict) else {}
    kind = {"single": _("One application"), "ledger": _("One a row")}.get(
        layout.get("kind", ""), _("Not read")
    )
    keys = [key for each in layout.get("assignments", ()) for key in each.get("keys", ())]
    count = _("%(count)s fields", count=len(keys))
    return f"{kind} · {count}" if keys else kind


@bp.post("/memory/<any(layout, value):kind>/<int:kept_id>/forget")
@edge.signed_in
def forget(kind: str, kept_id: int) -> ResponseReturnValue:
    """Forget one: the next table of its kind is asked for again."""
    tx, actor = edge.tx(), edge.current_actor()
    if not imports.offered(tx, actor):
        raise NotAllowed(permission="imports.own_unit")
    memory.forget(tx, kind, kept_id, actor)
    flash(_("It is forgotten; the next table of this kind is asked about again."), "message")
    return redirect(url_for("memory.index"), 303)


@bp.post("/<int:batch_id>/words")
@edge.signed_in
def put_right(batch_id: int) -> ResponseReturnValue:
    """Read the table with some unknown words put right; where it is ticked the office remembers them."""
    actor = edge.current_actor()
    answers = _answers()
    try:
        with edge.reading() as tx:
            found, said = putting_right.read_with(tx, batch_id, answers, actor)
        remember = request.form.get("remember") == "yes"
        putting_right.settle(edge.tx(), batch_id, found, said, actor, remember=remember)
    except ConfidentialRefused as error:
        return import_after.refused_for_good(batch_id, "", error)
    except putting_right.NoSuchMeaning as error:
        flash(error.tell(locale_name()), "error")
        return redirect(url_for("imports.show", batch_id=batch_id), 303)
    return redirect(url_for("imports.show", batch_id=batch_id), 303)


def _answers() -> dict[tuple[str, str], str]:
    """(field, word) -> what was chosen; a question left open is no answer."""
    found = {}
    for index in range(request.form.get("questions", 0, type=int) or 0):
        if index >= 200:
            break
        value = request.form.get(f"other-{index}") or request.form.get(f"meaning-{index}", "")
        if value:
            key = (request.form.get(f"field-{index}", ""), request.form.get(f"word-{index}", ""))
            found[key] = value
    return found
