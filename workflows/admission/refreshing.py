"""Services of `annual_refresh`: each unit confirms its matters, the bureau publishes a new edition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from workflows.admission import catalogue, kinds, leaving, matters, reading, states
from workflows.admission.tables import catalogue_edition, matter, refresh_answer
from workflows.engine import ServiceCall
from workflows.settings import SHANGHAI
from workflows.store.tables import submission, task, task_candidate
from workflows.usecases import instances, opinions
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import InstanceRef, Transaction

ANSWER_DAYS = 10
"""Working days a unit has to answer when nothing else is said."""
START = "refresh_start"


class RefreshedBefore(Refused):
    """The catalogue of a year is refreshed once. Facts: year, on (day it was begun), state_zh, state_en."""

    zh: ClassVar[str] = "{year}年指导目录已于{on}发起年度更新({state_zh})，每年只更新一次"
    en: ClassVar[str] = "The {year} catalogue's refresh was begun on {on} ({state_en}); there is one a year"


def _require_first(tx: Transaction, year: int) -> None:
    """Raises `RefreshedBefore`. One that was cancelled (作废) does not count: its draft went with it."""
    query = sa.select(catalogue_edition.c.created_at, catalogue_edition.c.status).where(
        catalogue_edition.c.year == year, catalogue_edition.c.origin == "refresh"
    )
    row = tx.db.execute(query.order_by(catalogue_edition.c.id).limit(1)).one_or_none()
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
    except RefreshedBefore as refusal:
        return Known(refused={"year": refusal})
    return Known()


def _year_of(today: date) -> int:
    """The year a refresh is for when nothing else is said: in December the next."""
    return today.year + (1 if today.month == 12 else 0)


def open_refresh(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """列出各单位在册事项: one item a unit with its matters, and until when it may answer.

    Returns `items`: [{"unit": id, "rows": [...]}] with the rows of the form `refresh_answer`; `answer_by` (date);
    `answer_deadline` (the first moment after it); `year`; `edition_id` of the draft that is begun.

    Raises `RefreshedBefore`.
    """
    today = tx.world.today
    year = reading.number(call, "year") or _year_of(today)
    _require_first(tx, year)
    answer_by = reading.day(call, "answer_by")
    if answer_by is None or answer_by < today:
        answer_by = tx.world.calendar.add_working_days(today, ANSWER_DAYS)
    rows = _standing(tx, today)
    items: dict[int, dict[str, Any]] = {}
    for row in rows:
        item = items.setdefault(row["applicant_unit_id"], {"unit": row["applicant_unit_id"], "rows": []})
        item["rows"].append(
            {
                "filing_number": row["filing_number"] or "",
                "matter_name": row["name"],
                "period_text": catalogue.period_text(row),
                "answer": "continue",
            }
        )
    _list_answers(tx, instance, rows)
    instances.set_title(tx, instance.id, f"{year}年指导目录更新")
    return {
        "year": year,
        "edition_id": catalogue.new_edition(tx, year, "refresh", instance_id=instance.id),
        "answer_by": answer_by,
        "answer_deadline": datetime.combine(answer_by + timedelta(days=1), time(), SHANGHAI),
        "items": list(items.values()),
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


def collect_answers(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """汇总反馈: what each unit answered; silence is read as continue and marked 未反馈. Makes the draft."""
    asked = _asked(tx, instance)
    answered = 0
    for unit_id, posted, by_name, at in _submitted(tx, instance):
        answered += 1
        for given in posted.get("rows") or []:
            matter_id = _meant(asked.get(unit_id, []), given)
            if matter_id is not None:
                _answer(
                    tx,
                    instance,
                    matter_id,
                    answer=given.get("answer") or "continue",
                    note=given.get("note") or "",
                    answered_on=at.date(),
                    answered_by=by_name,
                )
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
    return {"edition_id": edition_id, "answered": answered, "silent": len(asked) - answered}


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


def _meant(asked: list[tuple[int, str, str]], given: Mapping[str, Any]) -> int | None:
    """The unit's own matter that a row is about, by number, else by name."""
    number, name = given.get("filing_number") or "", given.get("matter_name") or ""
    for matter_id, known_number, known_name in asked:
        if (number and number == known_number) or (not number and name == known_name):
            return matter_id
    return None


def _answer(tx: Transaction, instance: InstanceRef, matter_id: int, **values: Any) -> None:
    tx.db.execute(
        sa.update(refresh_answer)
        .where(refresh_answer.c.instance_id == instance.id, refresh_answer.c.matter_id == matter_id)
        .values(**values)
    )


def publish_edition(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """发布新一版目录: what units end leaves the registry, what they change is noted, the edition is closed."""
    edition_id = reading.number(call, "edition_id")
    pattern = str(call.inputs.get("number_pattern") or "{year}-{seq:04d}")
    query = (
        sa.select(refresh_answer, matter)
        .join(matter, matter.c.id == refresh_answer.c.matter_id)
        .where(refresh_answer.c.instance_id == instance.id, refresh_answer.c.answer.in_(("end", "change")))
        .order_by(refresh_answer.c.id)
    )
    for row in list(tx.db.execute(query).mappings()):
        known = matters.get(tx, row["matter_id"])
        if row["answer"] == "end" and known["stage"] == "filed":
            leaving.end(
                tx,
                known,
                pattern,
                kind="other",
                reason=row["note"] or "年度更新终止",
                on=tx.world.today,
                actor_name=row["answered_by"],
                instance_id=instance.id,
            )
        elif row["answer"] == "change":
            matters.change(
                tx,
                row["matter_id"],
                "changed",
                actor_name=row["answered_by"],
                note=row["note"],
                instance_id=instance.id,
            )
    catalogue.merge(tx, edition_id, instance.id)
    signed = reading.posted(tx, instance, "refresh_sign")
    signers = _signers(tx, instance)
    catalogue.publish(
        tx,
        edition_id,
        None,
        str(signed.get("document_number") or ""),
        by=signers[-1] if signers else "",
    )
    instances.set_business_key(tx, instance.id, catalogue.edition(tx, edition_id).title)
    return {"edition_id": edition_id}


def _signers(tx: Transaction, instance: InstanceRef) -> list[str]:
    return [each.signed for each in opinions.of_instance(tx, instance.id) if each.decision == "agree"]
