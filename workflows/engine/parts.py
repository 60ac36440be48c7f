"""Children of a large multi-instance activity, apart from the rest of the state.

A step of one of a thousand children shall not read, touch and write the others. So `split` writes each child
that keeps to itself into a part of its own, and leaves with the activity only how many of them are open and how
many are done. The others come in hand when something asks for them: the activity ends or is stopped, an event is
thrown, an expression reads the collected results, which are put together again from the children.

What must always be in hand stays in the state: a child that left branches behind, waits for a condition, or
stands still with an incident or a job; and the children of an activity inside another one's part.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workflows.engine.multi import MultiInstance
from workflows.engine.tokens import ACTIVE, COMPLETED, STARTED, Inner, Token, Top

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGE = 16
"""From so many children on they are written apart; fewer cost less in one piece."""


# ---------------------------------------------------------------- where each token is written
def homes(top: Top) -> dict[int, int]:
    """Token id -> number of the part it is to be written in, of the tokens in hand that have one."""
    found: dict[int, int] = {}
    pinned = _pinned(top)
    for host in _hosts(top):
        for child in _in_hand(host):
            if child.triggered and child.id not in pinned:
                tree = _tree(child)
                if tree is not None:
                    found.update(dict.fromkeys(tree, child.id))
    for inner in top.subprocesses.values():
        number = found.get(inner.host.id)
        if number is not None:
            found.update(dict.fromkeys(inner.tasks, number))
    return found


def _hosts(top: Top) -> list[Token]:
    """Activities whose children are to be apart: large ones, that stand in no other one."""
    hosts = [
        token
        for workflow in (top, *top.subprocesses.values())
        for token in workflow.active.values()
        if token._state == STARTED and _is_large(token)
    ]
    inside = {token.id for token in hosts}
    hosts = [host for host in hosts if not _above(host) & inside]
    names = [_spec(host).result_name for host in hosts]
    if len(set(names)) < len(names):
        top.gather()  # who of them a result belongs to could not be told
        return []
    return [host for host in hosts if "apart" in host.internal_data or _as_collected(host)]


def _is_large(token: Token) -> bool:
    spec = token.task_spec
    return isinstance(spec, MultiInstance) and spec.at_once and token.internal_data.get("count", 0) >= LARGE


def _spec(host: Token) -> MultiInstance:
    assert isinstance(host.task_spec, MultiInstance)
    return host.task_spec


def _above(token: Token) -> set[int]:
    """Ids of the tokens a token stands inside of, or came from."""
    found: set[int] = set()
    at: Token | None = token
    while at is not None:
        up = at.parent
        if up is None:
            up = at.workflow.host if isinstance(at.workflow, Inner) else None
        if up is not None:
            found.add(up.id)
        at = up
    return found


def _pinned(top: Top) -> set[int]:
    """Ids of the tokens inside of which something must always be in hand."""
    found: set[int] = set()
    for token in (*top.conditionals.values(), *top.aside.values()):
        if token.unfinished:
            found |= _above(token) | {token.id}
    return found


def _in_hand(host: Token) -> Iterator[Token]:
    tasks = host.workflow.tasks
    return (tasks[number] for number in host._children if number in tasks)


def _tree(child: Token) -> list[int] | None:
    """Ids of a child and its armed events; None if it does not keep to itself."""
    if not (child._state & ACTIVE or child._state == COMPLETED):
        return None
    tasks, found, todo = child.workflow.tasks, [child.id], list(child._children)
    while todo:
        below = tasks.get(todo.pop())
        if below is None:
            continue
        if not below.task_spec.attached or below._state == COMPLETED:
            return None
        found.append(below.id)
        todo.extend(below._children)
    return found


def _as_collected(host: Token) -> bool:
    """True if the results are those of the children, so that they can be put together again."""
    done, results = _done(host)
    spec = _spec(host)
    return host.internal_data["done"] == done and host.data.get(spec.result_name) == results


def _done(host: Token) -> tuple[list[int], list[Any]]:
    """Indexes and results of the finished children in hand."""
    spec = _spec(host)
    children = [child for child in _in_hand(host) if child.triggered and child._state == COMPLETED]
    children.sort(key=lambda child: child.internal_data["index"])
    return [child.internal_data["index"] for child in children], [spec.result_of(child) for child in children]


# ---------------------------------------------------------------- writing
@contextmanager
def parted(top: Top, found: dict[int, int]) -> Iterator[None]:
    """While the state is written without its parts, the activities only count their children."""
    kept: list[tuple[Token, dict[str, Any], Any, bool]] = []
    for number in set(found.values()):
        token = top.find(number)
        host = token.parent if token is not None else None
        if host is not None and all(host is not other for other, *_ in kept):
            name = _spec(host).result_name
            whole = "apart" not in host.internal_data
            kept.append((host, host.internal_data, host.data.get(name) if whole else None, whole))
    try:
        for host, facts, _results, whole in kept:
            away = [child for child in _in_hand(host) if found.get(child.id) == child.id]
            opened, done = facts.get("apart", (0, 0))
            finished = {child.internal_data["index"] for child in away if child._state == COMPLETED}
            host.internal_data = {
                **facts,
                "done": [index for index in facts["done"] if index not in finished],
                "apart": [opened + len(away) - len(finished), done + len(finished)],
            }
            if whole:
                host.data[_spec(host).result_name] = []
        yield
    finally:
        for host, facts, results, whole in kept:
            host.internal_data = facts
            if whole:
                host.data[_spec(host).result_name] = results


# ---------------------------------------------------------------- reading
def came(top: Top, number: int) -> None:
    """A part has come in hand, others have not: its child counts no longer among those apart."""
    child = top.find(number)
    host = child.parent if child is not None else None
    if child is None or host is None or "apart" not in host.internal_data:
        return
    facts = host.internal_data
    if child._state == COMPLETED:
        facts["apart"][1] -= 1
        facts["done"] = sorted([*facts["done"], child.internal_data["index"]])
    else:
        facts["apart"][0] -= 1


def put_together(hosts: Iterable[Token]) -> None:
    """All children are in hand: activities have their results again."""
    for host in hosts:
        host.internal_data.pop("apart", None)
        host.internal_data["done"], results = _done(host)
        host.data[_spec(host).result_name] = results


class Apart(MutableMapping[str, Any]):
    """Variables of a scope while children are apart: who asks for results, has all children fetched."""

    __slots__ = ("base", "top")

    def __init__(self, base: MutableMapping[str, Any], top: Top) -> None:
        self.base = base
        self.top = top

    def _ask(self, name: object) -> None:
        if any(_spec(host).result_name == name for host in self.top.apart.values()):
            self.top.gather()

    def __getitem__(self, name: str) -> Any:
        self._ask(name)
        return self.base[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._ask(name)
        self.base[name] = value

    def __delitem__(self, name: str) -> None:
        self._ask(name)
        del self.base[name]

    def __contains__(self, name: object) -> bool:
        return name in self.base

    def __iter__(self) -> Iterator[str]:
        return iter(self.base)

    def __len__(self) -> int:
        return len(self.base)
