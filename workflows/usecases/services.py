"""Services as the engine calls them: in this transaction, and heard in their own words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from forms.faults import Refused
from workflows.engine import Incident, ServiceCall, Surroundings
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

if TYPE_CHECKING:
    from workflows.usecases.flow import Running


def surroundings(tx: Transaction, running: Running) -> Surroundings:
    """What the engine may ask: the world, and the services with this transaction."""

    def call(asked: ServiceCall) -> Mapping[str, Any] | None:
        service = tx.runtime.services.get(asked.name)
        if service is None:
            raise NotFound(kind="service", key=asked.name)
        try:
            return service(tx, asked, running.ref())
        except Refused as refusal:
            running.refusal = refusal
            raise

    return Surroundings(world=tx.world, services=call)


@contextlib.contextmanager
def own_words(running: Running, actor: Actor) -> Iterator[None]:
    """A service that refused what a person did tells that person so itself.

    What happens by the clock or by a message keeps the engine's `Incident`, which names the element.
    """
    try:
        yield
    except Incident as incident:
        if running.refusal is not None and incident.cause is running.refusal and not actor.is_system:
            raise running.refusal from incident
        raise
