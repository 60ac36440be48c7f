"""A row of a permitted ledger on its page: filled in, changed, with each state it was in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.binding import Bound, Setting, bind, present
from forms.faults import Refused
from forms.kinds import KINDS
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.work import desk, words
from webapp.work.entries import Drawing, SummaryLine, summary
from webapp.work.ledgers import bp
from webapp.work.paper import PaperMaker
from workflows.admission import filled, ledger_due, ledger_rows, ledger_sight, permitted
from workflows.admission.ledger_columns import PERIOD
from workflows.admission.unit_kinds import COMMUNITY_KINDS
from workflows.usecases import submissions

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction


def _setting(tx: Transaction, matter_id: int, previous: dict[str, Any] | None = None) -> Setting:
    actor = edge.current_actor()
    place = request.args.get("community", type=int) or actor.unit_id
    own = tx.units.get(place) if place is not None else None
    about = submissions.about_actor(actor)
    about["actor_unit"] = own.id if own is not None and own.kind in COMMUNITY_KINDS else None
    about[PERIOD] = _period(tx, matter_id)
    return Setting(
        world=tx.world, units=tx.units, previous=previous or {}, variables=about, locale=locale_name()
    )


def _period(tx: Transaction, matter_id: int) -> str:
    """The period a page begins with, as it is written: the one of the address, else the current one."""
    _ledger, row = permitted.ledger(tx, matter_id)
    return ledger_due.chosen(tx, row, request.args.get("period")).label if ledger_due.dated(row) else ""


def _page(
    tx: Transaction,
    matter_id: int,
    bound: Bound,
    row_id: int | None,
    faults: tuple[SummaryLine, ...] = (),
    version: int | None = None,
) -> str:
    """The page of a row; `version`: which state of it the values began with, where that is not the one that stands."""
    ledger, _row = permitted.ledger(tx, matter_id)
    attachment = desk.attachments_of(tx)
    locale = locale_name()
    may_fill = edge.may(ledger_sight.FILL) and ledger.state == "in_force"
    entries = Drawing(bound, tx.units, attachment, locale).entries()
    maker = PaperMaker(
        bound.form,
        bound.values,
        tx.units,
        attachment,
        entries={key: entry for key, entry in entries.items() if may_fill and not entry.spec.readonly},
        locale=locale,
    )
    actor = edge.current_actor()
    row = ledger_rows.one(tx, matter_id, row_id, actor) if row_id is not None else None
    told = ledger_rows.versions(tx, matter_id, row.id, actor) if row is not None else []
    return render_template(
        "work/ledger_row.html",
        ledger=ledger,
        table=maker.paper(),
        row=row,
        version=version or (row.version if row is not None else None),
        may_fill=may_fill,
        faults=faults,
        versions=[(each, _changes(tx, bound.form, each, before)) for each, before in _paired(told)],
        acts=words.spoken(filled.ACTS),
        hidden=ledger_rows.hidden(tx, matter_id, actor),
    )


def _paired(
    told: list[ledger_rows.RowVersion],
) -> list[tuple[ledger_rows.RowVersion, ledger_rows.RowVersion | None]]:
    """Each version with the one before it; newest first."""
    return list(zip(told, [*told[1:], None], strict=False))


def _changes(
    tx: Transaction, form: Any, now: ledger_rows.RowVersion, before: ledger_rows.RowVersion | None
) -> list[tuple[str, str, str]]:
    """Label, what it was, what it is; nothing for the first version."""
    if before is None:
        return []

    def shown(spec: Any, values: Any) -> str:
        value = values.get(spec.key)
        return "" if value in (None, "") else KINDS[spec.kind].show(value, spec, tx.units, locale_name())

    pairs = ((spec.label, shown(spec, before.values), shown(spec, now.values)) for spec in form.fields)
    return [(label, old, new) for label, old, new in pairs if old != new]


@bp.get("/<int:matter_id>/rows/new")
@edge.requires(ledger_sight.FILL)
def new_row(matter_id: int) -> ResponseReturnValue:
    """An empty row to be filled in."""
    tx = edge.tx()
    return _page(tx, matter_id, present(permitted.form_of(tx, matter_id), _setting(tx, matter_id)), None)


@bp.get("/<int:matter_id>/rows/<int:row_id>")
@edge.signed_in
def show_row(matter_id: int, row_id: int) -> ResponseReturnValue:
    """A row with each state it was in; who may fill in changes it here."""
    tx = edge.tx()
    row = ledger_rows.one(tx, matter_id, row_id, edge.current_actor())
    bound = present(row.form, _setting(tx, matter_id, dict(row.values)))
    return _page(tx, matter_id, bound, row_id)


@bp.post("/<int:matter_id>/rows/new", defaults={"row_id": None}, endpoint="add_row")
@bp.post("/<int:matter_id>/rows/<int:row_id>", endpoint="change_row")
@edge.requires(ledger_sight.FILL)
def save_row(matter_id: int, row_id: int | None) -> ResponseReturnValue:
    """Keep a row. One that is there already is told, and nothing is doubled."""
    actor, version = edge.current_actor(), request.form.get("version", type=int)
    with edge.reading() as tx:
        form = permitted.form_of(tx, matter_id)
        bound = bind(form, request.form, _setting(tx, matter_id))
        if bound.submission is None:
            return _page(tx, matter_id, bound, row_id, tuple(summary(bound, locale_name())), version), 422
    try:
        filled.save(edge.tx(), matter_id, bound.submission.values, actor, row_id, version)
    except Refused as error:
        if not desk.again(error):
            raise
        edge.roll_back()
        with edge.reading() as tx:
            told = (SummaryLine("", error.tell(locale_name()), ""),)
            seen = None if isinstance(error, filled.RowChanged) else version
            return _page(tx, matter_id, bound, row_id, told, seen), 422
    flash(_("The row is kept; every department reads it from now on."), "message")
    return redirect(url_for("ledgers.show", matter_id=matter_id), 303)


@bp.post("/<int:matter_id>/rows/<int:row_id>/remove")
@edge.requires(ledger_sight.FILL)
def remove_row(matter_id: int, row_id: int) -> ResponseReturnValue:
    """A row no longer stands; what it said is kept."""
    filled.remove(edge.tx(), matter_id, row_id, edge.current_actor())
    flash(_("The row was removed; its history is kept."), "message")
    return redirect(url_for("ledgers.show", matter_id=matter_id), 303)
