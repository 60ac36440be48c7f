"""Acting in the sample office as its people would: through the forms and the use cases, some days ago."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from forms.binding import bind
from workflows.admission.sample.people import ACCOUNTS
from workflows.settings import SHANGHAI
from workflows.store.tables import task, task_candidate
from workflows.usecases import accounts, definitions, instances, tasks
from workflows.usecases.runtime import Runtime, Transaction

NAMES = {each.username: each.name for each in ACCOUNTS}


@dataclass
class Case:
    """An instance that a story speaks of before it is started."""

    id: int = 0


class Desk:
    """People at work. Days are counted in working days before today; a clock ticks within a day.

    Steps are noted first and taken by `run` in the order of time, so that numbers, histories and the registry
    grow as they would in an office.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.now = runtime.now()
        with runtime.reading(at=self.now) as tx:
            self.calendar = tx.world.calendar
        self._minutes: dict[date, int] = {}
        self._plan: list[tuple[int, Callable[[Transaction], None]]] = []

    def day(self, ago: int) -> date:
        """The day `ago` working days before today; negative is ahead."""
        found, left = self.now.date(), abs(ago)
        step = timedelta(days=-1 if ago > 0 else 1)
        while left:
            found += step
            left -= self.calendar.is_working_day(found)
        return found

    def moment(self, ago: int) -> datetime:
        """A moment of that day, later than the last one asked for; today it never lies ahead."""
        day = self.day(ago)
        self._minutes[day] = minutes = self._minutes.get(day, 0) + 3
        if ago <= 0:
            return self.now
        return datetime.combine(day, time(9, 0), SHANGHAI) + timedelta(minutes=minutes)

    def run(self) -> None:
        """Take every noted step, the oldest first, each in a transaction at its time."""
        for ago, step in sorted(self._plan, key=lambda each: -each[0]):
            with self.runtime.transaction(at=self.moment(ago)) as tx:
                step(tx)
        self._plan.clear()

    def start(
        self, ago: int, who: str, process: str, posted: Mapping[str, Any], *, for_unit: str = ""
    ) -> Case:
        """Start a process by its form; the bureau may do so for another unit (代录)."""
        case = Case()

        def step(tx: Transaction) -> None:
            actor = accounts.actor_named(tx, who)
            form = definitions.start_form(tx, process)
            setting = instances.start_setting(tx, process, actor, mode="api")
            submission = _good(bind(form, posted, setting)) if form is not None else None
            other = tx.units.find(for_unit) if for_unit else None
            entered_for = other.id if other is not None else None
            case.id = instances.start(tx, process, submission, actor, entered_for=entered_for)

        self._plan.append((ago, step))
        return case

    def do(self, ago: int, who: str, case: Case, element: str, **posted: Any) -> None:
        """Complete the task of an element that this person has in an instance."""

        def step(tx: Transaction) -> None:
            actor = accounts.actor_named(tx, who)
            view = tasks.open_task(tx, _open(tx, case.id, element, actor.groups()), actor)
            submission = None
            if view.form is not None:
                submission = _good(bind(view.form, posted, tasks.setting(tx, view, mode="api")))
            tasks.complete(tx, view.id, submission, actor)

        self._plan.append((ago, step))

    def send(self, ago: int, who: str, case: Case, message: str, reason: str) -> None:
        """Send a message, such as 撤回."""

        def step(tx: Transaction) -> None:
            instances.send_message(tx, case.id, message, accounts.actor_named(tx, who), reason=reason)

        self._plan.append((ago, step))

    # ---- stretches of `apply`
    def unit_chain(self, ago: int, unit: str, case: Case, words: str = "同意申报。") -> None:
        """科室负责人, 分管领导, 盖章."""
        self.do(ago, f"{unit}_kz", case, "unit_head", decision="agree", opinion="情况属实。")
        self.do(ago, f"{unit}_ld", case, "unit_leader", decision="agree", opinion=words)
        on = self.day(ago).isoformat()
        self.do(ago, f"{unit}_yz", case, "unit_seal", decision="agree", sealed_on=on)

    def receive(self, ago: int, case: Case) -> None:
        on = self.day(ago).isoformat()
        self.do(ago, "minzheng", case, "receive", decision="accept", received_on=on)

    def sign(self, ago: int, case: Case, decision: str = "agree", words: str = "", **posted: Any) -> None:
        """科长审核, 分管局领导签批; `words` are the leader's."""
        usual = {"agree": "同意准入。", "conditional": "附条件准入。", "refuse": "不予准入。"}[decision]
        self.do(ago, "minzheng_kz", case, "chief", decision=decision, opinion=usual, **posted)
        said = words or usual
        self.do(ago, "minzheng_ld", case, "leader", decision=decision, opinion=said, **posted)

    def file(self, ago: int, case: Case) -> None:
        on = self.day(ago).isoformat()
        self.do(ago, "minzheng_yz", case, "seal", decision="agree", sealed_on=on, copies="3")

    def hand_over(self, ago: int, case: Case, *streets: str) -> None:
        on = self.day(ago).isoformat()
        for street in streets:
            self.do(ago, street, case, "sign", decision="sign", signed_by=NAMES[street], signed_on=on)

    def dispatch(self, ago: int, case: Case, number: str) -> None:
        on = self.day(ago).isoformat()
        posted = {"decision": "dispatch", "dispatch_number": number, "dispatched_on": on}
        self.do(ago, "wangge", case, "dispatch", **posted)


def _good(bound: Any) -> Any:
    if bound.submission is None:
        raise ValueError("; ".join(fault.tell("zh") for fault in bound.faults))
    return bound.submission


def _open(tx: Transaction, instance_id: int, element: str, groups: frozenset[str]) -> int:
    query = (
        sa.select(task.c.id)
        .join(task_candidate, task_candidate.c.task_id == task.c.id)
        .where(task.c.instance_id == instance_id, task.c.element == element, task.c.state == "open")
        .where(task_candidate.c.kind == "group", task_candidate.c.value.in_(groups))
    )
    return int(tx.db.execute(query.limit(1)).scalar_one())
