"""Posted forms of instances: the latest of a form key is what stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known, Submission
from forms.faults import Refused
from forms.kinds import KINDS, values_to_json
from forms.masking import masked_keys
from forms.schema import Form
from workflows.store.statements import Statement
from workflows.store.tables import submission
from workflows.usecases import definitions
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import SubmissionView

INSERT = Statement(
    sa.insert(submission),
    ("instance_id", "task_id", "form_key", "form_id", "values", "actor", "actor_name", "at"),
)

_LATEST = Statement(
    sa.select(submission.c["values"], submission.c.form_id)
    .where(
        submission.c.instance_id == sa.bindparam("instance_id"),
        submission.c.form_key == sa.bindparam("form_key"),
    )
    .order_by(submission.c.id.desc())
    .limit(sa.literal_column("1"))
)

DECISION_KEYS = ("decision", "opinion", "recorded", "decided_by", "decided_on", "decision_scan")
"""What a decision form holds besides its own fields; never carried over into another task's page."""


class ForeignUnit(Refused):
    """A form was posted in the name of another unit. Facts: given (unit's name), own (actor's unit)."""

    zh: ClassVar[str] = "“{given}”不是您所在的单位({own})，只能以本单位的名义填报"
    en: ClassVar[str] = "“{given}” is not your unit ({own}); you may post forms of your own unit only"


def acts_for(actor: Actor) -> tuple[int, ...] | None:
    """Units in whose name an actor may post forms (`Form.in_name_of`), the own first; None: every unit (代录)."""
    if actor.is_system or actor.may("instances.start_for") or actor.may("imports.every_unit"):
        return None
    return actor.unit_path


def around(
    tx: Transaction, actor: Actor | None, variables: Mapping[str, Any], *, every_unit: bool = False
) -> dict[str, Any]:
    """What a `Setting` takes of the one who posts and of the registers of the process package."""
    registers = tx.runtime.registers

    def look_up(form_key: str, values: Mapping[str, Any]) -> Known:
        register = registers.get(form_key)
        return register(tx, actor, values, variables) if register is not None else Known()

    mine = None if every_unit or actor is None else acts_for(actor)
    return {"acts_for": mine, "look_up": look_up}


def _require_own_unit(tx: Transaction, instance_id: int, posted: Submission, actor: Actor) -> None:
    """Whoever may not enter for others posts for the own unit, or leaves the unit that stands."""
    key = posted.form.in_name_of if posted.form is not None else ""
    unit_id = posted.values.get(key)
    mine = acts_for(actor)
    if unit_id is None or mine is None or unit_id in mine:
        return
    standing = (
        sa.select(submission.c["values"])
        .where(submission.c.instance_id == instance_id, submission.c.form_key == posted.form_key)
        .order_by(submission.c.id.desc())
        .limit(1)
    )
    if (tx.db.execute(standing).scalar() or {}).get(key) == unit_id:
        return
    ref = tx.units.get(unit_id)
    raise ForeignUnit(given=ref.full_name if ref else str(unit_id), own=actor.unit_name or "—")


def row(
    tx: Transaction,
    instance_id: int,
    posted: Submission,
    actor: Actor,
    *,
    form_id: int | None,
    task_id: int | None = None,
) -> dict[str, Any]:
    """One row for `INSERT`. Raises `ForeignUnit`."""
    _require_own_unit(tx, instance_id, posted, actor)
    return {
        "instance_id": instance_id,
        "task_id": task_id,
        "form_key": posted.form_key,
        "form_id": form_id,
        "values": posted.to_json(),
        "actor": actor.username,
        "actor_name": actor.name,
        "at": tx.at,
    }


def variables_of(form: Form | None, posted: Submission | None, reads: Iterable[str]) -> dict[str, Any]:
    """Values of a submission that become process variables.

    Those an expression or decision of the bundle reads, and those whose field is marked `variable`. A field
    that was left empty becomes None, so that an earlier value does not linger. What a form masks never does.
    """
    if posted is None:
        return {}
    wanted = set(reads)
    shape = form or posted.form
    if shape is None:
        return {key: value for key, value in posted.values.items() if key in wanted}
    masked = masked_keys(shape)
    return {
        field.key: posted.values.get(field.key)
        for field in shape.fields
        if (field.key in wanted or field.variable) and field.key not in masked
    }


def about_actor(actor: Actor | None) -> dict[str, Any]:
    """Who fills in a form, for its prefill and conditions: `actor_name`, `actor_unit` (id), `actor_unit_name`."""
    return {
        "actor_name": actor.name if actor else "",
        "actor_unit": actor.unit_id if actor else None,
        "actor_unit_name": actor.unit_name if actor else "",
    }


def begun(
    tx: Transaction, form_key: str | None, instance_id: int, variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the process package gives a task's form to begin with, as it stands now (`Runtime.beginnings`)."""
    beginning = tx.runtime.beginnings.get(form_key or "")
    return beginning(tx, instance_id, variables) if beginning is not None else {}


def values_from_json(form: Form, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Plain JSON of a submission -> stored values of the kinds. Keys the form does not know stay as they are."""
    return {
        key: KINDS[form.field(key).kind].from_json(value, form.field(key)) if key in form else value
        for key, value in stored.items()
    }


def latest(tx: Transaction, instance_id: int, form_key: str) -> Mapping[str, Any] | None:
    """Stored values (dates, Decimals, ids) of what stands of a form, or None."""
    started_with = tx.posted.get((instance_id, form_key))
    if started_with is not None:
        return started_with
    found = _LATEST.fetch(tx.db, {"instance_id": instance_id, "form_key": form_key})
    if not found:
        return None
    stored, form_id = found[0]
    return values_from_json(_form(tx, form_key, form_id), stored)


def enter(tx: Transaction, instance_id: int, form_key: str, values: Mapping[str, Any]) -> None:
    """Write down a form that nobody posted, where a process begins by another one: its paper is then like any other."""
    form = definitions.form(tx, form_key)
    known = {key: value for key, value in values.items() if key in form and value not in (None, "", [])}
    posted = Submission(form_key, known, (), form)
    INSERT.run(tx.db, row(tx, instance_id, posted, SYSTEM, form_id=definitions.form_id(tx, form_key)))


def give(tx: Transaction, instance_id: int, form_key: str, **given: Any) -> None:
    """Fill in read-only fields of what stands of a form, where the system knows them only after it was posted."""
    query = sa.select(submission.c.id, submission.c["values"], submission.c.form_id)
    query = query.where(submission.c.instance_id == instance_id, submission.c.form_key == form_key)
    row = tx.db.execute(query.order_by(submission.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return
    form = _form(tx, form_key, row.form_id)
    free = {key: value for key, value in given.items() if key in form and form.field(key).readonly}
    stored = {**row[1], **values_to_json(free, form.fields)}
    tx.db.execute(sa.update(submission).where(submission.c.id == row.id).values(values=stored))


def latest_of_many(tx: Transaction, instance_ids: Iterable[int], form_key: str) -> dict[int, dict[str, Any]]:
    """What stands of a form, by instance, in one query."""
    query = (
        sa.select(submission.c.instance_id, submission.c["values"], submission.c.form_id)
        .where(submission.c.instance_id.in_(list(instance_ids)), submission.c.form_key == form_key)
        .order_by(submission.c.id)
    )
    found = {row.instance_id: (row[1], row.form_id) for row in tx.db.execute(query)}
    return {
        key: values_from_json(_form(tx, form_key, form_id), stored)
        for key, (stored, form_id) in found.items()
    }


def standing(tx: Transaction, instance_id: int) -> list[SubmissionView]:
    """What stands of each form key, in the order in which it was posted."""
    newest = sa.select(sa.func.max(submission.c.id)).where(submission.c.instance_id == instance_id)
    return _views(tx, submission.c.id.in_(newest.group_by(submission.c.form_key)))


def posted(tx: Transaction, instance_id: int) -> list[SubmissionView]:
    """Every posted form of an instance, oldest first."""
    return _views(tx, submission.c.instance_id == instance_id)


def _views(tx: Transaction, which: sa.ColumnElement[bool]) -> list[SubmissionView]:
    found = []
    for row in tx.db.execute(sa.select(submission).where(which).order_by(submission.c.id)):
        form = _form(tx, row.form_key, row.form_id)
        found.append(
            SubmissionView(
                id=row.id,
                form_key=row.form_key,
                form=form,
                values=values_from_json(form, row._mapping["values"]),
                task_id=row.task_id,
                by_name=row.actor_name,
                at=row.at,
            )
        )
    return found


def carried(
    views: Iterable[SubmissionView], form: Form | None, own: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a task's page shows of what stands: values of all forms by key, over them `own`.

    Decisions of other tasks, and an earlier decision of this very form, are left out; so is, of other forms, what
    this form begins by itself (`prefill`): the day the bureau seals is not the day the unit did.

    Args:
        form: the task's form.
        own: what the task's own people posted of it before, or what is to be corrected.
    """
    fields = form.fields if form is not None else ()
    begun = {each.key for each in fields if each.prefill is not None and not each.readonly}
    merged: dict[str, Any] = {}
    for view in views:
        if form is None or view.form_key != form.key:
            merged.update({key: value for key, value in view.values.items() if key not in begun})
    merged.update(own or {})
    return {key: value for key, value in merged.items() if key not in DECISION_KEYS}


def _form(tx: Transaction, form_key: str, form_id: int | None) -> Form:
    return definitions.form_by_id(tx, form_id) if form_id else definitions.form(tx, form_key)
