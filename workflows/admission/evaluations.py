"""效果评议 as it is read: the years, what each matter and unit scored, who has answered, the ledgers.

What a matter scored is open to whoever may see the matter once the result is published; before that, and who said what, to
those who see every process. A subdistrict and a community see their own raters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflows.admission import ledger, registry
from workflows.admission.evaluating import ASPECTS, RATERS, TREATMENTS
from workflows.admission.evaluation_tables import (
    evaluation,
    evaluation_matter,
    evaluation_rater,
    evaluation_score,
)
from workflows.admission.states import State
from workflows.admission.tables import matter
from workflows.engine.dmn import load_decisions
from workflows.store.tables import task
from workflows.usecases import definitions, flow
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

RULES = "evaluation_rules"
"""The decision table that says what becomes of a matter's points."""


def pass_mark(tx: Transaction) -> int | None:
    """The fewest points with which the office's own table lets a matter be; None where it says so of none."""
    view = definitions.latest(tx, RULES, "decision")
    table = load_decisions(definitions.content(tx, view.resource_id).content, view.file)
    for points in range(101):
        result = {"answers": 1, "score": points, "acceptance": 100}
        verdict = table.evaluate(RULES, {"result": result}, tx.world).result
        if isinstance(verdict, Mapping) and verdict.get("proposal") == "keep":
            return points
    return None


STATES: dict[str, State] = {
    state.key: state
    for state in (
        State("rating", "评议中", "being rated", "blue"),
        State("considering", "研究处理", "under consideration", "amber"),
        State("published", "已公布", "published", "green"),
        State("void", "作废", "cancelled", "grey"),
    )
}
SEE_ALL = "instances.see_all"


@dataclass(frozen=True)
class Evaluation:
    """One year's evaluation. `raters`, `answered`: how many are asked, how many have handed in their table."""

    id: int
    instance_id: int
    year: int
    state: str
    opened_on: date
    answer_by: date
    number: str
    published_on: date | None
    matters: int
    raters: int
    answered: int


@dataclass(frozen=True)
class Scored:
    """What a matter scored, 0 to 100 in all and by aspect; None: nobody rated it."""

    matter_id: int
    name: str
    filing_number: str
    unit_id: int | None
    unit_name: str
    answers: int
    score: float | None
    aspects: Mapping[str, float | None]
    grade: str
    proposal: str
    treatment: str | None
    note: str
    exit_instance_id: int | None


@dataclass(frozen=True)
class UnitScore:
    """The matters of a unit together: their number, the average of those rated, how many did not pass."""

    unit_id: int | None
    unit_name: str
    matters: int
    score: float | None
    poor: int


@dataclass(frozen=True)
class Rater:
    """Who rates, and who handed in its table when."""

    id: int
    kind: str
    unit_name: str
    answered_on: date | None
    answered_by: str
    people: int | None


def listed(tx: Transaction) -> list[Evaluation]:
    """All evaluations, the latest year first; one that was cancelled is left out."""
    return _evaluations(tx, evaluation.c.state != "void")


def get(tx: Transaction, number: int) -> Evaluation:
    """One evaluation by its id. Raises `NotFound`."""
    found = _evaluations(tx, evaluation.c.id == number)
    if not found:
        raise NotFound(kind="evaluation", key=number)
    return found[0]


def _evaluations(tx: Transaction, which: sa.ColumnElement[bool]) -> list[Evaluation]:
    def count(table: sa.Table, *where: sa.ColumnElement[bool]) -> Any:
        query = sa.select(sa.func.count()).where(table.c.evaluation_id == evaluation.c.id, *where)
        return query.correlate(evaluation).scalar_subquery()

    answered = count(evaluation_rater, evaluation_rater.c.answered_on.is_not(None))
    query = sa.select(
        evaluation,
        count(evaluation_matter).label("matters"),
        count(evaluation_rater).label("raters"),
        answered.label("answered"),
    ).where(which)
    ordered = query.order_by(evaluation.c.year.desc(), evaluation.c.id.desc())
    return [Evaluation(**{**row, "number": row["number"] or ""}) for row in tx.db.execute(ordered).mappings()]


def may_read(actor: Actor, found: Evaluation) -> bool:
    """Whether scores are open to an actor: once published; once counted, to who sees every process."""
    return found.state == "published" or (found.state == "considering" and actor.may(SEE_ALL))


def scores(tx: Transaction, actor: Actor, found: Evaluation, unit_id: int | None = None) -> list[Scored]:
    """What the matters an actor may see scored, the worst first; empty before the result is open to the actor."""
    if not may_read(actor, found):
        return []
    rows = tx.db.execute(_scores_query(tx, actor, found.id, unit_id)).mappings()
    return [_scored(dict(row)) for row in rows]


def _scores_query(tx: Transaction, actor: Actor, number: int, unit_id: int | None = None) -> sa.Select[Any]:
    query = (
        sa.select(evaluation_matter, matter.c.exit_instance_id)
        .join(matter, matter.c.id == evaluation_matter.c.matter_id)
        .where(evaluation_matter.c.evaluation_id == number, *registry.visible(tx, actor))
    )
    if unit_id is not None:
        query = query.where(evaluation_matter.c.unit_id == unit_id)
    unrated = sa.case((evaluation_matter.c.score.is_(None), 1), else_=0)
    return query.order_by(unrated, evaluation_matter.c.score, evaluation_matter.c.position)


def _scored(row: Mapping[str, Any]) -> Scored:
    return Scored(
        matter_id=row["matter_id"],
        name=row["name"],
        filing_number=row["filing_number"],
        unit_id=row["unit_id"],
        unit_name=row["unit_name"],
        answers=row["answers"],
        score=row["score"],
        aspects={each: row[each] for each in ASPECTS},
        grade=row["grade"],
        proposal=row["proposal"],
        treatment=row["treatment"],
        note=row["treatment_note"],
        exit_instance_id=row["exit_instance_id"] if row["treatment"] == "end" else None,
    )


def by_unit(rows: Iterable[Scored]) -> list[UnitScore]:
    """The matters of each unit together, the lowest first."""
    units: dict[tuple[int | None, str], list[Scored]] = {}
    for row in rows:
        units.setdefault((row.unit_id, row.unit_name), []).append(row)
    found = []
    for (unit_id, name), listed_ in units.items():
        rated = [row.score for row in listed_ if row.score is not None]
        average = round(sum(rated) / len(rated), 1) if rated else None
        poor = sum(row.proposal not in ("", "keep") for row in listed_)
        found.append(UnitScore(unit_id, name, len(listed_), average, poor))
    return sorted(found, key=lambda each: (each.score is None, each.score or 0, each.unit_name))


def of_matter(tx: Transaction, matter_id: int) -> list[tuple[int, int, Scored]]:
    """The published results of one matter: evaluation id, year, what it scored; latest first."""
    query = (
        sa.select(evaluation_matter, evaluation.c.year, sa.null().label("exit_instance_id"))
        .join(evaluation, evaluation.c.id == evaluation_matter.c.evaluation_id)
        .where(evaluation_matter.c.matter_id == matter_id, evaluation.c.state == "published")
        .order_by(evaluation.c.year.desc())
    )
    return [
        (row["evaluation_id"], row["year"], _scored(dict(row))) for row in tx.db.execute(query).mappings()
    ]


# ------------------------------------------------------------------ who has answered
def progress(tx: Transaction, found: Evaluation) -> list[tuple[str, int, int]]:
    """Kind of raters, how many have answered, how many there are."""
    query = (
        sa.select(evaluation_rater.c.kind, sa.func.count(evaluation_rater.c.answered_on), sa.func.count())
        .where(evaluation_rater.c.evaluation_id == found.id)
        .group_by(evaluation_rater.c.kind)
    )
    counted = {kind: (answered, whole) for kind, answered, whole in tx.db.execute(query)}
    return [(kind, *counted[kind]) for kind in RATERS if kind in counted]


def raters(tx: Transaction, actor: Actor, found: Evaluation, open_only: bool = False) -> list[Rater]:
    """Who rates, those that have not answered first: all, or those of the actor's own unit and what lies below it."""
    query = sa.select(evaluation_rater).where(evaluation_rater.c.evaluation_id == found.id)
    if not actor.may(SEE_ALL):
        own = tx.units.below(actor.unit_id) if actor.unit_id is not None else ()
        query = query.where(evaluation_rater.c.unit_id.in_(own))
    if open_only:
        query = query.where(evaluation_rater.c.answered_on.is_(None))
    done = sa.case((evaluation_rater.c.answered_on.is_(None), 0), else_=1)
    return [
        Rater(
            id=row["id"],
            kind=row["kind"],
            unit_name=row["unit_name"],
            answered_on=row["answered_on"],
            answered_by=row["answered_by"],
            people=row["people"],
        )
        for row in tx.db.execute(query.order_by(done, evaluation_rater.c.id)).mappings()
    ]


def task_of(tx: Transaction, found: Evaluation, rater_id: int) -> int:
    """The open task that waits for a rater's table. Raises `NotFound`: it was handed in, or the time is over."""
    if found.state == "rating":
        running = flow.load(tx, found.instance_id)
        tx.running.pop(found.instance_id, None)
        for opened in running.engine.user_tasks:
            item = opened.variables.get("item")
            if isinstance(item, Mapping) and item.get("rater") == rater_id:
                query = sa.select(task.c.id).where(task.c.instance_id == running.id, task.c.key == opened.key)
                return int(tx.db.execute(query).scalar_one())
    raise NotFound(kind="task", key=rater_id)


# ------------------------------------------------------------------ ledgers
COLUMNS: tuple[ledger.ColumnRow, ...] = (
    ("position", "序号", "", 6, "number"),
    ("year", "年度", "", 8, "number"),
    ("filing_number", "准入编号", "", 20, "text"),
    ("name", "工作事务名称", "", 32, "long_text"),
    ("unit_name", "责任单位", "", 20, "text"),
    ("answers", "评议份数", "", 10, "number"),
    *((key, words[0], "分项得分", 10, "number") for key, words in ASPECTS.items()),
    ("score", "综合得分", "", 10, "number"),
    ("grade", "评定", "", 10, "text"),
    ("treatment", "处理意见", "处理", 12, "text"),
    ("treatment_note", "理由或要求", "处理", 30, "long_text"),
)
SCORE_COLUMNS: tuple[ledger.ColumnRow, ...] = (
    ("position", "序号", "", 6, "number"),
    ("year", "年度", "", 8, "number"),
    ("kind", "评议主体", "", 12, "text"),
    ("rater", "单位", "", 26, "text"),
    ("name", "工作事务名称", "", 32, "long_text"),
    ("unit_name", "责任单位", "", 20, "text"),
    *((key, words[0], "分项得分", 10, "number") for key, words in ASPECTS.items()),
    ("note", "意见建议", "", 30, "long_text"),
    ("answered_by", "填表人", "", 12, "text"),
    ("answered_on", "填报日期", "", 12, "date"),
)


def _asked(tx: Transaction, query: Mapping[str, Any]) -> Evaluation | None:
    """The evaluation a page's address names by `evaluation`, else the latest."""
    text = str(query.get("evaluation") or "")
    every = listed(tx)
    if text.isascii() and text.isdigit() and len(text) < 12:
        every = [each for each in every if each.id == int(text)]
    return every[0] if every else None


def unit_of(query: Mapping[str, Any]) -> int | None:
    """The unit a page's address names by `unit`."""
    text = str(query.get("unit") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def ledger_rows(tx: Transaction, actor: Actor, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the 效果评议结果台账: what a matter scored that `actor` may see."""
    found = _asked(tx, query)
    for each in scores(tx, actor, found, unit_of(query)) if found else ():
        treatment = TREATMENTS[each.treatment][0] if each.treatment in TREATMENTS else ""
        yield {
            **each.__dict__,
            **each.aspects,
            "year": found.year if found else None,
            "treatment": treatment,
            "treatment_note": each.note,
        }


def ledger_count(tx: Transaction, actor: Actor, query: Mapping[str, Any]) -> int:
    """How many rows `ledger_rows` gives."""
    found = _asked(tx, query)
    if found is None or not may_read(actor, found):
        return 0
    inner = _scores_query(tx, actor, found.id, unit_of(query)).order_by(None).subquery()
    return int(tx.db.execute(sa.select(sa.func.count()).select_from(inner)).scalar_one())


def answers_query(tx: Transaction, actor: Actor, query: Mapping[str, Any]) -> sa.Select[Any]:
    """Every answer of an evaluation, a row each: who said what of which matter."""
    found = _asked(tx, query)
    return (
        sa.select(
            evaluation_score,
            evaluation_rater.c.kind,
            evaluation_rater.c.unit_name.label("rater"),
            evaluation_rater.c.answered_by,
            evaluation_rater.c.answered_on,
            evaluation_matter.c.name,
            evaluation_matter.c.unit_name,
            evaluation.c.year,
        )
        .join(evaluation_rater, evaluation_rater.c.id == evaluation_score.c.rater_id)
        .join(
            evaluation_matter,
            sa.and_(
                evaluation_matter.c.evaluation_id == evaluation_score.c.evaluation_id,
                evaluation_matter.c.position == evaluation_score.c.position,
            ),
        )
        .join(evaluation, evaluation.c.id == evaluation_score.c.evaluation_id)
        .where(evaluation_score.c.evaluation_id == (found.id if found else 0))
        .order_by(evaluation_score.c.rater_id, evaluation_score.c.position)
    )


def answers(tx: Transaction, actor: Actor, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the 效果评议明细, streamed."""
    for row in tx.stream(answers_query(tx, actor, query)):
        told = dict(row._mapping)
        told.pop("position")
        yield {**told, "kind": RATERS[row.kind][0]}
