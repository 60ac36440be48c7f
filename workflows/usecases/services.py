"""Services as the engine calls them: in this transaction, and heard in their own words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from forms.faults import Refused
from workflows.engine import BusinessError, Incident, ServiceCall, Surroundings
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import InstanceRef, Runtime, Transaction

if TYPE_CHECKING:
    from workflows.usecases.running import Running

RemoteService = Callable[[ServiceCall, InstanceRef, Runtime], "Mapping[str, Any] | None"]
Function = TypeVar("Function", bound=Callable[..., Any])


def remote(function: Function) -> Function:
    """Declare that a service of the registry asks another system.

    It is then called `(call, instance, runtime)`, without a transaction: by a worker, after the step that led to it is
    committed, tried again with a growing wait (`camunda:failedJobRetryTimeCycle`), then an incident. It may be called
    twice for one work: `call.key` is the same each time, with `instance.id` it is the idempotency key.
    """
    function.remote = True  # type: ignore[attr-defined]
    return function


def is_remote(tx: Transaction, name: str) -> bool:
    """Whether a service was declared remote."""
    return bool(getattr(tx.runtime.services.get(name), "remote", False))


def surroundings(tx: Transaction, running: Running) -> Surroundings:
    """What the engine may ask: the world, and the services with this transaction."""

    def call(asked: ServiceCall) -> Mapping[str, Any] | None:
        service = tx.runtime.services.get(asked.name)
        if service is None:
            raise NotFound(kind="service", key=asked.name)
        try:
            with tx.savepoint():  # what a failed service wrote must not stay with the rest of the step
                return service(tx, asked, running.ref())
        except Exception as error:
            tx.running[running.id] = running
            if isinstance(error, Refused) and not isinstance(error, BusinessError):
                running.refusal = error
            raise

    def parks(incident: Incident) -> bool:
        """A failure waits for repair; only what a service refuses to who acts goes back."""
        return not (running.refusable and running.refusal is not None and incident.cause is running.refusal)

    def later(name: str, external: bool) -> str:
        if external and name not in tx.runtime.services:
            return "external"
        return "remote" if is_remote(tx, name) else ""

    return Surroundings(world=tx.world, services=call, parks=parks, later=later)


@contextlib.contextmanager
def own_words(running: Running, actor: Actor) -> Iterator[None]:
    """A service that refused what a person did tells that person so itself.

    What happens by the clock or by a message is an incident of its element.
    """
    running.refusable = running.refusable or not actor.is_system
    try:
        yield
    except Incident as incident:
        if running.refusal is not None and incident.cause is running.refusal and not actor.is_system:
            raise running.refusal from incident
        raise
