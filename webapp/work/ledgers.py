"""台账目录: the ledgers a department may ask communities to fill in, and their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.binding import Bound, Setting, bind, present
from forms.faults import Refused
from forms.kinds import KINDS
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from webapp.work import desk, words
from webapp.work.entries import Drawing, SummaryLine, summary
from webapp.work.matters import COMMUNITY_KINDS, STREET_KINDS
from webapp.work.paper import PaperMaker
from workflows.admission import filled, permitted, states, verdicts
from workflows.admission.ledger_columns import COMMUNITY
from workflows.usecases import definitions, submissions

if TYPE_CHECKING:
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
        states=states.STATES,
        frequencies=words.spoken(permitted.FREQUENCIES),
        ledger_kinds=words.spoken(permitted.LEDGER_KINDS),
    )


@bp.get("/<int:matter_id>")
@edge.signed_in
def show(matter_id: int) -> ResponseReturnValue:
    """One ledger: what may be asked for, and its rows as far as this reader may see them."""
    tx, actor = edge.tx(), edge.current_actor()
    ledger, row = permitted.ledger(tx, matter_id)
    form = permitted.form_of(tx, matter_id)
    text = request.args.get("q", "").strip()[:200]
    unit_id = request.args.get("unit", type=int)
    columns = [each for each in form.fields if each.key != COMMUNITY and each.kind not in ("rows", "files")]
    page = filled.rows(tx, matter_id, actor, text, unit_id, asked_page(), 20)
    locale = locale_name()
    return render_template(
        "work/ledger.html",
        ledger=ledger,
        content=row["content"],
        form_key=form.key,
        columns=columns,
        page=page,
        cells={
            each.id: [
                KINDS[column.kind].show(each.values[column.key], column, tx.units, locale)
                if each.values.get(column.key) not in (None, "")
                else ""
                for column in columns
            ]
            for each in page.items
        },
        text=text,
        unit_id=unit_id,
        unit_choices=[(unit.id, unit.name) for unit in tx.units.all(STREET_KINDS | COMMUNITY_KINDS)],
        may_fill=edge.may(filled.FILL) and ledger.state == "in_force",
        states=states.STATES,
        frequencies=words.spoken(permitted.FREQUENCIES),
        ledger_kinds=words.spoken(permitted.LEDGER_KINDS),
    )


# ------------------------------------------------------------------ a row
def _setting(tx: Transaction, previous: dict[str, Any] | None = None) -> Setting:
    actor = edge.current_actor()
    own = tx.units.get(actor.unit_id) if actor.unit_id is not None else None
    about = submissions.about_actor(actor)
    if own is None or own.kind not in COMMUNITY_KINDS:
        about["actor_unit"] = None
    return Setting(
        world=tx.world, units=tx.units, previous=previous or {}, variables=about, locale=locale_name()
    )


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
    may_fill = edge.may(filled.FILL) and ledger.state == "in_force"
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
    row = filled.one(tx, matter_id, row_id, actor) if row_id is not None else None
    told = filled.versions(tx, matter_id, row.id, actor) if row is not None else []
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
    )


def _paired(told: list[filled.RowVersion]) -> list[tuple[filled.RowVersion, filled.RowVersion | None]]:
    """Each version with the one before it; newest first."""
    return list(zip(told, [*told[1:], None], strict=False))


def _changes(
    tx: Transaction, form: Any, now: filled.RowVersion, before: filled.RowVersion | None
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
@edge.requires(filled.FILL)
def new_row(matter_id: int) -> ResponseReturnValue:
    """An empty row to be filled in."""
    tx = edge.tx()
    return _page(tx, matter_id, present(permitted.form_of(tx, matter_id), _setting(tx)), None)


@bp.get("/<int:matter_id>/rows/<int:row_id>")
@edge.signed_in
def show_row(matter_id: int, row_id: int) -> ResponseReturnValue:
    """A row with each state it was in; who may fill in changes it here."""
    tx = edge.tx()
    row = filled.one(tx, matter_id, row_id, edge.current_actor())
    bound = present(permitted.form_of(tx, matter_id), _setting(tx, dict(row.values)))
    return _page(tx, matter_id, bound, row_id)


@bp.post("/<int:matter_id>/rows/new", defaults={"row_id": None}, endpoint="add_row")
@bp.post("/<int:matter_id>/rows/<int:row_id>", endpoint="change_row")
@edge.requires(filled.FILL)
def save_row(matter_id: int, row_id: int | None) -> ResponseReturnValue:
    """Keep a row. One that is there already is told, and nothing is doubled."""
    actor, version = edge.current_actor(), request.form.get("version", type=int)
    with edge.reading() as tx:
        form = permitted.form_of(tx, matter_id)
        bound = bind(form, request.form, _setting(tx))
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
@edge.requires(filled.FILL)
def remove_row(matter_id: int, row_id: int) -> ResponseReturnValue:
    """A row no longer stands; what it said is kept."""
    filled.remove(edge.tx(), matter_id, row_id, edge.current_actor())
    flash(_("The row was removed; its history is kept."), "message")
    return redirect(url_for("ledgers.show", matter_id=matter_id), 303)
