"""What the sequences of an admission office's numbers are called, and their list as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from templates_xlsx.ledger_out import Column
from workflows.usecases import number_rules
from workflows.usecases.actor import Actor
from workflows.usecases.lists import Query, number_in
from workflows.usecases.runtime import Transaction

SEQUENCES: dict[str, tuple[str, str]] = {
    "application": ("受理编号", "Numbers of receipt"),
    "filing": ("准入备案号", "Filing numbers"),
    "change": ("变更备案号", "Numbers of changes"),
    "exit": ("退出备案号", "Exit numbers"),
    "document": ("发文字号", "Document numbers"),
    "supervision": ("监督受理编号", "Numbers of reports"),
    "supervision_notice": ("通报文号", "Numbers of circulars"),
    "evaluation": ("评议文号", "Numbers of evaluations"),
    "certificate": ("证明编号", "Numbers of certificates"),
}
"""Sequence -> words. 发文字号 is given by the house only where the office has a rule for it; else the seal keeper writes it."""

STATES: dict[str, tuple[str, str]] = {
    "used": ("已用", "used"),
    "cancelled": ("作废", "cancelled"),
    "gap": ("空号", "never given"),
}

COLUMNS = (
    Column("position", "序号", "number", width=6),
    Column("sequence", "编号类别", width=14),
    Column("year", "年度", "number", width=8),
    Column("seq", "流水号", "number", width=8),
    Column("text", "编号", width=24),
    Column("state", "状态", width=8),
    Column("subject", "用于", "long_text", width=36),
    Column("on", "编号日期", "date", width=12),
    Column("cancelled_on", "作废日期", "date", width=12),
    Column("cancelled_by", "作废人", width=12),
    Column("reason", "作废原因", "long_text", width=28),
)


def rows(tx: Transaction, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    """The numbers of a year, of one sequence or of all; `state`: only those."""
    year = number_in(query, "year") or tx.world.today.year
    wanted, state = str(query.get("sequence") or ""), str(query.get("state") or "")
    for each in number_rules.overview(tx, year, SEQUENCES):
        if wanted and each.key != wanted:
            continue
        for given in number_rules.numbers_of(tx, each.key, year):
            if state and given.state != state:
                continue
            yield {
                **given.__dict__,
                "sequence": SEQUENCES.get(each.key, (each.key,))[0],
                "year": year,
                "state": STATES[given.state][0],
            }
