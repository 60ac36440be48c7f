"""Before a matter's period is over its unit is asked: extend or end; silence lets it end by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from forms.binding import bind
from workflows.admission import matters, registry, shipped
from workflows.admission.expiring import NothingExpires
from workflows.admission.finding import Filters
from workflows.engine import Source
from workflows.usecases import definitions, start_timers, tasks
from workflows.usecases.actor import SYSTEM


@pytest.fixture
def filed(office: Any) -> Any:
    """Two matters of the court end on 30 April, one at the end of the next year."""
    for name, end in (("送达协助", "2026-04-30"), ("宣传协助", "2026-04-30"), ("陪审员推荐", "2027-12-31")):
        setattr(office, name, office.file(matter_name=name, period_start="2026-03-16", period_end=end))
        office.hand_over()
    return office


def the_clock(office: Any, day: int, month: int = 4) -> int:
    """What the daily timer starts at half past eight."""
    office.at = office.at.replace(month=month, day=day, hour=8, minute=31)
    with office.runtime.transaction(at=office.at) as tx:
        return start_timers.start_due(tx)


def test_the_clock_asks_thirty_days_ahead_and_once(filed: Any) -> None:
    assert the_clock(filed, 30, 3) == 0
    assert filed.todo("court") == []
    assert the_clock(filed, 31, 3) == 1
    assert filed.todo("court") == ["ask"]
    assert the_clock(filed, 1) == 0


def test_the_offices_table_says_from_when_a_matter_is_marked_and_asked_about(filed: Any) -> None:
    def marked() -> tuple[int, list[bool]]:
        with filed.reading() as tx:
            actor = filed.actor(tx, "clerk")
            found = registry.search(tx, actor, Filters())
            return registry.counts(tx, actor, Filters())["expiring"], [each.expiring for each in found.items]

    assert marked() == (0, [False, False, False])  # 45 days before the first end
    shipped_table = next(each for each in shipped.sources() if each.name == "expiry_rules.dmn")
    changed = shipped_table.content.replace(b"<text>30</text>", b"<text>45</text>")
    with filed.runtime.transaction(at=filed.at) as tx:
        definitions.deploy(tx, [Source("expiry_rules.dmn", changed)], SYSTEM)
    assert marked()[0] == sum(marked()[1]) == 2
    assert the_clock(filed, 17, 3) == 1


def test_what_the_unit_extends_ends_later_once_the_bureau_approves(filed: Any) -> None:
    the_clock(filed, 1)
    extend = {"rows-0-answer": "extend", "rows-0-new_end": "2027-04-30", "rows-0-note": "工作未完成"}
    filed.do("court", "ask", **extend, **{"rows-1-answer": "end"})
    assert filed.matter(filed.送达协助).period_end == date(2026, 4, 30)
    filed.do("clerk", "approve", decision="agree", **{"rows-0-ruling": "adopt"})
    assert filed.matter(filed.送达协助).period_end == date(2026, 4, 30)
    filed.do("leader", "sign", decision="agree")
    assert filed.matter(filed.送达协助).period_end == date(2027, 4, 30)
    ending = filed.matter(filed.宣传协助)
    assert (ending.state, ending.values["exit_raised_by"], ending.values["exit_kind"]) == (
        "leaving",
        "expiry",
        "expired",
    )
    filed.do("clerk", "clerk", decision="agree")
    assert filed.matter(filed.宣传协助).values["ended_on"] == date(2026, 4, 30)


def test_the_bureau_may_refuse_an_extension(filed: Any) -> None:
    the_clock(filed, 1)
    wanted = {"answer": "extend", "new_end": "2027-04-30", "note": "续"}
    filed.do("court", "ask", **{f"rows-{row}-{key}": text for row in (0, 1) for key, text in wanted.items()})
    rulings = {"rows-0-ruling": "keep", "rows-0-ruling_note": "居民不认可", "rows-1-ruling": "adopt"}
    filed.do("clerk", "approve", decision="agree", **rulings)
    filed.do("leader", "sign", decision="agree")
    assert filed.matter(filed.送达协助).period_end == date(2026, 4, 30)
    assert filed.matter(filed.宣传协助).period_end == date(2027, 4, 30)


def test_the_leader_may_send_an_extension_back(filed: Any) -> None:
    the_clock(filed, 1)
    extend = {"rows-0-answer": "extend", "rows-0-new_end": "2027-04-30", "rows-0-note": "工作未完成"}
    filed.do("court", "ask", **extend, **{"rows-1-answer": "end"})
    filed.do("clerk", "approve", decision="agree", **{"rows-0-ruling": "adopt"})
    filed.do("leader", "sign", decision="return", opinion="期限过长")
    assert filed.matter(filed.送达协助).period_end == date(2026, 4, 30)
    ruling = {"rows-0-ruling": "keep", "rows-0-ruling_note": "期限过长"}
    filed.do("clerk", "approve", decision="agree", **ruling)
    filed.do("leader", "sign", decision="agree")
    assert filed.matter(filed.送达协助).period_end == date(2026, 4, 30)


def test_silence_lets_a_matter_end_by_itself(filed: Any) -> None:
    the_clock(filed, 1)
    filed.at = filed.at.replace(month=5, day=1)
    assert filed.fire() == 1
    assert filed.todo("court") == []
    assert filed.matter(filed.送达协助).state == "expired"


def test_an_extension_that_ends_no_later_is_a_fault(filed: Any) -> None:
    the_clock(filed, 1)
    with filed.reading() as tx:
        (item,) = filed._items(tx, "court")
        view = tasks.open_task(tx, item.task_id, filed.actor(tx, "court"))
        posted = {
            "rows-0-answer": "extend",
            "rows-0-new_end": "2026-04-01",
            "rows-0-note": "续",
            "rows-1-answer": "end",
        }
        faults = [
            each
            for each in bind(view.form, posted, tasks.setting(tx, view)).faults
            if each.severity == "error"
        ]
    assert [(each.row, each.facts["column"]) for each in faults] == [(0, "new_end")]


def test_a_check_by_hand_says_that_nothing_ends(office: Any) -> None:
    with pytest.raises(NothingExpires) as refusal:
        office.start("clerk", "expire")
    assert refusal.value.tell() == "30天内没有到期而尚未确认的事项"


def own(office: Any, ends: date) -> None:
    """A matter of the reviewing office itself."""
    with office.runtime.transaction(at=office.at) as tx:
        unit = tx.units.find("区民政局")
        values = {"name": "社工服务协助", "applicant_unit_id": unit.id, "applicant_unit_name": unit.name}
        values |= {"filing_number": "准〔2025〕0007号", "period_start": date(2025, 3, 1), "period_end": ends}
        values |= {"by_community": True, "filed_on": date(2025, 3, 1)}
        matters.create(tx, origin="backlog", stage="filed", values=values, scope=[], cause="backlog")


def test_the_reviewing_office_does_not_extend_its_own_matter_alone(office: Any) -> None:
    own(office, date(2026, 4, 30))
    the_clock(office, 1)
    extend = {"rows-0-answer": "extend", "rows-0-new_end": "2027-04-30", "rows-0-note": "工作未完成"}
    with pytest.raises(AssertionError, match=r"“社工服务协助”是审核单位自己的事项.*报上级批准"):
        office.do("bureau_unit", "ask", **extend)
    office.do("bureau_unit", "ask", **{"rows-0-answer": "end"})
    assert office.todo("clerk") == ["clerk"]


def test_nor_does_it_change_it_in_the_refresh(office: Any) -> None:
    own(office, date(2027, 4, 30))
    office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-30"})
    with pytest.raises(AssertionError, match="延期、变更不由自己一家决定"):
        office.do("bureau_unit", "answer", **{"rows-0-answer": "change", "rows-0-new_end": "2029-12-31"})
    office.do("bureau_unit", "answer", **{"rows-0-answer": "change", "rows-0-new_funds": "5000"})
    assert office.todo("clerk") == ["merge"]
    late = {"filing_number": "准〔2025〕0007号", "answer": "change", "new_end": "2029-12-31"}
    with pytest.raises(AssertionError, match="延期、变更不由自己一家决定"):
        office.do("clerk", "merge", decision="agree", **{f"late-0-{key}": text for key, text in late.items()})
