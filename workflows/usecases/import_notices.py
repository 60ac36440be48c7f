"""Notices that a job is over: to whom it belongs, who need not have stayed on its page."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.store.tables import import_batch, notice
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction


def checked(tx: Transaction, batch_id: int, actor: Actor) -> None:
    """The check of a table is over."""
    row = tx.db.execute(sa.select(import_batch).where(import_batch.c.id == batch_id)).one()
    if row.state == "refused":
        text = f"“{row.name}”未能核对：{(row.refusal or {}).get('zh', '')}"
    else:
        counts = row.counts or {}
        text = f"“{row.name}”已核对：{counts.get('right', 0)} 条可以导入，{counts.get('wrong', 0)} 条有误"
    _tell(tx, actor.account_id, "import_checked", text, batch_id)


def taken_in(tx: Transaction, batch_id: int, account_id: int | None) -> None:
    """An import is over: done, or stopped by somebody."""
    row = tx.db.execute(sa.select(import_batch).where(import_batch.c.id == batch_id)).one()
    failed = f"，{row.failed} 条未能导入" if row.failed else ""
    text = f"“{row.name}”(批次 {row.id})已导入 {row.done} 条{failed}"
    if row.state == "stopped":
        text = f"“{row.name}”(批次 {row.id})已由{row.stopped_by_name}停止导入：已导入 {row.done} 条{failed}"
    _tell(tx, account_id, "import_over", text, batch_id)


def _tell(tx: Transaction, account_id: int | None, kind: str, text: str, batch_id: int) -> None:
    if account_id is None:
        return
    row = {"account_id": account_id, "kind": kind, "text": text, "at": tx.at, "batch_id": batch_id}
    tx.db.execute(sa.insert(notice), row)
