"""Writing matters: a row, where it enters, and a version of the whole with each thing that happens to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflows.admission import following
from workflows.admission.tables import matter, matter_receipt, matter_scope, matter_version
from workflows.store.statements import Statement
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

CAUSES: dict[str, tuple[str, str]] = {
    "applied": ("提出申请", "applied for"),
    "revised": ("修改申请", "application revised"),
    "submitted": ("报送审核单位", "sent to the reviewing unit"),
    "received": ("收件受理", "received"),
    "supplemented": ("补正材料", "supplemented"),
    "decided": ("审结", "decided"),
    "filed": ("备案", "filed"),
    "withdrawn": ("申请撤回", "application withdrawn"),
    "void": ("流程作废", "cancelled"),
    "emergency": ("突发事件快速准入", "admitted in an emergency"),
    "exit_asked": ("申请退出", "exit asked for"),
    "exit_refused": ("不予退出", "exit refused"),
    "exit_withdrawn": ("撤回退出申请", "exit withdrawn"),
    "exit_void": ("退出流程作废", "exit cancelled"),
    "ended": ("退出备案", "exit registered"),
    "extended": ("到期前延期", "extended before its end"),
    "changed": ("年度更新变更", "changed in the yearly refresh"),
    "confirmed": ("年度更新确认继续", "confirmed in the yearly refresh"),
    "change_asked": ("申请变更", "a change asked for"),
    "change_filed": ("变更备案", "a change filed"),
    "change_applied": ("变更生效", "changed"),
    "change_refused": ("不予变更", "a change refused"),
    "change_withdrawn": ("撤回变更申请", "a change withdrawn"),
    "change_void": ("变更流程作废", "a change cancelled"),
    "corrected": ("存量补录更正", "corrected from a ledger"),
    "backlog": ("存量补录", "entered from the backlog"),
    "catalogue": ("随指导目录录入", "entered with a catalogue"),
    "offline": ("涉密事项线下登记", "registered offline"),
    "reorganised": ("机构调整", "carried over in a reorganisation"),
}
"""What may happen to a matter: key -> sentence in Chinese and English."""

COPIED = (
    "application_date",
    "unit_head",
    "contact_name",
    "contact_phone",
    "duration_class",
    "legal_basis",
    "reason",
    "content",
    "target_group",
    "authority",
    "period_start",
    "period_end",
    "funds_amount",
    "funds_source",
    "staff_equipment",
    "opinions_heard",
    "remarks",
)
"""Fields of an application that are columns of the same name."""

_TEXTS = frozenset(c.name for c in matter.c if isinstance(c.type, sa.String | sa.Text) and not c.nullable)


def _blank(table: sa.Table) -> dict[str, Any]:
    """A row with nothing in it but the defaults of its columns."""
    return {c.name: c.default.arg if c.default is not None else None for c in table.c if not c.primary_key}  # type: ignore[attr-defined]


_BLANK = _blank(matter)
_BLANK_VERSION = _blank(matter_version)
_INSERT = Statement(sa.insert(matter).returning(matter.c.id), _BLANK)
_INSERT_VERSION = Statement(sa.insert(matter_version), _BLANK_VERSION)
_INSERT_SCOPE = Statement(sa.insert(matter_scope), ("matter_id", "unit_id"))
_DELETE_SCOPE = Statement(
    sa.delete(matter_scope).where(matter_scope.c.matter_id == sa.bindparam("matter_id"))
)
_SCOPE = Statement(
    sa.select(matter_scope.c.unit_id)
    .where(matter_scope.c.matter_id == sa.bindparam("matter_id"))
    .order_by(matter_scope.c.unit_id)
)
_OF_INSTANCE = Statement(
    sa.select(matter).where(
        sa.or_(
            matter.c.instance_id == sa.bindparam("instance_id"),
            matter.c.exit_instance_id == sa.bindparam("instance_id"),
        )
    )
)


_NAMED = Statement(
    sa.select(matter.c.id, matter.c.name).where(matter.c.instance_id == sa.bindparam("instance_id"))
)


@lru_cache(maxsize=64)
def _update(names: tuple[str, ...]) -> Statement:
    """The UPDATE of some columns of a matter; it answers the whole row."""
    given: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in (*names, "updated_at")}
    return Statement(
        sa.update(matter)
        .where(matter.c.id == sa.bindparam("b_matter"))
        .values(**given, version=matter.c.version + 1)
        .returning(*matter.c)
    )


def from_application(tx: Transaction, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[int]]:
    """Return the columns of a matter and the ids of its scope, from the values of an application."""
    columns = {key: values.get(key) for key in COPIED}
    columns["name"] = values.get("matter_name")
    columns["class_name"] = values.get("class")  # an office's own form may ask for it
    executor = values.get("executor") or []
    columns["by_community"] = "community" in executor
    columns["by_grid"] = "grid" in executor
    unit_id = standing(tx, values.get("applicant_unit"))
    columns["applicant_unit_id"] = unit_id
    columns["applicant_unit_name"] = unit_name(tx, unit_id)
    entered = (standing(tx, each) for each in values.get("scope") or [])
    scope = list(dict.fromkeys(each for each in entered if each is not None))
    columns["scope_text"] = "、".join(unit_name(tx, each) for each in scope)
    return {key: _text(key, value) for key, value in columns.items()}, scope


def _text(key: str, value: Any) -> Any:
    return "" if value is None and key in _TEXTS else value


def unit_name(tx: Transaction, unit_id: int | None) -> str:
    """Full name of a unit; empty when there is none."""
    found = tx.units.get(unit_id) if unit_id is not None else None
    return found.full_name if found else ""


def standing(tx: Transaction, unit_id: int | None) -> int | None:
    """The unit that has taken the place of one that is no more; the unit itself where it stands, or nothing did."""
    heir = tx.units.standing(unit_id) if unit_id is not None else None
    return heir.id if heir is not None else unit_id


UNDER_WAY = ("pending", "filed", "leaving")
"""Stages in which a second application of the same name is the same matter."""


def create(
    tx: Transaction,
    *,
    origin: str,
    stage: str,
    values: Mapping[str, Any],
    scope: Iterable[int] = (),
    cause: str,
    actor_name: str = "",
    instance_id: int | None = None,
) -> int:
    """Insert a matter with its first version; returns its id."""
    row = {
        "origin": origin,
        "stage": stage,
        "instance_id": instance_id,
        "created_at": tx.at,
        "updated_at": tx.at,
        **values,
    }
    matter_id = int(_INSERT.fetch(tx.db, {**_BLANK, **row})[0].id)
    listed = list(dict.fromkeys(scope))
    _write_scope(tx, matter_id, listed)
    _write_version(
        tx, matter_id, 1, cause, {**row, "scope": listed}, actor_name=actor_name, instance_id=instance_id
    )
    return matter_id


def change(
    tx: Transaction,
    matter_id: int,
    cause: str,
    *,
    scope: Iterable[int] | None = None,
    actor_name: str = "",
    note: str = "",
    instance_id: int | None = None,
    **values: Any,
) -> Mapping[str, Any]:
    """Change a matter and keep a version of it; returns the row as it is now. Raises `NotFound`."""
    stands = scope_of(tx, matter_id)
    wanted = stands if scope is None else list(dict.fromkeys(scope))
    if sorted(wanted) != stands:
        _DELETE_SCOPE.run(tx.db, {"matter_id": matter_id})
        _write_scope(tx, matter_id, wanted)
        stands = sorted(wanted)
    given = {f"b_{name}": value for name, value in values.items()}
    found = _update(tuple(sorted(values))).fetch(
        tx.db, {**given, "b_updated_at": tx.at, "b_matter": matter_id}
    )
    if not found:
        raise NotFound(kind="matter", key=matter_id)
    row = found[0]._asdict()
    snapshot = {**row, "scope": stands}
    _write_version(
        tx,
        matter_id,
        row["version"],
        cause,
        snapshot,
        actor_name=actor_name,
        note=note,
        instance_id=instance_id,
    )
    return dict(row)


def get(tx: Transaction, matter_id: int) -> Mapping[str, Any]:
    """The row of a matter. Raises `NotFound`."""
    row = tx.db.execute(sa.select(matter).where(matter.c.id == matter_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(kind="matter", key=matter_id)
    return dict(row)


def of_instance(tx: Transaction, instance_id: int) -> Mapping[str, Any] | None:
    """The matter that an admission or exit instance is about."""
    found = _OF_INSTANCE.fetch(tx.db, {"instance_id": instance_id})
    return found[0]._asdict() if found else None


def named(tx: Transaction, instance_id: int) -> tuple[int, str]:
    """Id and name of the matter that an admission is about. Raises `NotFound`."""
    found = _NAMED.fetch(tx.db, {"instance_id": instance_id})
    if not found:
        raise NotFound(kind="matter", key=instance_id)
    return found[0].id, found[0].name


def required(tx: Transaction, instance_id: int) -> Mapping[str, Any]:
    """The matter of an instance. Raises `NotFound`."""
    row = of_instance(tx, instance_id)
    if row is None:
        raise NotFound(kind="matter", key=instance_id)
    return row


def scope_of(tx: Transaction, matter_id: int) -> list[int]:
    return [row.unit_id for row in _SCOPE.fetch(tx.db, {"matter_id": matter_id})]


def add_receipt(tx: Transaction, matter_id: int, kind: str, unit_id: int | None, **values: Any) -> None:
    """Note that a unit signed, dispatched or answered; a second time replaces the first."""
    where = sa.and_(
        matter_receipt.c.matter_id == matter_id,
        matter_receipt.c.kind == kind,
        matter_receipt.c.unit_id == unit_id if unit_id is not None else matter_receipt.c.unit_id.is_(None),
    )
    tx.db.execute(sa.delete(matter_receipt).where(where))
    row = {
        "matter_id": matter_id,
        "kind": kind,
        "unit_id": unit_id,
        "unit_name": unit_name(tx, unit_id),
        "at": tx.at,
        **values,
    }
    tx.db.execute(sa.insert(matter_receipt), [row])


def _write_scope(tx: Transaction, matter_id: int, units: list[int]) -> None:
    _INSERT_SCOPE.run_many(tx.db, [{"matter_id": matter_id, "unit_id": unit_id} for unit_id in units])


def _write_version(
    tx: Transaction,
    matter_id: int,
    number: int,
    cause: str,
    snapshot: Mapping[str, Any],
    *,
    actor_name: str,
    note: str = "",
    instance_id: int | None = None,
) -> None:
    plain = {key: _plain(value) for key, value in snapshot.items() if value not in (None, "")}
    row = {
        "matter_id": matter_id,
        "number": number,
        "at": tx.at,
        "cause": cause,
        "actor_name": actor_name,
        "instance_id": instance_id,
        "note": note,
        "snapshot": plain,
    }
    _INSERT_VERSION.run(tx.db, {**_BLANK_VERSION, **row})
    following.tell(tx, matter_id, cause, snapshot, snapshot["scope"])


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
