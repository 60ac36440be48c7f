"""某日在册: what was in force on any day, in which community; a community's own page; one version of a matter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.work import words
from workflows.admission import as_of, communities, following, states
from workflows.admission.finding import Filters
from workflows.admission.unit_kinds import COMMUNITY_KINDS, STREET_KINDS

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction

bp = Blueprint("in_force", __name__, url_prefix="/in-force")


def places(tx: Transaction) -> list[tuple[int, str]]:
    """Subdistricts and communities for a choice, each community below its subdistrict."""
    found: list[tuple[int, str]] = []
    for street in tx.units.all(STREET_KINDS):
        found.append((street.id, street.name))
        found += [
            (ref.id, f"　{ref.name}") for ref in tx.units.children(street.id) if ref.kind in COMMUNITY_KINDS
        ]
    return found


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """What was in force on a day, in one place or everywhere."""
    tx, actor = edge.tx(), edge.current_actor()
    wanted = as_of.asked(tx, request.args)
    found = as_of.look_up(tx, wanted)
    return render_template(
        "work/in_force.html",
        wanted=wanted,
        items=found,
        open_to_reader=as_of.visible_among(tx, actor, found),
        places=places(tx),
        executors=words.executors(),
    )


@bp.get("/communities")
@edge.signed_in
def list_communities() -> ResponseReturnValue:
    """The communities by subdistrict."""
    tx = edge.tx()
    text = request.args.get("q", "").strip()[:100]
    return render_template("work/communities.html", text=text, streets=communities.by_street(tx, text=text))


@bp.get("/communities/<int:unit_id>")
@edge.signed_in
def community(unit_id: int) -> ResponseReturnValue:
    """What a community must do, what it may refuse, what ended."""
    tx, actor = edge.tx(), edge.current_actor()
    found = communities.lists(tx, unit_id, asked_day(), actor)
    listed = [*found.must, *found.grid, *(each for _why, each in found.may_refuse), *found.ended]
    return render_template(
        "work/community.html",
        found=found,
        open_to_reader=as_of.visible_among(tx, actor, listed),
        followed=following.follows(tx, "community", unit_id, actor),
        why=words.spoken(communities.WHY),
        executors=words.executors(),
        states=states.STATES,
    )


def asked_day() -> date | None:
    """The day of the address; None: today."""
    return Filters.from_query(request.args).day
