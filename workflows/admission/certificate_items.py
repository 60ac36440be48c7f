"""证明事项清单: what a community may certify; what it may not is in the list too, with the reason and where to go instead.

What stands nowhere in the list is not certified. Source: 001 III.(4) (by law, within the community's duties, and it can know
it truly; nobody may ask a community for what is his own duty to certify), 002 II.(2).3 (what no law names and what a
community cannot know is abolished; only what is in the list bears the seal).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar

import sqlalchemy as sa

from forms.binding import Known
from forms.faults import Refused
from forms.written.words import squeeze
from templates_xlsx.ledger_out import Column
from workflows.admission import reading
from workflows.admission.certificate_tables import certificate_item as table
from workflows.usecases.actor import Actor
from workflows.usecases.import_targets import ImportItem, Standing
from workflows.usecases.lists import OfficeList, Query
from workflows.usecases.runtime import Transaction

FORM = "certificate_item"
REQUEST = "certificate_request"
KEEP = "certificates.keep"
FINDINGS: dict[str, tuple[str, str]] = {
    "listed": ("可以出具", "may be certified"),
    "refused": ("清单载明不予出具", "not certified, as the list says"),
    "outside": ("不在清单内", "not in the list"),
}
"""What the comparison with the list finds: key -> words."""
REASONS: dict[str, tuple[str, str]] = {
    "no_law": ("法律法规没有明确规定", "no law names it"),
    "unable": ("社区没有能力提供", "the community cannot know it"),
    "other_duty": ("属于部门、单位职责范围", "another body's duty"),
}
OUTSIDE = (
    "“{name}”不在证明事项清单内，不予出具：只有清单内的证明才能使用社区印章。"
    "确需出具的，由要求单位提供法律、法规、规章的具体条款，报审核单位列入清单。"
)
_COPIED = ("reason_class", "reason", "go_to", "legal_basis", "materials_needed", "remarks")


@dataclass(frozen=True)
class Item:
    """A line of the list."""

    id: int
    name: str
    permitted: bool
    reason_class: str
    reason: str
    go_to: str
    legal_basis: str
    materials_needed: str
    remarks: str


@dataclass(frozen=True)
class Looked:
    """What the list says of a name: `finding` is a key of `FINDINGS`; `sentence` is told at the counter."""

    finding: str
    sentence: str
    item: Item | None = None


class NotThisCounter(Refused):
    """A request is entered at the counter of the own community, or of one of the own subdistrict. Facts: community."""

    zh: ClassVar[str] = "“{community}”不是您所在的社区，也不属于您所在的街道，不能代为出具证明"
    en: ClassVar[str] = "“{community}” is neither your community nor one of your subdistrict"


def look(tx: Transaction, name: str) -> Looked:
    """Look a name up; spaces and signs do not count."""
    row = tx.db.execute(sa.select(table).where(table.c.name_key == squeeze(name))).one_or_none()
    if row is None:
        near = get_close_matches(name, tx.db.execute(sa.select(table.c.name)).scalars().all(), 3, 0.5)
        told = OUTSIDE.format(name=name)
        return Looked("outside", told + (f"名称相近的有：{'、'.join(near)}。" if near else ""))
    item = _item(row)
    return Looked("listed" if item.permitted else "refused", _told(item), item)


def _told(item: Item) -> str:
    if item.permitted:
        parts = [f"“{item.name}”在清单内，可以出具。"]
        if item.legal_basis:
            parts.append(f"依据：{item.legal_basis}。")
        if item.materials_needed:
            parts.append(f"须核对：{item.materials_needed}。")
        return "".join(parts)
    why = "，".join(each for each in (REASONS.get(item.reason_class, ("",))[0], item.reason) if each)
    told = f"“{item.name}”不予出具：{why.rstrip('。')}。"
    return told + (f"请到{item.go_to}办理。" if item.go_to else "")


def known(
    tx: Transaction, actor: Actor | None, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Known:
    """What the list says at once of a request, whichever way it comes in; whose counter it is at."""
    found: dict[str, Any] = {}
    if values.get("item_name"):
        found["list_check"] = look(tx, str(values["item_name"])).sentence
    community = values.get("community")
    if community is not None and not own(tx, actor, int(community)):
        return Known(found, {"community": NotThisCounter(community=_name(tx, int(community)))})
    return Known(found)


def own(tx: Transaction, actor: Actor | None, community: int) -> bool:
    """Whether a community is the actor's own, or of the actor's subdistrict."""
    return actor is None or actor.is_system or actor.unit_id in reading.path(tx, community)


def _name(tx: Transaction, unit_id: int) -> str:
    found = tx.units.get(unit_id)
    return found.full_name if found else str(unit_id)


# ------------------------------------------------------------------ the list
def listing(tx: Transaction, text: str = "", permitted: bool | None = None) -> list[Item]:
    """The list in its order, what may be certified first."""
    query = sa.select(table).order_by(table.c.permitted.desc(), table.c.id)
    if permitted is not None:
        query = query.where(table.c.permitted == permitted)
    if text:
        columns = (table.c.name, table.c.reason, table.c.go_to)
        query = query.where(sa.or_(*(each.contains(text, autoescape=True) for each in columns)))
    return [_item(row) for row in tx.db.execute(query)]


def _item(row: Any) -> Item:
    return Item(row.id, row.name, row.permitted, *(getattr(row, key) for key in _COPIED))


def _rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    said = {"yes": True, "no": False}.get(str(query.get("permitted") or ""))
    for each in listing(tx, str(query.get("q") or "")[:200], said):
        yield {
            "item_name": each.name,
            "permitted": "可以出具" if each.permitted else "不予出具",
            **{key: getattr(each, key) for key in _COPIED},
            "reason_class": REASONS.get(each.reason_class, ("",))[0],
        }


LIST = OfficeList(
    "certificate_items",
    "社区证明事项清单",
    (
        Column("position", "序号", "number", width=6),
        Column("item_name", "证明事项", width=26),
        Column("permitted", "是否可以出具", width=12),
        Column("reason_class", "不予出具的类别", width=20),
        Column("reason", "不予出具的原因", "long_text", width=34),
        Column("go_to", "应到何处办理", width=22),
        Column("legal_basis", "依据", "long_text", width=30),
        Column("materials_needed", "须核对的材料", "long_text", width=24),
        Column("remarks", "备注", "long_text", width=18),
    ),
    _rows,
    filters=("q", "permitted"),
    form=FORM,
    signatures=False,
)


# ------------------------------------------------------------------ in
def take_in(tx: Transaction, items: Sequence[ImportItem], actor: Actor) -> list[str]:
    """Take lines in: one that is there is brought up to what the table says, an empty cell changes nothing."""
    done = []
    for item in items:
        name = str(item.values["item_name"]).strip()
        given = {key: item.values.get(key) for key in _COPIED if item.values.get(key) not in (None, "")}
        given |= {"name": name, "permitted": item.values["permitted"] == "yes", "updated_at": tx.at}
        there = tx.db.execute(sa.select(table.c.id).where(table.c.name_key == squeeze(name))).scalar()
        if there is None:
            row = {**dict.fromkeys(_COPIED, ""), **given, "name_key": squeeze(name)}
            there = tx.db.execute(sa.insert(table).returning(table.c.id), [row]).scalar_one()
        else:
            tx.db.execute(sa.update(table).where(table.c.id == there).values(given))
        done.append(str(there))
    return done


def standing(tx: Transaction, items: Sequence[ImportItem]) -> dict[int, Standing]:
    """Index of a record -> the line of its name."""
    names = {squeeze(str(item.values.get("item_name") or "")): item.index for item in items}
    rows = tx.db.execute(sa.select(table).where(table.c.name_key.in_(names)))
    found = {}
    for row in rows:
        values = {key: getattr(row, key) for key in _COPIED}
        values |= {"item_name": row.name, "permitted": "yes" if row.permitted else "no"}
        found[names[row.name_key]] = Standing(row.name, values)
    return found
