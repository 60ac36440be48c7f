"""A list that takes longer than a click: what was asked for is kept with its job, and written as it was asked.

Filters, columns, permissions and the day are those of the moment of asking; whoever may not take the list out any more
when the job runs does not get it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from workflows.usecases import accounts, lists
from workflows.usecases.actor import Actor
from workflows.usecases.lists import Query
from workflows.usecases.runtime import Runtime, Transaction

LONG = 2_000
"""A list of more rows is written by a job: so many of the widest ledger take about a second (docs/BENCH.md)."""


class KeptQuery(dict[str, str]):
    """The filters of an address as they were kept: `get` tells the first value of a name, `getlist` all."""

    def __init__(self, kept: Mapping[str, list[str]]) -> None:
        super().__init__({name: values[0] for name, values in kept.items() if values})
        self.kept = kept

    def getlist(self, name: str) -> list[str]:
        return list(self.kept.get(name, ()))


def kept(tx: Transaction, key: str, actor: Actor, query: Query) -> dict[str, Any]:
    """What is asked for, as plain JSON. Raises `NotFound`, `NotAllowed`."""
    asked = lists.allowed(key, actor)
    values = {
        name: query.getlist(name) if hasattr(query, "getlist") else [str(query[name])] for name in query
    }
    columns = [each.key for each in lists.chosen(tx, asked, actor)]
    who = asdict(actor) | {"roles": sorted(actor.roles), "permissions": sorted(actor.permissions)}
    return {"query": values, "columns": columns, "actor": who | {"unit_path": list(actor.unit_path)}}


def write(
    out: BinaryIO,
    runtime: Runtime,
    key: str,
    asked: Mapping[str, Any],
    at: datetime,
    told: Callable[[int], None],
) -> int:
    """Write a list as it was asked for `at` a time; returns how many rows.

    Raises `NotFound`, `NotAllowed`, `AccountDisabled`, and whatever `told` raises.
    """
    actor = _actor(asked["actor"])
    with runtime.reading() as tx:
        lists.allowed(key, accounts.actor(tx, actor.account_id or 0))
    with runtime.reading(at=at) as tx:
        return lists.write(out, tx, key, actor, KeptQuery(asked["query"]), asked["columns"], told)


def _actor(who: Mapping[str, Any]) -> Actor:
    sets = {name: frozenset(who[name]) for name in ("roles", "permissions")}
    return Actor(**{**who, **sets, "unit_path": tuple(who["unit_path"])})
