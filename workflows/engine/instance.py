"""A running instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.engine.bundle import Bundle
from workflows.engine.model import OpenTask, Status, Step, Surroundings, Thrown, Wait


class Instance:
    """One running instance of a bundle's root process; see docs/ARCHITECTURE.md."""

    status: Status
    variables: dict[str, Any]
    ends: list[str]
    error: str | None
    trail: list[Step]
    thrown: list[Thrown]

    @classmethod
    def start(
        cls, bundle: Bundle, variables: Mapping[str, Any], around: Surroundings, *, start_event: str | None = None
    ) -> Instance:
        raise NotImplementedError

    @classmethod
    def load(cls, bundle: Bundle, blob: bytes, around: Surroundings) -> Instance:
        raise NotImplementedError

    def dump(self) -> bytes:
        raise NotImplementedError

    @property
    def user_tasks(self) -> list[OpenTask]:
        raise NotImplementedError

    @property
    def waits(self) -> list[Wait]:
        raise NotImplementedError

    def complete(self, task_key: str, variables: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def message(self, name: str, variables: Mapping[str, Any] | None = None) -> bool:
        raise NotImplementedError

    def signal(self, name: str, variables: Mapping[str, Any] | None = None) -> bool:
        raise NotImplementedError

    def fire_due(self) -> int:
        raise NotImplementedError

    def reset_to(self, task_key: str) -> None:
        raise NotImplementedError

    def cancel(self) -> None:
        raise NotImplementedError
