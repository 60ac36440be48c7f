"""The registry for programs: what was in force on a day and where, a community's lists, one matter with its versions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import request

from webapp import edge
from webapp.api.frame import BadBody, route
from workflows.admission import as_of, communities, funds, registry, versions

FILTERS = ("day", "community", "q")


def _query(*known: str) -> dict[str, str]:
    """The query of the address. Raises `BadBody` for what is not known or cannot be read."""
    for name, text in request.args.items():
        if name not in known:
            raise BadBody(name, f"已知的筛选之一({'、'.join(known)})", f"one of {', '.join(known)}")
        if name == "day" and _day(text) is None:
            raise BadBody(name, "日期，如 2026-03-16", "a date such as 2026-03-16")
        if name == "community" and not (text.isascii() and text.isdigit() and len(text) < 12):
            raise BadBody(name, "街道或社区的编号", "the id of a subdistrict or community")
    return request.args.to_dict()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@route("/matters/in-force")
def matters_in_force() -> Any:
    """What was in force on `day` (today), in `community` (everywhere): each matter as it stood then."""
    tx = edge.tx()
    wanted = as_of.asked(tx, _query(*FILTERS))
    found = as_of.look_up(tx, wanted)
    return {"day": wanted.day, "community": wanted.place and _place(wanted.place), "items": found}


@route("/communities")
def list_communities() -> Any:
    """The communities by subdistrict, each with how many matters it does."""
    found = communities.by_street(edge.tx(), text=_query("q").get("q", "").strip())
    return {"items": [{"street": street, "communities": listed} for street, listed in found]}


@route("/communities/<int:unit_id>/lists")
def community_lists(unit_id: int) -> Any:
    """What a community must do on `day` (today), what it may refuse and why, what ended."""
    found = communities.lists(edge.tx(), unit_id, _day(_query("day").get("day", "")), edge.current_actor())
    return {
        "community": _place(found.place),
        "day": found.day,
        "must": found.must,
        "by_grid_workers": found.grid,
        "may_refuse": [{"why": why, "matter": each} for why, each in found.may_refuse],
        "ended": found.ended,
    }


@route("/matters/<int:matter_id>")
def show_matter(matter_id: int) -> Any:
    """A matter with its life, its money and what each version of its data changed."""
    tx, actor = edge.tx(), edge.current_actor()
    found = registry.matter(tx, matter_id, actor)
    money = funds.sums_of(tx, [matter_id], actor=actor).get(matter_id)
    return {
        "matter": found,
        "funds": money and {**asdict(money), "left": money.left},
        "life": registry.life(tx, matter_id),
        "versions": versions.versions(tx, matter_id),
    }


@route("/matters/<int:matter_id>/versions/<int:number>")
def matter_version(matter_id: int, number: int) -> Any:
    """One version of a matter's data, whole."""
    tx = edge.tx()
    registry.matter(tx, matter_id, edge.current_actor())
    return versions.version(tx, matter_id, number)


def _place(place: as_of.Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": place.name,
        "kind": place.kind,
        "street": place.street,
        "gone_on": place.gone_on,
        "called_then": place.called_then,
    }
