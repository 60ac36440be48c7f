"""Who reads the sensitive columns of a permitted ledger (identity numbers, telephones): what one collects is not for all.

The ledger's form marks them `masked`. They are read by the department that asked for the ledger, by those its application
names (可查看敏感栏的部门), by the groups an office names in the form (`masked_except`), and by whoever fills them in: a
community its own, a subdistrict those of its communities. Everybody else has `MASK`, and finds no row by what it hides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from forms.masking import MASK, masked_keys, may_read
from forms.schema import Form
from workflows.admission.tables import ledger_row
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction

READ, FILL = "ledgers.read", "ledgers.fill"
READERS = "masked_readers"
"""Field of the application, and key of the details: further departments that read the sensitive columns."""


@dataclass(frozen=True)
class Sight:
    """What an actor reads of a ledger: `hidden` columns are masked in the rows of all communities but `own`."""

    hidden: frozenset[str] = frozenset()
    own: frozenset[int] = frozenset()

    def values(self, unit_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a row of a community as this actor reads them; what was left empty stays so."""
        if not self.hidden or unit_id in self.own:
            return dict(values)
        return {
            key: MASK if key in self.hidden and value not in (None, "") else value
            for key, value in values.items()
        }

    def finding(self, form: Form, text: str) -> sa.ColumnElement[bool]:
        """SQL of the rows in which this actor finds a word."""
        whole = ledger_row.c.text.contains(text, autoescape=True)
        if not self.hidden:
            return whole
        stored = ledger_row.c["values"]
        shown = (each.key for each in form.fields if each.key not in self.hidden)
        found = [stored[key].as_string().contains(text, autoescape=True) for key in shown]
        return sa.or_(sa.and_(whole, ledger_row.c.unit_id.in_(self.own)), *found)


def of(tx: Transaction, row: Mapping[str, Any], form: Form, actor: Actor) -> Sight:
    """What an actor reads of a ledger, whose matter is `row`."""
    hidden = masked_keys(form)
    if not hidden or actor.is_system or _reads_all(row, form, actor):
        return Sight()
    fills = actor.may(FILL) and actor.unit_id is not None
    return Sight(hidden, frozenset(tx.units.below(actor.unit_id)) if fills and actor.unit_id else frozenset())


def _reads_all(row: Mapping[str, Any], form: Form, actor: Actor) -> bool:
    named = {row["applicant_unit_id"], *((row["details"] or {}).get(READERS) or ())}
    if actor.may(READ) and not named.isdisjoint(actor.unit_path):
        return True
    return bool(form.properties.get("masked_except")) and may_read(form, actor.groups())
