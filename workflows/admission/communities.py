"""A community's own page: what it must do, what it may refuse and why, what ended. And the communities of a district."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflows.admission import as_of
from workflows.admission.as_of import Place, Stood
from workflows.admission.unit_kinds import COMMUNITY_KINDS
from workflows.usecases import units
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction

WHY: dict[str, tuple[str, str]] = {
    "pending": ("正在申请，尚未准入", "applied for, not admitted yet"),
    "refused": ("不予准入", "refused"),
    "not_yet": ("已备案，尚未生效", "filed, not in force yet"),
    "expired": ("期限已过", "its period is over"),
    "out_of_scope": ("进入范围不含本社区", "does not enter this community"),
}
"""Why a community may refuse a matter it may be asked for: key -> words."""


@dataclass(frozen=True)
class Lists:
    """What a community reads of the registry on a day. `grid`: what grid workers do there."""

    place: Place
    day: date
    must: tuple[Stood, ...]
    grid: tuple[Stood, ...]
    may_refuse: tuple[tuple[str, Stood], ...]  # key of WHY
    ended: tuple[Stood, ...]


def lists(tx: Transaction, unit_id: int, day: date | None = None, actor: Actor | None = None) -> Lists:
    """The lists of a community or subdistrict. Raises `NoSuchCommunity`.

    What is in force stands in the catalogue, so everybody reads it; an application is told of to whom it is open.
    """
    on = day or tx.world.today
    where = as_of.place(tx, unit_id, on)
    held = list(as_of.stood(tx, on))
    seen = as_of.visible_among(tx, actor, held) if actor is not None else frozenset()
    here = [each for each in held if as_of.enters(each.scope, where.reach)]
    binding = [each for each in here if as_of.binds(each, on)]
    refusable = [(why, each) for each in held if (why := _why(each, where, on)) is not None]
    return Lists(
        place=where,
        day=on,
        must=tuple(each for each in binding if each.by_community),
        grid=tuple(each for each in binding if not each.by_community),
        may_refuse=tuple(
            sorted(
                (pair for pair in refusable if pair[0] not in _CLOSED or pair[1].matter_id in seen),
                key=lambda pair: tuple(WHY).index(pair[0]),
            )
        ),
        ended=tuple(
            sorted(
                (each for each in here if each.state == "ended" and each.by_community),
                key=lambda each: each.ended_on or date.min,
                reverse=True,
            )
        ),
    )


_CLOSED = ("pending", "refused")
"""Grounds of refusal that are known to the parties of an application alone."""


def _why(each: Stood, where: Place, day: date) -> str | None:
    """Why the place may refuse a matter; None where it may not, or nobody would ask it."""
    if not each.by_community:
        return None
    if not as_of.enters(each.scope, where.reach):
        return "out_of_scope" if as_of.binds(each, day) else None
    if each.state in ("pending", "refused", "not_yet", "expired"):
        return each.state
    return "expired" if each.state == "leaving" and not as_of.binds(each, day) else None


@dataclass(frozen=True)
class Counted:
    """A community of the list, with how many matters it does."""

    id: int
    name: str
    matters: int


def by_street(tx: Transaction, day: date | None = None, text: str = "") -> list[tuple[str, list[Counted]]]:
    """The communities by subdistrict, as they stood on a day; `text`: part of a name of either."""
    on = day or tx.world.today
    there = units.directory(tx, on)
    binding = [each for each in as_of.in_force(tx, on) if each.by_community]
    found: dict[str, list[Counted]] = {}
    for ref in there.all(COMMUNITY_KINDS):
        above = there.get(ref.parent_id) if ref.parent_id is not None else None
        street = above.name if above is not None else ""
        if text not in ref.name and text not in street:
            continue
        reach = frozenset(there.reach(ref.id))
        found.setdefault(street, []).append(Counted(ref.id, ref.name, _count(binding, reach)))
    return list(found.items())


def _count(binding: Iterable[Stood], reach: frozenset[int]) -> int:
    return sum(as_of.enters(each.scope, reach) for each in binding)
