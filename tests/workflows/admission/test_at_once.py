"""Two clerks start the same at one moment: one is started, the other is told in a sentence."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from forms.binding import bind
from forms.faults import Refused
from workflows.store.tables import instance
from workflows.usecases import definitions, instances

NAME, NUMBER = "司法文书送达协助", "准〔2026〕0001号"
MATTER = {
    "applicant_unit": "区人民法院",
    "filing_number": NUMBER,
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
}
CHANGE = {**MATTER, "new_content": "改为每月一次", "change_reason": "调整", "effective_on": "2026-03-16"}
EXIT = {**MATTER, "exit_kind": "done", "exit_reason": "工作已完成", "exit_on": "2026-03-16"}
SPENT = {
    "filing_number": NUMBER,
    "kind": "spent",
    "place": "新立街道",
    "amount": "800",
    "on_date": "2026-03-16",
    "purpose": "印刷",
}


@pytest.fixture
def filed(office: Any) -> Any:
    """The court has a matter in force, and 1000 yuan have arrived in a subdistrict."""
    office.file(matter_name=NAME, period_start="2026-03-16")
    office.start("court", "funds", {**SPENT, "unit": "区人民法院", "kind": "arrived", "amount": "1000"})
    return office


@pytest.mark.parametrize(
    ("process", "who", "posted", "told"),
    [
        ("change", "court", CHANGE, f"“{NAME}”已有一件变更在办(审批中)，办结后才能再次申请"),
        ("terminate", "court", EXIT, f"“{NAME}”正在办理退出，不能再次申请退出"),
        ("annual_refresh", "clerk", {"year": "2026"}, "2026年指导目录已于2026-03-16发起年度更新(办理中)，每年只更新一次"),
        ("evaluate", "clerk", {"year": "2026", "raters": ["street"]}, "2026年效果评议已于2026-03-16发起，评议每年进行一次"),
        ("funds", "xinli", {**SPENT, "unit": "新立街道"}, "到位"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)  # fmt: skip
def test_of_two_who_start_the_same_at_once_one_is_started_and_the_other_is_told(
    filed: Any, process: str, who: str, posted: Mapping[str, Any], told: str
) -> None:
    begun, entering = threading.Event(), threading.Event()
    before = count(filed, process)
    refusals: list[Refused] = []

    def start(tx: Any) -> None:
        instances.start(tx, process, submission, filed.actor(tx, who))

    with filed.reading() as tx:
        form = definitions.start_form(tx, process)
        bound = bind(form, posted, instances.start_setting(tx, process, filed.actor(tx, who)))
        assert bound.submission is not None, [each.tell() for each in bound.faults]
        submission = bound.submission

    def first() -> None:
        with filed.runtime.transaction(at=filed.at) as tx:
            start(tx)
            begun.set()
            entering.wait(10)
            second.join(0.3)  # the second looks at the registry before this one is there to be seen

    def other() -> None:
        begun.wait(10)
        entering.set()
        try:
            with filed.runtime.transaction(at=filed.at) as tx:
                start(tx)
        except Refused as refusal:
            refusals.append(refusal)

    second = threading.Thread(target=other)
    threads = [threading.Thread(target=first), second]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert count(filed, process) == before + 1
    (refusal,) = refusals
    assert told in refusal.tell("zh")


def count(office: Any, process: str) -> int:
    with office.reading() as tx:
        query = sa.select(sa.func.count()).select_from(instance).where(instance.c.process_key == process)
        return int(tx.db.execute(query).scalar_one())
