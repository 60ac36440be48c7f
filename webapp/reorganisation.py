"""机构调整: units renamed, merged, split, work transferred; and where the reviewing role sits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from webapp import edge
from webapp.errors import status_of
from webapp.i18n import _, locale_name
from webapp.organisation import unit_by_text
from workflows.admission.roles import REVIEW_ROLES
from workflows.usecases import planned_acts, reorganising, seats, units
from workflows.usecases.errors import NotAllowed
from workflows.usecases.reorganising import ACTS, Extent, Target, Wanted
from workflows.usecases.runtime import Transaction

bp = Blueprint("reorganisation", __name__, url_prefix="/organisation")

ASKED = ("name", "others", "target", "on", "document", "note")
"""What the form holds besides the choices of a matter's or a person's new unit."""


@bp.get("/reform")
@edge.requires(reorganising.PERMISSION)
def ask() -> ResponseReturnValue:
    """What an act would carry, and its form; `unit`, `act`."""
    return _page(request.args.get("unit", type=int) or 0, request.args.get("act", "rename"))


@bp.post("/reform")
@edge.requires(reorganising.PERMISSION)
def perform() -> ResponseReturnValue:
    """Carry out an act. A split is asked twice: first the new units, then what goes to which."""
    tx, act = edge.tx(), request.form.get("act", "")
    unit_id = request.form.get("unit", type=int) or 0
    try:
        wanted = _wanted(tx, unit_id, act)
        if act == "split" and request.form.get("assigned") != "1" and len(wanted.into) > 1:
            return _page(unit_id, act, parts=[target.name for target in wanted.into])
        if wanted.on > edge.today():
            planned_acts.plan(tx, wanted, edge.current_actor())
            flash(_("Entered: it takes effect on %(day)s by itself.", day=wanted.on.isoformat()))
            return redirect(url_for("reorganisation.acts"), 303)
        reorganising.perform(tx, wanted, edge.current_actor())
    except NotAllowed:
        raise
    except ValueError as wrong:
        return _page(unit_id, act, str(wrong), 422)
    except Refused as refused:
        return _page(unit_id, act, refused.tell(locale_name()), status_of(refused))
    done = reorganising.acts(tx, size=1)[0]
    flash(
        _(
            "Recorded: %(before)s → %(after)s. %(people)s people, %(matters)s matters and %(tasks)s open tasks have come along.",
            before="、".join(name for _id, name in done.before),
            after="、".join(name for _id, name in done.after),
            people=done.carried["people"],
            matters=done.carried["belongings"],
            tasks=done.carried["tasks"],
        )
    )
    if done.carried.get("kept"):
        flash(
            _(
                "%(count)s cases closed since that day keep the old name, with their documents and the figures of those days.",
                count=done.carried["kept"],
            ),
            "warning",
        )
    return redirect(url_for("organisation.index", unit=done.after[0][0]), 303)


def _wanted(tx: Transaction, unit_id: int, act: str) -> Wanted:
    """The act as the form asks for it. Raises ValueError with a sentence."""
    if act not in ACTS:
        raise ValueError(_("Choose what happens to the unit."))
    try:
        on = date.fromisoformat(request.form.get("on", "") or edge.today().isoformat())
    except ValueError:
        raise ValueError(_("“%(text)s” is no date.", text=request.form.get("on", ""))) from None
    mine: tuple[int, ...] = (unit_id,)
    names = [request.form.get("name", "").strip()]
    if act == "merge":
        others = [unit_by_text(tx, line) for line in _lines("others")]
        mine = (unit_id, *(each for each in others if each is not None))
    elif act == "split":
        names = _lines("others")
    elif act == "transfer":
        target = unit_by_text(tx, request.form.get("target", ""))
        if target is None:
            raise ValueError(_("Name the unit that takes the work."))
        return Wanted(act, mine, (Target(unit_id=target),), on, *_paper(), *_chosen(always=0))
    ends = {ref.name: ref.id for each in mine if (ref := tx.units.get(each)) is not None}
    into = tuple(
        Target(unit_id=ends[name]) if act == "merge" and name in ends else Target(name) for name in names
    )
    return Wanted(act, mine, into, on, *_paper(), *_chosen())


def _lines(name: str) -> list[str]:
    return [line.strip() for line in request.form.get(name, "").splitlines() if line.strip()]


def _paper() -> tuple[str, str]:
    return request.form.get("document", "").strip()[:200], request.form.get("note", "").strip()[:2000]


def _chosen(always: int | None = None) -> tuple[dict[str, int], dict[int, int]]:
    """Which belonging and which person goes to which of the units; a ticked box where there is but one."""
    belongings: dict[str, int] = {}
    people: dict[int, int] = {}
    for key, text in request.form.items():
        kind, _colon, rest = key.partition("-")
        if kind not in ("belonging", "person") or not text.isdigit():
            continue
        place = always if always is not None else int(text)
        if kind == "belonging":
            belongings[rest] = place
        elif rest.isdigit():
            people[int(rest)] = place
    return belongings, people


def _page(
    unit_id: int, act: str, sentence: str = "", status: int = 200, parts: Sequence[str] = ()
) -> ResponseReturnValue:
    edge.roll_back()
    with edge.reading() as tx:
        view = units.get(tx, unit_id)
        extent: Extent = reorganising.extent(tx, unit_id, edge.current_actor())
        page = render_template(
            "organisation/reform.html",
            view=view,
            act=act if act in ACTS else "rename",
            acts=ACTS,
            extent=extent,
            given={key: request.form.get(key, "") for key in ASKED} | {"today": edge.today().isoformat()},
            chosen=request.form,
            names=[each.full_name for each in tx.units.all() if each.id != unit_id],
            sentence=sentence,
            divided=list(parts),
        )
    return make_response(page, status)


@bp.get("/acts")
@edge.signed_in
def acts() -> ResponseReturnValue:
    """机构沿革: the acts recorded so far, latest first."""
    tx = edge.tx()
    return render_template(
        "organisation/acts.html",
        acts=reorganising.acts(tx),
        planned=planned_acts.listed(tx) if edge.may(reorganising.PERMISSION) else [],
        states=planned_acts.STATES,
        names=ACTS,
    )


@bp.post("/acts/<int:planned_id>/withdraw")
@edge.requires(reorganising.PERMISSION)
def withdraw(planned_id: int) -> ResponseReturnValue:
    """An act that was entered ahead will not take place."""
    planned_acts.withdraw(edge.tx(), planned_id, edge.current_actor())
    flash(_("Withdrawn: it will not take effect."))
    return redirect(url_for("reorganisation.acts"), 303)


@bp.get("/reviewing")
@edge.requires(seats.PERMISSION)
def reviewing() -> ResponseReturnValue:
    """Where the reviewing role sits."""
    return _reviewing_page()


@bp.post("/reviewing")
@edge.requires(seats.PERMISSION)
def move_reviewing() -> ResponseReturnValue:
    """Move the reviewing role to another unit, or let it be in force wherever it is held."""
    tx = edge.tx()
    try:
        to = unit_by_text(tx, request.form.get("unit", ""))
        given_back = seats.move(tx, REVIEW_ROLES, to, edge.current_actor())
    except NotAllowed:
        raise
    except ValueError as wrong:
        return _reviewing_page(str(wrong), 422)
    except Refused as refused:
        return _reviewing_page(refused.tell(locale_name()), status_of(refused))
    flash(_("Saved. %(count)s tasks that others had claimed went back to the group.", count=given_back))
    return redirect(url_for("reorganisation.reviewing"), 303)


def _reviewing_page(sentence: str = "", status: int = 200) -> ResponseReturnValue:
    edge.roll_back()
    with edge.reading() as tx:
        seat = seats.seat(tx, REVIEW_ROLES)
        held = seats.holders(tx, REVIEW_ROLES)
        page = render_template(
            "organisation/reviewing.html",
            seat=units.name_of(tx, seat),
            held=[(units.name_of(tx, unit_id), count) for unit_id, count in held.items()],
            given=request.form.get("unit", units.name_of(tx, seat)),
            names=[each.full_name for each in tx.units.all()],
            sentence=sentence,
        )
    return make_response(page, status)
