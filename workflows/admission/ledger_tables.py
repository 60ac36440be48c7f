"""Rows of permitted ledgers by workbook: the same acts as by page (`filled`), with faults at their cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from forms.faults import Refused
from forms.masking import MASK, masked_keys
from forms.schema import Form
from workflows.admission import matters
from workflows.admission.filled import (
    MaskGiven,
    holders,
    identity,
    insert,
    ledger_of,
    placed,
    require_fill,
    said,
    same_row,
    write,
)
from workflows.admission.ledger_columns import COMMUNITY, PERIOD
from workflows.admission.tables import ledger_row
from workflows.usecases import submissions
from workflows.usecases.actor import Actor
from workflows.usecases.import_targets import ImportItem, RecordFault, Standing
from workflows.usecases.runtime import Transaction


def take_in(matter_id: int, tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> list[str]:
    """Rows of a workbook: a row that is there is corrected, an empty cell leaves what stands."""
    ledger = ledger_of(tx, matter_id)
    done = []
    for item in items:
        spot, values = placed(tx, ledger, item.values)
        require_fill(tx, ledger.row, spot.unit_id, actor)
        there = same_row(tx, ledger, spot, values)
        if there is None:
            done.append(insert(tx, ledger, spot, values, actor))
            continue
        stands = {} if there.removed else submissions.values_from_json(ledger.form, there._mapping["values"])
        fresh = {key: value for key, value in values.items() if value not in (None, "", [])}
        act = "restored" if there.removed else "changed"
        done.append(write(tx, ledger, spot, there, {**stands, **fresh}, actor, act))
    return [str(each) for each in done]


def check(
    matter_id: int, tx: Transaction, form: Form, items: Sequence[ImportItem], actor: Actor
) -> list[RecordFault]:
    """Rows of communities for which this account does not fill in, or that the ledger does not enter; wrong periods."""
    ledger = ledger_of(tx, matter_id)
    told: dict[tuple[str, Any], Refused | None] = {}
    found = []

    def ask(index: int, key: str, given: Any, test: Callable[[], object]) -> None:
        if (key, given) not in told:
            try:
                test()
                told[key, given] = None
            except Refused as refused:
                told[key, given] = refused
        wrong = told[key, given]
        if wrong is not None:
            found.append(RecordFault(index, key, wrong.tell("zh"), wrong.tell("en")))

    for item in items:
        community, period = item.values.get(COMMUNITY), item.values.get(PERIOD)
        if community is not None:
            fills = partial(require_fill, tx, ledger.row, int(community), actor)
            ask(item.index, COMMUNITY, community, fills)
        ask(item.index, PERIOD, period, partial(ledger.plan.given, period, tx.world.today))
        for key in masked_keys(form):
            if item.values.get(key) == MASK:
                wrong = MaskGiven(label=form.field(key).label)
                found.append(RecordFault(item.index, key, wrong.tell("zh"), wrong.tell("en")))
    return found


def standing(matter_id: int, tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record -> the row of the same identity."""
    ledger = ledger_of(tx, matter_id)
    form = ledger.form
    wanted: dict[tuple[int, str], int] = {}
    for item in items:
        if item.values.get(COMMUNITY) is None:
            continue
        try:
            spot, values = placed(tx, ledger, item.values)
        except Refused:  # told at its cell by `check`
            continue
        wanted[spot.unit_id, identity(form, values, spot.period)] = item.index
    asked = {community for community, _identity in wanted}
    held_by = {each: community for community in asked for each in holders(tx, community)}
    query = sa.select(ledger_row).where(
        ledger_row.c.matter_id == matter_id, ledger_row.c.unit_id.in_(held_by), ~ledger_row.c.removed
    )
    found = {}
    for row in tx.db.execute(query):
        index = wanted.get((held_by[row.unit_id], row.identity))
        if index is not None:
            stored = submissions.values_from_json(form, row._mapping["values"])
            values = {**dict.fromkeys(each.key for each in form.fields), **stored}
            found[index] = Standing(f"{matters.unit_name(tx, row.unit_id)} {said(tx, form, values)}", values)
    return found
