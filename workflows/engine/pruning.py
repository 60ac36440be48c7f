"""Finished rounds of a loop leave the state, so that the thousandth costs what the first did.

A finished visit of an element is dropped once `KEPT` later ones are finished as well, and whatever one may go back to
(the latest visit of a task) undoes both it and the next one, or neither. Its followers hang on its
predecessor then, so that what follows from what stays known. Of the rounds before these no task is left to go back to.

A join goes together with the tokens that ended in it, once all branches between are dropped. What can be
compensated stays, and a subprocess in which a task was done that was not done in the later visit.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.engine.gateways import Join
from workflows.engine.resetting import forget_ends
from workflows.engine.tokens import CANCELLED, COMPLETED, FINISHED, Flat, Token, Top

KEPT = 2
"""Finished visits of an element that stay in any case, so that one may go back more than once."""
_NOTHING: frozenset[int] = frozenset()


def prune(top: Top) -> None:
    """Drop what later rounds have made superfluous, in every scope."""
    for workflow in (top, *top.subprocesses.values()):
        if top.subprocesses.get(getattr(workflow, "parent_task_id", 0), top) is not workflow:
            continue  # it went with the round it stood in
        wanted = _superseded(workflow)
        if wanted:
            _drop(workflow, wanted)


def _superseded(workflow: Flat) -> set[int]:
    """Ids of the visits that may go, joins and what hangs on joins not yet considered."""
    visits: dict[str, list[Token]] = {}
    for token in workflow.tasks.values():
        if token._state & FINISHED and token._parent is not None and "into" not in token.internal_data:
            visits.setdefault(token.task_spec.name, []).append(token)
    if all(len(listed) < 2 for listed in visits.values()):
        return set()
    behind = _behind(workflow, {goal for listed in visits.values() for goal in _goals(listed)})
    undoable = {number for found in workflow.undo for number in (found["id"], found.get("outer"))}
    wanted = set()
    for listed in visits.values():
        listed.sort(key=lambda each: each.id)
        later: list[Token] = []
        for token in reversed(listed):
            old = len(later) >= KEPT
            if old and token.id not in undoable and _may_go(token, later[-1], behind):
                wanted.add(token.id)
            if token._state == COMPLETED:
                later.append(token)
    return wanted


def _goals(visits: list[Token]) -> Iterator[int]:
    """The latest visits of a task, or of the tasks inside a subprocess: what one may go back to."""
    latest: dict[str, int] = {}
    for each in sorted(visits, key=lambda each: each.id):
        if each._state == COMPLETED:
            names = (each.task_spec.name,) if each.task_spec.manual else _tasks_inside(each)
            latest.update(dict.fromkeys(names, each.id))
    return iter(latest.values())


def _behind(workflow: Flat, goals: set[int]) -> dict[int, frozenset[int]]:
    """Token id -> the goals that, gone back to, undo it; a goal undoes itself."""
    ended = _ended(workflow)
    found: dict[int, frozenset[int]] = {}
    for token in workflow.tasks.values():  # parents stand before children
        of = found.get(token._parent or 0, _NOTHING)
        for other in ended.get(token.id, ()):
            more = found.get(other._parent or 0, _NOTHING)
            if not more <= of:
                of |= more
        found[token.id] = of | {token.id} if token.id in goals else of
    return found


def _ended(workflow: Flat) -> dict[int, list[Token]]:
    """Join -> the tokens that ended in it."""
    found: dict[int, list[Token]] = {}
    for token in workflow.tasks.values():
        join = token.internal_data.get("into")
        if join is not None:
            found.setdefault(join, []).append(token)
    return found


def _may_go(token: Token, later: Token, behind: dict[int, frozenset[int]]) -> bool:
    if behind[later.id] != behind[token.id]:
        return False
    if token.triggered or any(child.triggered for child in token.children):
        return False
    return set(_tasks_inside(token)) <= set(_tasks_inside(later))


def _tasks_inside(host: Token) -> Iterator[str]:
    """Names of the tasks that were done inside a subprocess or call."""
    inner = host.workflow.top.subprocesses.get(host.id)
    for token in inner.tasks.values() if inner is not None else ():
        if token.task_spec.manual and token._state == COMPLETED:
            yield token.task_spec.name
        yield from _tasks_inside(token)


def _drop(workflow: Flat, wanted: set[int]) -> None:
    tasks = workflow.tasks
    ended = _ended(workflow)
    while held := [number for number in wanted if _held(tasks[number], wanted, ended)]:
        wanted.difference_update(held)
    for number in sorted(wanted):
        if number not in tasks:
            continue  # it went with what it was armed on
        for token in ended.get(number, ()):
            _remove(token, [])
        token = tasks[number]
        _remove(token, [child for child in token.children if not _is_leftover(child)])


def _held(token: Token, wanted: set[int], ended: dict[int, list[Token]]) -> bool:
    """True if something that stays needs a token where it is."""
    for child in token.children:
        gone = child.id in wanted or child.internal_data.get("into") in wanted
        if not gone and (not child._state & FINISHED or isinstance(child.task_spec, Join)):
            return True  # a join tells its branches by where their tokens came from
    arrivals = ended.get(token.id, ())
    if not arrivals:
        return False
    before = set(_staying(token, wanted))
    return any(each._children or next(_staying(each, wanted), None) not in before for each in arrivals)


def _staying(token: Token, wanted: set[int]) -> Iterator[int]:
    """Ids of what a token came from, nearest first, without what is to go."""
    above = token.parent
    while above is not None:
        if above.id not in wanted:
            yield above.id
        above = above.parent


def _is_leftover(child: Token) -> bool:
    """An armed event that was not needed, or an event that came second."""
    return child._state == CANCELLED and not child._children and "into" not in child.internal_data


def _remove(token: Token, followers: list[Token]) -> None:
    """Take a token away and hang its followers where it hung; its other children go with it.

    An end it reached has been reached again since, and counts once.
    """
    forget_ends(token)
    workflow = token.workflow
    tasks = workflow.tasks
    for child in token.children:
        if child not in followers:
            workflow.top.close_inner(child)
            del tasks[child.id]
    above = token.parent
    if above is not None:
        place = above._children.index(token.id)
        above._children[place : place + 1] = [child.id for child in followers]
    for child in followers:
        child._parent = token._parent
    workflow.top.close_inner(token)
    del tasks[token.id]
