"""External tasks: fetch and lock, extend, complete, fail, error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response

from webapp import edge
from webapp.api.frame import BadBody, Body, route
from workflows.usecases import external_tasks

WORK = external_tasks.PERMISSION
POST = ("POST",)


@route("/external-tasks/fetch-and-lock", WORK, methods=POST)
def fetch_and_lock() -> Any:
    """Lock free tasks of some topics, highest priority first."""
    body = Body("worker", "topics", "max", "lock_ms", "variables")
    asked = body.data.get("topics")
    if not isinstance(asked, list) or not asked or not all(isinstance(each, str) and each for each in asked):
        raise BadBody("topics", "主题名称的列表", "a list of topics")
    wanted = body.data.get("variables")
    if wanted is not None and not (
        isinstance(wanted, list) and all(isinstance(each, str) for each in wanted)
    ):
        raise BadBody("variables", "变量名的列表", "a list of names")
    lock = body.milliseconds("lock_ms", 300_000)
    return {
        "tasks": external_tasks.fetch_and_lock(
            edge.tx(),
            body.text("worker"),
            dict.fromkeys(asked[:100], lock),
            edge.current_actor(),
            most=body.number("max", 10, 1, external_tasks.MOST),
            variables=wanted,
        )
    }


@route("/external-tasks/<int:task_id>/extend", WORK, methods=POST)
def extend_external_task(task_id: int) -> Any:
    """Hold a task longer."""
    body = Body("worker", "lock_ms")
    until = external_tasks.extend_lock(
        edge.tx(), task_id, body.text("worker"), body.milliseconds("lock_ms", None), edge.current_actor()
    )
    return {"locked_until": until}


@route("/external-tasks/<int:task_id>/unlock", WORK, methods=POST)
def unlock_external_task(task_id: int) -> Any:
    """Give a task back."""
    external_tasks.unlock(edge.tx(), task_id, Body("worker").text("worker"), edge.current_actor())
    return Response(status=204)


@route("/external-tasks/<int:task_id>/complete", WORK, methods=POST)
def complete_external_task(task_id: int) -> Any:
    """The work is done."""
    body = Body("worker", "variables")
    external_tasks.complete(edge.tx(), task_id, body.text("worker"), body.variables(), edge.current_actor())
    return Response(status=204)


@route("/external-tasks/<int:task_id>/failure", WORK, methods=POST)
def fail_external_task(task_id: int) -> Any:
    """The work failed; without tries left it is an incident."""
    body = Body("worker", "message", "retries", "retry_ms")
    wait = body.maybe_number("retry_ms", 0, 30 * 86_400_000)
    left = external_tasks.fail(
        edge.tx(),
        task_id,
        body.text("worker"),
        body.text("message", ""),
        edge.current_actor(),
        retries=body.maybe_number("retries", 0, 100),
        wait=None if wait is None else timedelta(milliseconds=wait),
    )
    return {"retries": left}


@route("/external-tasks/<int:task_id>/error", WORK, methods=POST)
def error_external_task(task_id: int) -> Any:
    """The work ended in an error for the diagram."""
    body = Body("worker", "code", "variables")
    external_tasks.error(
        edge.tx(), task_id, body.text("worker"), body.text("code"), body.variables(), edge.current_actor()
    )
    return Response(status=204)
