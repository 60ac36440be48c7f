"""机构调整 in the registry: matters go from a unit to the one that takes its place, or takes them over.

Each is a version of its own, so that what was filed under the old name stays to be read. Closed matters keep the unit
they had.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from workflows.admission import changes, matters, refreshing
from workflows.admission.change_tables import matter_change
from workflows.admission.evaluation_tables import evaluation, evaluation_matter, evaluation_rater
from workflows.admission.tables import matter, matter_scope, refresh_answer
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Belonging, Transaction


class Matters:
    """The matters of a unit, by the key `matter:ID`. Satisfies `runtime.Carrier`."""

    def belongings(self, tx: Transaction, unit_id: int) -> list[Belonging]:
        """What stands in the registry or is under way for the unit, by name."""
        changed = sa.select(sa.func.max(matter_change.c.instance_id)).where(
            matter_change.c.matter_id == matter.c.id, matter_change.c.state.in_(changes.UNDER_WAY)
        )
        query = sa.select(matter, changed.scalar_subquery().label("change_id")).where(_of(unit_id))
        query = query.order_by(matter.c.name, matter.c.id)
        return [
            Belonging(
                f"matter:{row.id}",
                row.name,
                row.filing_number or row.application_number or "",
                tuple(
                    each
                    for each in (row.instance_id, row.exit_instance_id, row.change_id)
                    if each is not None
                ),
            )
            for row in tx.db.execute(query)
        ]

    def carry(
        self, tx: Transaction, unit_id: int, to: int, keys: Collection[str] | None, actor: Actor, note: str
    ) -> int:
        """Let matters be another unit's; all of them, and the places where the unit itself stands, without `keys`."""
        wanted = (
            None
            if keys is None
            else {int(key.partition(":")[2]) for key in keys if key.startswith("matter:")}
        )
        query = sa.select(matter.c.id).where(_of(unit_id)).order_by(matter.c.id)
        mine = [each for each in tx.db.execute(query).scalars() if wanted is None or each in wanted]
        entered = _entered(tx, unit_id) if wanted is None else []
        name = matters.unit_name(tx, to)
        for matter_id in sorted({*mine, *entered}):
            values: dict[str, Any] = {}
            scope = None
            if matter_id in mine:
                values = {"applicant_unit_id": to, "applicant_unit_name": name}
            if matter_id in entered:
                scope = [to if each == unit_id else each for each in matters.scope_of(tx, matter_id)]
                values["scope_text"] = "、".join(matters.unit_name(tx, each) for each in scope)
            matters.change(
                tx, matter_id, "reorganised", scope=scope, actor_name=actor.name, note=note, **values
            )
        _evaluated_go(tx, mine, to, name)
        if wanted is not None:
            _asked_go(tx, mine, to)
        return len(mine)


class Raters:
    """Who has still to rate in a running evaluation: the unit's place is taken. Satisfies `runtime.Carrier`.

    Tasks follow their groups by themselves (`Directory.standing`); what is listed and counted by raters follows here.
    """

    def belongings(self, tx: Transaction, unit_id: int) -> list[Belonging]:
        """Nothing that could go elsewhere than to the successor."""
        return []

    def carry(
        self, tx: Transaction, unit_id: int, to: int, keys: Collection[str] | None, actor: Actor, note: str
    ) -> int:
        """Let the successor be the rater. One that rates already by itself answers for the former one beside."""
        if keys is not None:
            return 0
        ref = tx.units.get(to)
        name = ref.full_name if ref is not None else matters.unit_name(tx, to)
        for row in tx.db.execute(_waiting(evaluation_rater.c.unit_id == unit_id)).all():
            there = sa.select(evaluation_rater.c.id).where(
                evaluation_rater.c.evaluation_id == row.evaluation_id,
                evaluation_rater.c.kind == row.kind,
                evaluation_rater.c.unit_id == to,
            )
            taken = tx.db.execute(there).first() is not None
            values = (
                {"unit_name": f"{name}(原{row.unit_name})"[:200]}
                if taken
                else {"unit_name": name, "unit_id": to}
            )
            tx.db.execute(sa.update(evaluation_rater).where(evaluation_rater.c.id == row.id).values(values))
        below = [row.id for row in tx.db.execute(_waiting(evaluation_rater.c.street_id == unit_id))]
        tx.db.execute(
            sa.update(evaluation_rater).where(evaluation_rater.c.id.in_(below)).values(street_id=to)
        )
        return 0


def _waiting(where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Raters of running evaluations who have not answered."""
    running = sa.select(evaluation.c.id).where(evaluation.c.state == "rating")
    return sa.select(evaluation_rater).where(
        where, evaluation_rater.c.answered_on.is_(None), evaluation_rater.c.evaluation_id.in_(running)
    )


def _evaluated_go(tx: Transaction, ids: Collection[int], to: int, name: str) -> None:
    """In an evaluation whose result is not published yet the matters stand under the unit that has them now."""
    open_ones = sa.select(evaluation.c.id).where(evaluation.c.state.in_(("rating", "considering")))
    where = sa.and_(
        evaluation_matter.c.matter_id.in_(list(ids)), evaluation_matter.c.evaluation_id.in_(open_ones)
    )
    tx.db.execute(sa.update(evaluation_matter).where(where).values(unit_id=to, unit_name=name))


def _asked_go(tx: Transaction, ids: Collection[int], to: int) -> None:
    """In a running refresh matters chosen to go stand in the table of the unit that has them now.

    Where that unit has no open table, or the former one has given its answers, they stay where they were asked.
    """
    asked = sa.select(refresh_answer).where(
        refresh_answer.c.matter_id.in_(list(ids)), refresh_answer.c.answer.is_(None)
    )
    for row in tx.db.execute(asked).all():
        tables = refreshing.open_tables(tx, row.instance_id)
        theirs = next((each for each in (to, *tx.units.former(to)) if each in tables), None)
        if theirs is not None and row.unit_id in tables:
            mine = sa.and_(
                refresh_answer.c.instance_id == row.instance_id, refresh_answer.c.matter_id == row.matter_id
            )
            tx.db.execute(sa.update(refresh_answer).where(mine).values(unit_id=theirs))


def _of(unit_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(matter.c.applicant_unit_id == unit_id, matter.c.stage.in_(matters.UNDER_WAY))


def _entered(tx: Transaction, unit_id: int) -> list[int]:
    """Matters that enter this very unit: a subdistrict or community that gets another name, or is merged."""
    query = sa.select(matter.c.id).join(matter_scope, matter_scope.c.matter_id == matter.c.id)
    query = query.where(matter_scope.c.unit_id == unit_id, matter.c.stage.in_(matters.UNDER_WAY))
    return list(tx.db.execute(query.order_by(matter.c.id)).scalars())
