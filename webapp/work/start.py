"""发起申请: the processes one may start, and the paper table to be filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from forms.binding import Bound, Setting, bind, present
from forms.faults import Refused
from forms.fields import Form
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.work import desk
from webapp.work.entries import Drawing, SummaryLine, options_of, summary
from webapp.work.paper import PaperMaker
from workflows.usecases import definitions, imports, instances
from workflows.usecases.errors import NotFound
from workflows.usecases.views import ProcessView

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction

DAILY = frozenset({"admission_application", "change_application", "termination"})
"""Forms whose tables offices have already: uploading one comes before filling in."""

bp = Blueprint("start", __name__, url_prefix="/start")


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """The processes this actor may start."""
    tx, actor = edge.tx(), edge.current_actor()
    known = [each.form_key for each in imports.offered(tx, actor)]
    found = definitions.startable(tx, actor)
    processes = sorted(found, key=lambda each: _place(known, each.form_key))  # the daily one first
    return render_template("work/start.html", processes=processes, importable=frozenset(known), daily=DAILY)


def _place(known: list[str], form_key: str | None) -> int:
    return known.index(form_key) if form_key in known else len(known)


def _from_table(tx: Transaction, form: Form) -> bool:
    """Whether this actor may take the form in from a table."""
    return any(each.form_key == form.key for each in imports.offered(tx, edge.current_actor()))


def _process(tx: Transaction, key: str) -> ProcessView:
    for each in definitions.startable(tx, edge.current_actor()):
        if each.key == key:
            return each
    raise NotFound(kind=_("process"), key=key)


def _setting(tx: Transaction, key: str) -> Setting:
    return desk.with_own_uploads(instances.start_setting(tx, key, edge.current_actor()), tx)


@bp.get("/<process_key>")
@edge.signed_in
def show(process_key: str) -> ResponseReturnValue:
    """The start form as the paper it stands for; before it, the one question that may stop."""
    tx = edge.tx()
    process = _process(tx, process_key)
    form = definitions.start_form(tx, process_key)
    if form is None:
        return render_template("work/start_plain.html", process=process)
    setting = _setting(tx, process_key)
    first = desk.asked_first(form)
    if not first:
        return _table(tx, process, form, present(form, _asked(form, setting)))
    answer = request.args.get(first, "")
    if answer not in {each.key for each in form.field(first).choices}:
        return _question(tx, process, form, first)
    # Only the answer is judged here; what else the form wants is asked for on the next page.
    if bind(form, MultiDict({first: answer}), setting).stopped:
        return _stopped(process, form, first)
    return _table(tx, process, form, present(form, _asked(form, setting)), answer)


def _asked(form: Form, setting: Setting) -> Setting:
    """The setting with what the address brings: query keys that are fields of the form fill them in.

    They are read as a posted form would be; what cannot be read, files and read-only fields are left out.
    """
    wanted = {
        each.key
        for each in form.fields
        if each.key in request.args and not each.readonly and each.kind not in ("files", "rows")
    }
    if not wanted:
        return setting
    posted = MultiDict([(key, text) for key in wanted for text in request.args.getlist(key)])
    read = bind(form, posted, setting).values
    given = {key: read[key] for key in wanted if key in read}
    return replace(setting, previous={**setting.previous, **given})


def _question(tx: Transaction, process: ProcessView, form: Form, first: str) -> str:
    spec = form.field(first)
    return render_template(
        "work/start_question.html",
        process=process,
        form=form,
        spec=spec,
        options=options_of(spec, ()),
        from_table=_from_table(tx, form),
    )


def _stopped(process: ProcessView, form: Form, first: str) -> str:
    return render_template("work/start_stopped.html", process=process, spec=form.field(first))


def _table(
    tx: Transaction,
    process: ProcessView,
    form: Form,
    bound: Bound,
    answer: str = "",
    faults: tuple[SummaryLine, ...] = (),
) -> str:
    attachment = desk.attachments_of(tx)
    locale = locale_name()
    drawing = Drawing(bound, tx.units, attachment, locale)
    first = desk.asked_first(form)
    entries = drawing.entries(leave_out=[first])
    maker = PaperMaker(
        form,
        bound.values,
        tx.units,
        attachment,
        entries={key: entry for key, entry in entries.items() if not entry.spec.readonly},
        leave_out=[first],
        locale=locale,
    )
    return render_template(
        "work/start_form.html",
        process=process,
        form=form,
        table=maker.paper(),
        first=form.field(first) if first else None,
        answer=answer,
        answer_label=next((c.label for c in form.field(first).choices if c.key == answer), "")
        if first
        else "",
        faults=faults,
        attachment=attachment,
        file_limit=desk.upload_limit(),
        from_table=_from_table(tx, form),
    )


@bp.post("/<process_key>")
@edge.signed_in
def begin(process_key: str) -> ResponseReturnValue:
    """Start the process with the posted form."""
    actor = edge.current_actor()
    with edge.reading() as tx:
        process = _process(tx, process_key)
        form = definitions.start_form(tx, process_key)
        posted = None
        first = desk.asked_first(form) if form is not None else ""
        if form is not None:
            try:
                posted = desk.take(form, _setting(tx, process_key))
            except Refused as error:  # a secrecy mark in what was typed: nothing is kept or shown again
                line = SummaryLine("", error.tell(locale_name()), "")
                bound = present(form, _setting(tx, process_key))
                return _table(tx, process, form, bound, request.form.get(first, ""), (line,)), 422
            if posted.bound.stopped:
                return _stopped(process, form, first), 422
            if not posted.good:
                lines = (*summary(posted.bound, locale_name()), *posted.refused)
                return _table(tx, process, form, posted.bound, request.form.get(first, ""), lines), 422
    submission = posted.bound.submission if posted is not None else None
    try:
        instance_id = instances.start(
            edge.tx(), process_key, submission, actor, entered_for=_entered_for(submission)
        )
    except Refused as error:
        if form is None or posted is None or not desk.again(error):
            raise
        edge.roll_back()
        line = SummaryLine("", desk.told(error), "")
        with edge.reading() as tx:
            return _table(tx, process, form, posted.bound, request.form.get(first, ""), (line,)), 422
    flash(_("“%(name)s” has been started.", name=process.name), "message")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


def _entered_for(submission: Any) -> int | None:
    """代录: the unit for which a clerk enters an application, where it is not the clerk's own."""
    actor = edge.current_actor()
    unit = submission.values.get(submission.form.in_name_of) if submission is not None else None
    if unit is None or unit in actor.unit_path or not edge.may("instances.start_for"):
        return None
    return int(unit)


@bp.post("/<process_key>/conditions")
@edge.signed_in
def conditions(process_key: str) -> ResponseReturnValue:
    """What is shown, required and warned of, for the present entries. Nothing is kept."""
    with edge.reading() as tx:
        _process(tx, process_key)
        form = definitions.start_form(tx, process_key)
        if form is None:
            raise NotFound(kind=_("form"), key=process_key)
        return desk.conditions(form, _setting(tx, process_key))
