"""Which matter a termination is about: found by its filing number or its name, the two compared.

The form asks here through `Setting.look_up` whichever way it comes in (page, table, API); the service asks once more
when the exit is registered, since another may have ended the matter meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from forms.written.words import squeeze
from workflows.admission.tables import matter
from workflows.usecases import submissions
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction

TERMINATION = "termination"
STAGES = ("filed", "leaving", "ended")


class NotThisMatter(Refused):
    """A termination names no matter that can be ended. `field`: where to say it."""

    field: ClassVar[str] = "filing_number"


class NoSuchMatter(NotThisMatter):
    """No filed matter of this unit has the number or name. Facts: number."""

    zh: ClassVar[str] = "该单位没有编号或名称为“{number}”的在册事项，请核对"
    en: ClassVar[str] = "The unit has no filed matter of the number or name “{number}”"


class NoSuchName(NoSuchMatter):
    field: ClassVar[str] = "matter_name"


class SeveralOfTheName(NotThisMatter):
    """The unit has several filed matters of one name. Facts: name, numbers."""

    zh: ClassVar[str] = "该单位有不止一个名为“{name}”的在册事项，请填写原准入编号({numbers})"
    en: ClassVar[str] = "The unit has several filed matters named “{name}”; give the number ({numbers})"


class NumberOfAnother(NotThisMatter):
    """The number is that of another matter than the name says. Facts: number, name, given."""

    zh: ClassVar[str] = "编号“{number}”是“{name}”的备案号，不是“{given}”的；请改正编号或事务名称"
    en: ClassVar[str] = (
        "“{number}” is the number of “{name}”, not of “{given}”: correct the number or the name"
    )


class AlreadyLeaving(NotThisMatter):
    """The matter leaves or has left. Facts: name, state."""

    zh: ClassVar[str] = "“{name}”{state}，不能再次申请退出"
    en: ClassVar[str] = "“{name}” is leaving or has left already"


class AnotherExit(NotThisMatter):
    """The paper of an exit under way names another matter than the one it was begun for. Facts: name."""

    zh: ClassVar[str] = "本流程办理的是“{name}”的退出，不能改为其他事项；如需办理其他事项，请另行申请"
    en: ClassVar[str] = "This is the exit of “{name}”; start another one for another matter"


def named(
    tx: Transaction, values: Mapping[str, Any], under_way: int | None = None, *, held: bool = False
) -> Mapping[str, Any]:
    """The row of the unit's matter of the number given, or of the name where no number is given (存量).

    Args:
        under_way: id of the matter whose exit is corrected; it and no other may be named.
        held: nobody else begins anything with the matter until this transaction is over.

    Raises: `NotThisMatter`.
    """
    number = str(values.get("filing_number") or "").strip()
    name = str(values.get("matter_name") or "").strip()
    rows = _candidates(tx, values.get("applicant_unit"), number, name, held)
    if not rows:
        raise NoSuchMatter(number=number) if number or not name else NoSuchName(number=name)
    if under_way is not None:
        rows = [row for row in rows if row["id"] == under_way] or rows[:1]
        if rows[0]["id"] != under_way:
            raise AnotherExit(name=_name_of(tx, under_way))
    standing = [row for row in rows if row["stage"] == "filed"] or rows
    found = standing[0]
    if number and name and squeeze(name) != squeeze(found["name"]):
        raise NumberOfAnother(number=number, name=found["name"], given=name)
    if found["stage"] != "filed" and found["id"] != under_way:
        state = "已终止" if found["stage"] == "ended" else "正在办理退出"
        raise AlreadyLeaving(name=found["name"], state=state)
    if len(standing) > 1 and found["id"] != under_way:
        raise SeveralOfTheName(
            name=name, numbers="、".join(row["filing_number"] or "无编号" for row in standing)
        )
    return found


def _candidates(tx: Transaction, unit_id: Any, number: str, name: str, held: bool) -> list[Mapping[str, Any]]:
    """The unit's matters that stand or stood in the registry under a number, or a name; latest first."""
    if not (number or name) or not isinstance(unit_id, int):
        return []
    said = matter.c.filing_number == number if number else matter.c.name == name
    query = sa.select(matter).where(said, matter.c.applicant_unit_id == unit_id, matter.c.stage.in_(STAGES))
    query = query.order_by(matter.c.id.desc())
    return [dict(row) for row in tx.db.execute(query.with_for_update() if held else query).mappings()]


def _name_of(tx: Transaction, matter_id: int) -> str:
    return str(tx.db.execute(sa.select(matter.c.name).where(matter.c.id == matter_id)).scalar_one())


def known(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """What the registry says of a termination that is being filled in.

    Name, number and day of admission are filled in where they were left empty; where a clerk enters it for any unit,
    the unit of the number too.
    """
    found = given(tx, actor, values)
    if found is None:
        return Known()
    values = found
    under_way = variables.get("matter_id")
    try:
        row = named(tx, values, under_way if isinstance(under_way, int) else None)
    except NotThisMatter as wrong:
        return Known(refused={wrong.field: wrong})
    return Known(
        {
            "applicant_unit": row["applicant_unit_id"],
            "filing_number": row["filing_number"],
            "matter_name": row["name"],
            "admitted_on": row["filed_on"],
        }
    )


def given(tx: Transaction, actor: Actor | None, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The values with the unit of the number, where none was given; None: too little to look a matter up.

    That the unit lacks is then told by the form.
    """
    if not values.get("filing_number") and not values.get("matter_name"):
        return None
    if values.get("applicant_unit") is not None:
        return values
    unit_id = _unit_of(tx, actor, str(values.get("filing_number") or "").strip())
    return {**values, "applicant_unit": unit_id} if unit_id is not None else None


def _unit_of(tx: Transaction, actor: Actor | None, number: str) -> int | None:
    """The unit of a number, for whoever may enter for every unit; nobody learns of another's matter."""
    if not number or actor is None or submissions.acts_for(actor) is not None:
        return None
    query = sa.select(matter.c.applicant_unit_id).where(
        matter.c.filing_number == number, matter.c.stage.in_(STAGES)
    )
    found = tx.db.execute(query.limit(1)).scalar_one_or_none()
    return int(found) if found is not None else None
