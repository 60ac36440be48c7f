"""工作日历: a year's days off and make-up working days, and what an administrator may change of them."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from webapp import edge
from webapp.errors import status_of
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from workflows.usecases import calendar_table, office_calendar
from workflows.usecases.errors import NotAllowed
from workflows.usecases.office_calendar import FIRST_YEAR, LAST_YEAR, PERMISSION

bp = Blueprint("calendar", __name__, url_prefix="/calendar")


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """A year's months, its exceptions, and the changes of the calendar."""
    return _page(_year())


def _year() -> int:
    return _kept(request.values.get("year", type=int) or edge.today().year)


def _kept(year: int) -> int:
    """A year, or the nearest the calendar is kept for."""
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _page(year: int, sentence: str = "", status: int = 200) -> ResponseReturnValue:
    edge.roll_back()
    with edge.reading() as tx:
        page = render_template(
            "calendar/index.html",
            view=office_calendar.year_view(tx, year),
            changes=office_calendar.revisions(tx, asked_page()),
            manage=edge.may(PERMISSION),
            given=request.form,
            sentence=sentence,
            form_key=calendar_table.FORM,
        )
    return make_response(page, status)


@bp.post("/days")
@edge.requires(PERMISSION)
def set_days() -> ResponseReturnValue:
    """Set a day or a span of days, or give them back to the national arrangement."""
    try:
        start = date.fromisoformat(request.form.get("day", ""))
        until = request.form.get("until", "").strip()
        values = {
            "day": start,
            "until": date.fromisoformat(until) if until else None,
            "kind": request.form["kind"],
            "reason": request.form.get("reason", "").strip(),
        }
        if values["kind"] not in calendar_table.KINDS:
            raise ValueError
    except (KeyError, ValueError):
        return _page(_year(), _("Please give a day and what it is to be."), 422)
    try:
        changes = calendar_table.days_of(values)
        office_calendar.set_days(edge.tx(), changes, edge.current_actor(), reason=str(values["reason"]))
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(_kept(start.year), refused.tell(locale_name()), status_of(refused))
    flash(_("The calendar is changed; what is due after these days is counted again."))
    return redirect(url_for("calendar.index", year=start.year), 303)


@bp.post("/years/<int:year>")
@edge.requires(PERMISSION)
def settle(year: int) -> ResponseReturnValue:
    """Say that a year's days are the announced ones, or take that back."""
    settled = request.form.get("settled") == "yes"
    office_calendar.settle_year(edge.tx(), year, edge.current_actor(), settled)
    return redirect(url_for("calendar.index", year=year), 303)
