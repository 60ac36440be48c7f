"""The state of an instance as bytes, apart from its specs.

One JSON document: names of specs once, then one short row a token, parents before children, then the
variables of each scope. What a row does not need it does not have. Ids are the tokens' numbers.

    {"v": 2, "n": last id, "s": status, "e": ends, "m": spec names, "d": variables, "t": rows,
     "p": [[host id, spec name, completed, variables or null, rows], ...],
     "u": {host id or "": what can be compensated in that scope}}
    row: [id, parent id or 0, state, index of spec name, extras?]
    extras: {"i": internal data, "l": local variables, "k": 1 if it keeps new ones, "x": 1 if an instance}

A child of a large multi-instance activity may be written as a document of its own (see `parts`), with the same
"m", "t", "p" and "u", and "w": the host id of the scope its activity stands in, 0 for the root process.
Version 1 had no parts, and is read as what it is: a state without any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import orjson

from workflows.engine import parts
from workflows.engine.gateways import InclusiveGateway
from workflows.engine.model import EngineError, Surroundings
from workflows.engine.pruning import prune
from workflows.engine.specs import ProcessSpec
from workflows.engine.tokens import ACTIVE, READY, WAITING, Flat, Inner, Token, Top
from workflows.engine.values import pack, unpack

VERSION = 2
_READ = (1, VERSION)


class StateUnreadable(EngineError):
    """The stored state does not fit the definition it is loaded with."""

    zh = "流程实例的状态与流程定义不符({reason})"
    en = "The stored state does not fit the definition ({reason})"


def dump(top: Top, status: str) -> bytes:
    """Write the state in one piece. Raises TypeError if a variable holds what cannot be stored."""
    top.gather()
    prune(top)
    return _whole(top, status, _NOWHERE)


def split(top: Top, status: str) -> tuple[bytes, dict[int, bytes], dict[int, int]]:
    """Write the state and, by number, the parts in hand; also in which part each token was written."""
    prune(top)
    homes = parts.homes(top)
    if not homes:
        return _whole(top, status, homes), {}, homes
    with parts.parted(top, homes):
        whole = _whole(top, status, homes)
    members: dict[int, list[int]] = {}
    for number, part in homes.items():
        members.setdefault(part, []).append(number)
    return whole, {part: _part(top, part, numbers) for part, numbers in members.items()}, homes


def _whole(top: Top, status: str, homes: Mapping[int, int]) -> bytes:
    names: dict[str, int] = {}
    inners = [inner for inner in top.subprocesses.values() if inner.host.id not in homes]
    state = {
        "v": VERSION,
        "n": top.last_id,
        "s": status,
        "e": top.ends,
        "d": pack(dict(top.data)),
        "t": _rows((token for token in top.tasks.values() if token.id not in homes), names),
        "p": _inners(inners, names, homes),
        "m": list(names),
    }
    undo = _undo(inners)
    if top.undo:
        undo[""] = pack(top.undo)
    if undo:
        state["u"] = undo
    return orjson.dumps(state)


def _part(top: Top, part: int, numbers: list[int]) -> bytes:
    names: dict[str, int] = {}
    child = cast("Token", top.find(part))
    workflow = child.workflow
    own = [workflow.tasks[number] for number in numbers if number in workflow.tasks]
    inners = [top.subprocesses[number] for number in numbers if number in top.subprocesses]
    state = {
        "v": VERSION,
        "w": workflow.host.id if isinstance(workflow, Inner) else 0,
        "t": _rows(own, names),
        "p": _inners(inners, names, _NOWHERE),
        "m": list(names),
    }
    undo = _undo(inners)
    if undo:
        state["u"] = undo
    return orjson.dumps(state)


def _inners(inners: list[Inner], names: dict[str, int], homes: Mapping[int, int]) -> list[list[Any]]:
    return [
        [
            inner.host.id,
            inner.spec.name,
            inner.completed,
            pack(dict(inner.data)) if inner.own_data else None,
            _rows((token for token in inner.tasks.values() if token.id not in homes), names),
        ]
        for inner in inners
    ]


def _undo(inners: list[Inner]) -> dict[str, Any]:
    return {str(inner.host.id): pack(inner.undo) for inner in inners if inner.undo}


def _rows(tokens: Iterable[Token], names: dict[str, int]) -> list[list[Any]]:
    rows = []
    for token in tokens:
        row: list[Any] = [
            token.id,
            token._parent or 0,
            token._state,
            names.setdefault(token.task_spec.name, len(names)),
        ]
        extras: dict[str, Any] = {}
        if token.internal_data:
            extras["i"] = pack(token.internal_data)
        if token.local is not None:
            extras["l"] = pack(token.local)
            if token.keep:
                extras["k"] = 1
        if token.triggered:
            extras["x"] = 1
        if extras:
            row.append(extras)
        rows.append(row)
    return rows


def load(
    blob: bytes, spec: ProcessSpec, specs: Mapping[str, ProcessSpec], around: Surroundings
) -> tuple[Top, str]:
    """Read the state back onto its specs. Raises StateUnreadable."""
    try:
        state = orjson.loads(blob)
        if state["v"] not in _READ:
            raise StateUnreadable(reason=f"version {state['v']}")
        top = Top(spec, specs, around)
        top.last_id = state["n"]
        top.ends = state["e"]
        top.data = unpack(state["d"])
        _fill(top, state["t"], state["m"])
        top.task_tree = next(iter(top.tasks.values()))
        _fill_inners(top, state)
    except _WRONG as error:
        raise StateUnreadable(reason=f"{type(error).__name__}: {error}") from error
    top.completed = state["s"] != "running"
    return top, state["s"]


def add_part(top: Top, number: int, blob: bytes) -> None:
    """Read a part back into its state. Raises StateUnreadable."""
    try:
        state = orjson.loads(blob)
        workflow = top.subprocesses[state["w"]] if state["w"] else top
        _fill(workflow, state["t"], state["m"])
        _fill_inners(top, state)
    except _WRONG as error:
        raise StateUnreadable(reason=f"{type(error).__name__}: {error}") from error
    top.parts[number] = blob


_WRONG = (KeyError, IndexError, TypeError, AttributeError, ValueError, StopIteration)


def _fill_inners(top: Top, state: Mapping[str, Any]) -> None:
    names = state["m"]
    for host_id, name, completed, data, rows in state["p"]:
        host = cast("Token", top.find(host_id))
        own = data is not None
        inner = Inner(top.subprocess_specs[name], host, unpack(data) if own else host.data, own)
        inner.completed = completed
        top.subprocesses[host_id] = inner
        _fill(inner, rows, names)
        inner.task_tree = next(iter(inner.tasks.values()))
    for key, undo in state.get("u", {}).items():
        (top.subprocesses[int(key)] if key else top).undo = unpack(undo)


def _fill(workflow: Flat, rows: list[list[Any]], names: list[str]) -> None:
    specs, tasks, active, top = workflow.spec.task_specs, workflow.tasks, workflow.active, workflow.top
    for row in rows:
        token = Token.__new__(Token)
        token.id, parent, state, name = row[:4]
        token.workflow = workflow
        token._parent = parent or None
        token._children = []
        token._state = state
        token.task_spec = spec = specs[names[name]]
        token.thread_id = 0
        token.last_state_change = 0.0
        token.take = None
        extras = row[4] if len(row) > 4 else _NONE
        token.triggered = "x" in extras
        token.internal_data = unpack(extras["i"]) if "i" in extras else {}
        token.local = unpack(extras["l"]) if "l" in extras else None
        token.keep = "k" in extras
        tasks[token.id] = token
        if token.internal_data:
            _note(top, token)
        if parent:
            # A parent may have been pruned; its children then hang where they are.
            above = tasks.get(parent)
            if above is not None:
                above._children.append(token.id)
        if state & ACTIVE:
            if state == WAITING and spec.background:
                workflow.armed[token.id] = token
            else:
                active[token.id] = token
            if state == WAITING:
                if spec.plan.event.kind == "conditional":
                    top.conditionals[token.id] = token
                elif isinstance(spec, InclusiveGateway):
                    top.joins[token.id] = token
            elif state == READY and not spec.manual:
                top.queue.append(token)


def _note(top: Top, token: Token) -> None:
    """What the instance looks up without walking the tree."""
    facts = token.internal_data
    if "incident" in facts or "job" in facts:
        top.aside[token.id] = token
    if "apart" in facts:
        top.apart[token.id] = token


_NONE: dict[str, Any] = {}
_NOWHERE: Mapping[int, int] = {}
