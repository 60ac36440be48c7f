"""Services of `annual_refresh`: each unit confirms its matters, the bureau publishes a new edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from workflows.admission import catalogue, kinds, matters, reading, refresh_answers, states
from workflows.admission.tables import catalogue_edition, matter, refresh_answer
from workflows.engine import ServiceCall
from workflows.settings import SHANGHAI
from workflows.store.tables import submission, task, task_candidate
from workflows.usecases import flow, instances, opinions
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import InstanceRef, Transaction

ANSWER_DAYS = 10
"""Working days a unit has to answer where neither the form nor the diagram (input `days`) says."""
START, ANSWER, ISSUE = "refresh_start", "refresh_answer", "refresh_issue"


class RefreshedBefore(Refused):
    """The catalogue of a year is refreshed once. Facts: year, on (day it was begun), state_zh, state_en."""

    zh: ClassVar[str] = "{year}年指导目录已于{on}发起年度更新({state_zh})，每年只更新一次"
    en: ClassVar[str] = "The {year} catalogue's refresh was begun on {on} ({state_en}); there is one a year"


class OneIsUnderWay(Refused):
    """Units are asked about another year's catalogue: they answer for one at a time. Facts: year, other, on."""

    zh: ClassVar[str] = "{other}年指导目录的年度更新于{on}发起，还没有发布；发布或作废后才能发起{year}年的"
    en: ClassVar[str] = (
        "The {other} refresh, begun on {on}, is not published yet: publish or cancel it before that of {year}"
    )


def _require_first(tx: Transaction, year: int) -> None:
    """Raises `RefreshedBefore`, `OneIsUnderWay`. One that was cancelled (作废) does not count: its draft went with it."""
    table = catalogue_edition.c
    same = sa.case((table.year == year, 0), else_=1)
    query = sa.select(table.year, table.created_at, table.status).where(
        table.origin == "refresh", sa.or_(table.year == year, table.status == "draft")
    )
    row = tx.db.execute(query.order_by(same, table.id).limit(1)).one_or_none()
    if row is not None and row.year != year:
        raise OneIsUnderWay(year=year, other=row.year, on=row.created_at.date().isoformat())
    if row is not None:
        published = row.status == "published"
        raise RefreshedBefore(
            year=year,
            on=row.created_at.date().isoformat(),
            state_zh="已发布" if published else "办理中",
            state_en="published" if published else "under way",
        )


def known_start(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """What the catalogue says of a refresh that is about to be started."""
    try:
        _require_first(tx, int(values.get("year") or _year_of(tx.world.today)))
    except (RefreshedBefore, OneIsUnderWay) as refusal:
        return Known(refused={"year": refusal})
    return Known()


def _year_of(today: date) -> int:
    """The year a refresh is for when nothing else is said: in December the next."""
    return today.year + (1 if today.month == 12 else 0)


def open_refresh(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """列出各单位在册事项: one item a unit with its matters, and until when it may answer.

    Returns `items`: [{"unit": id}], one task each; `answer_by` (date); `answer_deadline` (the first moment after it);
    `year`; `edition_id` of the draft that is begun.

    Raises `RefreshedBefore`, `OneIsUnderWay`.
    """
    today = tx.world.today
    year = reading.number(call, "year") or _year_of(today)
    tx.alone("refresh")
    _require_first(tx, year)
    answer_by = reading.day(call, "answer_by")
    if answer_by is None or answer_by < today:
        answer_by = tx.world.calendar.add_working_days(today, int(call.inputs.get("days") or ANSWER_DAYS))
    rows = _standing(tx, today)
    units = dict.fromkeys(row["applicant_unit_id"] for row in rows)
    _list_answers(tx, instance, rows)
    instances.set_title(tx, instance.id, f"{year}年指导目录更新")
    return {
        "year": year,
        "edition_id": catalogue.new_edition(tx, year, "refresh", instance_id=instance.id),
        "answer_by": answer_by,
        "answer_deadline": datetime.combine(answer_by + timedelta(days=1), time(), SHANGHAI),
        "items": [{"unit": unit_id} for unit_id in units],
        "proposal": None,
    }


def _standing(tx: Transaction, today: date) -> list[dict[str, Any]]:
    query = sa.select(matter).where(
        matter.c.applicant_unit_id.is_not(None),
        matter.c.kind == kinds.MATTER,
        sa.or_(states.in_state("in_force", today), states.in_state("not_yet", today)),
    )
    ordered = query.order_by(matter.c.applicant_unit_id, matter.c.id)
    return [dict(row) for row in tx.db.execute(ordered).mappings()]


def _list_answers(tx: Transaction, instance: InstanceRef, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.db.execute(
            sa.insert(refresh_answer),
            [
                {"instance_id": instance.id, "matter_id": row["id"], "unit_id": row["applicant_unit_id"]}
                for row in rows
            ],
        )


def begin(tx: Transaction, instance_id: int, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rows of a unit's table: its matters as they stand, to go on unless it says otherwise."""
    item = variables.get("item")
    if not isinstance(item, Mapping):
        return {}
    query = (
        sa.select(matter)
        .join(refresh_answer, refresh_answer.c.matter_id == matter.c.id)
        .where(refresh_answer.c.instance_id == instance_id, refresh_answer.c.unit_id == item.get("unit"))
        .order_by(refresh_answer.c.id)
    )
    return {
        "answer_rows": [
            {
                "filing_number": row["filing_number"] or "",
                "matter_name": row["name"],
                "period_text": catalogue.period_text(dict(row)),
                "answer": "continue",
            }
            for row in tx.db.execute(query).mappings()
        ]
    }


def collect_answers(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """汇总反馈: what each unit answered; silence is read as continue and marked 未反馈. Makes the draft."""
    asked = _asked(tx, instance)
    everything = [each for listed in asked.values() for each in listed]
    answered = set()
    written: list[dict[str, Any]] = []
    for unit_id, posted, by_name, at in _submitted(tx, instance):
        answered.add(unit_id)
        known = _by_number(asked.get(unit_id) or everything)
        for given in posted.get("rows") or []:
            matter_id = known.get(name_of(given))
            if matter_id is not None:
                written.append(
                    {
                        "b_matter": matter_id,
                        **refresh_answers.said(given, posted.get("decided_by") or by_name, at.date()),
                    }
                )
    refresh_answers.write(tx, instance.id, written)
    tx.db.execute(
        sa.update(refresh_answer)
        .where(refresh_answer.c.instance_id == instance.id, refresh_answer.c.answer.is_(None))
        .values(answer="continue", no_feedback=True)
    )
    edition_id = reading.number(call, "edition_id")
    if not edition_id:  # begun by an earlier version of the diagram's services
        year = reading.number(call, "year") or tx.world.today.year
        edition_id = catalogue.new_edition(tx, year, "refresh", instance_id=instance.id)
    catalogue.merge(tx, edition_id, instance.id)
    return {"edition_id": edition_id, "answered": len(answered), "silent": len(set(asked) - answered)}


def numbers_asked(tx: Transaction, instance: InstanceRef) -> dict[tuple[str, str], int]:
    """What stands in a refresh, by number, or by name where there is none -> id of the matter."""
    return _by_number([each for listed in _asked(tx, instance).values() for each in listed])


def _asked(tx: Transaction, instance: InstanceRef) -> dict[int, list[tuple[int, str, str]]]:
    """Unit -> (matter id, filing number, name) of what it was asked about."""
    query = (
        sa.select(refresh_answer.c.unit_id, matter.c.id, matter.c.filing_number, matter.c.name)
        .join(matter, matter.c.id == refresh_answer.c.matter_id)
        .where(refresh_answer.c.instance_id == instance.id)
        .order_by(matter.c.id)
    )
    found: dict[int, list[tuple[int, str, str]]] = {}
    for row in tx.db.execute(query):
        found.setdefault(row.unit_id, []).append((row.id, row.filing_number or "", row.name))
    return found


def _submitted(tx: Transaction, instance: InstanceRef) -> list[tuple[int, Mapping[str, Any], str, datetime]]:
    """Unit, posted values, who and when: the unit is the one whose clerks the task was offered to."""
    query = (
        sa.select(task_candidate.c.value, submission.c["values"], submission.c.actor_name, submission.c.at)
        .join(task, task.c.id == submission.c.task_id)
        .join(task_candidate, task_candidate.c.task_id == task.c.id)
        .where(submission.c.instance_id == instance.id, submission.c.form_key == "refresh_answer")
        .where(task_candidate.c.value.like("unit_clerk@%"))
        .order_by(submission.c.id)
    )
    return [(int(row[0].split("@")[1]), row[1], row[2], row[3]) for row in tx.db.execute(query)]


def open_tables(tx: Transaction, instance_id: int) -> set[int]:
    """The units whose table of a refresh waits for its answers."""
    query = (
        sa.select(task_candidate.c.value)
        .join(task, task.c.id == task_candidate.c.task_id)
        .where(
            task.c.instance_id == instance_id, task.c.element == "answer", task.c.state.in_(flow.OPEN_STATES)
        )
        .where(task_candidate.c.value.like("unit_clerk@%"))
    )
    return {int(value.split("@")[1]) for value in tx.db.execute(query).scalars()}


def _by_number(listed: Sequence[tuple[int, str, str]]) -> dict[tuple[str, str], int]:
    return {(number, "" if number else name): matter_id for matter_id, number, name in listed}


def name_of(given: Mapping[str, Any]) -> tuple[str, str]:
    number = str(given.get("filing_number") or "")
    return number, "" if number else str(given.get("matter_name") or "")


def publish_edition(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """发布新一版目录: what units change stands in the registry, the edition is closed, what they end is told.

    Returns `exits`: one for each matter whose end begins now, as the message `exit_matter` takes it. What has left
    or is leaving by itself meanwhile is passed over.
    """
    edition_id = reading.number(call, "edition_id")
    exits = []
    for row in _to_do(tx, instance):
        if row["stage"] != "filed":
            continue
        if row["answer"] == "end":
            reason = row["note"] or "年度更新终止"
            told = {"matter_id": row["matter_id"], "exit_kind": "other", "exit_reason": reason}
            exits.append({**told, "raised_by": "refresh"})
            continue
        matters.change(
            tx,
            row["matter_id"],
            "changed",
            actor_name=row["answered_by"],
            note=row["note"],
            instance_id=instance.id,
            **refresh_answers.changed(row["changes"]),
        )
    catalogue.merge(tx, edition_id, instance.id)
    issued = reading.posted(tx, instance, ISSUE)
    signed = issued or reading.posted(tx, instance, "refresh_sign")  # until the number had a form of its own
    signers = _signers(tx, instance)
    number = str(signed.get("document_number") or "")
    catalogue.publish(tx, edition_id, None, number, by=signers[-1] if signers else "")
    instances.set_business_key(tx, instance.id, number or catalogue.edition(tx, edition_id).title)
    return {"edition_id": edition_id, "exits": exits}


def _to_do(tx: Transaction, instance: InstanceRef) -> list[dict[str, Any]]:
    """The answers to change and to end that the bureau did not overrule, with the stage of their matters."""
    query = (
        sa.select(refresh_answer, matter.c.stage)
        .join(matter, matter.c.id == refresh_answer.c.matter_id)
        .where(refresh_answer.c.instance_id == instance.id, refresh_answer.c.answer.in_(("end", "change")))
        .where(sa.func.coalesce(refresh_answer.c.ruling, "") != "keep")
        .order_by(refresh_answer.c.id)
    )
    return [dict(row) for row in tx.db.execute(query).mappings()]


def _signers(tx: Transaction, instance: InstanceRef) -> list[str]:
    return [each.signed for each in opinions.of_instance(tx, instance.id) if each.decision == "agree"]
