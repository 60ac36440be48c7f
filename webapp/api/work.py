"""Instances and tasks: start, see, list, complete. The same forms and use cases as the pages."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from forms.binding import Setting, Submission, Upload, bind, present
from forms.fields import Field, Form
from forms.kinds import values_to_json
from webapp import edge
from webapp.api.frame import BadBody, Body, faults, route, started
from webapp.pages import LAST_PAGE, keys
from workflows.usecases import definitions, files, inbox, instances, tasks
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import ProcessView


def paging() -> tuple[int, int]:
    """Page and size of a list, of the address."""
    page, size = (next(iter(keys([request.args.get(*each)])), 0) for each in (("page", "1"), ("size", "20")))
    if not 1 <= page <= LAST_PAGE:
        raise BadBody("page", "页码", "a page number")
    if not 1 <= size <= 100:
        raise BadBody("size", "1 至 100 的整数", "a whole number from 1 to 100")
    return page, size


def _filters() -> inbox.Filters:
    return inbox.Filters(
        text=request.args.get("text", ""),
        process_key=request.args.get("process", ""),
        status=request.args.get("status", ""),
        element=request.args.get("element", ""),
    )


def _described(form: Form | None, setting: Setting | None, draft: Any = None) -> dict[str, Any]:
    """The fields of a form, and what it begins with, as it may be posted back; without a setting the fields alone."""
    bound = present(form, setting, draft) if form is not None and setting is not None else None
    fields = form.fields if form is not None else ()
    return {
        "fields": [_field(each, bound.required if bound is not None else None) for each in fields],
        "values": values_to_json(bound.values, fields) if bound is not None else {},
    }


def _field(each: Field, required: frozenset[str] | None = None) -> dict[str, Any]:
    """A field as programs read it; a table within the form has `columns` of the same shape."""
    told = {
        "key": each.key,
        "kind": each.kind,
        "label": each.label,
        "required": each.required if required is None else each.key in required,
        "readonly": each.readonly,
        "choices": [choice.key for choice in each.choices],
    }
    return {**told, "columns": [_field(column) for column in each.columns]} if each.kind == "rows" else told


@route("/processes")
def list_processes() -> Any:
    """The processes this account may start."""
    found = definitions.startable(edge.tx(), edge.current_actor())
    return {"items": [{"key": each.key, "name": each.name, "form": each.form_key} for each in found]}


@route("/processes/<key>")
def show_process(key: str) -> Any:
    """What a process begins with: the fields of its form, and what they hold where nothing is posted yet."""
    tx, actor = edge.tx(), edge.current_actor()
    found = _startable(tx, key, actor)
    form = definitions.start_form(tx, key)
    setting = instances.start_setting(tx, key, actor, "api")
    told = {"key": found.key, "name": found.name, "form": found.form_key}
    return {**told, **_described(form, setting)}


def _startable(tx: Transaction, key: str, actor: Actor) -> ProcessView:
    for each in definitions.startable(tx, actor):
        if each.key == key:
            return each
    raise NotFound(kind="process", key=key)


@route("/instances", methods=("POST",))
def start_instance() -> Any:
    """Start a process: `process`, and `form` where it begins with one; its files come as parts named by their fields.

    With the header `Idempotency-Key` the same request sent again starts nothing and is answered as the first one was.
    """
    body = Body("process", "form", "business_key", "title", "variables")
    key, actor = body.text("process"), edge.current_actor()
    tx = edge.tx()
    _startable(tx, key, actor)
    form = definitions.start_form(tx, key)
    submission: Submission | None = None
    if form is not None:
        setting = instances.start_setting(tx, key, actor, "api")
        bound = bind(form, body.mapping("form"), setting)
        if not bound.stopped and request.files:
            bound = bind(form, body.mapping("form"), setting, _files(tx, form, actor))
        if bound.submission is None:
            return faults(bound)
        submission = bound.submission
    elif body.mapping("form"):
        raise BadBody("form", "空：该流程没有发起表单", "empty: the process has no start form")
    instance_id = instances.start(
        tx,
        key,
        submission,
        actor,
        title=body.maybe_text("title"),
        business_key=body.maybe_text("business_key"),
        variables={**body.variables(), "by_machine": True},
        entered_for=_entered_for(submission, actor),
    )
    return started(instance_id, instances.number_of(tx, instance_id))


def _files(tx: Transaction, form: Form, actor: Actor) -> dict[str, list[Upload]]:
    """The files of a request, kept in its transaction: of a request that is refused nothing stays."""
    wanted = {each.key for each in form.fields if each.kind == "files" and not each.readonly}
    for key in request.files:
        if key not in wanted:
            raise BadBody(key, f"附件字段之一({'、'.join(wanted)})", f"one of {', '.join(wanted)}")
    kept: dict[str, list[Upload]] = {}
    for key, each in request.files.items(multi=True):
        received = files.receive(tx.runtime, each.filename or key, each.read())
        view = files.store(tx, received, actor)
        kept.setdefault(key, []).append(Upload(view.id, view.name, view.size, view.kind))
    return kept


def _entered_for(submission: Submission | None, actor: Actor) -> int | None:
    """The unit an application is sent in for, where it is not the account's own (代录)."""
    key = submission.form.in_name_of if submission is not None and submission.form is not None else ""
    unit_id = submission.values.get(key) if submission is not None else None
    if unit_id is None or unit_id in actor.unit_path or not actor.may("instances.start_for"):
        return None
    return int(unit_id)


@route("/instances")
def list_instances() -> Any:
    """Instances the account may see, latest first."""
    return inbox.visible(edge.tx(), edge.current_actor(), _filters(), *paging())


@route("/instances/<int:instance_id>")
def show_instance(instance_id: int) -> Any:
    """Where an instance stands: status, open tasks, variables, history."""
    view = instances.view(edge.tx(), instance_id, edge.current_actor())
    return {
        "instance_id": view.id,
        "title": view.title,
        "business_key": view.business_key,
        "process": view.process_key,
        "status": view.status,
        "outcome": view.outcome,
        "started_at": view.started_at,
        "ended_at": view.ended_at,
        "variables": view.variables,
        "tasks": [
            {"task_id": each.id, "element": each.element, "name": each.name, "mine": each.mine}
            for each in view.tasks
        ],
        "history": [{"at": each.at, "event": each.event, "text": each.text} for each in view.history],
    }


@route("/tasks")
def list_tasks() -> Any:
    """Open tasks the account may do, due first."""
    return inbox.todo(edge.tx(), edge.current_actor(), _filters(), *paging())


@route("/tasks/<int:task_id>")
def show_task(task_id: int) -> Any:
    """A task: its form's fields, what stands in them, its version."""
    tx = edge.tx()
    task = tasks.open_task(tx, task_id, edge.current_actor())
    setting = tasks.setting(tx, task, "api") if task.may_complete else None
    return {
        "task_id": task.id,
        "instance_id": task.instance_id,
        "element": task.element,
        "name": task.name,
        "state": task.state,
        "version": task.version,
        "form": task.form_key,
        **_described(task.form, setting, task.draft),
        "previous": task.previous,
        "may_complete": task.may_complete,
    }


@route("/tasks/<int:task_id>/complete", methods=("POST",))
def complete_task(task_id: int) -> Any:
    """Complete a task with its `form`; `version` refuses one that has changed since it was read."""
    body = Body("form", "version")
    tx, actor = edge.tx(), edge.current_actor()
    task = tasks.open_task(tx, task_id, actor)
    submission: Submission | None = None
    if task.form is not None and task.may_complete:
        bound = bind(task.form, body.mapping("form"), tasks.setting(tx, task, "api"))
        if bound.submission is None:
            return faults(bound)
        submission = bound.submission
    elif task.form is None and body.mapping("form"):
        raise BadBody("form", "空：该任务没有表单", "empty: the task has no form")
    tasks.complete(tx, task_id, submission, actor, version=body.maybe_number("version", 1, 2**31))
    return Response(status=204)
