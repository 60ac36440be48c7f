"""Going back (退回): a finished task is open again, and all that followed it is undone.

What followed: the tokens that came from it, the joins that took one of them in and all behind those. Tokens
of other branches that had been taken in by an undone join wait in front of it again. Where the task stands
in a finished subprocess, the subprocess runs again, and what followed the subprocess is undone as well. An event
subprocess that had interrupted the scope after the task was done is undone too, and waits again. Compensation that
what followed had begun stops; what it has not undone yet can be undone later.
"""

from __future__ import annotations

from workflows.engine.compensation import Undo, forget, withdraw
from workflows.engine.event_specs import EndEvent
from workflows.engine.gateways import InclusiveGateway
from workflows.engine.model import NoSuchTask
from workflows.engine.multi import MultiInstance
from workflows.engine.subprocesses import EventSubProcess
from workflows.engine.tokens import ACTIVE, COMPLETED, FUTURE, STARTED, WAITING, Flat, Inner, Token


def reset(token: Token) -> None:
    """Open a completed token again. Raises NoSuchTask if it cannot be reached any more."""
    workflow = token.workflow
    if isinstance(workflow, Inner):
        _reopen_host(workflow)
    if token.triggered:
        _rejoin(token)
    gone = _undo(token)
    token.internal_data = {name: kept for name, kept in token.internal_data.items() if name == "index"}
    token.take = None
    token._state = FUTURE
    workflow.completed = False
    if _withdraw_interruption(workflow):
        workflow.listen()
    _withdraw_undoing(workflow, gone)
    token.arrive()


def _reopen_host(inner: Inner, interrupted: bool = False) -> None:
    """Make the subprocess a task stands in run again; `interrupted`: by the event subprocess the task stands in."""
    host = inner.host
    if host._state & ACTIVE:
        return
    if host._state != COMPLETED:
        raise NoSuchTask(host.key)
    if isinstance(host.workflow, Inner):
        _reopen_host(host.workflow, _interrupts(host))
    if host.triggered:
        _rejoin(host)
    gone = _undo(host, keep_inside=True)
    inner.completed = False
    if not interrupted:
        _withdraw_interruption(inner)
        inner.listen()
    host.workflow.completed = False
    host._state = STARTED
    host.workflow.active[host.id] = host
    forget(host.workflow, host.id)
    if not _interrupts(host) and _withdraw_interruption(host.workflow):
        host.workflow.listen()
    _withdraw_undoing(host.workflow, gone)
    host.task_spec.arm(host)


def _interrupts(token: Token) -> bool:
    """True for an event subprocess that runs instead of the content of its scope, or has run."""
    spec = token.task_spec
    return (
        isinstance(spec, EventSubProcess)
        and spec.plan.event.interrupting
        and bool(token._state & (STARTED | COMPLETED))
    )


def _withdraw_interruption(scope: Flat) -> bool:
    """Take away an event subprocess that has interrupted a scope; True if there was one.

    All that is done in the scope was done before. With it go the events that stopped waiting when it came.
    """
    beside = [token for token in scope.task_tree.children if isinstance(token.task_spec, EventSubProcess)]
    if not any(_interrupts(token) for token in beside):
        return False
    for token in beside:
        if token._state != COMPLETED or _interrupts(token):
            _remove_branch(token)
    return True


def _withdraw_undoing(scope: Flat, gone: set[int]) -> None:
    """Stop the compensation whose throwing event is gone, or that was to cancel the transaction."""
    for token in scope.task_tree.children:
        facts = token.internal_data
        if not isinstance(token.task_spec, Undo) or not token.unfinished:
            continue
        if "cancel" in facts or ("for" in facts and scope.top.find(facts["for"]) is None):
            withdraw(token, gone)
            _remove_branch(token)


def _remove_branch(token: Token) -> None:
    """Take a token away with all that came from it."""
    tasks = token.workflow.tasks
    _remove(token)
    for number in _followers(token)[0]:
        _remove(tasks[number])


def _rejoin(child: Token) -> None:
    """Take a finished child of a multi-instance activity out of the results again."""
    outer = child.parent
    if outer is None or not outer._state & ACTIVE:
        raise NoSuchTask(child.key)
    spec = outer.task_spec
    if isinstance(spec, MultiInstance):
        spec.uncollect(outer, child)


def _undo(token: Token, keep_inside: bool = False) -> set[int]:
    """Remove all that followed a token in its workflow, and what ran inside it; ids of what followed."""
    workflow = token.workflow
    tasks, top = workflow.tasks, workflow.top
    gone, fired = _followers(token)
    for number in gone:
        _remove(tasks[number])
    reopened = fired - gone
    waiting = [tasks[number] for number in reopened]
    waiting += [
        other
        for other in tasks.values()
        if other.internal_data.get("into") in gone | reopened and other.id not in reopened
    ]
    for other in waiting:
        other.internal_data.clear()
        other._children = [number for number in other._children if number in tasks]
        other.take = None
        other._state = WAITING
        workflow.active[other.id] = other
        if isinstance(other.task_spec, InclusiveGateway):
            top.joins[other.id] = other
    token._children = []
    forget(workflow, token.id)
    if not keep_inside:
        forget_ends(token)
        top.close_inner(token)
    return gone


def _followers(token: Token) -> tuple[set[int], set[int]]:
    """Ids of all tokens that came from one, and of the joins on other branches that took one of them in."""
    tasks = token.workflow.tasks
    gone: set[int] = set()
    fired: set[int] = set()
    todo = list(token._children)
    while todo:
        number = todo.pop()
        found = tasks.get(number)
        if found is None or number in gone or found is token:
            continue
        gone.add(number)
        todo.extend(found._children)
        join = tasks.get(found.internal_data.get("into", 0))
        if join is not None and join.id not in fired:
            fired.add(join.id)
            todo.extend(join._children)
    return gone, fired


def _remove(token: Token) -> None:
    """Take one token away; an unfinished one is cancelled first, so that the trail tells."""
    workflow = token.workflow
    if token._state & ACTIVE:
        token.cancel()
    forget_ends(token)
    workflow.top.close_inner(token)
    workflow.active.pop(token.id, None)
    workflow.armed.pop(token.id, None)
    forget(workflow, token.id)
    del workflow.tasks[token.id]
    above = token.parent
    if above is not None and token.id in above._children:
        above._children.remove(token.id)


def forget_ends(token: Token) -> None:
    """An end event that is undone, itself or inside an undone subprocess, was not reached after all."""
    top, key = token.workflow.top, token.task_spec.bpmn_id
    if isinstance(token.task_spec, EndEvent) and token._state == COMPLETED and key in top.ends:
        top.ends.remove(key)
    inner = top.subprocesses.get(token.id)
    for each in inner.tasks.values() if inner is not None else ():
        forget_ends(each)
