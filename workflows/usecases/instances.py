"""Process instances: start, messages, cancel. What a page shows of one is in `instance_view`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from forms.binding import Setting, Submission
from forms.masking import conceals_starter, masked_keys
from forms.schema import Form
from workflows.engine import Bundle, Instance
from workflows.store.tables import instance, instance_party, submission, timer, wait
from workflows.usecases import aside, definitions, files, flow, history, masking, numbers, submissions
from workflows.usecases import running as in_hand
from workflows.usecases.access import is_candidate, may_see, require_see
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NobodyWaits, NotAllowed, NotFound
from workflows.usecases.instance_view import view
from workflows.usecases.runtime import Transaction
from workflows.usecases.services import own_words, surroundings
from workflows.usecases.views import OpenMessage

__all__ = [
    "StartItem",
    "add_unit",
    "call_off",
    "cancel",
    "may_see",
    "open_messages",
    "send_message",
    "set_business_key",
    "set_outcome",
    "set_title",
    "start",
    "start_many",
    "start_setting",
    "view",
]


@dataclass(frozen=True)
class StartItem:
    """One instance to start.

    Attributes:
        entered_for: unit id when a clerk enters it for another unit (代录).
        start_event: id of the timer, message or signal start event that happened; None for the plain one.
        beside: what stands under the same business key, where somebody said that it is to be started all the same.
        refusable: a service may refuse the start, since nobody's work would be lost by it.
    """

    submission: Submission | None
    title: str | None = None
    business_key: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    entered_for: int | None = None
    start_event: str | None = None
    beside: str = ""
    refusable: bool = False


def start(
    tx: Transaction,
    process_key: str,
    submission: Submission | None,
    actor: Actor,
    *,
    title: str | None = None,
    business_key: str | None = None,
    variables: Mapping[str, Any] | None = None,
    entered_for: int | None = None,
) -> int:
    """Start a process with the newest versions; returns the instance id.

    Raises `NotAllowed` when the diagram's candidate starters leave the actor out, or when the actor may not
    enter for another unit.
    """
    item = StartItem(submission, title, business_key, variables or {}, entered_for)
    return start_many(tx, process_key, [item], actor)[0]


_INSERT = sa.insert(instance).returning(instance.c.id, sort_by_parameter_order=True)


def start_many(tx: Transaction, process_key: str, items: Sequence[StartItem], actor: Actor) -> list[int]:
    """Start one instance an item, in the same few statements; ids in order.

    Process variables: the values of the submission that the bundle reads or whose fields are marked, then
    `item.variables`, then `initiator` (username), `initiator_name`, `initiator_unit` (unit id or None),
    `entered_for` (unit id or None), `started_on` (date), and the diagram's own `camunda:initiator` variable.
    """
    if not items:
        return []
    bundle_id, compiled = definitions.bundle_for_start(tx, process_key)
    _require_starter(compiled, actor, items)
    form = (
        definitions.bundle_form(tx, bundle_id, compiled.start.form_key) if compiled.start.form_key else None
    )
    if conceals_starter(form, actor.groups()):
        actor = masking.concealed(actor)
    name = compiled.processes[process_key].name or process_key
    rows = [_row(tx, item, actor, process_key, name, bundle_id, form) for item in items]
    ids = [int(each) for each in tx.db.execute(_INSERT, rows).scalars()]
    _write_submissions(tx, ids, items, actor, bundle_id, form)
    changes = flow.Changes(tx, actor)
    for instance_id, item, row in zip(ids, items, rows, strict=True):
        running = flow.Running(
            id=instance_id,
            process_key=process_key,
            bundle_id=bundle_id,
            bundle=compiled,
            title=row["title"],
            business_key=row["business_key"],
            initiator=actor.username,
            initiator_name=actor.name,
            initiator_unit=actor.unit_id,
            entered_for=item.entered_for,
            started_at=tx.at,
            refusable=item.refusable,
        )
        _open_history(tx, changes, running, item, actor)
        tx.running[instance_id] = running
        if item.submission is not None:
            tx.posted[instance_id, item.submission.form_key] = item.submission.values
        with own_words(running, actor):
            running.engine = in_hand.engine_class.start(
                compiled,
                _variables(tx, item, actor, compiled, form),
                surroundings(tx, running),
                start_event=item.start_event,
            )
        changes.take(running)
        tx.running.pop(instance_id, None)
        tx.posted.clear()
    changes.write()
    return ids


def _require_starter(compiled: Bundle, actor: Actor, items: Sequence[StartItem]) -> None:
    if actor.is_system:
        return
    for_others = any(item.entered_for is not None and item.entered_for != actor.unit_id for item in items)
    if for_others:
        if not (actor.may("instances.start_for") or actor.may("imports.every_unit")):
            raise NotAllowed(permission="instances.start_for")
        return
    starters = compiled.start.candidate_starters
    if starters and actor.groups().isdisjoint(starters):
        raise NotAllowed(process=compiled.root)


def _row(
    tx: Transaction,
    item: StartItem,
    actor: Actor,
    process_key: str,
    process_name: str,
    bundle_id: int,
    form: Form | None,
) -> dict[str, Any]:
    return {
        "process_key": process_key,
        "process_name": process_name,
        "bundle_id": bundle_id,
        "business_key": item.business_key,
        "title": (item.title or _title(tx, form, item) or process_name)[:500],
        "status": "running",
        "initiator": actor.username,
        "initiator_name": actor.name,
        "initiator_account": actor.account_id,
        "initiator_unit_id": actor.unit_id,
        "initiator_unit_name": actor.unit_name,
        "entered_for": item.entered_for,
        "started_at": tx.at,
    }


def _title(tx: Transaction, form: Form | None, item: StartItem) -> str | None:
    """The form's property `instance_title` (FEEL over its fields)."""
    shape = form or (item.submission.form if item.submission else None)
    text = shape.properties.get("instance_title") if shape else None
    if not text or item.submission is None:
        return None
    masked = masked_keys(shape) if shape else ()
    values = {key: value for key, value in item.submission.values.items() if key not in masked}
    found = flow.compiled(text).evaluate({**item.variables, **values}, tx.world)
    return str(found) if found else None


def _variables(
    tx: Transaction, item: StartItem, actor: Actor, compiled: Bundle, form: Form | None
) -> dict[str, Any]:
    found = submissions.variables_of(form, item.submission, compiled.reads)
    found.update(item.variables)
    found.update(_standard_variables(tx, actor, item.entered_for))
    if compiled.start.initiator:
        found[compiled.start.initiator] = actor.username
    return found


def _standard_variables(tx: Transaction, actor: Actor, entered_for: int | None) -> dict[str, Any]:
    return {
        "initiator": actor.username,
        "initiator_name": actor.name,
        "initiator_unit": actor.unit_id,
        "entered_for": entered_for,
        "started_on": tx.world.today,
        **submissions.about_actor(actor),
    }


def _write_submissions(
    tx: Transaction,
    ids: Sequence[int],
    items: Sequence[StartItem],
    actor: Actor,
    bundle_id: int,
    form: Form | None,
) -> None:
    rows = []
    for instance_id, item in zip(ids, items, strict=True):
        if item.submission is None:
            continue
        form_id = definitions.bundle_form_id(tx, bundle_id, item.submission.form_key)
        rows.append(submissions.row(tx, instance_id, item.submission, actor, form_id=form_id))
        named = files.named_by(form or item.submission.form, item.submission)
        files.link(tx, instance_id, item.submission.form_key, named, actor)
    if rows:
        tx.db.execute(sa.insert(submission), rows)


def _open_history(
    tx: Transaction, changes: flow.Changes, running: flow.Running, item: StartItem, actor: Actor
) -> None:
    changes.add_party(running.id, "account", actor.username)
    if actor.unit_id is not None:
        changes.add_party(running.id, "unit", actor.unit_id)
    facts = {"title": running.title}
    event = "started"
    if item.entered_for is not None:
        changes.add_party(running.id, "unit", item.entered_for)
        ref = tx.units.get(item.entered_for)
        facts["unit"] = ref.full_name if ref else str(item.entered_for)
        event = "started_for"
    changes.history.append(history.row(running.id, tx, event, actor, facts=facts))
    if item.beside:
        told = {"place": item.beside}
        changes.history.append(history.row(running.id, tx, "started_beside", actor, facts=told))


def start_setting(
    tx: Transaction, process_key: str, actor: Actor, mode: str = "page", locale: str = "zh"
) -> Setting:
    """What `bind` needs for the start form: world, units, own uploads, standard variables for prefill."""
    variables = _standard_variables(tx, actor, None)
    return Setting(
        world=tx.world,
        units=tx.units,
        mode=mode,  # type: ignore[arg-type]
        variables=variables,
        locale=locale,
        attachment=files.usable(tx, actor),
        **submissions.around(tx, actor, variables),
    )


# ------------------------------------------------------------------ messages
def open_messages(tx: Transaction, instance_id: int, actor: Actor) -> list[OpenMessage]:
    """Messages the instance waits for that this actor may send (buttons).

    The event's property `candidateGroups` names who may: groups as in tasks, comma-separated, and
    `initiator` for the one who started the instance. An event without it is for the system only.
    """
    query = (
        sa.select(wait, instance.c.initiator)
        .join(instance, instance.c.id == wait.c.instance_id)
        .where(wait.c.instance_id == instance_id, wait.c.type == "message")
        .where(instance.c.status == "running")
        .order_by(wait.c.id)
    )
    found: dict[str, OpenMessage] = {}
    for row in tx.db.execute(query):
        properties = row.properties or {}
        if row.message and _may_send(actor, properties.get("candidateGroups", ""), row.initiator):
            found.setdefault(
                row.message,
                OpenMessage(name=row.message, label=row.name, element=row.element, properties=properties),
            )
    return list(found.values())


def _may_send(actor: Actor, groups: str, initiator: str) -> bool:
    listed = [each.strip() for each in groups.split(",") if each.strip()]
    if "initiator" in listed and actor.username == initiator:
        return True
    return actor.is_system or is_candidate(actor, listed, ())


def send_message(
    tx: Transaction,
    instance_id: int,
    name: str,
    actor: Actor,
    variables: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Send a message the instance waits for. `reason` goes into the history and the variable `reason`.

    Raises `NotFound`, `InstanceEnded`, `NobodyWaits`, `NotAllowed`.
    """
    require_see(tx, instance_id, actor)
    running = flow.load(tx, instance_id)
    waiting = [each for each in running.engine.waits if each.type == "message" and each.message == name]
    if not waiting:
        raise NobodyWaits(message=name)
    offered = {each.name: each for each in open_messages(tx, instance_id, actor)}
    if name not in offered and not actor.is_system:
        raise NotAllowed(message=name)
    label = offered[name].label if name in offered else waiting[0].name or name
    actor = masking.shown_as(running, actor)
    given = {**(variables or {}), **({"reason": reason} if reason else {})}
    row = history.row(
        instance_id,
        tx,
        "message",
        actor,
        process=waiting[0].process or None,
        element=waiting[0].element,
        name=label,
        facts={"detail": reason} if reason else None,
    )

    def act(engine: Instance) -> None:
        if not engine.message(name, given):
            raise NobodyWaits(message=label)

    flow.step(tx, running, actor, act, rows=[row])


def cancel(tx: Transaction, instance_id: int, actor: Actor, reason: str) -> None:
    """作废: end an instance, recorded with its reason. Permission `instances.cancel`.

    Numbers given to it are cancelled with it; then the process package's hooks follow (`Runtime.on_cancelled`).
    """
    if not actor.is_system:
        actor.require("instances.cancel")
        require_see(tx, instance_id, actor)
    call_off(tx, instance_id, actor, reason)


def call_off(tx: Transaction, instance_id: int, actor: Actor, reason: str) -> None:
    """End an instance as `cancel` does, for a use case that has asked for a permission of its own."""
    running = flow.load(tx, instance_id)
    running.resolution = "cancelled"
    actor = masking.shown_as(running, actor)
    row = history.row(instance_id, tx, "cancelled", actor, facts={"detail": reason})
    flow.step(tx, running, actor, lambda engine: engine.cancel(), rows=[row])
    tx.db.execute(
        sa.update(instance)
        .where(instance.c.id == instance_id)
        .values(status="cancelled", ended_at=tx.at, outcome="作废")
    )
    tx.db.execute(sa.delete(timer).where(timer.c.instance_id == instance_id))
    tx.db.execute(sa.delete(wait).where(wait.c.instance_id == instance_id))
    aside.at_end(tx, instance_id, actor)
    numbers.cancel_of_instance(tx, instance_id, actor, reason)
    for follow in tx.runtime.on_cancelled:
        follow(tx, running.ref(), actor, reason)


# ------------------------------------------------------------------ for services
def _set(tx: Transaction, instance_id: int, **values: Any) -> None:
    found = tx.db.execute(sa.update(instance).where(instance.c.id == instance_id).values(**values))
    if found.rowcount != 1:
        raise NotFound(kind="instance", key=instance_id)


def number_of(tx: Transaction, instance_id: int) -> str | None:
    """The number an instance goes by, once it has one."""
    found = sa.select(instance.c.business_key).where(instance.c.id == instance_id)
    return tx.db.execute(found).scalar_one_or_none()


def set_title(tx: Transaction, instance_id: int, title: str) -> None:
    """Name an instance anew. Raises `NotFound`."""
    _set(tx, instance_id, title=title[:500])
    if instance_id in tx.running:
        tx.running[instance_id].title = title[:500]


def set_business_key(tx: Transaction, instance_id: int, business_key: str) -> None:
    """Give an instance its number. Raises `NotFound`."""
    _set(tx, instance_id, business_key=business_key)
    if instance_id in tx.running:
        tx.running[instance_id].business_key = business_key


def add_unit(tx: Transaction, instance_id: int, unit_id: int) -> None:
    """Let a unit see an instance that began without it."""
    row = {"instance_id": instance_id, "kind": "unit", "value": str(unit_id)}
    known = sa.select(instance_party.c.value).filter_by(**row)
    if tx.db.execute(known).first() is None:
        tx.db.execute(sa.insert(instance_party), row)


def set_outcome(tx: Transaction, instance_id: int, outcome: str) -> None:
    """Say how an instance ends, in a word a person reads; it wins over the end event's name."""
    _set(tx, instance_id, outcome=outcome)
