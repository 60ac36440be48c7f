"""Processes 1 to 3: an application becomes a filed matter, by every route."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from pypdf import PdfWriter

from workflows.admission import registry
from workflows.usecases import files
from workflows.usecases.errors import NobodyWaits


def test_a_community_matter_goes_from_the_clerk_to_the_subdistricts(office: Any) -> None:
    instance_id = office.file()
    assert office.todo("grid") == []
    assert office.todo("xinli") == ["sign"]
    assert office.todo("junliang") == ["sign"]
    assert office.todo("jinqiao") == []
    office.hand_over()
    view = office.view(instance_id)
    assert (view.status, view.outcome) == ("completed", "已准入")
    matter = office.matter(instance_id)
    assert matter.state == "not_yet"
    assert matter.number == "准〔2026〕0001号"
    assert matter.values["application_number"] == "准〔2026〕受0001号"
    assert matter.values["outcome"] == "admitted"
    assert matter.values["approved_by"] == "leader"
    assert [each.unit for each in matter.receipts] == ["新立街道", "军粮城街道"]
    assert matter.receipts[0].communities
    assert not matter.receipts[1].communities
    office.later(days=40)
    assert office.matter(instance_id).state == "in_force"


def test_the_unit_returns_an_application_to_its_clerk_who_corrects_it(
    office: Any, application: dict[str, Any]
) -> None:
    instance_id = office.start("court", "apply", {**application, "content": "写错了"})
    office.do("court_head", "unit_head", decision="return", opinion="内容写错")
    assert office.todo("court") == ["revise"]
    assert office.todo("clerk") == []
    office.do("court", "revise", **{**application, "content": "写对了", "scope": ["金桥街道"]})
    office.do("court_head", "unit_head", decision="agree")
    office.do("court_leader", "unit_leader", decision="return", opinion="再改")
    office.do("court", "revise", **{**application, "content": "写对了", "scope": ["金桥街道"]})
    office.do("court_head", "unit_head", decision="agree")
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("court_seal", "unit_seal", decision="agree", sealed_on="2026-03-16")
    matter = office.matter(instance_id)
    assert matter.values["content"] == "写对了"
    assert matter.scope_text == "金桥街道"
    assert office.todo("clerk") == ["receive"]


def test_a_corrected_executor_changes_the_route(office: Any, application: dict[str, Any]) -> None:
    office.start("court", "apply", application)
    office.do("court_head", "unit_head", decision="return", opinion="应由网格员办")
    office.do("court", "revise", **{**application, "executor": ["grid"]})
    office.do("court_head", "unit_head", decision="agree")
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("court_seal", "unit_seal", decision="agree", sealed_on="2026-03-16")
    office.receive()
    assert office.todo("grid") == ["grid"]


def test_what_the_bureau_enters_for_a_unit_skips_the_units_own_steps(
    office: Any, application: dict[str, Any]
) -> None:
    office.start("clerk", "apply", application, for_unit="区人民法院")
    assert office.todo("court_head") == []
    assert office.todo("clerk") == ["receive"]


def test_receipt_happens_by_itself_after_one_working_day(office: Any) -> None:
    instance_id = office.apply()
    office.later(hours=6)
    assert office.fire() == 0
    office.later(days=1, hours=4)
    assert office.fire() == 1
    assert office.todo("clerk") == ["clerk"]
    matter = office.matter(instance_id)
    assert matter.values["received_on"] == date(2026, 3, 17)
    assert matter.values["application_number"]


def test_a_receipt_on_friday_waits_for_monday(office: Any) -> None:
    office.later(days=4)  # Friday, 20 March
    office.apply()
    office.later(days=2)
    assert office.fire() == 0
    office.later(days=1, hours=9)
    assert office.fire() == 1


def test_the_review_is_due_ten_working_days_after_receipt(office: Any) -> None:
    instance_id = office.apply()
    office.receive()
    task = next(each for each in office.view(instance_id).tasks if each.element == "clerk")
    assert task.due.at.date() == date(2026, 3, 30)


def test_grid_work_needs_bureau_and_grid_centre_together(office: Any) -> None:
    instance_id = office.apply(executor=["grid"])
    office.receive()
    assert office.todo("clerk") == ["clerk"]
    assert office.todo("grid") == ["grid"]
    office.do("clerk", "clerk", decision="agree")
    assert office.todo("chief") == []
    office.do("grid", "grid", decision="agree", opinion="可派单")
    office.decide()
    office.do("seal", "seal", decision="agree", sealed_on="2026-03-16", copies="3")
    assert office.todo("xinli") == []
    assert office.todo("grid") == ["dispatch"]
    office.do("grid", "dispatch", decision="dispatch", dispatch_number="WG-7", dispatched_on="2026-03-16")
    assert office.view(instance_id).status == "completed"
    assert "WG-7" in office.matter(instance_id).receipts[0].note


def test_work_for_both_is_handed_over_to_both(office: Any) -> None:
    instance_id = office.apply(executor=["community", "grid"])
    office.receive()
    office.do("grid", "grid", decision="agree")
    office.do("clerk", "clerk", decision="agree")
    office.decide()
    office.do("seal", "seal", decision="agree", sealed_on="2026-03-16", copies="3")
    office.hand_over()
    assert office.view(instance_id).status == "running"
    office.do("grid", "dispatch", decision="dispatch", dispatched_on="2026-03-16")
    assert office.view(instance_id).status == "completed"


def test_nothing_is_filed_while_the_grid_centre_refuses(office: Any) -> None:
    instance_id = office.apply(executor=["community", "grid"])
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    office.do("grid", "grid", decision="refuse", opinion="不属网格员职责")
    assert office.todo("chief") == []
    assert office.todo("clerk") == ["consolidate"]
    office.do("clerk", "consolidate", decision="agree", opinion="仍建议准入")
    assert office.todo("chief") == []
    assert office.todo("grid") == ["grid_again"]
    office.do("grid", "grid_again", decision="refuse", opinion="仍不同意")
    assert office.todo("clerk") == ["consolidate"]
    office.do("clerk", "consolidate", decision="again", opinion="请再议")
    office.do("grid", "grid_again", decision="agree", opinion="同意")
    office.do("clerk", "consolidate", decision="agree", opinion="一致同意")
    office.decide()
    assert office.todo("seal") == ["seal"]
    assert office.matter(instance_id).state == "pending"


def test_where_opinions_differ_the_bureau_may_consolidate_to_a_refusal(office: Any) -> None:
    instance_id = office.apply(executor=["grid"])
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    office.do("grid", "grid", decision="refuse", opinion="不属网格员职责")
    office.do("clerk", "consolidate", decision="refuse", opinion="网格中心不同意")
    office.do("chief", "chief", decision="refuse", opinion="不予准入")
    office.do("leader", "leader", decision="agree", opinion="我看可以")
    assert office.todo("clerk") == ["consolidate"], "a leader's yes does not outvote the grid centre"
    office.do("clerk", "consolidate", decision="refuse", opinion="网格中心不同意")
    office.do("chief", "chief", decision="refuse", opinion="不予准入")
    office.do("leader", "leader", decision="refuse", opinion="依据不足")
    view = office.view(instance_id)
    assert (view.status, view.outcome) == ("completed", "不予准入")
    assert office.matter(instance_id).state == "refused"


def test_a_refusal_carries_its_reasons_and_gives_no_filing_number(office: Any) -> None:
    instance_id = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="refuse", opinion="没有依据")
    office.do("chief", "chief", decision="refuse", opinion="同意初审")
    office.do("leader", "leader", decision="refuse", opinion="上位法依据不足")
    matter = office.matter(instance_id)
    assert matter.values["outcome"] == "refused"
    assert matter.values["filing_number"] is None
    with office.reading() as tx:
        decided = [each for each in registry.life(tx, matter.id) if each.kind == "decided"]
        actor = office.actor(tx, "clerk")
        assert registry.search(tx, actor, registry.Filters()).total == 0
        assert registry.search(tx, actor, registry.Filters(states=("refused",))).total == 1
    assert decided[0].note == "上位法依据不足"


def test_an_approval_may_have_conditions(office: Any) -> None:
    instance_id = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="conditional", conditions="经费到位后实施")
    office.do("chief", "chief", decision="conditional", conditions="经费到位后实施")
    office.do("leader", "leader", decision="conditional", conditions="经费到位后方可实施")
    office.do("seal", "seal", decision="agree", sealed_on="2026-03-16", copies="3")
    office.hand_over()
    matter = office.matter(instance_id)
    assert matter.values["conditions"] == "经费到位后方可实施"
    assert matter.values["outcome"] == "conditional"
    assert office.view(instance_id).outcome == "附条件准入"


def test_the_chief_returns_to_the_clerk_who_consolidates(office: Any) -> None:
    office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    office.do("chief", "chief", decision="return", opinion="请补充说明")
    assert office.todo("clerk") == ["consolidate"]
    office.do("clerk", "consolidate", decision="agree", opinion="已补充")
    office.do("chief", "chief", decision="agree")
    assert office.todo("leader") == ["leader"]


def test_supplements_are_asked_once_and_the_clock_stands_meanwhile(
    office: Any, application: dict[str, Any]
) -> None:
    instance_id = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="supplement", supplement_items="补依据文件", opinion="请补正")
    assert office.todo("court") == ["supplement"]
    assert office.todo("clerk") == []
    office.later(days=3)
    office.do("court", "supplement", **{**application, "legal_basis": "《民事诉讼法》全文"})
    assert office.matter(instance_id).values["legal_basis"] == "《民事诉讼法》全文"
    task = next(each for each in office.view(instance_id).tasks if each.element == "clerk")
    assert task.due.at.date() == date(2026, 4, 2), "three working days later than without the supplement"
    office.do("clerk", "clerk", decision="supplement", supplement_items="再补")
    assert office.todo("court") == [], "asked for a second time, it goes to the bureau itself"
    assert office.todo("clerk") == ["consolidate"]


def test_both_reviewers_ask_for_one_supplement_and_look_again(
    office: Any, application: dict[str, Any]
) -> None:
    office.apply(executor=["grid"])
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    office.do("grid", "grid", decision="supplement", supplement_items="请写明网格员职责")
    assert office.todo("court") == ["supplement"]
    office.do("court", "supplement", **{**application, "executor": ["grid"]})
    assert office.todo("clerk") == ["clerk"]
    assert office.todo("grid") == ["grid"]


def test_the_unit_withdraws_before_the_decision(office: Any) -> None:
    instance_id = office.apply()
    office.receive()
    assert office.messages("court", instance_id) == ["withdraw"]
    assert office.messages("clerk", instance_id) == []
    office.send("court", instance_id, "withdraw", "经费未落实")
    view = office.view(instance_id)
    assert (view.status, view.outcome) == ("completed", "已撤回")
    assert office.todo("clerk") == []
    matter = office.matter(instance_id)
    assert matter.state == "withdrawn"
    with office.reading() as tx:
        assert registry.life(tx, matter.id)[-1].note == "经费未落实"


def test_the_unit_withdraws_while_its_own_chain_runs(office: Any, application: dict[str, Any]) -> None:
    instance_id = office.start("court", "apply", application)
    office.send("court", instance_id, "withdraw", "填错了")
    assert office.view(instance_id).outcome == "已撤回"
    assert office.todo("court_head") == []


def test_after_the_decision_nothing_can_be_withdrawn(office: Any) -> None:
    instance_id = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    office.decide()
    assert office.messages("court", instance_id) == []
    with pytest.raises(NobodyWaits):
        office.send("court", instance_id, "withdraw", "太晚了")


def test_the_bureaus_own_application_goes_to_a_higher_authority(
    office: Any, application: dict[str, Any]
) -> None:
    posted = {**application, "applicant_unit": "区民政局"}
    instance_id = office.start("bureau_unit", "apply", posted)
    office.do("bureau_head", "unit_head", decision="agree")
    office.do("bureau_leader", "unit_leader", decision="agree")
    office.do("bureau_seal", "unit_seal", decision="agree", sealed_on="2026-03-16")
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    office.decide()
    assert office.todo("seal") == []
    assert office.todo("clerk") == ["higher"]
    with office.runtime.transaction(at=office.at) as tx:
        scan = files.store(tx, files.receive(tx.runtime, "批准.pdf", _pdf()), office.actor(tx, "clerk"))
    office.do(
        "clerk",
        "higher",
        decision="agree",
        approving_body="区委区政府",
        approval_number="东丽政发〔2026〕3号",
        approved_on="2026-03-16",
        approval_scan=[str(scan.id)],
    )
    assert office.todo("seal") == ["seal"]
    assert office.matter(instance_id).values["higher_approval"] == "区委区政府 东丽政发〔2026〕3号 2026-03-16"


def _pdf() -> bytes:
    """A scan: one empty page."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()
