"""A report by somebody who did not sign in: it goes the way of every report, and nobody's name goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from forms.binding import bind
from forms.written.dates import show_date
from workflows.admission import verdicts
from workflows.usecases import definitions, instances
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Transaction

PROCESS = "supervise"
PUBLIC = replace(SYSTEM, name="公众(匿名)")
FIELDS = ("matter_name", "accused_unit", "community", "details")
"""What the public form asks; everything else of the report stays empty, above all who made it."""
UNDECIDED = frozenset({"not_admitted", "pending"})
"""Findings that are one to the public: an application is known to its parties alone."""


@dataclass(frozen=True)
class Reported:
    """What came of it: the registry's answer, or the faults in Chinese."""

    verdict: str = ""
    faults: tuple[str, ...] = ()


def report(tx: Transaction, given: Mapping[str, Any]) -> Reported:
    """Start a report of a matter that is not on the list; with faults nothing is started."""
    form = definitions.start_form(tx, PROCESS)
    if form is None:
        return Reported(faults=("本系统未启用监督反馈流程",))
    posted: dict[str, Any] = {key: str(given.get(key) or "").strip() for key in FIELDS}
    posted |= {"source": "other", "problems": ["not_admitted"]}
    bound = bind(form, posted, instances.start_setting(tx, PROCESS, PUBLIC, mode="api"))
    if bound.submission is None:
        return Reported(faults=tuple(each.tell() for each in bound.faults if each.severity == "error"))
    instances.start(tx, PROCESS, bound.submission, PUBLIC)
    return Reported(verdict=_told(tx, bound.submission.values))


def _told(tx: Transaction, values: Mapping[str, Any]) -> str:
    """What the registry says, to anybody: nothing of what is applied for, and no names like the one given."""
    name, day = str(values["matter_name"]), tx.world.today
    found = verdicts.look(tx, name, values.get("accused_unit"), values.get("community"), day)
    if found.finding in UNDECIDED:
        return f"截至{show_date(day)}，在册事项中没有名为“{name}”的事务，社区有权拒绝。"
    return found.sentence


__all__ = ["FIELDS", "PROCESS", "PUBLIC", "Reported", "report"]
