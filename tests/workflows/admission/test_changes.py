"""An admitted matter is changed: old beside new on form and paper, reviewed, and in effect from its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from forms.binding import Bound, bind
from templates_xlsx.fill import fill_application, read_opinions
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records
from workflows.admission import as_of, changes, matters, official
from workflows.settings import SHANGHAI
from workflows.usecases import definitions, imports, inbox, instances, numbers, tasks

NAME, NUMBER = "司法文书送达协助", "准〔2026〕0001号"
POSTED: Mapping[str, Any] = {
    "applicant_unit": "区人民法院",
    "filing_number": NUMBER,
    "matter_name": NAME,
    "new_content": "协助司法文书送达，每月汇总一次",
    "new_scope": ["新立街道", "金桥街道"],
    "new_funds_amount": "48000",
    "change_reason": "工作量调整",
    "effective_on": "2026-03-16",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
}


@pytest.fixture
def filed(office: Any) -> Any:
    """The court has a matter in force in two subdistricts."""
    office.file(matter_name=NAME, period_start="2026-03-16")
    office.hand_over()
    return office


def fill(office: Any, who: str = "court", mode: str = "page", **changed: Any) -> Bound:
    with office.reading() as tx:
        form = definitions.start_form(tx, "change")
        setting = instances.start_setting(tx, "change", office.actor(tx, who), mode)
        return bind(form, {**POSTED, **changed}, setting)


def told(bound: Bound) -> list[tuple[str | None, str]]:
    return [(each.field, each.tell()) for each in bound.faults if each.severity == "error"]


def ask(office: Any, **changed: Any) -> int:
    instance_id: int = office.start("court", "change", {**POSTED, **changed})
    office.do("court_leader", "unit_leader", decision="agree", opinion="同意变更")
    office.do("clerk", "receive", decision="accept", received_on=office.at.date().isoformat())
    return instance_id


def review(office: Any) -> None:
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.do("chief", "chief", decision="agree", opinion="同意")
    office.do("leader", "leader", decision="agree", opinion="同意变更")
    office.do("seal", "seal", decision="agree", sealed_on=office.at.date().isoformat(), copies="3")


def row(office: Any) -> Mapping[str, Any]:
    with office.reading() as tx:
        (found,) = as_of.in_force(tx, office.at.date())
        return matters.get(tx, found.matter_id)


def change(office: Any, instance_id: int) -> changes.MatterChange:
    with office.reading() as tx:
        found = changes.of_instance(tx, instance_id)
        assert found is not None
        return found


def test_the_number_brings_name_and_old_data_along(filed: Any) -> None:
    bound = fill(filed, matter_name="")
    assert bound.submission is not None, told(bound)
    values = bound.submission.values
    assert values["matter_name"] == NAME
    assert values["old_content"] == "协助司法文书送达"
    assert values["old_scope"] == "新立街道、军粮城街道"
    assert values["old_period"] == "2026年3月16日至2027年12月31日"
    assert values["old_funds"] == "36,000.50 元，部门预算"


def test_agreed_at_every_step_it_is_a_new_version_and_the_old_one_stays(filed: Any) -> None:
    filed.later(days=1)
    instance_id = ask(filed, effective_on="2026-03-17")
    assert row(filed)["content"] == "协助司法文书送达"
    review(filed)
    found = change(filed, instance_id)
    assert (found.state, found.number) == ("in_effect", "准〔2026〕变0001号")
    stands = row(filed)
    assert stands["content"] == POSTED["new_content"]
    assert stands["funds_amount"] == 48000
    assert stands["scope_text"] == "新立街道、金桥街道"
    assert stands["period_end"] == date(2027, 12, 31)
    with filed.reading() as tx:
        (before,) = as_of.in_force(tx, date(2026, 3, 16))
        jinqiao = as_of.place(tx, tx.units.find("金桥街道").id).reach
        assert before.content == "协助司法文书送达"
        assert not as_of.in_force(tx, date(2026, 3, 16), jinqiao)
        assert as_of.in_force(tx, date(2026, 3, 17), jinqiao)
        notices = [inbox.notices(tx, filed.actor(tx, who)) for who in ("junliang", "jinqiao", "xinli")]
    assert all("已变更" in each[0].text for each in notices)


def test_it_waits_for_its_day(filed: Any) -> None:
    instance_id = ask(filed, effective_on="2026-04-01")
    review(filed)
    assert change(filed, instance_id).state == "filed"
    filed.fire()
    assert row(filed)["content"] == "协助司法文书送达"
    filed.at = datetime(2026, 4, 1, 0, 1, tzinfo=SHANGHAI)
    filed.fire()
    assert change(filed, instance_id).state == "in_effect"
    assert row(filed)["content"] == POSTED["new_content"]


def test_a_matter_that_left_before_the_day_stays_as_it_was(filed: Any) -> None:
    instance_id = ask(filed, effective_on="2026-04-01")
    review(filed)
    with filed.runtime.transaction(at=filed.at) as tx:
        matters.change(
            tx, change(filed, instance_id).matter_id, "ended", stage="ended", ended_on=filed.at.date()
        )
    filed.at = datetime(2026, 4, 1, 9, 0, tzinfo=SHANGHAI)
    filed.fire()
    found = change(filed, instance_id)
    assert found.state == "lapsed"
    with filed.reading() as tx:
        assert matters.get(tx, found.matter_id)["content"] == "协助司法文书送达"
    assert filed.view(instance_id).status == "completed"


def test_an_open_end_and_only_what_is_given_changes(filed: Any) -> None:
    ask(filed, new_content="", new_scope="", new_funds_amount="", open_ended="yes")
    review(filed)
    stands = row(filed)
    assert (stands["period_end"], stands["content"]) == (None, "协助司法文书送达")


@pytest.mark.parametrize("mode", ["page", "api", "table"])
def test_what_changes_nothing_is_said(filed: Any, mode: str) -> None:
    same = {
        "new_content": "协助司法文书送达",
        "new_scope": ["军粮城街道", "新立街道"],
        "new_funds_amount": "",
    }
    ((field, sentence),) = told(fill(filed, mode=mode, **same))
    assert field == "new_content"
    assert "至少填写一项" in sentence


def test_an_end_before_the_start_that_stands_is_said(filed: Any) -> None:
    ((field, sentence),) = told(fill(filed, new_period_end="2026-03-01"))
    assert (field, "早于起始日期" in sentence) == ("new_period_end", True)


def test_one_change_at_a_time_and_none_of_a_matter_that_leaves_or_is_over(filed: Any) -> None:
    instance_id = ask(filed)
    ((field, sentence),) = told(fill(filed))
    assert (field, "已有一件变更在办" in sentence) == ("filing_number", True)
    filed.send("court", instance_id, "withdraw", "不再需要")
    assert change(filed, instance_id).state == "withdrawn"
    assert told(fill(filed)) == []
    with filed.runtime.transaction(at=filed.at) as tx:
        matters.change(tx, change(filed, instance_id).matter_id, "corrected", period_end=date(2026, 3, 15))
    assert "期限已于" in told(fill(filed))[0][1]
    with filed.runtime.transaction(at=filed.at) as tx:
        matters.change(
            tx, change(filed, instance_id).matter_id, "exit_asked", stage="leaving", period_end=None
        )
    assert "正在办理退出，不能申请变更" in told(fill(filed))[0][1]


def test_refused_or_cancelled_it_changes_nothing(filed: Any) -> None:
    first = ask(filed)
    filed.do("clerk", "clerk", decision="agree", opinion="依据充分")
    filed.do("chief", "chief", decision="refuse", opinion="超出原事项")
    filed.do("leader", "leader", decision="refuse", opinion="不予变更")
    assert change(filed, first).state == "refused"
    second = ask(filed)
    with filed.runtime.transaction(at=filed.at) as tx:
        instances.cancel(tx, second, filed.actor(tx, "clerk"), "重复")
    assert change(filed, second).state == "void"
    assert row(filed)["content"] == "协助司法文书送达"
    with filed.reading() as tx:
        assert numbers.listing(tx, "change") == []


def test_sent_back_it_is_corrected_for_the_same_matter(filed: Any) -> None:
    instance_id = ask(filed)
    filed.do("clerk", "clerk", decision="return", opinion="请补充依据")
    filed.do("court", "revise", **{**POSTED, "new_content": "改后的内容"})
    filed.do("court_leader", "unit_leader", decision="agree")
    review(filed)
    assert row(filed)["content"] == "改后的内容"
    new = {each.key: each.new for each in change(filed, instance_id).lines}
    assert new["content"] == "改后的内容"
    assert new["period"] is None


def test_the_paper_shows_old_beside_new_and_comes_in_again(filed: Any) -> None:
    instance_id = ask(filed)
    review(filed)
    with filed.reading() as tx:
        content = official.workbook(tx, instance_id, filed.actor(tx, "clerk"))
        book = open_workbook(content, "变更申请表.xlsx")
        (record,) = read_records(book, definitions.form(tx, "change_application")).records
        said = read_opinions(book, definitions.form(tx, "change_application"))
    assert record.posted["old_content"] == "协助司法文书送达"
    assert record.posted["new_content"] == POSTED["new_content"]
    assert [each.box for each in said] == [
        "unit_opinion",
        "bureau_opinion",
        "bureau_opinion",
        "bureau_opinion",
    ]


def test_an_uploaded_table_asks_for_a_change(filed: Any) -> None:
    bound = fill(filed, mode="api")
    assert bound.submission is not None
    with filed.runtime.transaction(at=filed.at) as tx:
        form = definitions.form(tx, "change_application")
        content = fill_application(form, bound.submission.values, units=tx.units)
        court = filed.actor(tx, "court")
        found = imports.preview(tx, content, "变更申请表.xlsx", "change_application", court)
        assert not [each.zh for each in found.records[0].faults if each.severity == "error"]
        batch = imports.accept(tx, found, court)
        assert imports.run_chunk(tx, batch) == 0
        (record,) = imports.records(tx, batch, court)
        assert record.state == "done", record.error
    assert change(filed, int(record.result or 0)).state == "pending"


# ------------------------------------------------------------------ reviewed as an application is
def test_it_is_received_by_itself_after_a_working_day_and_may_be_taken_back_before(filed: Any) -> None:
    first: int = filed.start("court", "change", POSTED)
    filed.do("court_leader", "unit_leader", decision="agree")
    assert filed.todo("clerk") == ["receive"]
    filed.send("court", first, "withdraw", "不再需要")
    assert change(filed, first).state == "withdrawn"
    filed.start("court", "change", POSTED)
    filed.do("court_leader", "unit_leader", decision="agree")
    filed.at = datetime(2026, 3, 17, 18, 1, tzinfo=SHANGHAI)
    filed.fire()
    assert filed.todo("clerk") == ["clerk"]


def test_what_grid_workers_do_is_changed_with_their_centre_and_not_while_it_refuses(office: Any) -> None:
    office.at = datetime(2026, 3, 16, 9, tzinfo=SHANGHAI)
    with office.runtime.transaction(at=office.at) as tx:
        values = {
            "name": NAME,
            "applicant_unit_id": tx.units.find("区人民法院").id,
            "applicant_unit_name": "区人民法院",
            "filing_number": NUMBER,
            "filed_on": office.at.date(),
            "period_start": office.at.date(),
            "by_grid": True,
            "duration_class": "long_term",
            "content": "入户核查",
        }
        matters.create(tx, origin="backlog", stage="filed", values=values, cause="filed")
    instance_id = ask(office, new_scope="", new_funds_amount="")
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.do("grid", "grid", decision="refuse", opinion="力量不足")
    office.do("clerk", "consolidate", decision="again", opinion="已减少频次，请复核")
    office.do("grid", "grid", decision="agree", opinion="可以承接")
    office.do("chief", "chief", decision="agree", opinion="同意")
    office.do("leader", "leader", decision="agree", opinion="同意变更")
    office.do("seal", "seal", decision="agree", sealed_on="2026-03-16", copies="3")
    assert change(office, instance_id).state == "in_effect"
    with office.reading() as tx:
        book = open_workbook(official.workbook(tx, instance_id, office.actor(tx, "clerk")), "变更申请表.xlsx")
        said = read_opinions(book, definitions.form(tx, "change_application"))
    assert "可以承接" in next(each.text for each in reversed(said) if each.box == "grid_opinion")
    second = ask(office, new_content="", new_scope="", new_funds_amount="60000")
    review(office)
    assert change(office, second).state == "in_effect"  # money alone is no matter of the grid centre


def test_the_bureaus_own_change_needs_a_document_from_above(office: Any) -> None:
    office.at = datetime(2026, 3, 16, 9, tzinfo=SHANGHAI)
    with office.runtime.transaction(at=office.at) as tx:
        values = {
            "name": NAME,
            "applicant_unit_id": tx.units.find("区民政局").id,
            "applicant_unit_name": "区民政局",
            "filing_number": NUMBER,
            "filed_on": office.at.date(),
            "period_start": office.at.date(),
            "by_community": True,
            "duration_class": "long_term",
        }
        matters.create(tx, origin="backlog", stage="filed", values=values, cause="filed")
    posted = {**POSTED, "applicant_unit": "区民政局", "new_scope": ["新立街道"]}
    instance_id: int = office.start("bureau_unit", "change", posted)
    office.do("bureau_leader", "unit_leader", decision="agree")
    office.do("clerk", "receive", decision="accept", received_on="2026-03-16")
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.do("chief", "chief", decision="agree", opinion="同意")
    office.do("leader", "leader", decision="agree", opinion="同意变更")
    assert office.todo("seal") == []
    with office.reading() as tx:
        (item,) = inbox.todo(tx, office.actor(tx, "clerk")).items
        form = tasks.open_task(tx, item.task_id, office.actor(tx, "clerk")).form
    assert (item.element, form.title) == ("higher", "登记上级批准变更的文件")
    scan = {"approval_number": "丽政函〔2026〕8号", "approved_on": "2026-03-16"}
    with office.runtime.transaction(at=office.at) as tx:
        actor = office.actor(tx, "clerk")
        view = tasks.open_task(tx, item.task_id, actor)
        setting = replace(tasks.setting(tx, view), mode="api")
        bound = bind(view.form, {"decision": "agree", "approving_body": "区委区政府", **scan}, setting)
        assert bound.submission is not None, told(bound)
        tasks.complete(tx, view.id, bound.submission, actor, version=view.version)
    office.do("seal", "seal", decision="agree", sealed_on="2026-03-16", copies="3")
    assert change(office, instance_id).state == "in_effect"


# ------------------------------------------------------------------ the whole district
@pytest.mark.parametrize("whole", [{"whole_district": "yes"}, {"new_scope": ["全区"]}])
def test_a_matter_may_be_widened_to_the_whole_district_and_everybody_hears(
    filed: Any, whole: dict[str, Any]
) -> None:
    instance_id = ask(filed, new_content="", new_funds_amount="", **{"new_scope": "", **whole})
    new = {each.key: each.new for each in change(filed, instance_id).lines}
    assert (new["scope"], new["content"]) == ("全区", None)
    review(filed)
    stands = row(filed)
    with filed.runtime.transaction(at=filed.at) as tx:
        assert (matters.scope_of(tx, stands["id"]), stands["scope_text"]) == ([], "")
        assert inbox.notices(tx, filed.actor(tx, "jinqiao"))
    assert told(fill(filed, new_content="", new_funds_amount="", **{"new_scope": "", **whole}))
    ask(filed, new_content="", new_funds_amount="", new_scope=["新立街道"])
    review(filed)
    with filed.reading() as tx:
        heard = inbox.notices(tx, filed.actor(tx, "junliang"))[0].text
    assert heard.endswith("进入范围：新立街道")
