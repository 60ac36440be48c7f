"""编号: how the office numbers, what was given, cancelled or never given; the patterns."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from webapp import edge
from webapp.errors import status_of
from webapp.i18n import _, locale_name
from webapp.work import words
from workflows.admission.sequences import SEQUENCES, STATES
from workflows.usecases import number_rules
from workflows.usecases.number_rules import PERMISSION

bp = Blueprint("numbers", __name__, url_prefix="/numbers")

SHOWN = 200
"""Numbers on the page; the workbook has all."""


@bp.get("")
@edge.requires("matters.see_all", PERMISSION)
def index() -> ResponseReturnValue:
    """The sequences of a year, and the numbers of one of them."""
    return _page()


def _page(sentence: str = "", status: int = 200) -> ResponseReturnValue:
    tx = edge.tx()
    year = min(max(request.values.get("year", type=int) or edge.today().year, 1990), 2100)
    key = request.values.get("sequence", "filing")[:50]
    found = number_rules.overview(tx, year, SEQUENCES)
    listed = number_rules.numbers_of(tx, key, year)
    state = request.args.get("state", "")
    chosen = [each for each in listed if not state or each.state == state]
    page = render_template(
        "work/numbers.html",
        year=year,
        this_year=edge.today().year,
        sequences=found,
        chosen=key,
        numbers=chosen[:SHOWN],
        more=max(0, len(chosen) - SHOWN),
        state=state,
        labels=words.spoken(SEQUENCES),
        states=words.spoken(STATES),
        manage=edge.may(PERMISSION),
        given=request.form,
        sentence=sentence,
    )
    return make_response(page, status)


@bp.post("/<sequence>/rule")
@edge.requires(PERMISSION)
def set_rule(sequence: str) -> ResponseReturnValue:
    """Number by the office's own pattern from the next number on."""
    try:
        number_rules.set_rule(edge.tx(), sequence[:50], request.form.get("pattern", ""), edge.current_actor())
    except Refused as error:
        edge.roll_back()
        return _page(error.tell(locale_name()), status_of(error))
    flash(_("The next number follows this pattern; those that were given stay as they are."), "message")
    return redirect(url_for("numbers.index", sequence=sequence), 303)
