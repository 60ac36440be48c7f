"""Emergency, confidential, terminate and annual refresh."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from forms.binding import Submission, bind, present
from workflows.admission import catalogue, registry
from workflows.admission.refreshing import RefreshedBefore
from workflows.usecases import definitions, instances, lists, start_timers, tasks
from workflows.usecases.errors import NotAllowed

TERMINATION = {
    "applicant_unit": "区人民法院",
    "filing_number": "准〔2026〕0001号",
    "matter_name": "司法文书送达协助",
    "exit_kind": "done",
    "exit_reason": "工作已完成",
    "exit_on": "2026-03-16",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
}
EMERGENCY = {
    "confidential": "no",
    "matter_name": "暴雨应急排查",
    "reason": "强降雨",
    "content": "逐户排查积水",
    "period_start": "2026-03-16",
    "scope": ["新立街道"],
    "contact_name": "网格值班员",
    "contact_phone": "022-84900000",
}


# ------------------------------------------------------------------ emergency
def test_only_the_grid_centre_starts_an_emergency(office: Any) -> None:
    with pytest.raises(NotAllowed):
        office.start("court", "emergency", EMERGENCY)


def test_an_emergency_is_dispatched_at_once_and_filed_afterwards(office: Any) -> None:
    instance_id = office.start("grid", "emergency", EMERGENCY)
    assert office.todo("grid") == ["dispatch"]
    assert office.todo("clerk") == []
    office.do("grid", "dispatch", decision="dispatch", dispatched_on="2026-03-16")
    assert office.todo("clerk") == ["after"]
    assert office.matter(instance_id).state == "pending"
    office.do("clerk", "after", decision="agree", opinion="补办备案")
    matter = office.matter(instance_id)
    assert matter.state == "in_force"
    assert matter.executor == ("grid",)
    assert matter.number == "准〔2026〕0001号"
    assert office.view(instance_id).outcome == "已备案"


def test_an_emergency_that_is_not_filed_ends_refused(office: Any) -> None:
    instance_id = office.start("grid", "emergency", EMERGENCY)
    office.do("grid", "dispatch", decision="dispatch", dispatched_on="2026-03-16")
    office.do("clerk", "after", decision="refuse", opinion="不属突发事件")
    assert office.matter(instance_id).state == "refused"
    assert office.view(instance_id).outcome == "不予备案，停止派单"


# ------------------------------------------------------------------ confidential
def test_of_a_confidential_matter_only_number_unit_and_dates_are_kept(office: Any) -> None:
    posted = {"offline_number": "S-2026-3", "applicant_unit": "区人民法院", "received_on": "2026-03-13"}
    instance_id = office.start("clerk", "confidential", posted)
    office.do("clerk", "decided", offline_decided_on="2026-03-16")
    matter = office.matter(instance_id)
    known = {key for key, value in matter.values.items() if value not in (None, "", False)}
    assert known == {
        "id",
        "kind",
        "name",
        "origin",
        "stage",
        "instance_id",
        "applicant_unit_id",
        "applicant_unit_name",
        "application_number",
        "received_on",
        "decided_on",
        "created_at",
        "updated_at",
        "version",
    }
    assert matter.name == "涉密事项 S-2026-3"
    assert matter.values["decided_on"] == date(2026, 3, 16)
    with office.reading() as tx:
        offline = registry.Filters(states=("offline",))
        assert registry.search(tx, office.actor(tx, "clerk"), offline).total == 1
        assert registry.search(tx, office.actor(tx, "court"), offline).total == 0


# ------------------------------------------------------------------ terminate
def _in_force(office: Any) -> int:
    instance_id = office.file(period_start="2026-03-20")
    office.hand_over()
    office.later(days=7)
    return instance_id


def test_a_matter_leaves_and_subdistricts_answer_for_their_communities(office: Any) -> None:
    admission = _in_force(office)
    instance_id = office.start("court", "terminate", {**TERMINATION, "exit_on": "2026-03-23"})
    assert office.matter(admission).state == "leaving"
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("clerk", "clerk", decision="agree", opinion="材料齐全")
    office.do("chief", "chief", decision="agree", opinion="准予退出")
    matter = office.matter(admission)
    assert matter.state == "ended"
    assert matter.values["exit_number"] == "准〔2026〕退0001号"
    assert matter.values["exit_reason"] == "工作已完成"
    for who in ("xinli", "junliang"):
        office.do(who, "notify", decision="notified", notified_on="2026-03-23", signed_by="街道经办")
    assert office.view(instance_id).outcome == "已退出"
    told = [each for each in office.matter(admission).receipts if each.kind == "exit_notice"]
    assert len(told) == 2
    assert told[0].communities


def test_an_exit_dated_ahead_keeps_the_matter_in_force_until_then(office: Any) -> None:
    admission = _in_force(office)
    office.start("court", "terminate", {**TERMINATION, "exit_on": "2026-04-30"})
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("clerk", "clerk", decision="agree")
    office.do("chief", "chief", decision="agree")
    assert office.matter(admission).state == "in_force"
    office.later(days=60)
    assert office.matter(admission).state == "ended"


def test_the_bureau_may_refuse_or_return_an_exit(office: Any) -> None:
    admission = _in_force(office)
    instance_id = office.start("court", "terminate", TERMINATION)
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("clerk", "clerk", decision="return", opinion="请写明经费结算")
    office.do("court", "revise", **{**TERMINATION, "funds_settlement": "已结清"})
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("clerk", "clerk", decision="refuse", opinion="任务未完成")
    office.do("chief", "chief", decision="refuse", opinion="不予退出")
    assert office.view(instance_id).outcome == "不予退出"
    assert office.matter(admission).state == "in_force"


def test_the_unit_withdraws_its_exit(office: Any) -> None:
    admission = _in_force(office)
    instance_id = office.start("court", "terminate", TERMINATION)
    office.do("court_leader", "unit_leader", decision="agree")
    office.send("court", instance_id, "withdraw", "还要继续")
    assert office.view(instance_id).outcome == "已撤回"
    assert office.matter(admission).state == "in_force"


# ------------------------------------------------------------------ annual refresh
def _row(office: Any, who: str, **answer: str) -> dict[str, str]:
    """The first row of a unit's table, as its page posts it."""
    return {f"rows-0-{key}": value for key, value in answer.items()}


def test_a_refresh_publishes_an_edition_without_what_a_unit_ends(office: Any) -> None:
    office.file(matter_name="送达协助", period_start="2026-03-16")
    office.hand_over()
    office.file(matter_name="陪审员推荐", period_start="2026-03-16")
    office.hand_over()
    instance_id = office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-30"})
    assert office.todo("court") == ["answer"]
    office.do(
        "court",
        "answer",
        **{
            "rows-0-answer": "end",
            "rows-0-note": "任务完成",
            "rows-1-answer": "continue",
            "contact_name": "吴桂玉",
            "contact_phone": "022-84908838",
        },
    )
    office.publish_edition(opinions_heard="已征求意见")
    assert office.view(instance_id).outcome == "已发布"
    with office.reading() as tx:
        edition = catalogue.current(tx)
        assert (edition.year, edition.status, edition.entries) == (2027, "published", 1)
        assert [each.matter_name for each in catalogue.entries(tx, edition.id)] == ["陪审员推荐"]
        assert lists.write(io.BytesIO(), tx, "catalogue", office.actor(tx, "clerk")) == 1
        assert lists.write(io.BytesIO(), tx, "refresh", office.actor(tx, "clerk")) == 2
        gone = registry.search(tx, office.actor(tx, "clerk"), registry.Filters(states=("ended",)))
        assert [each.name for each in gone.items] == ["送达协助"]


def test_silence_means_continue_and_is_marked(office: Any) -> None:
    office.file(period_start="2026-03-16")
    office.hand_over()
    office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-20"})
    office.later(days=4)
    assert office.fire() == 0, "the last day still counts"
    office.later(days=1)
    assert office.fire() == 1
    assert office.todo("court") == []
    office.do("clerk", "merge", decision="agree")
    office.do("chief", "secrecy", decision="agree", secrecy_checked="checked")
    office.do("leader", "sign", decision="return", opinion="再核对")
    office.publish_edition()
    with office.reading() as tx:
        (entry,) = catalogue.entries(tx, catalogue.current(tx).id)
        assert entry.no_feedback
        assert "未反馈" in entry.remarks


def test_an_office_without_matters_publishes_an_empty_edition(office: Any) -> None:
    instance_id = office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-20"})
    office.publish_edition()
    assert office.view(instance_id).status == "completed"


def test_a_published_edition_is_never_written_again(office: Any) -> None:
    office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-20"})
    office.publish_edition()
    with office.runtime.transaction(at=office.at) as tx:
        edition = catalogue.current(tx)
        with pytest.raises(catalogue.EditionPublished):
            catalogue.publish(tx, edition.id, office.actor(tx, "clerk"))
        with pytest.raises(catalogue.EditionPublished):
            catalogue.write_entries(tx, edition.id, [])


def _applied_by_the_school(office: Any, application: dict[str, Any]) -> None:
    """The bureau enters an application of the school, up to its filing."""
    office.start(
        "clerk",
        "apply",
        {
            **application,
            "applicant_unit": "区教育局",
            "matter_name": "教育需求摸底",
            "period_start": "2026-03-16",
        },
        for_unit="区教育局",
    )
    office.receive()
    office.do("clerk", "clerk", decision="agree")
    office.decide()
    office.do("seal", "seal", decision="agree", sealed_on="2026-03-16", copies="3")


def test_each_unit_sees_its_own_matters_only_also_after_others_answered(
    office: Any, application: dict[str, Any]
) -> None:
    office.file(matter_name="送达协助", period_start="2026-03-16")
    office.hand_over()
    _applied_by_the_school(office, application)
    office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-30"})
    office.do("court", "answer", **{"rows-0-answer": "continue", "contact_name": "吴桂玉"})
    with office.reading() as tx:
        school = office.actor(tx, "school")
        (item,) = office._items(tx, "school")
        view = tasks.open_task(tx, item.task_id, school)
        shown = present(view.form, tasks.setting(tx, view))
        assert [row["matter_name"] for row in shown.values["rows"]] == ["教育需求摸底"]
        assert shown.values.get("contact_name") != "吴桂玉"


def test_the_yearly_refresh_begins_by_the_clock(office: Any) -> None:
    office.file(period_start="2026-03-16")
    office.hand_over()
    office.at = office.at.replace(month=12, day=1, hour=9, minute=1)
    with office.runtime.transaction(at=office.at) as tx:
        assert start_timers.start_due(tx) == 1
    assert office.todo("court") == ["answer"]
    with office.runtime.transaction(at=office.at) as tx:
        assert start_timers.start_due(tx) == 0


def test_the_bureau_closes_the_refresh_early_and_silence_is_marked(office: Any) -> None:
    office.file(period_start="2026-03-16")
    office.hand_over()
    instance_id = office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-30"})
    assert office.messages("court", instance_id) == []
    assert office.messages("clerk", instance_id) == ["close_early"]
    office.send("clerk", instance_id, "close_early", "各单位已电话确认")
    assert office.todo("court") == []
    assert office.todo("clerk") == ["merge"]
    office.publish_edition()
    with office.reading() as tx:
        (entry,) = catalogue.entries(tx, catalogue.current(tx).id)
        assert entry.no_feedback
        assert "未反馈" in entry.remarks


def test_what_was_answered_before_an_early_close_counts(office: Any, application: dict[str, Any]) -> None:
    office.file(period_start="2026-03-16")
    office.hand_over()
    _applied_by_the_school(office, application)
    instance_id = office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-03-30"})
    office.do("court", "answer", **{"rows-0-answer": "end", "rows-0-note": "任务完成"})
    office.send("chief", instance_id, "close_early", "提前汇总")
    office.publish_edition()
    with office.reading() as tx:
        (entry,) = catalogue.entries(tx, catalogue.current(tx).id)
        assert (entry.matter_name, entry.no_feedback) == ("教育需求摸底", True)


def test_the_catalogue_of_a_year_is_refreshed_once(office: Any) -> None:
    posted = {"year": "2027", "answer_by": "2026-03-30"}
    first = office.start("clerk", "annual_refresh", posted)
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        form = definitions.start_form(tx, "annual_refresh")
        bound = bind(form, posted, instances.start_setting(tx, "annual_refresh", clerk))
        ((field, sentence),) = [(each.field, each.tell()) for each in bound.faults]
        assert field == "year"
        assert sentence == "2027年指导目录已于2026-03-16发起年度更新(办理中)，每年只更新一次"
    again = Submission("refresh_start", {"year": 2027}, (), form)
    with pytest.raises(RefreshedBefore), office.runtime.transaction(at=office.at) as tx:
        instances.start(tx, "annual_refresh", again, office.actor(tx, "clerk"))
    with office.runtime.transaction(at=office.at) as tx:
        instances.cancel(tx, first, office.actor(tx, "clerk"), "重新组织")
    assert office.start("clerk", "annual_refresh", posted) > first


def test_the_clock_starts_no_refresh_of_a_year_that_has_one(office: Any) -> None:
    office.at = office.at.replace(month=11, day=2)
    office.start("clerk", "annual_refresh", {"year": "2027", "answer_by": "2026-11-30"})
    office.at = office.at.replace(month=12, day=1, hour=9, minute=1)
    for _round in range(2):
        with office.runtime.transaction(at=office.at) as tx:
            assert start_timers.start_due(tx) == 0
        office.later(hours=2)
