"""机构调整 in the middle: a refresh, a change, an exit, money and reports go on under the unit that is there now."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from forms.binding import present
from tests.workflows.admission.conftest import FIRST, SECOND
from workflows.admission import catalogue, changes, exit_answers, following, matters, registry, supervising
from workflows.admission.finding import Filters
from workflows.admission.tables import supervision
from workflows.usecases import inbox, reorganising, tasks
from workflows.usecases.actor import Actor
from workflows.usecases.reorganising import Target, Wanted

ADMIN = Actor(None, "admin", "管理员", None, "", permissions=frozenset({"units.manage"}))
MEN, NEW = "新立津门里社区居民委员会", "新立华新社区居民委员会"


def perform(office: Any, act: str, names: list[str], into: list[str], **more: Any) -> None:
    """Carry out an act; of a transfer or a merger, what stands already takes over."""
    with office.runtime.transaction(at=office.at) as tx:
        there = {name: tx.units.find(name) for name in into}
        targets = tuple(Target(unit_id=ref.id) if ref else Target(name) for name, ref in there.items())
        of = tuple(tx.units.find(name).id for name in names)
        reorganising.perform(tx, Wanted(act, of, targets, office.at.date(), **more), ADMIN)


def key(office: Any, instance_id: int) -> str:
    return f"matter:{office.matter(instance_id).id}"


def of_school(office: Any) -> None:
    """A matter of the school, that its refresh has a table too."""
    with office.runtime.transaction(at=office.at) as tx:
        unit = tx.units.find("区教育局")
        values = {"name": "学籍核对协助", "applicant_unit_id": unit.id, "applicant_unit_name": unit.name}
        values |= {"filing_number": "准〔2025〕0007号", "by_community": True, "filed_on": office.at.date()}
        matters.create(tx, origin="backlog", stage="filed", values=values, scope=[], cause="backlog")


def listed(office: Any, who: str) -> list[list[str]]:
    """The matters of each table that a unit has to answer in a refresh."""
    found = []
    with office.reading() as tx:
        for item in office._items(tx, who):
            if item.element == "answer":
                view = tasks.open_task(tx, item.task_id, office.actor(tx, who))
                rows = present(view.form, tasks.setting(tx, view)).values["rows"]
                found.append([row["matter_name"] for row in rows])
    return found


def entries(office: Any) -> dict[str, catalogue.Entry]:
    with office.reading() as tx:
        return {each.matter_name: each for each in catalogue.entries(tx, catalogue.current(tx).id)}


def answer(office: Any, who: str, ends: str = "") -> None:
    """Answer the first open table: all goes on but one."""
    (names, *_others) = listed(office, who)
    posted = {f"rows-{n}-answer": "end" if name == ends else "continue" for n, name in enumerate(names)}
    posted |= {f"rows-{n}-note": "任务完成" for n, name in enumerate(names) if name == ends}
    office.do(who, "answer", **posted)


START = {"year": "2027", "answer_by": "2026-03-30"}


# ------------------------------------------------------------------ the yearly refresh
def test_a_unit_renamed_while_it_is_asked_answers_under_its_new_name(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    perform(filed, "rename", ["区人民法院"], ["区法院"])
    assert listed(filed, "court") == [[FIRST, SECOND]]
    answer(filed, "court", FIRST)
    filed.publish_edition()
    assert {name: (each.applicant_unit, each.no_feedback) for name, each in entries(filed).items()} == {
        SECOND: ("区法院", False)
    }
    assert filed.matter(filed.first).state == "ended"


def test_units_merged_while_they_are_asked_leave_their_tables_to_the_one_in_their_place(filed: Any) -> None:
    of_school(filed)
    filed.start("clerk", "annual_refresh", START)
    perform(filed, "merge", ["区人民法院", "区教育局"], ["区综合事务局"])
    assert sorted(listed(filed, "court")) == sorted([[FIRST, SECOND], ["学籍核对协助"]])
    for _each in range(2):
        answer(filed, "school")
    filed.publish_edition()
    assert {(each.applicant_unit, each.no_feedback) for each in entries(filed).values()} == {
        ("区综合事务局", False)
    }


def test_a_matter_transferred_while_units_are_asked_stands_in_the_table_of_the_unit_that_has_it_now(
    filed: Any,
) -> None:
    of_school(filed)
    filed.start("clerk", "annual_refresh", START)
    perform(filed, "transfer", ["区人民法院"], ["区教育局"], belongings={key(filed, filed.second): 0})
    assert listed(filed, "court") == [[FIRST]]
    assert sorted(listed(filed, "school")[0]) == sorted([SECOND, "学籍核对协助"])
    answer(filed, "school", SECOND)
    answer(filed, "court")
    filed.publish_edition()
    assert set(entries(filed)) == {FIRST, "学籍核对协助"}
    assert not any(each.no_feedback for each in entries(filed).values())


def test_a_part_of_a_split_unit_that_was_not_asked_finds_its_matter_answered_by_the_other(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    given = {key(filed, filed.second): 1}
    perform(filed, "split", ["区人民法院"], ["区法院", "区调解中心"], belongings=given)
    assert listed(filed, "court") == [[FIRST, SECOND]]
    answer(filed, "court")
    filed.publish_edition()
    assert {name: each.applicant_unit for name, each in entries(filed).items()} == {
        FIRST: "区法院",
        SECOND: "区调解中心",
    }


# ------------------------------------------------------------------ a change of a matter
def test_a_change_goes_along_with_its_matter(filed: Any) -> None:
    posted = {
        "applicant_unit": "区人民法院",
        "filing_number": filed.matter(filed.second).number,
        "matter_name": SECOND,
        "new_content": "每季度推荐一次",
        "change_reason": "工作量调整",
        "effective_on": "2026-03-16",
        "contact_name": "吴桂玉",
        "contact_phone": "022-84908838",
    }
    asked = filed.start("court", "change", posted)
    perform(filed, "transfer", ["区人民法院"], ["区教育局"], belongings={key(filed, filed.second): 0})
    assert (filed.todo("court_leader"), filed.todo("school_leader")) == ([], ["unit_leader"])
    filed.do("school_leader", "unit_leader", decision="agree", opinion="同意变更")
    with filed.reading() as tx:
        assert changes.of_instance(tx, asked).state == "pending"
    assert filed.matter(filed.second).applicant_unit == "区教育局"


# ------------------------------------------------------------------ an exit and its communities
def end_first(office: Any) -> int:
    posted = {
        "applicant_unit": "区人民法院",
        "filing_number": office.matter(office.first).number,
        "matter_name": FIRST,
        "exit_kind": "done",
        "exit_reason": "工作已完成",
        "exit_on": "2026-03-16",
        "contact_name": "吴桂玉",
        "contact_phone": "022-84908838",
    }
    exit_id = office.start("court", "terminate", posted)
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("clerk", "clerk", decision="agree")
    office.do("chief", "chief", decision="agree")
    return int(exit_id)


def answers(office: Any, exit_id: int) -> list[tuple[str, str, str]]:
    with office.reading() as tx:
        rows = tx.db.execute(exit_answers.query_of(exit_id))
        found = [(row.community_name, row.answer, row.note) for row in rows if row.street_name == "新立街道"]
        return sorted(found, key=lambda each: each[1], reverse=True)


def test_a_community_renamed_while_its_subdistrict_is_asked_is_answered_for_by_its_new_name(
    filed: Any,
) -> None:
    exit_id = end_first(filed)
    perform(filed, "rename", [NEW], ["新立和美社区居民委员会"])
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪")
    assert set(answers(filed, exit_id)) == {("新立和美社区居民委员会", "stopped", ""), (MEN, "stopped", "")}


def test_of_communities_merged_meanwhile_the_merged_one_answers_once_and_by_itself_where_it_signs_in(
    filed: Any,
) -> None:
    exit_id = end_first(filed)
    perform(filed, "merge", [MEN, NEW], ["新立和美社区居民委员会"])
    filed.do("jinmen", "confirm", decision="stopped", stopped_on="2026-03-16", answered_by="任静怡")
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪")
    (merged, other) = answers(filed, exit_id)
    assert merged == ("新立和美社区居民委员会", "stopped", "")
    assert other[1:] == ("gone", "该社区已并入新立和美社区居民委员会，无需单独答复")


# ------------------------------------------------------------------ who follows
def test_who_followed_a_unit_hears_of_it_under_its_new_name(filed: Any) -> None:
    with filed.runtime.transaction(at=filed.at) as tx:
        following.follow(tx, "unit", tx.units.find("区人民法院").id, filed.actor(tx, "grid"))
    perform(filed, "rename", ["区人民法院"], ["区法院"])
    with filed.runtime.transaction(at=filed.at) as tx:
        matters.change(tx, filed.matter(filed.second).id, "extended", period_end=date(2028, 12, 31))
    with filed.reading() as tx:
        actor = filed.actor(tx, "grid")
        assert [each.name for each in following.listing(tx, actor)] == ["区法院"]
        told = [each.text for each in inbox.notices(tx, actor) if each.kind == "followed"]
    assert told == [f"您关注的“{SECOND}”({filed.matter(filed.second).number})已延期"]


def test_what_ended_under_the_old_name_is_found_by_the_unit_in_its_place(filed: Any) -> None:
    end_first(filed)
    perform(filed, "merge", ["区人民法院", "区教育局"], ["区综合事务局"])
    with filed.reading() as tx:
        unit = tx.units.find("区综合事务局").id
        page = registry.search(tx, filed.actor(tx, "clerk"), Filters(unit_id=unit))
    assert {(each.name, each.applicant_unit) for each in page.items} == {
        (FIRST, "区人民法院"),
        (SECOND, "区综合事务局"),
    }


# ------------------------------------------------------------------ reports
def test_a_new_name_does_not_wipe_out_what_a_unit_was_found_at_fault_for(office: Any) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        unit = tx.units.find("区教育局")
        row = {"instance_id": 1, "source": "community", "matter_name": "学生家庭信息填报", "unit_id": unit.id}
        row |= {
            "unit_name": unit.name,
            "problems": [],
            "finding": "not_admitted",
            "verdict": "",
            "number": "督1",
        }
        row |= {"state": "corrected", "reported_on": office.at.date(), "updated_at": office.at}
        tx.db.execute(sa.insert(supervision), [row])
    perform(office, "rename", ["区教育局"], ["区教委"])
    with office.reading() as tx:
        assert supervising._repeated(tx, tx.units.find("区教委").id) == 1
