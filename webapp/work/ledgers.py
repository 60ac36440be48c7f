"""台账目录: the ledgers a department may ask communities to fill in, what of them is due, and who has filled them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.kinds import KINDS
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from webapp.work import words
from workflows.admission import (
    filled,
    ledger_due,
    ledger_periods,
    ledger_rows,
    ledger_sight,
    permitted,
    states,
    verdicts,
)
from workflows.admission.ledger_columns import COMMUNITY, PERIOD
from workflows.admission.ledger_rows import Sifted
from workflows.admission.unit_kinds import COMMUNITY_KINDS, STREET_KINDS
from workflows.usecases import definitions

if TYPE_CHECKING:
    from workflows.admission.ledger_periods import Period
    from workflows.usecases.runtime import Transaction

bp = Blueprint("ledgers", __name__, url_prefix="/ledgers")


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """The directory, sifted; a name that is not in it is told to be one that may be refused."""
    tx, actor = edge.tx(), edge.current_actor()
    filters = permitted.filters_of(request.args)
    page = permitted.search(tx, filters, asked_page())
    missing = None
    if filters.text and not page.total:
        missing = verdicts.look(tx, filters.text, None, None, tx.world.today)
    query: dict[str, Any] = {k: text for k, text in request.args.items() if k not in ("page", "state")}
    return render_template(
        "work/ledgers.html",
        page=page,
        filters=filters,
        missing=missing,
        tabs=[(key, url_for("ledgers.index", state=key, **query)) for key in permitted.LISTED],
        state=request.args.get("state", "in_force"),
        unit_choices=[
            (unit.id, unit.name) for unit in tx.units.all() if unit.kind not in COMMUNITY_KINDS | STREET_KINDS
        ],
        may_report=any(each.key == "supervise" for each in definitions.startable(tx, actor)),
        may_apply=any(each.key == "admit_ledger" for each in definitions.startable(tx, actor)),
        may_fill=edge.may(ledger_sight.FILL),
        states=states.STATES,
        frequencies=words.spoken(permitted.FREQUENCIES),
        ledger_kinds=words.spoken(permitted.LEDGER_KINDS),
    )


@bp.get("/<int:matter_id>")
@edge.signed_in
def show(matter_id: int) -> ResponseReturnValue:
    """One ledger: what may be asked for, and its rows of a period as far as this reader may see them."""
    tx, actor = edge.tx(), edge.current_actor()
    ledger, row = permitted.ledger(tx, matter_id)
    form = permitted.form_of(tx, matter_id)
    sifted = _sifted(tx, row)
    columns = [
        each
        for each in form.fields
        if each.key not in (COMMUNITY, PERIOD) and each.kind not in ("rows", "files")
    ]
    page = ledger_rows.rows(tx, matter_id, actor, sifted, asked_page(), 20)
    due = ledger_due.of_period(tx, row, _current(tx, row, sifted), actor) if ledger_due.dated(row) else []
    return render_template(
        "work/ledger.html",
        ledger=ledger,
        content=row["content"],
        form_key=form.key,
        columns=columns,
        page=page,
        cells={each.id: _cells(tx, each, [column.key for column in columns]) for each in page.items},
        sifted=sifted,
        hidden=ledger_rows.hidden(tx, matter_id, actor),
        periods=[(each.key, each.label) for each in ledger_due.periods(tx, row) if each.key],
        counted=Counter(each.state for each in due),
        due=due[0] if due else None,
        places=len(due),
        unit_choices=[(unit.id, unit.name) for unit in tx.units.all(STREET_KINDS | COMMUNITY_KINDS)],
        may_fill=edge.may(ledger_sight.FILL) and ledger.state == "in_force",
        states=states.STATES,
        frequencies=words.spoken(permitted.FREQUENCIES),
        ledger_kinds=words.spoken(permitted.LEDGER_KINDS),
    )


def _sifted(tx: Transaction, row: Mapping[str, Any]) -> Sifted:
    """What of the rows the address asks for: the newest period that holds any, unless another is chosen."""
    asked = request.args.get("period", "")
    period = None
    if ledger_due.dated(row) and ledger_periods.plan(row).periodic and asked != "all":
        newest = None if asked else ledger_rows.newest_period(tx, row["id"], edge.current_actor())
        period = newest or ledger_due.chosen(tx, row, asked).key
    return Sifted(request.args.get("q", "").strip()[:200], request.args.get("unit", type=int), period)


def _current(tx: Transaction, row: Mapping[str, Any], sifted: Sifted) -> Period:
    return ledger_due.chosen(tx, row, sifted.period)


def _cells(tx: Transaction, row: ledger_rows.LedgerRow, keys: Sequence[str]) -> list[str]:
    """The cells of a row as they are shown to this reader."""
    shown = []
    for key in keys:
        field, value = row.form.field(key), row.values.get(key)
        empty = value in (None, "")
        shown.append("" if empty else KINDS[field.kind].show(value, field, tx.units, locale_name()))
    return shown


# ------------------------------------------------------------------ what is due
@bp.get("/due")
@edge.requires(ledger_sight.FILL)
def due() -> ResponseReturnValue:
    """What the communities of this account still have to fill in."""
    tx = edge.tx()
    actor = edge.current_actor()
    found = ledger_due.grouped(ledger_due.owed(tx, actor))
    own = tx.units.get(actor.unit_id) if actor.unit_id is not None else None
    return render_template(
        "work/ledgers_due.html",
        items=found,
        late=sum(each.first.state == "late" for each in found),
        several=own is None or own.kind not in COMMUNITY_KINDS,
        states=ledger_due.STATES,
    )


@bp.get("/<int:matter_id>/returns")
@edge.signed_in
def returns(matter_id: int) -> ResponseReturnValue:
    """Which communities have filled in a period, which are late."""
    tx = edge.tx()
    ledger, row = permitted.ledger(tx, matter_id)
    if not ledger_due.dated(row):
        return redirect(url_for("ledgers.show", matter_id=matter_id), 303)
    period = ledger_due.chosen(tx, row, request.args.get("period"))
    found = ledger_due.of_period(tx, row, period, edge.current_actor())
    state = request.args.get("state", "")
    listed = [each for each in found if state in ("", each.state)]
    number, size = asked_page(), 50
    return render_template(
        "work/ledger_returns.html",
        ledger=ledger,
        period=period,
        periods=[(each.key, each.label) for each in ledger_due.periods(tx, row) if each.key],
        counted=Counter(each.state for each in found),
        may_fill=edge.may(ledger_sight.FILL) and ledger.state == "in_force",
        missing=ledger_due.MISSING,
        items=listed[(number - 1) * size : number * size],
        total=len(listed),
        places=len(found),
        state=state,
        number=number,
        size=size,
        states=ledger_due.STATES,
        states_spoken=list(words.spoken({key: said[:2] for key, said in ledger_due.STATES.items()}).items()),
    )


@bp.post("/<int:matter_id>/nothing")
@edge.requires(ledger_sight.FILL)
def report_nothing(matter_id: int) -> ResponseReturnValue:
    """零报告: a community has nothing to fill in for a period."""
    community, period = request.form.get("community", type=int) or 0, request.form.get("period", "")
    filled.nothing(edge.tx(), matter_id, community, period, edge.current_actor())
    flash(_("Kept: nothing to report for this period."), "message")
    own = edge.current_actor().unit_id == community
    there = url_for("ledgers.returns", matter_id=matter_id, period=period or None)
    return redirect(url_for("ledgers.due") if own else there, 303)


@bp.post("/<int:matter_id>/take-over")
@edge.requires(ledger_sight.FILL)
def take_over(matter_id: int) -> ResponseReturnValue:
    """沿用上期: the rows of the period before stand in this one too, to be corrected."""
    community, period = request.form.get("community", type=int) or 0, request.form.get("period", "")
    count = filled.take_over(edge.tx(), matter_id, community, period, edge.current_actor())
    flash(_("%(count)s rows were taken over; correct what has changed.", count=count), "message")
    return redirect(url_for("ledgers.show", matter_id=matter_id, period=period, unit=community), 303)
