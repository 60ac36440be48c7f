"""Moving running instances to another version."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from webapp import edge
from webapp.api.frame import BadBody, Body, route
from webapp.api.work import paging
from workflows.usecases import migrations, process_versions
from workflows.usecases.migrations import PERMISSION

LARGEST = 2**31 - 1


@route("/migrations/versions", PERMISSION)
def list_versions() -> Any:
    """The versions of a process with how many instances run on each."""
    return process_versions.standing(edge.tx(), request.args.get("process", ""))


@route("/migrations", PERMISSION, methods=("POST",))
def prepare_migration() -> Any:
    """Have every instance of a version looked at."""
    body = Body("process", "source", "target", "mapping", "reason")
    made = migrations.prepare(
        edge.tx(),
        body.text("process"),
        body.number("source", None, 1, LARGEST),
        body.number("target", None, 1, LARGEST),
        _mapping(body),
        edge.current_actor(),
        reason=body.text("reason", ""),
    )
    return {"migration_id": made}


def _mapping(body: Body) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for process, renamed in body.mapping("mapping").items():
        if not isinstance(renamed, dict) or not all(isinstance(each, str) for each in renamed.values()):
            raise BadBody(
                f"mapping.{process}", "原元素到新元素的对应", "element ids of the old version -> new"
            )
        found[process] = dict(renamed)
    return found


@route("/migrations/<int:migration_id>", PERMISSION)
def show_migration(migration_id: int) -> Any:
    """How far a batch is."""
    return migrations.progress(edge.tx(), migration_id, edge.current_actor())


@route("/migrations/<int:migration_id>/instances", PERMISSION)
def list_migrated(migration_id: int) -> Any:
    """The instances of a batch with what was found."""
    page, size = paging()
    tx, actor = edge.tx(), edge.current_actor()
    migrations.progress(tx, migration_id, actor)
    return migrations.items(
        tx, migration_id, actor, state=request.args.get("state", ""), page=page, size=size
    )


@route("/migrations/<int:migration_id>/start", PERMISSION, methods=("POST",))
def start_migration(migration_id: int) -> Any:
    """Move the instances that fit."""
    migrations.accept(edge.tx(), migration_id, edge.current_actor())
    return Response(status=204)


@route("/migrations/<int:migration_id>/stop", PERMISSION, methods=("POST",))
def stop_migration(migration_id: int) -> Any:
    """Move nobody more."""
    migrations.stop(edge.tx(), migration_id, edge.current_actor())
    return Response(status=204)


@route("/migrations/<int:migration_id>/continue", PERMISSION, methods=("POST",))
def continue_migration(migration_id: int) -> Any:
    """Take a stopped batch up again."""
    migrations.go_on(edge.tx(), migration_id, edge.current_actor())
    return Response(status=204)


@route("/migrations/<int:migration_id>/discard", PERMISSION, methods=("POST",))
def discard_migration(migration_id: int) -> Any:
    """Put a batch aside that was only looked at."""
    migrations.discard(edge.tx(), migration_id, edge.current_actor())
    return Response(status=204)
