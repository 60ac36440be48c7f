"""迁移: running instances are moved to another version of their process; looked at first, then done by a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from webapp import edge
from webapp.differences import Difference, differences
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from workflows.usecases import definitions, migrations, process_versions
from workflows.usecases.migrations import PERMISSION
from workflows.usecases.process_versions import FilePair, Plan, VersionLine
from workflows.usecases.runtime import Transaction

bp = Blueprint("migrations", __name__, url_prefix="/migrations")

SUFFIXES = {"process": ".bpmn", "decision": ".dmn", "form": ".form"}
STATES = ("failed", "unfit", "fit", "waiting", "moved", "over")  # of items, as they are filtered


@bp.app_context_processor
def card() -> dict[str, Any]:
    """What the page of a process shows of its running instances; asked for by its card alone."""

    def instances_by_version(key: str) -> tuple[list[VersionLine], list[migrations.MigrationView]]:
        tx = edge.tx()
        moved = migrations.of_process(tx, key, edge.current_actor()) if edge.may(PERMISSION) else []
        return process_versions.standing(tx, key), moved

    return {"instances_by_version": instances_by_version}


@dataclass(frozen=True)
class Changed:
    """A definition that differs, and in what."""

    pair: FilePair
    parts: list[Difference]


@bp.get("/new")
@edge.requires(PERMISSION)
def new() -> ResponseReturnValue:
    """Choose the versions, see what lies between them, map what is drawn under another id."""
    return _form_page(edge.tx())


def _form_page(tx: Transaction, sentence: str = "") -> str:
    key = request.values.get("process", "")
    lines = process_versions.standing(tx, key)
    source, target = _chosen(lines)
    plan = process_versions.plan(tx, key, source, target) if source and target else None
    given = {**_earlier(tx), **request.form.to_dict()}
    return render_template(
        "migrations/new.html",
        process=definitions.latest(tx, key),
        lines=lines,
        source=source,
        target=target,
        plan=plan,
        changes=_changes(tx, plan) if plan else [],
        given=given,
        field_name=_field,
        sentence=sentence,
    )


def _chosen(lines: list[VersionLine]) -> tuple[int, int]:
    """The asked versions, else the oldest that anything runs on and the newest; 0 where there is none."""
    newest = next((line.version for line in lines if line.newest), 0)
    left = [line.version for line in reversed(lines) if line.running and (not line.newest or line.behind)]
    source = request.values.get("source", type=int) or (left[0] if left else 0)
    target = request.values.get("target", type=int) or newest
    known = {line.version for line in lines}
    return (source if source in known else 0), (target if target in known else 0)


def _earlier(tx: Transaction) -> dict[str, str]:
    """What was mapped in a batch that somebody comes back from."""
    asked = request.args.get("like", type=int)
    if not asked:
        return {}
    like = migrations.progress(tx, asked, edge.current_actor())
    fields = {
        _field(process, old): new for process, renamed in like.mapping.items() for old, new in renamed.items()
    }
    return {**fields, "reason": like.reason}


def _field(process: str, element: str) -> str:
    return f"to:{process}:{element}"


def _changes(tx: Transaction, plan: Plan) -> list[Changed]:
    """Each definition that differs between the versions, with its parts."""
    found = []
    for pair in plan.files:
        if pair.old is None or pair.new is None:
            found.append(Changed(pair, []))
            continue
        old, now = definitions.content(tx, pair.old), definitions.content(tx, pair.new)
        found.append(Changed(pair, differences(old.content, now.content, SUFFIXES.get(pair.kind, ""))))
    return found


@bp.post("/new")
@edge.requires(PERMISSION)
def prepare() -> ResponseReturnValue:
    """Have every instance looked at."""
    tx, key = edge.tx(), request.form.get("process", "")
    source = request.form.get("source", 0, type=int)
    target = request.form.get("target", 0, type=int)
    plan = process_versions.plan(tx, key, source, target)
    mapping: dict[str, dict[str, str]] = {}
    for place in plan.places:
        chosen = request.form.get(_field(place.process, place.element), "")
        if chosen:
            mapping.setdefault(place.process, {})[place.element] = chosen
    reason = request.form.get("reason", "").strip()
    try:
        made = migrations.prepare(tx, key, source, target, mapping, edge.current_actor(), reason=reason)
    except (migrations.NobodyToMove, migrations.WrongMapping) as refused:
        return _form_page(tx, _told(refused)), 422
    return redirect(url_for("migrations.show", migration_id=made), 303)


def _told(refused: Refused) -> str:
    return refused.tell(locale_name())


@bp.get("/<int:migration_id>")
@edge.requires(PERMISSION)
def show(migration_id: int) -> ResponseReturnValue:
    """A batch: what was found of every instance, how far it is, what came of it."""
    tx, actor = edge.tx(), edge.current_actor()
    batch = migrations.progress(tx, migration_id, actor)
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    return render_template(
        "migrations/show.html",
        batch=batch,
        states=STATES,
        state=state,
        page=migrations.items(tx, migration_id, actor, state=state, page=asked_page()),
        said=[] if batch.at_work else migrations.said(tx, migration_id, actor),
        locale=locale_name(),
    )


@bp.get("/<int:migration_id>/progress")
@edge.requires(PERMISSION)
def progress(migration_id: int) -> ResponseReturnValue:
    """The bar, asked for by the page until the job is over; then the page is loaded anew."""
    batch = migrations.progress(edge.tx(), migration_id, edge.current_actor())
    response = make_response(render_template("migrations/_progress.html", batch=batch))
    if not batch.at_work and edge.is_htmx():
        response.headers["HX-Redirect"] = url_for("migrations.show", migration_id=migration_id)
    return response


@bp.post("/<int:migration_id>/<any(accept, stop, go_on, discard):act>")
@edge.requires(PERMISSION)
def act(migration_id: int, act: str) -> ResponseReturnValue:
    """Start the batch, stop it, take it up again, or put it aside."""
    acts = {
        "accept": migrations.accept,
        "stop": migrations.stop,
        "go_on": migrations.go_on,
        "discard": migrations.discard,
    }
    acts[act](edge.tx(), migration_id, edge.current_actor())
    if act == "discard":
        batch = migrations.progress(edge.tx(), migration_id, edge.current_actor())
        flash(_("The migration was put aside; no instance was moved."))
        return redirect(url_for("definitions.show", kind="process", key=batch.process_key), 303)
    return redirect(url_for("migrations.show", migration_id=migration_id), 303)
