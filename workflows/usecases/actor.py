"""Who acts: an account with its roles, unit and permissions, as every use case takes it."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.usecases.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """One person (or the system) at work.

    `unit_path` is the own unit first, then its ancestors up to the root, then the former units whose place these took.
    """

    account_id: int | None
    username: str
    name: str
    unit_id: int | None
    unit_name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    unit_path: tuple[int, ...] = ()

    def groups(self) -> frozenset[str]:
        """Candidate groups this actor belongs to: `role`, and `role@unit` for each unit on the path."""
        placed = {f"{role}@{unit}" for role in self.roles for unit in self.unit_path}
        return frozenset(self.roles | placed)

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise `NotAllowed` when this actor lacks the permission."""
        if permission not in self.permissions:
            raise NotAllowed(permission=permission)

    @property
    def is_system(self) -> bool:
        return self.account_id is None and self.username == "system"


SYSTEM = Actor(account_id=None, username="system", name="系统", unit_id=None, unit_name="")
