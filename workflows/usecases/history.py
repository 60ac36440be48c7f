"""What happened, in sentences: rows hold facts, `SENTENCES` the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from forms.faults import Sentence
from workflows.store.statements import Statement
from workflows.store.tables import history
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import HistoryLine

SENTENCES: Mapping[str, Sentence] = {
    "started": Sentence("{actor}发起了“{title}”", "{actor} started “{title}”"),
    "started_for": Sentence("{actor}代{unit}登记了“{title}”(代录)", "{actor} entered “{title}” for {unit}"),
    "started_beside": Sentence(
        "{actor}确认后另行发起：本单位已有同名事项({place})",
        "{actor} had it started although the unit has a matter of this name ({place})",
    ),
    "completed": Sentence("{actor}办理了“{name}”", "{actor} completed “{name}”"),
    "decided": Sentence("{actor}办理了“{name}”：{decision}", "{actor} completed “{name}”: {decision}"),
    "decided_recorded": Sentence(
        "{signer}({actor}代录)办理了“{name}”：{decision}",
        "{signer} decided “{name}”: {decision} (entered by {actor})",
    ),
    "claimed": Sentence("{actor}签收了“{name}”", "{actor} claimed “{name}”"),
    "unclaimed": Sentence("{actor}取消签收“{name}”", "{actor} gave “{name}” back"),
    "transferred": Sentence("{actor}将“{name}”转办给{to}", "{actor} transferred “{name}” to {to}"),
    "consulted": Sentence("{actor}就“{name}”征求{to}的意见", "{actor} asked {to} for an opinion on “{name}”"),
    "answered": Sentence("{actor}答复了“{name}”的征求意见", "{actor} gave an opinion on “{name}”"),
    "consultation_withdrawn": Sentence(
        "{actor}撤回了“{name}”的征求意见", "{actor} withdrew the question on “{name}”"
    ),
    "reminded": Sentence("{actor}催办“{name}”", "{actor} sent a reminder for “{name}”"),
    "copied": Sentence("{actor}抄送给{to}", "{actor} sent a copy to {to}"),
    "returned": Sentence("{actor}将“{name}”退回到“{target}”", "{actor} returned “{name}” to “{target}”"),
    "message": Sentence("{actor}：{name}", "{actor}: {name}"),
    "timer": Sentence("“{name}”时间已到", "The time of “{name}” is up"),
    "service": Sentence("{name}(系统自动完成)", "{name} (done by the system)"),
    "cancelled": Sentence("{actor}作废了该流程", "{actor} cancelled the process"),
    "ended": Sentence("流程结束：{name}", "The process ended: {name}"),
    "task_cancelled": Sentence("“{name}”已无需办理", "“{name}” is no longer needed"),
    "reorganised": Sentence(
        "机构调整（{act}）：自 {on} 起由“{after}”承接“{before}”的事务",
        "Reorganisation: from {on} on “{after}” takes over from “{before}”",
    ),
    "handed_over": Sentence(
        "{actor}将{was}的“{name}”移交给{to}", "{actor} handed “{name}” over from {was} to {to}"
    ),
    "incident": Sentence("流程异常：“{name}”", "Incident at “{name}”"),
    "incident_retried": Sentence("{actor}重试了“{name}”", "{actor} tried “{name}” again"),
    "incident_again": Sentence("“{name}”重试后仍然异常", "“{name}” failed again"),
    "incident_skipped": Sentence("{actor}跳过了“{name}”", "{actor} passed over “{name}”"),
    "variable_changed": Sentence(
        "{actor}在“{name}”处将变量 {variable} 由“{was}”改为“{now}”",
        "{actor} changed the variable {variable} at “{name}” from “{was}” to “{now}”",
    ),
    "due_soon": Sentence("系统催办“{name}”：即将到期", "Reminder of “{name}”: due soon"),
    "due_now": Sentence("系统催办“{name}”：已到期", "Reminder of “{name}”: due now"),
    "follow_up_now": Sentence(
        "系统催办“{name}”：已到跟进日期", "Reminder of “{name}”: its follow-up date has come"
    ),
    "due_counted_again": Sentence(
        "工作日历调整，“{name}”的期限由 {was} 改为 {now}",
        "The calendar changed: “{name}” is due on {now} instead of {was}",
    ),
    "timer_counted_again": Sentence(
        "工作日历调整，“{name}”的时间由 {was} 改为 {now}",
        "The calendar changed: the time of “{name}” is {now} instead of {was}",
    ),
    "resumed": Sentence("{actor}恢复了流程", "{actor} resumed the process"),
    "migrated": Sentence(
        "{actor}将流程由第{source}版迁移到第{target}版",
        "{actor} moved the process from version {source} to version {target}",
    ),
    "noted": Sentence("{text}", "{text_en}"),
}
"""Event -> sentence over the row's facts, `actor` and `name` (of the element). An event that is not here
(`passed`: the token left an element) stands in the history for the diagram only."""

_LEFT = ("passed", "completed", "decided", "decided_recorded", "service", "timer", "ended")
"""Events of an element that the token has left."""

INSERT = Statement(
    sa.insert(history),
    (
        "instance_id",
        "at",
        "event",
        "task_id",
        "process",
        "element",
        "element_name",
        "element_type",
        "actor",
        "actor_name",
        "actor_unit_name",
        "facts",
    ),
)


def row(
    instance_id: int,
    tx: Transaction,
    event: str,
    actor: Actor,
    *,
    task_id: int | None = None,
    process: str | None = None,
    element: str | None = None,
    name: str | None = None,
    element_type: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One row for `INSERT`, to be written with others."""
    return {
        "instance_id": instance_id,
        "at": tx.at,
        "event": event,
        "task_id": task_id,
        "process": process,
        "element": element,
        "element_name": name,
        "element_type": element_type,
        "actor": actor.username,
        "actor_name": actor.name,
        "actor_unit_name": actor.unit_name,
        "facts": dict(facts) if facts else None,
    }


def add(tx: Transaction, instance_id: int, event: str, actor: Actor, **details: Any) -> None:
    """Write one thing that happened; details as in `row`."""
    INSERT.run(tx.db, row(instance_id, tx, event, actor, **details))


def note(tx: Transaction, instance_id: int, actor: Actor, zh: str, en: str) -> None:
    """Write a sentence of a service's own (`已分配备案号 ...`)."""
    add(tx, instance_id, "noted", actor, facts={"text": zh, "text_en": en})


def sentences(tx: Transaction, instance_id: int, locale: str = "zh") -> list[HistoryLine]:
    """The history of an instance as people read it, oldest first. Visibility is the caller's question."""
    query = (
        sa.select(history)
        .where(history.c.instance_id == instance_id, history.c.event.in_(tuple(SENTENCES)))
        .order_by(history.c.id)
    )
    english = locale.lower().startswith("en")
    lines = []
    for found in tx.db.execute(query):
        facts = dict(found.facts or {})
        words = {"actor": found.actor_name, "name": found.element_name or "", **facts}
        if english and facts.get("decision_en"):
            words["decision"] = facts["decision_en"]
        lines.append(
            HistoryLine(
                id=found.id,
                at=found.at,
                event=found.event,
                text=SENTENCES[found.event].tell(locale, words),
                actor_name=found.actor_name,
                actor_unit_name=found.actor_unit_name,
                task_id=found.task_id,
                element=found.element,
                detail=facts.get("detail", ""),
            )
        )
    return lines


def decisions(tx: Transaction, tasks: Iterable[tuple[int, int]], locale: str = "zh") -> dict[int, str]:
    """Labels of what was decided in tasks: (instance id, task id) pairs -> task id -> label, as the form says it."""
    wanted = list(tasks)
    query = sa.select(history.c.task_id, history.c.facts).where(
        history.c.instance_id.in_({instance_id for instance_id, _task in wanted}),
        history.c.task_id.in_([task_id for _instance, task_id in wanted]),
        history.c.event.in_(("decided", "decided_recorded")),
    )
    found: dict[int, str] = {}
    for each in tx.db.execute(query):
        facts = each.facts or {}
        label = facts.get("decision", "")
        if locale.lower().startswith("en"):
            label = facts.get("decision_en") or label
        if label:
            found[each.task_id] = label
    return found


def path_taken(tx: Transaction, instance_id: int) -> dict[str, list[str]]:
    """Elements the instance has left, by process, in order, for the diagram of the version it runs on now."""
    query = (
        sa.select(history.c.process, history.c.element, history.c.event, history.c.facts)
        .where(history.c.instance_id == instance_id)
        .where(
            sa.or_(
                history.c.event == "migrated",
                sa.and_(history.c.process.is_not(None), history.c.event.in_(_LEFT)),
            )
        )
        .order_by(history.c.id)
    )
    found: dict[str, list[str]] = {}
    for each in tx.db.execute(query):
        if each.event != "migrated":
            found.setdefault(each.process, []).append(each.element)
            continue
        for process, renamed in ((each.facts or {}).get("mapping") or {}).items():
            found[process] = [renamed.get(key) or key for key in found.get(process, ())]
    return {process: list(dict.fromkeys(elements)) for process, elements in found.items()}
