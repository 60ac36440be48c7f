"""监督反馈: what the registry answers, and a report from its start to what the reporter hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from forms.masking import MASK
from workflows.admission import matters, supervising, verdicts
from workflows.admission.tables import supervision
from workflows.settings import SHANGHAI
from workflows.store.tables import account, account_role
from workflows.usecases import inbox, instances, reorganising, tasks
from workflows.usecases.actor import SYSTEM
from workflows.usecases.reorganising import Target, Wanted

REPORT = {
    "source": "community",
    "community": "新立华新社区居民委员会",
    "accused_unit": "区教育局",
    "matter_name": "学生家庭信息填报",
    "handed_on": "2026-03-12",
    "problems": ["not_admitted"],
    "details": "微信群里要求当天报送。",
    "reporter_name": "何见秋",
    "reporter_phone": "022-84901212",
}


@pytest.fixture
def office(office: Any) -> Any:
    """The small office, with a community's clerk and the discipline inspection."""
    with office.runtime.transaction(at=office.at) as tx:
        for username, unit, role in (
            ("huaxin", "新立华新社区居民委员会", "community_clerk"),
            ("jiwei", "区网格化管理中心", "discipline_clerk"),
        ):
            found = tx.units.find(unit)
            row = {"username": username, "name": username, "unit_id": found.id, "password_hash": "-"}
            row |= {"password_changed_at": tx.at, "must_change": False, "enabled": True, "created_at": tx.at}
            made = tx.db.execute(account.insert().returning(account.c.id), row).scalar_one()
            tx.db.execute(account_role.insert(), {"account_id": made, "role": role})
    return office


def report(office: Any, **changes: Any) -> int:
    return int(office.start("huaxin", "supervise", {**REPORT, **changes}))


def row_of(office: Any, instance_id: int) -> Any:
    with office.reading() as tx:
        return tx.db.execute(sa.select(supervision).where(supervision.c.instance_id == instance_id)).one()


def prove(office: Any, **order: Any) -> None:
    """Accepted, found true, ordered to be corrected by the school bureau."""
    office.do("clerk", "accept", decision="accept")
    office.do("clerk", "investigate", decision="confirmed", responsible_unit="区教育局", opinion="属实。")
    posted = {"correct_by": "2026-03-30", "opinion": "立即停止。", **order}
    office.do("chief", "order", decision="order", **posted)


def test_the_registry_says_whether_it_is_admitted_here_and_then(office: Any) -> None:
    office.file()  # 司法文书送达协助, of the court, in 新立街道 and 军粮城街道, from 2026-04-13 on
    with office.reading() as tx:
        court, school = tx.units.find("区人民法院").id, tx.units.find("区教育局").id
        here, elsewhere = tx.units.find("新立华新社区居民委员会").id, tx.units.find("金桥街道").id

        def finding(name: str, unit: int | None, place: int | None, day: date) -> verdicts.Verdict:
            return verdicts.look(tx, name, unit, place, day)

        in_time = date(2026, 5, 1)
        assert finding("司法文书送达协助", court, here, in_time).finding == "admitted"
        assert finding(" 司法文书 送达协助", None, None, in_time).finding == "admitted"
        assert finding("司法文书送达协助", court, elsewhere, in_time).finding == "out_of_scope"
        assert finding("司法文书送达协助", school, here, in_time).finding == "other_unit"
        early = finding("司法文书送达协助", court, here, date(2026, 4, 1))
        assert early.finding == "out_of_period"
        assert "2026年4月1日不在期限内" in early.sentence
        near = finding("司法文书送达", court, here, in_time)
        assert (near.finding, near.near) == ("not_admitted", ("司法文书送达协助",))
        assert "名称相近的有：司法文书送达协助" in near.sentence
        for each in (early, near):
            assert "华新" not in each.sentence


def test_a_report_is_judged_by_the_registry_of_the_day_it_was_handed_down(office: Any) -> None:
    matter_id = office.matter(office.file()).id  # filed on 2026-03-16, from 2026-04-13 on
    office.at = datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
    with office.runtime.transaction(at=office.at) as tx:
        jinqiao = tx.units.find("金桥街道").id
        matters.change(tx, matter_id, "changed", scope=[jinqiao], period_end=date(2029, 12, 31))
    office.at = datetime(2026, 9, 1, 9, tzinfo=SHANGHAI)
    with office.runtime.transaction(at=office.at) as tx:
        matters.change(tx, matter_id, "ended", stage="ended", ended_on=date(2026, 9, 1))
    with office.reading() as tx:
        here = tx.units.find("新立华新社区居民委员会").id

        def finding(day: date, place: int) -> verdicts.Verdict:
            return verdicts.look(tx, "司法文书送达协助", None, place, day)

        told = [finding(date(2026, month, 15), here).finding for month in (3, 4, 6, 7, 9)]
        assert told == ["not_admitted", "admitted", "admitted", "out_of_scope", "ended"]
        assert finding(date(2026, 6, 15), jinqiao).finding == "out_of_scope"
        assert finding(date(2026, 7, 15), jinqiao).finding == "admitted"
        assert "2026年4月13日至2027年12月31日" in finding(date(2026, 6, 15), here).sentence
        assert finding(date(2026, 3, 15), here).sentence.endswith("同名事项2026年3月16日才备案。")


def test_units_and_communities_that_were_renamed_since_are_the_same_to_the_registry(office: Any) -> None:
    office.file()
    office.at = datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
    with office.runtime.transaction(at=office.at) as tx:
        for old, new in (
            ("区人民法院", "区法院"),
            ("新立街道", "新立新街道"),
            ("新立华新社区居民委员会", "新华社区居民委员会"),
        ):
            wanted = Wanted("rename", (tx.units.find(old).id,), (Target(new),), office.at.date())
            reorganising.perform(tx, wanted, replace(SYSTEM, permissions=frozenset({"units.manage"})))
    with office.reading() as tx:
        court, here = tx.units.find("区法院").id, tx.units.find("新华社区居民委员会").id
        for day in (date(2026, 5, 1), date(2026, 8, 1)):
            found = verdicts.look(tx, "司法文书送达协助", court, here, day)
            assert found.finding == "admitted", day
        assert "区人民法院" in verdicts.look(tx, "司法文书送达协助", court, here, date(2026, 5, 1)).sentence


def test_no_name_is_offered_of_what_is_still_applied_for(office: Any) -> None:
    office.apply()
    with office.reading() as tx:
        applied = verdicts.look(tx, "司法文书送达", None, None, office.at.date())
        named = verdicts.look(tx, "司法文书送达协助", None, None, office.at.date())
    assert (applied.near, "司法文书送达协助" in applied.sentence) == ((), False)
    assert named.finding == "pending"
    assert "区人民法院" not in named.sentence


def test_a_table_of_reports_reads_the_registry_once_and_compares_a_few_names_only(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.file()
    compared: list[str] = []
    near = verdicts.get_close_matches
    monkeypatch.setattr(
        verdicts, "get_close_matches", lambda name, *rest: compared.append(name) or near(name, *rest)
    )
    read: list[int] = []
    by_name = verdicts._by_name
    monkeypatch.setattr(verdicts, "_by_name", lambda tx: read.append(1) or by_name(tx))
    names = [f"司法文书送达{number}" for number in range(50)]
    with office.reading() as tx:
        told = [
            supervising.known(tx, None, {"matter_name": name}, {}).values["registry_check"] for name in names
        ]
    assert all("没有名为" in each for each in told)
    assert "名称相近的有：司法文书送达协助" in told[0]
    assert (len(read), compared) == (1, names[:20])
    instance_id = report(office, matter_name="司法文书送达")
    assert "名称相近的有：司法文书送达协助" in row_of(office, instance_id).verdict


def test_a_report_is_corrected_circulated_and_the_reporter_hears_of_it(office: Any) -> None:
    instance_id = report(office)
    assert office.todo("xinli") == []
    office.do("clerk", "accept", decision="accept", ask_street="yes")
    office.do("xinli", "street", decision="true", opinion="属实。")
    assert office.todo("school") == []
    office.do("clerk", "investigate", decision="confirmed", responsible_unit="区教育局", opinion="属实。")
    office.do("chief", "order", decision="order", correct_by="2026-03-30", notice="yes", opinion="停止。")
    office.do("school", "correct", corrected_on="2026-03-20", corrected_by="校", opinion="已停止。")
    office.do("clerk", "recheck", decision="passed")
    office.do(
        "clerk", "notice", notice_units=["区教育局", "区人民法院"], notice_title="通报", opinion="引以为戒。"
    )
    row = row_of(office, instance_id)
    assert (row.state, row.number, row.notice_number) == (
        "corrected",
        "督〔2026〕0001号",
        "督通〔2026〕0001号",
    )
    with office.reading() as tx:
        heard = {
            who: [n.text for n in inbox.notices(tx, office.actor(tx, who))] for who in ("huaxin", "court")
        }
    assert heard["huaxin"] == [
        "您反映的“学生家庭信息填报”已办结：属实，整改到位，已通报(督通〔2026〕0001号)。"
    ]
    assert heard["court"] == ["通报(督通〔2026〕0001号)：引以为戒。"]
    assert office.view(instance_id, "huaxin").status == "completed"


def test_who_does_not_correct_it_in_time_is_looked_at_again_and_handed_over(office: Any) -> None:
    instance_id = report(office)
    prove(office, serious="yes")
    office.later(days=30)
    assert office.fire() >= 1
    assert row_of(office, instance_id).overdue
    assert office.todo("school") == []
    office.do("clerk", "recheck", decision="failed", opinion="拒不整改。")
    assert row_of(office, instance_id).state == "transferred"
    office.do("jiwei", "discipline", decision="receive", case_number="线索1")
    row = row_of(office, instance_id)
    assert (row.state, row.transferred_on) == ("uncorrected", office.at.date())
    assert "移交区纪检监察部门" in office.view(instance_id, "huaxin").outcome


def test_the_reporter_stays_unnamed_in_the_paper_the_task_and_the_variables(office: Any) -> None:
    instance_id = report(office)
    prove(office)
    for who, knows in (
        ("clerk", True),
        ("chief", True),
        ("huaxin", True),
        ("leader", False),
        ("school", False),
    ):
        view = office.view(instance_id, who)
        paper = view.submission("supervision_report").values
        assert (paper["reporter_name"] == "何见秋") is knows, who
        assert (paper["community"] == MASK) is not knows, who
        told = [line.actor_name for line in view.history] + [view.initiator_name, view.initiator_unit_name]
        assert "huaxin" not in told
        assert "huaxin" not in view.variables.values()
        assert not {"reporter_name", "community", "reporter_phone"} & set(view.variables)
    with office.reading() as tx:
        school = office.actor(tx, "school")
        (item,) = inbox.todo(tx, school).items
        task = tasks.open_task(tx, item.task_id, school)
        assert not {"reporter_name", "community", "reporter_phone"} & set(task.previous)
        assert task.previous["matter_name"] == "学生家庭信息填报"
        assert inbox.visible(tx, office.actor(tx, "leader"), inbox.Filters(text="huaxin")).items == ()


def test_a_report_about_an_admitted_matter_is_not_accepted_and_one_may_take_it_back(office: Any) -> None:
    first, second = report(office), report(office, matter_name="另一件")
    office.send("huaxin", second, "withdraw_report", "重复提交")
    assert row_of(office, second).state == "withdrawn"
    assert "发起人(身份保密)：撤回反馈" in [line.text for line in office.view(second, "leader").history]
    office.do("clerk", "accept", decision="decline", opinion="该事项已准入。")
    assert row_of(office, first).state == "declined"
    with office.reading() as tx:
        (heard,) = inbox.notices(tx, office.actor(tx, "huaxin"))
    assert heard.text == "您反映的“学生家庭信息填报”已办结：不予受理。该事项已准入。"


def test_a_unit_found_at_fault_twice_is_a_grave_case_by_the_offices_table(office: Any) -> None:
    for _ in range(2):
        report(office)
        prove(office)
    third = report(office)
    with office.reading() as tx:
        assert supervising.required(tx, third)["finding"] == "not_admitted"
    rules = office.view(third).variables["rules"]
    assert (rules["serious"], rules["notice"], rules["correct"]) == (True, True, 5)


def test_the_bureau_enters_a_citizens_complaint_and_signs_by_name(office: Any) -> None:
    posted = {**REPORT, "source": "hotline", "hotline_number": "TJ-1", "reporter_name": "居民甲"}
    instance_id = office.start("clerk", "supervise", posted)
    prove(office)
    view = office.view(instance_id, "school")
    assert view.initiator_name == "clerk"
    assert {said.signer for said in view.opinions} == {"clerk", "chief"}
    paper = view.submission("supervision_report").values
    assert (paper["reporter_name"], paper["hotline_number"]) == (MASK, MASK)


def test_a_cancelled_report_keeps_its_number_as_void(office: Any) -> None:
    instance_id = report(office)
    office.do("clerk", "accept", decision="accept")
    with office.runtime.transaction(at=office.at) as tx:
        instances.cancel(tx, instance_id, office.actor(tx, "clerk"), "误报")
    assert row_of(office, instance_id).state == "void"
