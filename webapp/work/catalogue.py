"""指导目录: its editions, one edition by class, and what differs from the edition before."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _
from webapp.work import words
from webapp.work.exports import can_print
from workflows.admission import catalogue, catalogue_lists, comparing, registry
from workflows.admission.catalogue import Edition, Entry
from workflows.usecases import long_lists

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")

#: Columns an edition taken over from a workbook may lack altogether; they are drawn where anything stands in them.
SPARSE = ("period_text", "funds_text", "filing_number")


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """All editions, newest first."""
    tx = edge.tx()
    return render_template(
        "work/catalogue.html",
        editions=catalogue.editions(tx),
        current=catalogue.current(tx),
        lists=catalogue_lists.names(tx),
    )


def _before(editions: list[Edition], edition: Edition) -> Edition | None:
    """The published edition before this one."""
    older = [e for e in editions if (e.year, e.serial) < (edition.year, edition.serial)]
    return max(older, key=lambda each: (each.year, each.serial), default=None)


@bp.get("/<int:edition_id>")
@edge.signed_in
def show(edition_id: int) -> ResponseReturnValue:
    """An edition by class, or one of its lists; with `difference`, what changed since the edition before (or another)."""
    tx = edge.tx()
    edition = catalogue.edition(tx, edition_id)
    editions = catalogue.editions(tx)
    name = catalogue_lists.wanted(tx, request.args)
    every = catalogue.entries(tx, edition_id)
    entries = catalogue_lists.of_list(every, name) if name else every
    before = _before(editions, edition)
    against = request.args.get("difference", type=int)
    difference = None
    if "difference" in request.args and (against or before):
        difference = catalogue_lists.within(
            catalogue.difference(tx, against or before.id, edition_id),  # type: ignore[union-attr]
            name,
        )
    shown = [*entries, *(difference.removed if difference is not None else ())]
    return render_template(
        "work/edition.html",
        edition=edition,
        title=catalogue_lists.title(edition, name),
        list_name=name,
        lists=[(each, catalogue_lists.counted(every)[each]) for each in catalogue_lists.names(tx)],
        whole=len(every),
        editions=editions,
        before=next((each for each in editions if each.id == against), before),
        classes=[(name, list(group)) for name, group in groupby(entries, key=lambda each: each.class_name)],
        total=len(entries),
        filled={key for key in SPARSE if any(getattr(each, key) for each in shown)},
        difference=difference,
        can_print=can_print() and len(entries) <= long_lists.LONG,
        executors=words.executors(),
        changes=changes,
        may_see=registry.visible_among(
            tx, edge.current_actor(), {each.matter_id for each in shown if each.matter_id is not None}
        ),
    )


SHOWN = 300
"""Lines of one kind that a page draws; the workbook has all."""


@bp.get("/compare")
@edge.signed_in
def compare() -> ResponseReturnValue:
    """Any two editions beside each other: added, changed, ended."""
    tx = edge.tx()
    old, new = comparing.pair(
        tx, request.args.get("old", 0, type=int) or 0, request.args.get("new", 0, type=int) or 0
    )
    found = comparing.compare(tx, old, new)
    ids = {each.entry.matter_id for each in found.lines if each.entry.matter_id is not None}
    return render_template(
        "work/comparison.html",
        found=found,
        counts=found.counts(),
        groups=[(kind, [each for each in found.lines if each.kind == kind]) for kind in comparing.KINDS],
        most=SHOWN,
        choices=[(each.id, short(each)) for each in catalogue.editions(tx)],
        kinds=words.spoken({key: (zh, en) for key, (zh, en, _tone) in comparing.KINDS.items()}),
        tones={key: tone for key, (_zh, _en, tone) in comparing.KINDS.items()},
        columns=words.spoken(comparing.COLUMNS),
        may_see=registry.visible_among(tx, edge.current_actor(), ids),
    )


def short(edition: Edition) -> str:
    """2026年版, 2026年版·2 for the second of a year."""
    serial = f"·{edition.serial}" if edition.serial > 1 else ""
    draft = _(" (draft)") if edition.status != "published" else ""
    return _("Edition of %(year)s", year=edition.year) + serial + draft


@bp.get("/<int:edition_id>/print")
@edge.signed_in
def sheet(edition_id: int) -> ResponseReturnValue:
    """An edition to print, or to keep as a PDF by the browser."""
    tx = edge.tx()
    name = catalogue_lists.wanted(tx, request.args)
    entries = catalogue_lists.entries(tx, edition_id, name)
    return render_template(
        "work/edition_print.html",
        edition=catalogue.edition(tx, edition_id),
        heading=catalogue_lists.heading(tx, edition_id, name),
        list_name=name,
        classes=[(name, list(group)) for name, group in groupby(entries, key=lambda each: each.class_name)],
        total=len(entries),
        executors=words.executors(),
    )


def changes(old: Entry, new: Entry) -> list[tuple[str, str, str]]:
    """Return label, earlier and present words of what reads differently in an entry."""
    labels = {
        "matter_name": _("Name of the matter"),
        "class_name": _("Class"),
        "content": _("Content"),
        "legal_basis": _("Legal basis"),
        "applicant_unit": _("Responsible unit"),
        "duty": _("What the community does"),
        "flow": _("Course"),
        "executor": _("Carried out by"),
        "period_text": _("Period"),
        "funds_text": _("Funds"),
        "filing_number": _("Number"),
        "remarks": _("Remarks"),
    }
    found = []
    for key, label in labels.items():
        before, now = _words(getattr(old, key)), _words(getattr(new, key))
        if before != now:
            found.append((label, before, now))
    return found


def _words(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return "、".join(words.executors().get(each, each) for each in value)
    return value or ""
