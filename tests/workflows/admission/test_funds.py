"""经费: promised, arrived, spent of a matter; earmarked; what is late is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from workflows.admission import funds, matters, verdicts
from workflows.usecases import reorganising
from workflows.usecases.actor import Actor
from workflows.usecases.reorganising import Target, Wanted

NUMBER = "准〔2025〕0007号"
HERE, NEAR, STREET = "新立华新社区居民委员会", "新立津门里社区居民委员会", "新立街道"


@pytest.fixture
def office(office: Any) -> Any:
    """A matter of the court in 新立街道."""
    with office.runtime.transaction(at=office.at) as tx:
        unit = tx.units.find("区人民法院")
        values = {"name": "司法文书送达", "applicant_unit_id": unit.id, "applicant_unit_name": unit.full_name}
        values |= {"filing_number": NUMBER, "period_start": date(2025, 3, 1), "by_community": True}
        scope = [tx.units.find(STREET).id]
        matters.create(tx, origin="backlog", stage="filed", values=values, scope=scope, cause="backlog")
    return office


def enter(office: Any, who: str, unit: str, kind: str, amount: str, **more: Any) -> int:
    posted = {"unit": unit, "kind": kind, "amount": amount, "filing_number": NUMBER, "on_date": "2026-03-10"}
    posted |= {"matter_name": "司法文书送达", "purpose": "宣传品", **more}
    return int(office.start(who, "funds", posted))


def sums(office: Any) -> funds.Sums:
    with office.reading() as tx:
        (found,) = funds.sums_of(tx, [1]).values()
        return found


def test_money_is_spent_of_what_arrived_here_or_above(office: Any) -> None:
    enter(office, "court", "区人民法院", "arrived", "1000", place=HERE)
    enter(office, "court", "区人民法院", "arrived", "500", place=STREET)
    enter(office, "xinli", STREET, "spent", "1200.50", place=HERE)
    with office.reading() as tx:
        assert funds.available(tx, 1, tx.units.find(HERE).id) == Decimal("299.50")
        assert funds.available(tx, 1, tx.units.find(NEAR).id) == Decimal("299.50")
    assert sums(office).left == Decimal("299.50")


def test_who_spends_need_not_say_where_it_is(office: Any) -> None:
    enter(office, "court", "区人民法院", "arrived", "1000", place=STREET)
    enter(office, "xinli", STREET, "spent", "100")
    with office.reading() as tx:
        assert funds.available(tx, 1, tx.units.find(STREET).id) == 900
    with pytest.raises(AssertionError, match="不能支出901"):
        enter(office, "xinli", STREET, "spent", "901")


def test_money_spent_above_what_arrived_is_refused_in_a_sentence(office: Any) -> None:
    enter(office, "court", "区人民法院", "arrived", "1000", place=HERE)
    with pytest.raises(AssertionError, match=r"到位未用的经费是1,000\.00元，不能支出1,000\.01元"):
        enter(office, "xinli", STREET, "spent", "1000.01", place=HERE)
    with pytest.raises(AssertionError, match=r"到位未用的经费是0\.00元"):
        enter(office, "xinli", STREET, "spent", "1", place=NEAR)  # what is for one community is not another's


def test_each_enters_what_is_its_own(office: Any) -> None:
    with pytest.raises(AssertionError, match="由申请单位“区人民法院”登记"):
        enter(office, "school", "区教育局", "arrived", "1000")
    with pytest.raises(AssertionError, match="由使用经费的社区或其所在街道登记"):
        enter(office, "court", "区人民法院", "spent", "1", place=HERE)
    with pytest.raises(AssertionError, match="不在“司法文书送达”的进入范围内"):
        enter(office, "court", "区人民法院", "arrived", "1", place="金桥街道")
    with pytest.raises(AssertionError, match="没有编号或名称"):
        enter(office, "court", "区人民法院", "arrived", "1", filing_number="准〔1999〕0001号")


def test_late_money_stands_on_the_matter_and_in_the_comparison_of_a_report(office: Any) -> None:
    enter(office, "court", "区人民法院", "promised", "5000", on_date="2026-03-01")
    enter(office, "court", "区人民法院", "promised", "9000", on_date="2026-12-31")
    enter(office, "court", "区人民法院", "arrived", "2000")
    found = sums(office)
    assert (found.promised, found.late, found.late_since) == (14000, 3000, date(2026, 3, 1))
    with office.reading() as tx:
        said = verdicts.look(tx, "司法文书送达", None, None, date(2026, 3, 16)).sentence
    assert "应于2026年3月1日前拨付的工作经费尚有3,000.00元未到位" in said
    enter(office, "court", "区人民法院", "arrived", "3000")
    assert sums(office).late == 0


def test_what_was_entered_wrongly_is_taken_back_by_an_entry_of_its_own(office: Any) -> None:
    enter(office, "court", "区人民法院", "arrived", "1000", place=HERE)
    enter(office, "xinli", STREET, "spent", "800", place=HERE)
    with pytest.raises(AssertionError, match="冲销后将超支600"):
        enter(office, "court", "区人民法院", "arrived", "-800", place=HERE)
    with pytest.raises(AssertionError, match="冲销不能超过此数"):
        enter(office, "xinli", STREET, "spent", "-801", place=HERE)
    with pytest.raises(AssertionError, match="请填写用途或冲销原因"):
        enter(office, "xinli", STREET, "spent", "-800", place=HERE, purpose="")
    enter(office, "xinli", STREET, "spent", "-800", place=HERE, purpose="票据作废")
    enter(office, "court", "区人民法院", "arrived", "-1000", place=HERE, purpose="退回财政")
    assert (sums(office).arrived, sums(office).left) == (0, 0)
    with office.reading() as tx:
        assert len(funds.entries(tx, office.actor(tx, "court"), 1)) == 4


def test_who_has_no_part_in_it_sees_no_entry(office: Any) -> None:
    enter(office, "court", "区人民法院", "arrived", "1000", place=HERE)
    with office.reading() as tx:
        seen = {
            who: len(funds.entries(tx, office.actor(tx, who), 1))
            for who in ("court", "xinli", "school", "clerk")
        }
    assert seen == {"court": 1, "xinli": 1, "school": 0, "clerk": 1}


@pytest.mark.parametrize(("act", "names"), [("rename", [HERE]), ("merge", [HERE, NEAR])])
def test_a_community_renamed_or_merged_meanwhile_spends_what_had_arrived_for_it(
    office: Any, act: str, names: list[str]
) -> None:
    enter(office, "court", "区人民法院", "arrived", "1000", place=HERE)
    enter(office, "xinli", STREET, "spent", "300", place=HERE)
    with office.runtime.transaction(at=office.at) as tx:
        admin = Actor(None, "admin", "管理员", None, "", permissions=frozenset({"units.manage"}))
        of = tuple(tx.units.find(name).id for name in names)
        reorganising.perform(tx, Wanted(act, of, (Target("新立和美社区居民委员会"),), tx.at.date()), admin)
    new = "新立和美社区居民委员会"
    with pytest.raises(AssertionError, match=r"“.*和美社区.*”到位未用的经费是700\.00元"):
        enter(office, "xinli", STREET, "spent", "700.01", place=new)
    enter(office, "xinli", STREET, "spent", "700", place=new)
    enter(office, "xinli", STREET, "spent", "-1000", place=new, purpose="票据作废")
    enter(office, "court", "区人民法院", "arrived", "-1000", place=new, purpose="退回财政")
    assert (sums(office).arrived, sums(office).left) == (0, 0)
    with office.reading() as tx:
        assert len(funds.entries(tx, office.actor(tx, "xinli"), 1)) == 5
