"""The state of an instance as bytes, apart from its specs.

One JSON document: names of specs once, then one short row a token, parents before children, then the
variables of each scope. What a row does not need it does not have. Ids are the tokens' numbers.

    {"v": 1, "n": last id, "s": status, "e": ends, "m": spec names, "d": variables, "t": rows,
     "p": [[host id, spec name, completed, variables or null, rows], ...],
     "u": {host id or "": what can be compensated in that scope}}
    row: [id, parent id or 0, state, index of spec name, extras?]
    extras: {"i": internal data, "l": local variables, "k": 1 if it keeps new ones, "x": 1 if an instance}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import orjson

from workflows.engine.gateways import InclusiveGateway
from workflows.engine.model import EngineError, Surroundings
from workflows.engine.specs import ProcessSpec
from workflows.engine.tokens import ACTIVE, READY, WAITING, Flat, Inner, Token, Top
from workflows.engine.values import pack, unpack

VERSION = 1


class StateUnreadable(EngineError):
    """The stored state does not fit the definition it is loaded with."""

    zh = "流程实例的状态与流程定义不符({reason})"
    en = "The stored state does not fit the definition ({reason})"


def dump(top: Top, status: str) -> bytes:
    """Write the state. Raises TypeError if a variable holds what cannot be stored."""
    names: dict[str, int] = {}
    state = {
        "v": VERSION,
        "n": top.last_id,
        "s": status,
        "e": top.ends,
        "d": pack(dict(top.data)),
        "t": _rows(top, names),
        "p": [
            [
                host,
                inner.spec.name,
                inner.completed,
                pack(dict(inner.data)) if inner.own_data else None,
                _rows(inner, names),
            ]
            for host, inner in top.subprocesses.items()
        ],
        "m": list(names),
    }
    undo = {str(host): pack(inner.undo) for host, inner in top.subprocesses.items() if inner.undo}
    if top.undo:
        undo[""] = pack(top.undo)
    if undo:
        state["u"] = undo
    return orjson.dumps(state)


def _rows(workflow: Flat, names: dict[str, int]) -> list[list[Any]]:
    rows = []
    for token in workflow.tasks.values():
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
        if state["v"] != VERSION:
            raise StateUnreadable(reason=f"version {state['v']}")
        top = Top(spec, specs, around)
        top.last_id = state["n"]
        top.ends = state["e"]
        top.data = unpack(state["d"])
        names = state["m"]
        _fill(top, state["t"], names)
        for host_id, name, completed, data, rows in state["p"]:
            host = cast("Token", top.find(host_id))
            own = data is not None
            inner = Inner(specs[name], host, unpack(data) if own else host.data, own)
            inner.completed = completed
            top.subprocesses[host_id] = inner
            _fill(inner, rows, names)
        for host, undo in state.get("u", {}).items():
            (top.subprocesses[int(host)] if host else top).undo = unpack(undo)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise StateUnreadable(reason=f"{type(error).__name__}: {error}") from error
    top.completed = state["s"] != "running"
    return top, state["s"]


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
        if "incident" in token.internal_data or "job" in token.internal_data:
            top.aside[token.id] = token
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
    workflow.task_tree = next(iter(tasks.values()))


_NONE: dict[str, Any] = {}
