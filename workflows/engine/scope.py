"""Where variables live.

As in Camunda, variables belong to a scope, not to a token: all of one process instance see the same. A
called process has a scope of its own. A child of a multi-instance activity, and an activity with input
parameters, has a small scope on top of the one around it. Values are never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any


class Scope(MutableMapping[str, Any]):
    """A small scope over another one.

    `keep` says where a new name goes: into this scope (a multi-instance child keeps what it is told), or
    into the one around it (an activity whose input parameters are its own, and nothing else).
    """

    __slots__ = ("keep", "local", "outer")

    def __init__(self, local: dict[str, Any], outer: MutableMapping[str, Any], keep: bool) -> None:
        self.local = local
        self.outer = outer
        self.keep = keep

    def __getitem__(self, name: str) -> Any:
        if name in self.local:
            return self.local[name]
        return self.outer[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if self.keep or name in self.local:
            self.local[name] = value
        else:
            self.outer[name] = value

    def __delitem__(self, name: str) -> None:
        if name in self.local:
            del self.local[name]
        else:
            del self.outer[name]

    def __contains__(self, name: object) -> bool:
        return name in self.local or name in self.outer

    def __iter__(self) -> Iterator[str]:
        yield from self.outer
        for name in self.local:
            if name not in self.outer:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)


COUNTERS = {
    prefix + name: name
    for prefix in ("nrOf", "numberOf")
    for name in ("Instances", "ActiveInstances", "CompletedInstances", "TerminatedInstances")
}
"""Name in an expression, as in Camunda or BPMN -> name of the counter."""


class Counted(Scope):
    """The scope of a child of a multi-instance activity: it sees the counters of its activity as they stand."""

    __slots__ = ("counter",)

    def __init__(
        self,
        local: dict[str, Any],
        outer: MutableMapping[str, Any],
        keep: bool,
        counter: Callable[[str], int],
    ) -> None:
        super().__init__(local, outer, keep)
        self.counter = counter

    def __getitem__(self, name: str) -> Any:
        if name in COUNTERS and name not in self.local:
            return self.counter(COUNTERS[name])
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        return name in COUNTERS or super().__contains__(name)
