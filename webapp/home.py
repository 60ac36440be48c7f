"""首页: what is due, what is late, what is moving."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import locale_name
from workflows.admission import ledger_due, statistics
from workflows.usecases import definitions, history, inbox, incident_view, stuck
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction

bp = Blueprint("home", __name__)

CHART_MONTHS = 6
SHOWN = 8


@dataclass(frozen=True)
class Bar:
    """One bar of the half-year chart, in the units of the picture (290 x 132)."""

    kind: str  # admitted | ended
    x: int
    y: int
    height: int
    count: int


@dataclass(frozen=True)
class Chart:
    """The half-year chart: bars, and a label under each pair."""

    bars: tuple[Bar, ...]
    labels: tuple[tuple[int, int, int], ...]  # x, year, month
    admitted: int
    ended: int


def chart_of(months: list[statistics.Month]) -> Chart:
    """Lay the months out as pairs of bars; the highest fills the picture."""
    highest = max((max(m.admitted, m.ended) for m in months), default=0) or 1
    bars: list[Bar] = []
    labels: list[tuple[int, int, int]] = []
    for index, month in enumerate(months):
        left = 20 + 44 * index
        for offset, kind, count in ((0, "admitted", month.admitted), (18, "ended", month.ended)):
            height = round(92 * count / highest) if count else 0
            bars.append(Bar(kind, left + offset, 110 - height, height, count))
        labels.append((left + 17, month.year, month.month))
    return Chart(tuple(bars), tuple(labels), sum(m.admitted for m in months), sum(m.ended for m in months))


@dataclass(frozen=True)
class Moving:
    """The latest thing that happened to an instance."""

    instance_id: int
    title: str
    text: str
    actor_name: str
    at: datetime


# What the system did by itself is no news; what it ended is.
NO_NEWS = frozenset({"service", "timer", "task_cancelled"})
LOOKED_AT = 12


def moving(tx: Transaction, actor: Actor, size: int = 6) -> list[Moving]:
    """What happened last to instances the actor started, did something in or may see, latest first."""
    titles: dict[int, str] = {}
    for done in inbox.done(tx, actor, inbox.Filters(order="new"), 1, LOOKED_AT).items:
        titles.setdefault(done.instance_id, done.title)
    for seen in inbox.visible(tx, actor, inbox.Filters(order="new"), 1, LOOKED_AT).items:
        titles.setdefault(seen.instance_id, seen.title)
    found: list[Moving] = []
    for instance_id, title in titles.items():
        lines = [
            line for line in history.sentences(tx, instance_id, locale_name()) if line.event not in NO_NEWS
        ]
        if lines:
            found.append(Moving(instance_id, title, lines[-1].text, lines[-1].actor_name, lines[-1].at))
    return sorted(found, key=lambda line: line.at, reverse=True)[:size]


@bp.get("/")
@edge.signed_in
def show() -> ResponseReturnValue:
    """The home page; `tab` chooses the list on it."""
    tx, actor = edge.tx(), edge.current_actor()
    tab = request.args.get("tab", "todo")
    counts = inbox.counts(tx, actor)
    lists = {"todo": inbox.todo, "started": inbox.started, "copies": inbox.copied}
    tab = tab if tab in lists else "todo"
    return render_template(
        "home.html",
        tab=tab,
        counts=counts,
        stuck=stuck.count(tx, actor),
        owed=Counter(each.first.state for each in ledger_due.grouped(ledger_due.owed(tx, actor))),
        incidents=incident_view.count_open(tx, actor),
        items=lists[tab](tx, actor, None, 1, SHOWN),
        figures=statistics.figures(tx, actor),
        chart=chart_of(statistics.months(tx, actor, CHART_MONTHS)),
        moving=moving(tx, actor),
        new_office=not tx.units.all() and edge.may("units.manage"),
        may_start=bool(definitions.startable(tx, actor)),
    )
