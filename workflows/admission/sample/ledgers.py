"""The permitted ledgers of the sample office: two communities fill one in, each for its own people. Nobody of them exists."""

from __future__ import annotations

import sqlalchemy as sa

from forms.binding import Setting, bind
from workflows.admission import filled, permitted
from workflows.admission.sample.desk import Desk
from workflows.admission.tables import matter
from workflows.usecases import accounts
from workflows.usecases.runtime import Transaction

VISITED = "困难群众走访台账"
ROWS = (
    (
        12,
        "dongyuan",
        "新立东园社区居民委员会",
        ("崔玉珍", "12011019480312004X", "低保"),
        "身体尚可，已代办药费报销",
    ),
    (
        12,
        "dongyuan",
        "新立东园社区居民委员会",
        ("马德顺", "120110195507210016", "特困"),
        "送去米面，屋顶漏雨已报修",
    ),
    (
        9,
        "xiuli",
        "丰年秀丽社区居民委员会",
        ("孔繁英", "120110196211150027", "低收入"),
        "子女失业，已介绍就业服务",
    ),
)
"""Working days ago, account, community, name and number and kind, what was found."""


def fill(desk: Desk) -> None:
    """Fill the ledger in, row by row."""
    for ago, who, community, (name, number, kind), told in ROWS:
        day = desk.day(ago).isoformat()
        row = {"c1": name, "c2": number, "c5": kind, "c6": day, "c7": told}
        posted = {"community": community, "fill_period": desk.day(12).isoformat(), **row}
        with desk.runtime.transaction(at=desk.moment(ago)) as tx:
            _save(tx, who, posted)


def _save(tx: Transaction, who: str, posted: dict[str, str]) -> None:
    matter_id = tx.db.execute(sa.select(matter.c.id).where(matter.c.name == VISITED)).scalar_one()
    form = permitted.form_of(tx, matter_id)
    bound = bind(form, posted, Setting(world=tx.world, units=tx.units, mode="api"))
    if bound.submission is None:
        raise ValueError("; ".join(fault.tell("zh") for fault in bound.faults))
    filled.save(tx, matter_id, bound.submission.values, accounts.actor_named(tx, who))
