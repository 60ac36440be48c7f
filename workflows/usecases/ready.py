"""Bundles compiled before they are needed: on SQLite everybody waits for the one that writes, so nobody compiles then.

A process that serves or works warms itself beside its start (`warm`); whoever is about to write of an instance or a
process looks first, in a reading (`make_ready`), for what was deployed or started elsewhere since.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from workflows.store.tables import (
    incident,
    instance,
    instance_migration,
    instance_migration_item,
    service_job,
    task,
)
from workflows.usecases import bundles, definition_rows
from workflows.usecases.runtime import Runtime, Transaction

log = logging.getLogger(__name__)

_KEY = sa.bindparam("key", type_=sa.Integer)
_OF = sa.select(instance.c.bundle_id)
_KEPT = _OF.where(instance.c.status.in_(("running", "incident"))).distinct()

NAMED: Mapping[str, sa.Select[Any] | sa.CompoundSelect[Any]] = {
    "instance_id": _OF.where(instance.c.id == _KEY),
    "task_id": _OF.join(task, task.c.instance_id == instance.c.id).where(task.c.id == _KEY),
    "incident_id": _OF.join(incident, incident.c.instance_id == instance.c.id).where(incident.c.id == _KEY),
    "service_job_id": _OF.join(service_job, service_job.c.instance_id == instance.c.id).where(
        service_job.c.id == _KEY
    ),
    "migration_id": sa.union(
        sa.select(instance_migration.c.target_bundle_id).where(instance_migration.c.id == _KEY),
        _OF.join(instance_migration_item, instance_migration_item.c.instance_id == instance.c.id).where(
            instance_migration_item.c.migration_id == _KEY
        ),
    ),
}
"""What may name an instance, or several -> the bundles they keep."""


def meant(named: Mapping[str, Any]) -> dict[str, Any]:
    """What of the names of an address may name a bundle; mostly nothing does."""
    return {name: key for name, key in named.items() if name in NAMED or name == "process_key"}


def make_ready(tx: Transaction, **named: Any) -> None:
    """Compile what an act on these would need; `tx` is a reading.

    Args:
        named: ids by the names of `NAMED`, `process_key` for a start; names that say nothing here are passed over.
    """
    for name, key in named.items():
        if name in NAMED:
            for each in tx.db.execute(NAMED[name], {"key": key}).scalars():
                bundles.bundle(tx, each)
    process_key = named.get("process_key")
    if process_key and any(view.key == process_key for view in definition_rows.overview(tx, "process")):
        bundles.bundle_for_start(tx, process_key)  # one that is not there is told by its start


def warm(runtime: Runtime, stopped: Callable[[], bool] = lambda: False) -> int:
    """Compile the newest versions, then what running instances keep, a short reading each; returns how many.

    What cannot be compiled is passed over: it is told to whoever needs it.
    """
    with runtime.reading() as tx:
        keys = [view.key for view in definition_rows.overview(tx, "process")]
        kept = sorted(tx.db.execute(_KEPT).scalars(), reverse=True)
    calls: list[Callable[[Transaction], Any]] = [
        *(lambda tx, key=key: bundles.bundle_for_start(tx, key) for key in keys),
        *(lambda tx, each=each: bundles.bundle(tx, each) for each in kept),
    ]
    done = 0
    for call in calls:
        if stopped():
            break
        try:
            with runtime.reading() as tx:
                call(tx)
            done += 1
        except Exception as error:
            log.warning("a bundle was not compiled ahead: %s", type(error).__name__)
    return done
