"""Process instances: start, messages, cancel, view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.binding import Setting, Submission
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import InstanceView, OpenMessage


@dataclass(frozen=True)
class StartItem:
    """One instance to start. `entered_for`: unit id when a clerk enters it for another unit (代录)."""

    submission: Submission | None
    title: str | None = None
    business_key: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    entered_for: int | None = None


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

    Raises `NotAllowed` when the diagram's candidate starters leave the actor out.
    """
    raise NotImplementedError


def start_many(tx: Transaction, process_key: str, items: Sequence[StartItem], actor: Actor) -> list[int]:
    """Start one instance an item, in the same few statements; ids in order."""
    raise NotImplementedError


def start_setting(tx: Transaction, process_key: str, actor: Actor, mode: str = "page") -> Setting:
    """What `bind` needs for the start form: world, units, variables `initiator...` for prefill."""
    raise NotImplementedError


def view(tx: Transaction, instance_id: int, actor: Actor, locale: str = "zh") -> InstanceView:
    """Everything a page of an instance shows. Raises `NotFound`, `NotAllowed`."""
    raise NotImplementedError


def may_see(tx: Transaction, instance_id: int, actor: Actor) -> bool:
    """Parties, people it was copied to, and permission `instances.see_all`."""
    raise NotImplementedError


def open_messages(tx: Transaction, instance_id: int, actor: Actor) -> list[OpenMessage]:
    """Messages the instance waits for that this actor may send (buttons)."""
    raise NotImplementedError


def send_message(
    tx: Transaction,
    instance_id: int,
    name: str,
    actor: Actor,
    variables: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Send a message the instance waits for. Raises `NobodyWaits`, `NotAllowed`."""
    raise NotImplementedError


def cancel(tx: Transaction, instance_id: int, actor: Actor, reason: str) -> None:
    """作废: end an instance, recorded with its reason. Permission `instances.cancel`."""
    raise NotImplementedError


def set_title(tx: Transaction, instance_id: int, title: str) -> None:
    raise NotImplementedError


def set_business_key(tx: Transaction, instance_id: int, business_key: str) -> None:
    """Give an instance its number; for services."""
    raise NotImplementedError


def set_outcome(tx: Transaction, instance_id: int, outcome: str) -> None:
    """Say how an instance ended, in a word a person reads; for services."""
    raise NotImplementedError
