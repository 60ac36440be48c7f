"""Services of `evaluate`: who rates which matters, what each rater said, what it adds up to, what is done about it.

The answers never become process variables: a rater's table is posted as its task's form, and a row an answer goes into
`evaluation_score` in the same step. What a task's table begins with is read from the registry (`asked`, `poor`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from workflows.admission import matters, reading, states
from workflows.admission.evaluation_tables import (
    evaluation,
    evaluation_matter,
    evaluation_rater,
    evaluation_score,
)
from workflows.admission.tables import matter, matter_scope
from workflows.admission.unit_kinds import COMMUNITY_KINDS, STATION_KINDS, STREET_KINDS
from workflows.engine import ServiceCall
from workflows.settings import SHANGHAI
from workflows.store.tables import submission
from workflows.usecases import instances, notices, numbers
from workflows.usecases.actor import Actor
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import InstanceRef, Transaction

START, SCORE, CONSIDER = "evaluation_start", "evaluation_score", "evaluation_consider"
ASPECTS: dict[str, tuple[str, str]] = {
    "usefulness": ("作用", "use"),
    "effect": ("效果", "effect"),
    "funds": ("经费落实", "funds"),
    "acceptance": ("居民认可", "acceptance"),
}
"""What is rated of each matter (003, IV.(3)): column -> words."""
RATERS: dict[str, tuple[str, str]] = {
    "community": ("社区居委会", "community"),
    "street": ("街道", "subdistrict"),
    "station": ("社工站", "social-work station"),
    "residents": ("居民代表", "residents' representatives"),
}
"""Who rates: kind -> words."""
ANSWER_DAYS = 15
"""Working days to answer where neither the form nor the diagram (input `days`) says."""

Answer = Mapping[str, Any]


class EvaluatedBefore(Refused):
    """There is one evaluation a year. Facts: year, on (day it was begun)."""

    zh: ClassVar[str] = "{year}年效果评议已于{on}发起，评议每年进行一次"
    en: ClassVar[str] = "The evaluation of {year} was begun on {on}; there is one a year"


class NothingRated(Refused):
    """A table without a single mark was handed in."""

    zh: ClassVar[str] = "还没有评议任何一项；不了解的可以选“不了解”"
    en: ClassVar[str] = "Nothing is rated yet; what is not known may be marked so"


# ------------------------------------------------------------------ what forms ask of the registry
def known_start(tx: Transaction, actor: Actor | None, values: Answer, variables: Answer) -> Known:
    """Whether the year may be evaluated."""
    began = _begun(tx, int(values.get("year") or tx.world.today.year))
    return Known(refused={"year": began}) if began else Known()


def _begun(tx: Transaction, year: int) -> EvaluatedBefore | None:
    query = sa.select(evaluation.c.opened_on).where(evaluation.c.year == year, evaluation.c.state != "void")
    on = tx.db.execute(query.limit(1)).scalar_one_or_none()
    return EvaluatedBefore(year=year, on=on.isoformat()) if on else None


def begin_scores(tx: Transaction, instance_id: int, variables: Answer) -> Answer:
    """`asked`: the rows of a rater's table, the matters that reach the rater's unit."""
    item = variables.get("item")
    if not isinstance(item, Mapping) or item.get("unit") is None:
        return {"asked": []}
    number = required(tx, instance_id)["id"]
    scopes = _scopes(tx, number)
    near = _near(tx, int(item["unit"]))
    rows = (row for row in _listed(tx, number) if _enters(scopes, row["matter_id"], near))
    return {"asked": [_row(row) for row in rows]}


def begin_considering(tx: Transaction, instance_id: int, variables: Answer) -> Answer:
    """`poor`: the rows of the bureau's table, what the decision table does not let pass."""
    rows = [
        row for row in _listed(tx, required(tx, instance_id)["id"]) if row["proposal"] not in ("", "keep")
    ]
    return {
        "poor": [
            {
                **_row(row),
                "score": row["score"],
                "acceptance_score": row["acceptance"],
                "answers": row["answers"],
                "grade": row["grade"],
                "treatment": row["proposal"],
            }
            for row in sorted(rows, key=lambda each: each["score"] or 0)
        ]
    }


def _row(row: Answer) -> dict[str, Any]:
    return {
        "position": row["position"],
        "matter_name": row["name"],
        "unit_name": row["unit_name"],
    }


def _scopes(tx: Transaction, number: int) -> Mapping[int, Collection[int]]:
    """Matter of an evaluation -> the units it enters; read once for all raters, who are hundreds."""

    def ask() -> dict[int, set[int]]:
        listed = sa.select(evaluation_matter.c.matter_id).where(evaluation_matter.c.evaluation_id == number)
        query = sa.select(matter_scope.c.matter_id, matter_scope.c.unit_id)
        found: dict[int, set[int]] = {}
        for matter_id, scoped in tx.db.execute(query.where(matter_scope.c.matter_id.in_(listed))):
            found.setdefault(matter_id, set()).add(scoped)
        return found

    return tx.once(f"scopes of evaluation {number}", ask)


def _near(tx: Transaction, unit_id: int) -> frozenset[int]:
    """A unit, those above it and those below it: a scope that names one of them reaches it."""
    return frozenset((*reading.path(tx, unit_id), *tx.units.below(unit_id)))


def _enters(scopes: Mapping[int, Collection[int]], matter_id: int, near: frozenset[int]) -> bool:
    """Whether a matter reaches a unit; an empty scope is everywhere."""
    return matter_id not in scopes or not near.isdisjoint(scopes[matter_id])


# ------------------------------------------------------------------ services
def open_evaluation(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """列出评议主体和事项: what is in force is rated, by whom the form names (all four kinds).

    Returns `items` (one a rater: rater, kind, name, unit, street), `answer_by`, `answer_deadline` (the first moment
    after it), `year`.

    Raises `EvaluatedBefore`; the clock then waits for the next year.
    """
    today = tx.world.today
    asked = reading.posted(tx, instance, START)
    year = int(asked.get("year") or today.year)
    tx.alone(f"evaluation of {year}")
    began = _begun(tx, year)
    if began is not None:
        raise began
    answer_by = asked.get("answer_by")
    if not isinstance(answer_by, date) or answer_by < today:
        answer_by = tx.world.calendar.add_working_days(today, int(call.inputs.get("days") or ANSWER_DAYS))
    instances.set_title(tx, instance.id, f"{year}年社区工作事务效果评议")
    row = {"instance_id": instance.id, "year": year, "state": "rating", "opened_on": today}
    insert = sa.insert(evaluation).returning(evaluation.c.id)
    number = tx.db.execute(insert, {**row, "answer_by": answer_by}).scalar_one()
    _list_matters(tx, number, today)
    kinds = asked.get("raters") or list(RATERS)
    return {
        "year": year,
        "answer_by": answer_by,
        "answer_deadline": datetime.combine(answer_by + timedelta(days=1), time(), SHANGHAI),
        "items": _list_raters(tx, number, kinds),
        "proposal": None,
    }


def _list_matters(tx: Transaction, number: int, today: date) -> None:
    query = sa.select(matter).where(states.in_state("in_force", today))
    rows = tx.db.execute(query.order_by(matter.c.applicant_unit_id, matter.c.id)).mappings()
    listed = [
        {
            "evaluation_id": number,
            "position": position,
            "matter_id": row["id"],
            "name": row["name"],
            "filing_number": row["filing_number"] or "",
            "unit_id": row["applicant_unit_id"],
            "unit_name": row["applicant_unit_name"],
        }
        for position, row in enumerate(rows, start=1)
    ]
    if listed:
        tx.db.execute(sa.insert(evaluation_matter), listed)


def _list_raters(tx: Transaction, number: int, kinds: Collection[str]) -> list[dict[str, Any]]:
    """One item a rater that has something to rate. A subdistrict without a station of its own answers for one."""
    rated = [row["matter_id"] for row in _listed(tx, number)]
    found: list[dict[str, Any]] = []
    for street in tx.units.all(STREET_KINDS):
        below = tx.units.children(street.id)
        communities = [ref for ref in below if ref.kind in COMMUNITY_KINDS]
        stations = [ref for ref in below if ref.kind in STATION_KINDS] or [street]
        units = {"community": communities, "street": [street], "station": stations, "residents": [street]}
        for kind in RATERS:
            if kind in kinds:
                found += [_rater(number, kind, ref.id, ref.full_name, street.id) for ref in units[kind]]
    scopes = _scopes(tx, number)
    near = {each["unit_id"]: _near(tx, each["unit_id"]) for each in found}
    found = [each for each in found if any(_enters(scopes, key, near[each["unit_id"]]) for key in rated)]
    if not found:
        return []
    insert = sa.insert(evaluation_rater).returning(evaluation_rater.c.id, sort_by_parameter_order=True)
    ids = list(tx.db.execute(insert, found).scalars())
    return [
        {
            "rater": number,
            "kind": each["kind"],
            "name": each["unit_name"]
            + ("" if each["kind"] in ("community", "street") else _word(each["kind"])),
            "unit": each["unit_id"],
            "street": each["street_id"],
        }
        for number, each in zip(ids, found, strict=True)
    ]


def _rater(number: int, kind: str, unit_id: int, name: str, street_id: int) -> dict[str, Any]:
    return {
        "evaluation_id": number,
        "kind": kind,
        "unit_id": unit_id,
        "unit_name": name,
        "street_id": street_id,
    }


def _word(kind: str) -> str:
    return RATERS[kind][0]


def record_scores(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记评议: the rows of the table that was just posted, an answer each; posted again, they replace the former.

    Raises `NothingRated`.
    """
    item, rater = call.variables.get("item"), call.variables.get("who")
    number = int(item["rater"]) if isinstance(item, Mapping) else 0
    weight = rater.get("weight") if isinstance(rater, Mapping) else None
    posted = reading.posted(tx, instance, SCORE)
    rows = posted.get("rows") or []
    if not any(row.get(each) for row in rows for each in ASPECTS):
        raise NothingRated
    found = sa.select(submission.c.id, submission.c.actor_name).where(
        submission.c.instance_id == instance.id, submission.c.form_key == SCORE
    )
    row = tx.db.execute(found.order_by(submission.c.id.desc()).limit(1)).one()
    change = sa.update(evaluation_rater).where(evaluation_rater.c.id == number)
    tx.db.execute(
        change.values(
            weight=float(weight if weight is not None else 1),
            submission_id=row.id,
            people=int(posted["people"]) if posted.get("people") else None,
            answered_on=tx.world.today,
            answered_by=posted.get("decided_by") or posted.get("contact_name") or row.actor_name,
        )
    )
    _write_scores(tx, required(tx, instance.id)["id"], number, rows)
    return {}


def _write_scores(tx: Transaction, evaluation_id: int, number: int, rows: Sequence[Answer]) -> None:
    tx.db.execute(sa.delete(evaluation_score).where(evaluation_score.c.rater_id == number))
    scores = [
        {
            "rater_id": number,
            "position": int(row["position"]),
            "evaluation_id": evaluation_id,
            **{each: points(row.get(each)) for each in ASPECTS},
            "note": row.get("note") or "",
        }
        for row in rows
        if row.get("position") is not None and any(row.get(each) for each in ASPECTS)
    ]
    if scores:
        tx.db.execute(sa.insert(evaluation_score), scores)


def points(key: Any) -> int | None:
    """What a mark counts: its key in the form is its points; one that is no number (不了解) does not count."""
    text = str(key or "")
    return int(text) if text.isascii() and text.isdigit() else None


def tally_scores(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """汇总评分: the average of each kind of raters, kinds weighted. Returns `results` for the decision table."""
    number = required(tx, instance.id)["id"]
    averages = _averages(tx, number)
    results: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for row in _listed(tx, number):
        answers, found = averages.get(row["position"], (0, {}))
        rated = [value for value in found.values() if value is not None]
        score = round(sum(rated) / len(rated), 1) if rated else None
        rows.append({"b_id": row["id"], "answers": answers, "score": score, **found})
        result = {"position": row["position"], "answers": answers, "score": score}
        results.append({**result, "acceptance": found.get("acceptance")})
    if rows:
        blank = dict.fromkeys(ASPECTS)
        statement = sa.update(evaluation_matter).where(evaluation_matter.c.id == sa.bindparam("b_id"))
        tx.db.execute(
            statement.values({each: sa.bindparam(each) for each in ("answers", "score", *ASPECTS)}),
            [{**blank, **row} for row in rows],
        )
    _change(tx, instance.id, state="considering")
    return {"results": results}


def _averages(tx: Transaction, number: int) -> dict[int, tuple[int, dict[str, float | None]]]:
    """Position of a matter -> answers, and points by aspect over all kinds that answered."""
    query = (
        sa.select(
            evaluation_score.c.position,
            sa.func.count().label("answers"),
            sa.func.avg(evaluation_rater.c.weight).label("weight"),
            *(sa.func.avg(evaluation_score.c[each]).label(each) for each in ASPECTS),
        )
        .join(evaluation_rater, evaluation_rater.c.id == evaluation_score.c.rater_id)
        .where(evaluation_score.c.evaluation_id == number)
        .group_by(evaluation_score.c.position, evaluation_rater.c.kind)
    )
    kinds: dict[int, list[Mapping[str, Any]]] = {}
    for row in tx.db.execute(query).mappings():
        kinds.setdefault(row["position"], []).append(dict(row))
    return {
        position: (
            sum(int(row["answers"]) for row in rows),
            {each: _weighed(rows, each) for each in ASPECTS},
        )
        for position, rows in kinds.items()
    }


def _weighed(rows: Sequence[Mapping[str, Any]], aspect: str) -> float | None:
    rated = [(float(row["weight"]), float(row[aspect])) for row in rows if row[aspect] is not None]
    whole = sum(weight for weight, _ in rated)
    return round(sum(weight * value for weight, value in rated) / whole, 1) if whole else None


def record_verdicts(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """登记评定: grade and proposal of the decision table for each matter. Returns `poor_count`."""
    number = required(tx, instance.id)["id"]
    rows = []
    for each in call.variables.get("judge_results") or []:
        verdict = each.get("verdict") or {}
        given = {"grade": str(verdict.get("grade") or ""), "proposal": str(verdict.get("proposal") or "keep")}
        rows.append({"b_position": each["result"]["position"], **given})
    if rows:
        statement = sa.update(evaluation_matter).where(
            evaluation_matter.c.evaluation_id == number,
            evaluation_matter.c.position == sa.bindparam("b_position"),
        )
        tx.db.execute(statement.values(grade=sa.bindparam("grade"), proposal=sa.bindparam("proposal")), rows)
    return {"poor_count": sum(row["proposal"] != "keep" for row in rows), "results": []}


def publish_evaluation(tx: Transaction, call: ServiceCall, instance: InstanceRef) -> Answer:
    """公布评议结果: what was decided is kept, each unit is told of its matters. Returns `ends`: matter_id and reason of each."""
    row = required(tx, instance.id)
    pattern = str(call.inputs.get("number_pattern") or "{year}-{seq:04d}")
    text = numbers.give(
        tx, "evaluation", pattern, subject=f"{row['year']}年效果评议", instance_id=instance.id
    )
    posted = reading.posted(tx, instance, CONSIDER)
    decided = {int(each["position"]): each for each in posted.get("rows") or []}
    ends = []
    for each in _listed(tx, row["id"]):
        said = decided.get(each["position"])
        if said is not None and _treat(tx, each, said) == "end":
            points = f"{row['year']}年效果评议{each['grade']}(综合得分{each['score']})"
            reason = "。".join(part for part in (points, said.get("note")) if part)
            ends.append({"matter_id": each["matter_id"], "reason": reason})
    _change(tx, instance.id, state="published", number=text, published_on=tx.world.today)
    instances.set_business_key(tx, instance.id, text)
    _tell_units(tx, row, text, instance.id)
    return {"evaluation_number": text, "ends": ends}


def _treat(tx: Transaction, each: Answer, said: Answer) -> str:
    """Keep what the bureau decided of a matter; returns it. One that has left meanwhile is told so and not ended again."""
    treatment, note = str(said.get("treatment") or each["proposal"]), str(said.get("note") or "")
    stage = matters.get(tx, each["matter_id"])["stage"]
    if treatment == "end" and stage != "filed":
        treatment = "left"
        note = f"{note} 该事项已在办理退出或已经退出，未再发起".strip()
    statement = sa.update(evaluation_matter).where(evaluation_matter.c.id == each["id"])
    tx.db.execute(statement.values(treatment=treatment, treatment_note=note))
    return treatment


TREATMENTS: dict[str, tuple[str, str]] = {
    "keep": ("保留", "keep"),
    "rectify": ("限期改进", "improve"),
    "end": ("退出", "end"),
    "left": ("已退出", "left already"),
}
"""What becomes of a matter: key -> words."""


def _tell_units(tx: Transaction, row: Answer, number: str, instance_id: int) -> None:
    by_unit: dict[int, list[Answer]] = {}
    for each in _listed(tx, row["id"]):
        if each["unit_id"] is not None:
            by_unit.setdefault(each["unit_id"], []).append(each)
    for unit_id, rows in by_unit.items():
        words = f"{row['year']}年社区工作事务效果评议结果已公布({number})：贵单位{len(rows)}项"
        for key in ("rectify", "end"):
            named = [each["name"] for each in rows if each["treatment"] == key]
            words += f"；{TREATMENTS[key][0]}：{'、'.join(named)}" if named else ""
        notices.to_role(tx, "unit_clerk", [unit_id], "evaluation", words + "。", instance_id)


# ------------------------------------------------------------------ rows
def required(tx: Transaction, instance_id: int) -> Mapping[str, Any]:
    """The evaluation of an instance. Raises `NotFound`."""
    found = of_instance(tx, instance_id)
    if found is None:
        raise NotFound(kind="evaluation", key=instance_id)
    return found


def of_instance(tx: Transaction, instance_id: int) -> Mapping[str, Any] | None:
    """The evaluation of an instance, or None."""
    query = sa.select(evaluation).where(evaluation.c.instance_id == instance_id)
    row = tx.db.execute(query).mappings().one_or_none()
    return dict(row) if row is not None else None


def void(tx: Transaction, instance_id: int) -> None:
    """The process was cancelled (作废): the year may be evaluated anew."""
    _change(tx, instance_id, state="void")


def _change(tx: Transaction, instance_id: int, **values: Any) -> None:
    tx.db.execute(sa.update(evaluation).where(evaluation.c.instance_id == instance_id).values(**values))


def _listed(tx: Transaction, number: int) -> list[dict[str, Any]]:
    """The matters of an evaluation, in order."""
    query = sa.select(evaluation_matter).where(evaluation_matter.c.evaluation_id == number)
    return [dict(row) for row in tx.db.execute(query.order_by(evaluation_matter.c.position)).mappings()]
