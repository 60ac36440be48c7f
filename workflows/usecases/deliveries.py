"""News for other systems: written with what it tells of, sent by a job, again and again with growing waits, then given up.

A delivery is sent at least once: one whose answer was lost goes out again under the same `Idempotency-Key`. What was given
up, or went out long ago, a person sends again from its line in the list.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from forms.faults import Refused
from workflows.store.tables import account, connection, delivery, instance
from workflows.usecases import audit, connections, outgoing, typed
from workflows.usecases.actor import Actor
from workflows.usecases.connections import PERMISSION, Connection
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Runtime, Transaction

log = logging.getLogger(__name__)

JOB = "deliver"
ENDED = "instance.ended"
PING = "ping"
BACK_OFF = tuple(timedelta(minutes=each) for each in (1, 5, 30, 120, 360, 720, 1440))
"""How long after each failed try the next one is; after the last it is given up."""
LEASE = timedelta(minutes=5)
"""How long a try may take before another worker takes it up."""
MOST = 100


@dataclass(frozen=True)
class DeliveryView:
    """A line of the list."""

    id: int
    connection: str
    event: str
    instance_id: int | None
    state: str  # waiting | sent | given_up
    tries: int
    due_at: datetime
    message: str
    message_en: str
    created_at: datetime
    sent_at: datetime | None


# ------------------------------------------------------------------ what is told
def tell_ended(tx: Transaction, ended: Mapping[int, Mapping[str, Any]]) -> None:
    """Tell the systems that started instances what became of them: instance id -> its public variables."""
    if not ended or not tx.counters.connections:
        return
    query = (
        sa.select(instance, connection.c.id.label("connection_id"))
        .join(account, account.c.username == instance.c.initiator)
        .join(connection, connection.c.account_id == account.c.id)
        .where(instance.c.id.in_(list(ended)), connection.c.enabled)
    )
    for row in tx.db.execute(query).all():
        body = {
            "event": ENDED,
            "instance_id": row.id,
            "process": row.process_key,
            "title": row.title,
            "number": row.business_key,
            "status": row.status,
            "outcome": row.outcome or ("作废" if row.status == "cancelled" else None),
            "started_at": row.started_at.isoformat(),
            "ended_at": tx.at.isoformat(),
            "variables": {name: typed.plain(value) for name, value in ended[row.id].items()},
        }
        add(tx, row.connection_id, ENDED, f"{ENDED}:{row.id}", body, row.id)


def add(
    tx: Transaction,
    connection_id: int,
    event: str,
    key: str,
    body: Mapping[str, Any],
    instance_id: int | None = None,
) -> int:
    """Have something told, once for its key; returns the delivery's id."""
    known = sa.select(delivery.c.id).where(
        delivery.c.connection_id == connection_id, delivery.c.key == key[:100]
    )
    if (found := tx.db.execute(known).scalar_one_or_none()) is not None:
        return int(found)
    made = tx.db.execute(
        sa.insert(delivery).returning(delivery.c.id),
        {
            "connection_id": connection_id,
            "instance_id": instance_id,
            "event": event,
            "key": key[:100],
            "body": dict(body),
            "state": "waiting",
            "tries": 0,
            "due_at": tx.at,
            "message": "",
            "message_en": "",
            "created_at": tx.at,
        },
    ).scalar_one()
    tx.enqueue(JOB, made, key=f"{JOB}:{made}")
    return int(made)


# ------------------------------------------------------------------ sending
def due(tx: Transaction) -> list[int]:
    """Ids of what should go out now, oldest first."""
    query = sa.select(delivery.c.id).where(delivery.c.state == "waiting", delivery.c.due_at <= tx.at)
    return list(tx.db.execute(query.order_by(delivery.c.due_at, delivery.c.id).limit(MOST)).scalars())


def run(runtime: Runtime, delivery_id: int) -> bool:
    """Send one if it is due; true if it is through. Harmless where it went out, or is on its way."""
    with runtime.transaction() as tx:
        begun = _begin(tx, delivery_id)
    if begun is None:
        return False
    peer, key, body, tries = begun
    failure: Refused | None = None
    try:
        outgoing.post(
            peer.address,
            body,
            secret=peer.secret,
            key=key,
            at=runtime.now(),
            allowed=runtime.settings.outgoing_hosts,
        )
    except Refused as error:
        failure = error
        log.warning("delivery %s to %s failed: %s", delivery_id, peer.key, type(error).__name__)
    with runtime.transaction() as tx:
        _finish(tx, delivery_id, tries, failure)
    return failure is None


def _begin(tx: Transaction, delivery_id: int) -> tuple[Connection, str, dict[str, Any], int] | None:
    """Take a delivery in hand for a while; None where there is nothing to do."""
    mine = sa.and_(delivery.c.id == delivery_id, delivery.c.state == "waiting", delivery.c.due_at <= tx.at)
    taken = sa.update(delivery).where(mine).values(due_at=tx.at + LEASE, tries=delivery.c.tries + 1)
    row = tx.db.execute(taken.returning(delivery)).one_or_none()
    if row is None:
        return None
    peer = connections.by_id(tx, row.connection_id)
    if not peer.enabled:  # it waits until somebody sends it again
        _write(tx, row.id, state="given_up", message="该对接系统已停用", message_en="the connection is off")
        return None
    return peer, row.key, dict(row.body) | {"key": row.key}, row.tries


def _finish(tx: Transaction, delivery_id: int, tries: int, failure: Refused | None) -> None:
    """Write down how a try went, unless another has been begun since."""
    current = sa.select(delivery.c.tries).where(delivery.c.id == delivery_id, delivery.c.state == "waiting")
    if tx.db.execute(current.with_for_update()).scalar_one_or_none() != tries:
        return
    if failure is None:
        _write(tx, delivery_id, state="sent", sent_at=tx.at, message="", message_en="")
        return
    said = {"message": failure.tell("zh")[:300], "message_en": failure.tell("en")[:300]}
    if tries > len(BACK_OFF):
        _write(tx, delivery_id, state="given_up", **said)
    else:
        _write(tx, delivery_id, due_at=tx.at + BACK_OFF[tries - 1], **said)


def _write(tx: Transaction, delivery_id: int, **values: Any) -> None:
    tx.db.execute(sa.update(delivery).where(delivery.c.id == delivery_id).values(**values))


# ------------------------------------------------------------------ the list
def listing(tx: Transaction, actor: Actor) -> list[DeliveryView]:
    """The last deliveries, latest first. Permission `settings.manage`."""
    actor.require(PERMISSION)
    query = sa.select(delivery, connection.c.name.label("peer")).join(connection)
    return [_view(row) for row in tx.db.execute(query.order_by(delivery.c.id.desc()).limit(MOST))]


def _view(row: Any) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        connection=row.peer,
        event=row.event,
        instance_id=row.instance_id,
        state=row.state,
        tries=row.tries,
        due_at=row.due_at,
        message=row.message,
        message_en=row.message_en,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def replay(tx: Transaction, delivery_ids: Iterable[int], actor: Actor) -> int:
    """Send some again, now and under their old keys; returns how many. Permission `settings.manage`."""
    actor.require(PERMISSION)
    count = 0
    for delivery_id in delivery_ids:
        known = sa.update(delivery).where(delivery.c.id == delivery_id)
        again = tx.db.execute(known.values(state="waiting", tries=0, due_at=tx.at, sent_at=None))
        if again.rowcount != 1:
            raise NotFound(kind="delivery", key=delivery_id)
        tx.enqueue(JOB, delivery_id, key=f"{JOB}:{delivery_id}:{int(tx.at.timestamp())}")
        audit.record(tx, actor, "delivery.replay", str(delivery_id))
        count += 1
    return count


def ping(tx: Transaction, connection_id: int, actor: Actor) -> int:
    """Have a trial sent, to see that address and secret are right. Permission `settings.manage`."""
    actor.require(PERMISSION)
    peer = connections.by_id(tx, connection_id)
    key = f"{PING}:{peer.key}:{int(tx.at.timestamp())}"
    return add(tx, connection_id, PING, key, {"event": PING, "at": tx.at.isoformat()})
