"""The yearly refresh: what each answer changes, opinions on the draft, the bureau's rulings, and what happens meanwhile."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from forms.binding import bind, present
from tests.workflows.admission.conftest import FIRST, SECOND
from workflows.admission import catalogue, matters
from workflows.admission.tables import refresh_answer
from workflows.store.tables import task
from workflows.usecases import correlation, inbox, offline_many, tasks
from workflows.usecases.errors import TaskNotOpen

START: Mapping[str, Any] = {"year": "2027", "answer_by": "2026-03-30"}


def ended(office: Any, number: str, name: str) -> None:
    """The court ends a matter by itself."""
    posted = {
        "applicant_unit": "区人民法院",
        "filing_number": number,
        "matter_name": name,
        "exit_kind": "done",
        "exit_reason": "工作已完成",
        "exit_on": "2026-03-16",
        "contact_name": "吴桂玉",
        "contact_phone": "022-84908838",
    }
    office.start("court", "terminate", posted)
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("clerk", "clerk", decision="agree")
    office.do("chief", "chief", decision="agree")


def desk(office: Any, who: str = "clerk", element: str = "merge") -> Any:
    """What the merging clerk's page shows."""
    with office.reading() as tx:
        (item,) = [each for each in office._items(tx, who) if each.element == element]
        view = tasks.open_task(tx, item.task_id, office.actor(tx, who))
        return present(view.form, tasks.setting(tx, view)).values


def published(office: Any) -> dict[str, Any]:
    with office.reading() as tx:
        return {each.matter_name: each for each in catalogue.entries(tx, catalogue.current(tx).id)}


def test_the_bureau_sees_what_each_answer_changes_and_the_registry_follows(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    changes = {"rows-0-answer": "change", "rows-0-new_end": "2028-12-31", "rows-0-new_funds": "50000"}
    filed.do("court", "answer", **changes, **{"rows-1-answer": "end", "rows-1-note": "任务完成"})
    shown = desk(filed)
    assert shown["summary"].startswith("1 个单位中 1 个已答复")
    assert "变更 1 项，终止 1 项" in shown["summary"]
    assert [(row["matter_name"], row["asked"], row["ruling"]) for row in shown["rulings"]] == [
        (FIRST, "变更", "adopt"),
        (SECOND, "终止", "adopt"),
    ]
    assert "截止日期：2027-12-31 → 2028-12-31" in shown["rulings"][0]["effect"]
    assert "工作经费：36,000.50 元 → 50,000 元" in shown["rulings"][0]["effect"]
    assert shown["rulings"][1]["effect"] == "发布后办理退出。任务完成"
    filed.publish_edition()
    entries = published(filed)
    assert set(entries) == {FIRST}
    assert entries[FIRST].change == "changed"
    assert "2028-12-31" in entries[FIRST].period_text
    found = filed.matter(filed.first)
    assert (found.period_end, found.funds_amount) == (date(2028, 12, 31), Decimal("50000.00"))


def test_an_answer_to_end_begins_a_termination_and_the_communities_are_told(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    filed.do(
        "court", "answer", **{"rows-0-answer": "end", "rows-0-note": "任务完成", "rows-1-answer": "continue"}
    )
    filed.publish_edition()
    gone = filed.matter(filed.first)
    assert gone.state == "ended"
    assert gone.values["exit_number"] == "准〔2026〕退0001号"
    assert (gone.values["exit_raised_by"], gone.values["exit_reason"]) == ("refresh", "任务完成")
    assert filed.todo("xinli") == ["notify"]
    for who in ("xinli", "junliang"):
        filed.do(who, "notify", decision="notified", notified_on="2026-03-17", signed_by=who)
    assert filed.view(gone.exit_instance_id).outcome == "已退出"


def test_publishing_gives_the_write_lock_back_after_every_exit_it_begins(
    filed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eighty exits begin with an edition: clerks wait for one of them, never for all."""
    begun: list[Any] = []
    deliver = correlation._message

    def counted(tx: Any, *thrown: Any) -> int:
        begun.append(tx)
        return deliver(tx, *thrown)

    monkeypatch.setattr(correlation, "_message", counted)
    filed.start("clerk", "annual_refresh", START)
    answers = {f"rows-{row}-answer": "end" for row in range(2)}
    filed.do("court", "answer", **answers, **{f"rows-{row}-note": "任务完成" for row in range(2)})
    filed.publish_edition()
    assert len(begun) == len({id(tx) for tx in begun}) == 2
    assert [filed.matter(each).state for each in (filed.first, filed.second)] == ["ended", "ended"]


def of_school(tx: Any) -> int:
    unit = tx.units.find("区教育局")
    values = {"name": "学区调查", "applicant_unit_id": unit.id, "applicant_unit_name": unit.name}
    values |= {"filing_number": "准〔2025〕0009号", "period_start": date(2025, 3, 1), "by_community": True}
    return matters.create(tx, origin="backlog", stage="filed", values=values, scope=[], cause="backlog")


def test_the_bureau_enters_the_paper_answers_of_many_units_by_one_workbook(filed: Any) -> None:
    with filed.runtime.transaction(at=filed.at) as tx:
        of_school(tx)
    filed.start("clerk", "annual_refresh", START)

    def setting(tx: Any, view: Any) -> Any:
        return tasks.setting(tx, view, mode="table")

    with filed.reading() as tx:
        clerk = filed.actor(tx, "clerk")
        items = inbox.recordable(tx, clerk, None, 1, 50).items
        ids = [
            each.task_id
            for each in offline_many.alike(tx, tasks.open_task(tx, items[0].task_id, clerk), clerk)
        ]
        _name, content = offline_many.tables(tx, ids, clerk, setting)
    assert len(ids) == 2
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        for cell in [cell for row in sheet.iter_rows() for cell in row]:
            beside = sheet.cell(cell.row, cell.column + 1)
            told = {"代录": "是", "答复人": "分管领导", "答复日期": "2026-03-16"}
            for word, value in told.items():
                if str(cell.value or "").rstrip(" *").startswith(word):
                    beside.value = value
    kept = io.BytesIO()
    book.save(kept)
    with filed.reading() as tx:
        parts = offline_many.read_back(
            tx, kept.getvalue(), "年度更新.xlsx", filed.actor(tx, "clerk"), setting
        )
    assert all(part.ready for part in parts), [
        [fault.zh for fault in part.returned.faults] if part.returned else part.refused for part in parts
    ]
    for part in parts:
        with filed.runtime.transaction(at=filed.at) as tx:
            tasks.save_draft(tx, part.task_id, part.returned.posted, filed.actor(tx, "clerk"))
            offline_many.send(tx, part.task_id, filed.actor(tx, "clerk"), setting)
    assert desk(filed)["summary"].startswith("2 个单位中 2 个已答复")


def test_the_bureau_overrules_an_answer_with_its_words(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    filed.do(
        "court", "answer", **{"rows-0-answer": "end", "rows-0-note": "人手不足", "rows-1-answer": "continue"}
    )
    filed.publish_edition(**{"rulings-0-ruling": "keep", "rulings-0-ruling_note": "居民仍有需要"})
    assert set(published(filed)) == {FIRST, SECOND}
    assert filed.matter(filed.first).state == "in_force"
    with filed.reading() as tx:
        kept = tx.db.execute(sa.select(refresh_answer.c.ruling_note).where(refresh_answer.c.answer == "end"))
        assert kept.scalar_one() == "居民仍有需要"


def test_opinions_on_the_draft_stand_before_the_bureau(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    filed.do("court", "answer", **{"rows-0-answer": "continue", "rows-1-answer": "continue"})
    filed.do("clerk", "merge", decision="consult", consult_units=["新立街道", "军粮城街道"])
    assert filed.todo("jinqiao") == []
    posted = {"comments-0-matter_name": FIRST, "comments-0-comment": "范围过大"}
    filed.do("xinli", "opine", decision="comment", opinion="总体可行", **posted)
    filed.later(days=8)
    assert filed.fire() == 1
    assert filed.todo("junliang") == []
    assert desk(filed)["opinions_heard"] == f"xinli：总体可行；{FIRST}：范围过大"


def test_without_a_choice_every_subdistrict_is_asked(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    filed.do("court", "answer", **{"rows-0-answer": "continue", "rows-1-answer": "continue"})
    filed.do("clerk", "merge", decision="consult")
    for who in ("xinli", "junliang", "jinqiao"):
        filed.do(who, "opine", decision="none")
    assert filed.todo("clerk") == ["merge"]


def test_what_is_found_at_the_secrecy_check_goes_back(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    filed.do("court", "answer", **{"rows-0-answer": "continue", "rows-1-answer": "continue"})
    filed.do("clerk", "merge", decision="agree")
    filed.do("chief", "secrecy", decision="return", opinion="删去联系人")
    assert filed.todo("clerk") == ["merge"]
    filed.publish_edition("丽民发〔2027〕8号")
    with filed.reading() as tx:
        assert catalogue.current(tx).document_number == "丽民发〔2027〕8号"
        assert catalogue.current(tx).published_by == "leader"


def test_of_two_years_one_is_refreshed_at_a_time(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    with pytest.raises(AssertionError, match="2027年指导目录的年度更新于2026-03-16发起，还没有发布"):
        filed.start("clerk", "annual_refresh", {**START, "year": "2026"})
    filed.do("court", "answer", **{f"rows-{row}-answer": "continue" for row in range(2)})
    filed.publish_edition()
    filed.start("clerk", "annual_refresh", {**START, "year": "2026"})
    assert filed.todo("court") == ["answer"]


def test_a_number_is_given_to_one_edition(filed: Any) -> None:
    for year, number in (("2027", "丽民发〔2027〕1号"), ("2028", "丽民发〔2028〕1号")):
        filed.start("clerk", "annual_refresh", {**START, "year": year})
        filed.do("court", "answer", **{"rows-0-answer": "continue", "rows-1-answer": "continue"})
        if year == "2028":
            filed.do("clerk", "merge", decision="agree")
            filed.do("chief", "secrecy", decision="agree", secrecy_checked="checked")
            filed.do("leader", "sign", decision="agree")
            with filed.reading() as tx:
                (item,) = [each for each in filed._items(tx, "clerk") if each.element == "issue"]
                view = tasks.open_task(tx, item.task_id, filed.actor(tx, "clerk"))
                posted = {"document_number": "丽民发〔2027〕1号", "issued_on": "2026-03-16"}
                (fault,) = bind(view.form, posted, tasks.setting(tx, view)).faults
                assert fault.field == "document_number"
                assert "已用于《社区组织依法协助政府工作事务指导目录(2027年版)》" in fault.tell()
        else:
            filed.publish_edition(number)


# ------------------------------------------------------------------ what happens meanwhile
def test_a_matter_that_ends_during_the_refresh_is_told_and_left_out(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    ended(filed, "准〔2026〕0001号", FIRST)
    filed.do(
        "court", "answer", **{"rows-0-answer": "end", "rows-0-note": "任务完成", "rows-1-answer": "continue"}
    )
    (row,) = desk(filed)["rulings"]
    assert (row["matter_name"], row["effect"]) == (FIRST, "已于2026-03-16退出，不再列入新版目录")
    before = filed.matter(filed.first).exit_instance_id
    filed.publish_edition()
    assert set(published(filed)) == {SECOND}
    assert filed.matter(filed.first).exit_instance_id == before
    assert filed.matter(filed.first).values["exit_number"] == "准〔2026〕退0001号"


def test_an_answer_after_the_deadline_is_told_why_and_the_bureau_enters_it(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    with filed.reading() as tx:
        court = filed.actor(tx, "court")
        (item,) = filed._items(tx, "court")
        view = tasks.open_task(tx, item.task_id, court)
        late = bind(view.form, {"rows-0-answer": "end", "rows-0-note": "完成"}, tasks.setting(tx, view))
    filed.later(days=15)
    assert filed.fire() == 1
    with pytest.raises(TaskNotOpen) as refusal, filed.runtime.transaction(at=filed.at) as tx:
        tasks.complete(tx, item.task_id, late.submission, filed.actor(tx, "court"))
    assert refusal.value.tell().startswith("“逐项确认”已因“答复期满”于2026-03-31")
    assert "未反馈 1 个：区人民法院" in desk(filed)["summary"]
    row = {"late-0-filing_number": "准〔2026〕0001号", "late-0-answer": "end", "late-0-note": "完成"}
    filed.publish_edition(**row)
    entries = published(filed)
    assert set(entries) == {SECOND}
    assert entries[SECOND].no_feedback
    assert filed.matter(filed.first).values["exit_raised_by"] == "refresh"


def test_a_late_answer_about_something_else_is_told_at_its_field(filed: Any) -> None:
    filed.start("clerk", "annual_refresh", START)
    filed.do("court", "answer", **{"rows-0-answer": "continue", "rows-1-answer": "continue"})
    with filed.reading() as tx:
        (item,) = filed._items(tx, "clerk")
        view = tasks.open_task(tx, item.task_id, filed.actor(tx, "clerk"))
        posted = {"decision": "agree", "late-0-filing_number": "准〔2020〕9号", "late-0-answer": "continue"}
        faults = bind(view.form, posted, tasks.setting(tx, view)).faults
    assert [(each.field, each.tell()) for each in faults if each.severity == "error"] == [
        ("late", "“准〔2020〕9号”不在2027年更新的事项中，请核对准入编号")
    ]


def test_a_table_of_many_matters_costs_the_process_nothing(filed: Any) -> None:
    """The rows of a unit stand in the registry, not in the state of the process."""
    instance_id = filed.start("clerk", "annual_refresh", START)
    with filed.reading() as tx:
        (item,) = filed._items(tx, "court")
        view = tasks.open_task(tx, item.task_id, filed.actor(tx, "court"))
        assert view.variables["item"].keys() == {"unit"}
        rows = present(view.form, tasks.setting(tx, view)).values["rows"]
        assert [row["matter_name"] for row in rows] == [FIRST, SECOND]
        opened = sa.select(sa.func.count()).select_from(task).where(task.c.instance_id == instance_id)
        assert tx.db.execute(opened).scalar_one() == 1
