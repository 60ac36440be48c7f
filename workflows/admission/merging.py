"""Services of `annual_refresh` at the bureau's desk: rulings, late answers, opinions on the draft, its number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from forms.written.amounts import show_money
from workflows.admission import catalogue, matters, own_matters, reading, refresh_answers, refreshing, states
from workflows.admission.tables import catalogue_edition, matter, refresh_answer
from workflows.admission.unit_kinds import STREET_KINDS
from workflows.engine import ServiceCall
from workflows.usecases import submissions
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import InstanceRef, Transaction

MERGE, OPINION = "refresh_merge", "refresh_opinion"
OPINION_DAYS = 5
"""Working days for opinions on a draft when nothing else is said."""


class NotAsked(Refused):
    """A late answer is about nothing that stands in this refresh. Facts: number, year."""

    zh: ClassVar[str] = "“{number}”不在{year}年更新的事项中，请核对准入编号"
    en: ClassVar[str] = "“{number}” is none of the matters of the {year} refresh"


class NumberTaken(Refused):
    """Another edition was published under this number. Facts: number, title."""

    zh: ClassVar[str] = "发文字号“{number}”已用于《{title}》"
    en: ClassVar[str] = "“{number}” is the number of “{title}”"


# ------------------------------------------------------------------ what the desk shows
def begin(tx: Transaction, instance_id: int, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the merging clerk sees: who answered, what each answer changes, opinions on the draft."""
    rows = _answers(tx, instance_id)
    shown = [row for row in rows if row["answer"] in ("change", "end") or row["stage"] != "filed"]
    return {
        "refresh_summary": _summary(tx, rows),
        "merge_rows": [_line(tx, row) for row in shown],
        "opinions_text": _opinions(tx, instance_id),
    }


def _answers(tx: Transaction, instance_id: int) -> list[dict[str, Any]]:
    query = (
        sa.select(
            refresh_answer,
            *(matter.c[key] for key in ("name", "filing_number", "stage", "ended_on", "applicant_unit_name")),
            *(matter.c[key] for key in refresh_answers.CHANGED),
        )
        .join(matter, matter.c.id == refresh_answer.c.matter_id)
        .where(refresh_answer.c.instance_id == instance_id)
    )
    return [dict(row) for row in tx.db.execute(query.order_by(refresh_answer.c.id)).mappings()]


def _summary(tx: Transaction, rows: list[dict[str, Any]]) -> str:
    """80 个单位中 76 个已答复；未反馈 4 个：…。继续 120 项，变更 5 项，终止 3 项。"""
    units = dict.fromkeys(row["unit_id"] for row in rows)
    silent = dict.fromkeys(row["unit_id"] for row in rows if row["no_feedback"])
    names = "、".join(matters.unit_name(tx, each) for each in list(silent)[:20])
    told = f"{len(units)} 个单位中 {len(units) - len(silent)} 个已答复"
    if silent:
        told += f"；未反馈 {len(silent)} 个：{names}{'等' if len(silent) > 20 else ''}，其事项按继续处理"
    counted = {key: sum(row["answer"] == key for row in rows) for key in refresh_answers.ANSWERS}
    return (
        f"{told}。"
        + "，".join(f"{refresh_answers.ANSWERS[key]} {count} 项" for key, count in counted.items())
        + "。"
    )


def _line(tx: Transaction, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": row["applicant_unit_name"],
        "filing_number": row["filing_number"] or "",
        "matter_name": row["name"],
        "asked": refresh_answers.ANSWERS.get(row["answer"] or "", "未答复"),
        "effect": effect(row),
        "ruling": row["ruling"] or ("adopt" if row["stage"] == "filed" else None),
        "ruling_note": row["ruling_note"],
    }


def effect(row: Mapping[str, Any]) -> str:
    """What an answer changes, in words: of a matter that left meanwhile, that it did."""
    if row["stage"] == "ended":
        on = row["ended_on"].isoformat() if row["ended_on"] else "更新期间"
        return f"已于{on}退出，不再列入新版目录"
    if row["stage"] != "filed":
        return f"{states.STATES[row['stage']].zh}，不列入新版目录"
    if row["answer"] == "end":
        return f"发布后办理退出。{row['note']}"
    new = refresh_answers.changed(row["changes"])
    told = [
        f"{label}：{_words(key, row[key])} → {_words(key, new[key])}"
        for key, label in refresh_answers.CHANGED.items()
        if key in new
    ]
    return "；".join([*told, *([row["note"]] if row["note"] else [])])


def _words(key: str, value: Any) -> str:
    if value in (None, ""):
        return "长期" if key == "period_end" else "无"
    return show_money(value) if key == "funds_amount" else str(value)


def _opinions(tx: Transaction, instance_id: int) -> str:
    """The opinions on the draft, a line a unit."""
    lines = []
    for each in submissions.posted(tx, instance_id):
        if each.form_key != OPINION:
            continue
        said = each.values
        words = [
            str(said.get("opinion") or ""),
            *(f"{row.get('matter_name')}：{row.get('comment')}" for row in said.get("comments") or ()),
        ]
        text = "；".join(filter(None, words)) or "无意见"
        lines.append(f"{each.by_name}：{text}")
    return "\n".join(lines)


def known(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """Late answers name matters of this refresh, and change none of the reviewing office's own."""
    edition_id = variables.get("edition_id")
    late = values.get("late") or ()
    if not late or not isinstance(edition_id, int):
        return Known()
    rows = _answers(tx, catalogue.edition(tx, edition_id).instance_id or 0)
    asked = {row["filing_number"]: row["unit_id"] for row in rows}
    wrong = next((row for row in late if row.get("filing_number") not in asked), None)
    if wrong is None:
        for row in filter(own_matters.changes_it, late):
            if reading.level_of(tx, asked[row["filing_number"]]) == "reviewer":
                return Known(refused={"late": own_matters.OwnMatter(name=row["filing_number"])})
        return Known()
    refusal = NotAsked(number=wrong.get("filing_number") or "", year=variables.get("year") or "")
    return Known(refused={"late": refusal})


def known_number(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """A document number is given to one edition."""
    number = str(values.get("document_number") or "").strip()
    query = sa.select(catalogue_edition.c.title).where(
        catalogue_edition.c.document_number == number, catalogue_edition.c.status == "published"
    )
    title = tx.db.execute(query.limit(1)).scalar_one_or_none() if number else None
    return Known(refused={"document_number": NumberTaken(number=number, title=title)}) if title else Known()


# ------------------------------------------------------------------ services
def merge_answers(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """按归并意见编制草稿: rulings and late answers, and the draft anew.

    Returns `consulted` (whose opinion is asked: unit ids, the subdistricts where nothing is said) and `consult_by`.
    """
    posted = reading.posted(tx, instance, MERGE)
    numbers = refreshing.numbers_asked(tx, instance)
    for given in posted.get("rulings") or ():
        matter_id = numbers.get(refreshing.name_of(given))
        if matter_id is not None:
            refresh_answers.rule(
                tx, instance.id, matter_id, given.get("ruling"), given.get("ruling_note") or ""
            )
    late = [
        {"b_matter": numbers[key], **refresh_answers.said(given, "审核单位补录", tx.world.today)}
        for given in posted.get("late") or ()
        if (key := refreshing.name_of(given)) in numbers
    ]
    refresh_answers.write(tx, instance.id, late)
    catalogue.merge(tx, reading.number(call, "edition_id"), instance.id)
    by = reading.day(call, "consult_by")
    if by is None or by < tx.world.today:
        by = tx.world.calendar.add_working_days(tx.world.today, OPINION_DAYS)
    asked = list(posted.get("consult_units") or ()) or [ref.id for ref in tx.units.all(STREET_KINDS)]
    return {"consulted": asked, "consult_by": by}


def gather_opinions(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Mapping[str, Any]:
    """汇总意见: how many were asked, how many spoke; what they said stands before the merging clerk."""
    spoke = sum(each.form_key == OPINION for each in submissions.posted(tx, instance.id))
    return {"opinions_given": spoke}
