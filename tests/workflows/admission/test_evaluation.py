"""效果评议: one table a rater, what it adds up to, what becomes of matters that are found unfit."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from forms.binding import bind, present
from forms.faults import Refused
from tests.conftest import MORNING
from workflows.admission import evaluations, matters, shipped
from workflows.admission.evaluating import EvaluatedBefore
from workflows.admission.evaluation_tables import evaluation_matter, evaluation_rater, evaluation_score
from workflows.engine import Source
from workflows.store.tables import account, account_role, instance, notice
from workflows.usecases import (
    definitions,
    inbox,
    instances,
    offline,
    offline_many,
    reminders,
    reorganising,
    start_timers,
    tasks,
)
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import NotAllowed, TaskNotOpen

CONTACT = {"contact_name": "周志远", "contact_phone": "022-84901234"}
POOR, GOOD, ELSEWHERE = "居民用水量逐户填报", "司法文书送达协助", "金桥片区河道巡查"


def admit(tx: Any, name: str, unit: str, scope: list[str], number: str) -> int:
    found = tx.units.find(unit)
    values = {
        "name": name,
        "applicant_unit_id": found.id,
        "applicant_unit_name": found.full_name,
        "filing_number": number,
        "filed_on": date(2025, 3, 1),
        "period_start": date(2025, 3, 1),
        "by_community": True,
    }
    listed = [tx.units.find(each).id for each in scope]
    return matters.create(tx, origin="backlog", stage="filed", values=values, scope=listed, cause="backlog")


@pytest.fixture
def office(office: Any) -> Any:
    """Three matters in force, and a community that does sign in."""
    with office.runtime.transaction(at=office.at) as tx:
        admit(tx, GOOD, "区人民法院", [], "准〔2025〕0001号")
        admit(tx, POOR, "区教育局", ["新立街道"], "准〔2025〕0002号")
        admit(tx, ELSEWHERE, "区教育局", ["金桥街道"], "准〔2025〕0003号")
        unit = tx.units.find("新立华新社区居民委员会")
        row = {"username": "huaxin", "name": "华新经办", "unit_id": unit.id, "password_hash": "-"}
        row |= {"password_changed_at": tx.at, "must_change": False, "enabled": True, "created_at": tx.at}
        made = tx.db.execute(account.insert().returning(account.c.id), row).scalar_one()
        tx.db.execute(account_role.insert(), {"account_id": made, "role": "community_clerk"})
    return office


def begin(office: Any, **changes: Any) -> int:
    posted = {"year": "2026", "raters": ["community", "street", "station", "residents"], **changes}
    return int(office.start("clerk", "evaluate", posted))


def waiting(office: Any, who: str) -> dict[str, int]:
    """Name of each open task of a person -> its id."""
    with office.reading() as tx:
        items = inbox.todo(tx, office.actor(tx, who), None, 1, 200).items
        return {item.task_name: item.task_id for item in items if item.process_key == "evaluate"}


def rows_of(office: Any, who: str, task_id: int) -> list[str]:
    with office.reading() as tx:
        view = tasks.open_task(tx, task_id, office.actor(tx, who))
        bound = bind(view.form, {}, tasks.setting(tx, view))
        return [row["matter_name"] for row in bound.values.get("rows", [])]


def rate(office: Any, who: str, task_id: int, marks: dict[str, str], **more: Any) -> None:
    """Give each matter of a task's table the same mark in all four columns; what `marks` leaves out stays empty."""
    names = rows_of(office, who, task_id)
    posted: dict[str, Any] = {"people": "12", **more}
    for number, name in enumerate(names):
        for each in ("usefulness", "effect", "funds", "acceptance") if name in marks else ():
            posted[f"rows-{number}-{each}"] = marks[name]
    with office.runtime.transaction(at=office.at) as tx:
        view = tasks.open_task(tx, task_id, office.actor(tx, who))
        bound = bind(view.form, posted, tasks.setting(tx, view))
        assert bound.submission is not None, [fault.tell() for fault in bound.faults]
        tasks.complete(tx, task_id, bound.submission, office.actor(tx, who), version=view.version)


def scored(office: Any) -> dict[str, Any]:
    with office.reading() as tx:
        return {row.name: row for row in tx.db.execute(sa.select(evaluation_matter))}


def rate_everything(office: Any, marks: dict[str, str]) -> None:
    for who in ("xinli", "junliang", "jinqiao"):
        for task_id in waiting(office, who).values():
            rate(office, who, task_id, marks)


def test_each_rater_has_one_table_of_the_matters_that_reach_it(office: Any) -> None:
    begin(office)
    of_xinli = waiting(office, "xinli")
    assert sorted(of_xinli) == [
        "逐项评议：新立华新社区居民委员会",
        "逐项评议：新立津门里社区居民委员会",
        "逐项评议：新立街道",
        "逐项评议：新立街道居民代表",
        "逐项评议：新立街道社工站",
    ]
    assert list(waiting(office, "huaxin")) == ["逐项评议：新立华新社区居民委员会"]
    assert (
        len(waiting(office, "junliang")) == 3
    )  # a subdistrict without communities here: itself, station, residents
    assert waiting(office, "clerk") == {}  # the bureau's desk is not flooded with what others answer
    here = rows_of(office, "huaxin", of_xinli["逐项评议：新立华新社区居民委员会"])
    assert sorted(here) == sorted([GOOD, POOR])
    (there,) = [v for k, v in waiting(office, "jinqiao").items() if k.endswith("：金桥街道")]
    assert sorted(rows_of(office, "jinqiao", there)) == sorted([GOOD, ELSEWHERE])


def test_kinds_are_weighted_and_what_is_not_known_does_not_count(office: Any) -> None:
    begin(office)
    for who in ("xinli", "junliang", "jinqiao"):
        for name, task_id in waiting(office, who).items():
            kind = "100" if "社区居民委员会" in name else "60" if name.endswith("居民代表") else "-"
            rate(office, who, task_id, {GOOD: kind, POOR: "30"})
    row = scored(office)[GOOD]
    assert row.score == pytest.approx((40 * 100 + 25 * 60) / 65, abs=0.1)
    assert row.answers == 11  # those who marked it 不了解 answered too
    assert row.grade == "合格"
    assert (scored(office)[POOR].grade, scored(office)[POOR].proposal) == ("不合格", "end")
    assert scored(office)[ELSEWHERE].grade == "未评议"


def test_what_is_found_unfit_goes_to_the_bureau_and_its_end_is_started(office: Any) -> None:
    instance_id = begin(office)
    rate_everything(office, {GOOD: "100", POOR: "30", ELSEWHERE: "80"})
    assert rows_of(office, "clerk", waiting(office, "clerk")["研究处理意见"]) == [POOR]
    posted = {
        "rows-0-treatment": "end",
        "rows-0-note": "居民普遍不认可",
        "contact_name": "周志远",
        "contact_phone": "022-84901234",
    }
    office.do("clerk", "consider", **posted)
    office.do("leader", "sign", decision="agree")
    view = office.view(instance_id)
    assert view.status == "completed"
    assert view.business_key == "评〔2026〕0001号"
    with office.reading() as tx:
        exit_id = tx.db.execute(
            sa.select(matters.matter.c.exit_instance_id).where(matters.matter.c.name == POOR)
        ).scalar_one()
    begun = office.view(exit_id)
    assert begun.process_key == "terminate"
    (paper,) = [each for each in begun.submissions if each.form_key == "termination"]
    assert paper.values["exit_kind"] == "evaluation"
    assert "居民普遍不认可" in paper.values["exit_reason"]
    with office.reading() as tx:
        stages = {row.name: row.stage for row in tx.db.execute(sa.select(matters.matter))}
        told = inbox.notices(tx, office.actor(tx, "school"), 20)
    assert stages[POOR] == "leaving"
    assert stages[GOOD] == "filed"
    assert any("评〔2026〕0001号" in each.text and f"退出：{POOR}" in each.text for each in told)


def test_the_line_of_the_charts_is_the_offices_own(office: Any) -> None:
    shipped_table = next(each for each in shipped.sources() if each.name == "evaluation_rules.dmn")
    with office.runtime.reading(at=office.at) as tx:
        assert evaluations.pass_mark(tx) == 60
    stricter = Source("evaluation_rules.dmn", shipped_table.content.replace(b"&lt; 60", b"&lt; 70"))
    with office.runtime.transaction(at=office.at) as tx:
        definitions.deploy(tx, [stricter], SYSTEM, tests=False)
    with office.runtime.reading(at=office.at) as tx:
        assert evaluations.pass_mark(tx) == 70


def test_a_matter_that_ended_meanwhile_is_told_and_the_result_is_published_all_the_same(office: Any) -> None:
    instance_id = begin(office)
    rate_everything(office, {GOOD: "100", POOR: "30"})
    with office.runtime.transaction(at=office.at) as tx:
        row = scored(office)[POOR]
        matters.change(tx, row.matter_id, "ended", stage="ended", ended_on=tx.world.today)
    office.do(
        "clerk",
        "consider",
        **{"rows-0-treatment": "end", **CONTACT},
    )
    office.do("leader", "sign", decision="agree")
    assert office.view(instance_id).status == "completed"
    row = scored(office)[POOR]
    assert row.treatment == "left"
    assert "未再发起" in row.treatment_note
    assert office.todo("school") == []


def test_a_year_is_evaluated_once_and_one_that_was_cancelled_does_not_count(office: Any) -> None:
    first = begin(office)
    with pytest.raises(AssertionError, match="评议每年进行一次"):
        begin(office)
    with office.runtime.transaction(at=office.at) as tx:
        instances.cancel(tx, first, office.actor(tx, "clerk"), "发错了")
    begin(office)


def test_the_clock_begins_it_once_a_year(office: Any) -> None:
    office.at = office.at.replace(year=2027, month=11, day=1, hour=9, minute=1)
    with office.runtime.transaction(at=office.at) as tx:
        start_timers.start_due(tx)
        begun = tx.db.execute(sa.select(instance.c.process_key)).scalars().all()
        assert "evaluate" in begun
        assert start_timers.start_due(tx) == 0
    with office.reading() as tx:
        of_clock = tx.db.execute(sa.select(instance).where(instance.c.process_key == "evaluate")).all()
    assert [row.title for row in of_clock] == ["2027年社区工作事务效果评议"]
    assert len(waiting(office, "xinli")) == 5


def test_after_the_deadline_a_table_is_not_taken_and_those_given_count(office: Any) -> None:
    begin(office, answer_by="2026-03-20")
    mine = waiting(office, "huaxin")["逐项评议：新立华新社区居民委员会"]
    rate(office, "huaxin", mine, {GOOD: "80"})
    late = waiting(office, "xinli")["逐项评议：新立街道"]
    office.later(days=5)
    office.fire()
    with pytest.raises(TaskNotOpen):
        rate(office, "xinli", late, {GOOD: "80"})
    assert scored(office)[GOOD].score == 80
    assert waiting(office, "leader")


def test_one_who_answers_for_several_raters_finds_each_table_empty(office: Any) -> None:
    begin(office)
    listed = waiting(office, "xinli")
    rate(office, "xinli", listed["逐项评议：新立街道"], {GOOD: "30", POOR: "30"})
    with office.reading() as tx:
        view = tasks.open_task(tx, listed["逐项评议：新立街道居民代表"], office.actor(tx, "xinli"))
        shown = present(view.form, tasks.setting(tx, view)).values["rows"]
    assert [row.get("usefulness") for row in shown] == [None, None]


def test_an_empty_table_is_no_answer(office: Any) -> None:
    begin(office)
    with pytest.raises(Refused, match="Nothing is rated yet"):
        rate(office, "huaxin", waiting(office, "huaxin")["逐项评议：新立华新社区居民委员会"], {})


def test_a_subdistrict_answers_for_a_community_by_its_workbook(office: Any) -> None:
    begin(office)
    task_id = waiting(office, "xinli")["逐项评议：新立津门里社区居民委员会"]
    with office.reading() as tx:
        view = tasks.open_task(tx, task_id, office.actor(tx, "xinli"))
        name, content = offline.task_table(tx, view, tasks.setting(tx, view))
    assert "津门里" in name
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[1]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == GOOD:
                line = cell.row
            if str(cell.value).startswith("作用"):
                first = cell.column
    for column, word in enumerate(("好", "较好", "一般", "满意"), start=first):
        sheet.cell(line, column).value = word
    kept = io.BytesIO()
    book.save(kept)
    with office.runtime.transaction(at=office.at) as tx:
        view = tasks.open_task(tx, task_id, office.actor(tx, "xinli"))
        back = offline.read_back(tx, view, tasks.setting(tx, view, mode="table"), kept.getvalue(), name)
        assert back.bound.submission is not None, [fault.zh for fault in back.faults]
        tasks.complete(tx, task_id, back.bound.submission, office.actor(tx, "xinli"))
        given = tx.db.execute(sa.select(evaluation_score)).one()
    assert (given.usefulness, given.effect, given.funds) == (100, 80, 60)
    assert given.acceptance in (100, 80)  # 满意, a word offices use


def test_the_bureaus_clerk_enters_for_a_rater_on_paper_and_a_stranger_may_not(office: Any) -> None:
    begin(office)
    task_id = waiting(office, "xinli")["逐项评议：新立街道居民代表"]
    with pytest.raises(NotAllowed), office.reading() as tx:
        tasks.open_task(tx, task_id, office.actor(tx, "court"))
    rate(
        office,
        "clerk",
        task_id,
        {GOOD: "100"},
        recorded="yes",
        decided_by="居民代表会议",
        decided_on="2026-03-16",
    )
    assert "逐项评议：新立街道居民代表" not in waiting(office, "xinli")


def test_those_who_have_not_answered_are_reminded_three_days_before(office: Any) -> None:
    begin(office, answer_by="2026-03-27")
    office.at = MORNING.replace(day=25, hour=18)
    with office.runtime.transaction(at=office.at) as tx:
        reminders.send_due(tx)
        told = inbox.notices(tx, office.actor(tx, "huaxin"), 20)
    assert any("即将到期" in each.text or "将于" in each.text for each in told)


def test_of_two_who_begin_the_year_at_once_one_wins(office: Any) -> None:
    with office.reading() as tx:
        actor = office.actor(tx, "clerk")
        setting = instances.start_setting(tx, "evaluate", actor)
        bound = bind(definitions.start_form(tx, "evaluate"), {"year": "2026", "raters": ["street"]}, setting)
    told: list[Exception] = []

    def second() -> None:
        try:
            with office.runtime.transaction(at=office.at) as tx:
                instances.start(tx, "evaluate", bound.submission, actor)
        except Refused as error:
            told.append(error)

    with office.runtime.transaction(at=office.at) as tx:
        instances.start(tx, "evaluate", bound.submission, actor)
        beside = threading.Thread(target=second)
        beside.start()
        beside.join(0.5)  # it has looked, or waits
    beside.join()
    assert [type(each) for each in told] == [EvaluatedBefore]
    with office.reading() as tx:
        assert len(evaluations.listed(tx)) == 1


def test_the_scopes_of_matters_are_read_once_however_many_rate_them(office: Any) -> None:
    asked: list[str] = []
    listen = (office.runtime.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    sa.event.listen(*listen)
    try:
        begin(office)
    finally:
        sa.event.remove(*listen)
    assert sum("FROM matter_scope" in each for each in asked) == 1


def test_a_subdistrict_renamed_meanwhile_still_sees_who_has_to_answer(office: Any) -> None:
    begin(office)
    admin = replace(SYSTEM, permissions=frozenset({reorganising.PERMISSION}))
    with office.runtime.transaction(at=office.at) as tx:
        old = tx.units.find("新立街道")
        wanted = reorganising.Wanted(
            "rename", (old.id,), (reorganising.Target("新立新街道"),), office.at.date()
        )
        reorganising.perform(tx, wanted, admin)
    with office.reading() as tx:
        (found,) = evaluations.listed(tx)
        assert len(evaluations.raters(tx, office.actor(tx, "xinli"), found)) == 5
    assert len(waiting(office, "xinli")) == 5


def reform(office: Any, act: str, names: list[str], into: list[str]) -> None:
    admin = replace(SYSTEM, permissions=frozenset({reorganising.PERMISSION}))
    with office.runtime.transaction(at=office.at) as tx:
        mine = tuple(tx.units.find(name).id for name in names)
        into_units = tuple(reorganising.Target(name) for name in into)
        reorganising.perform(tx, reorganising.Wanted(act, mine, into_units, office.at.date()), admin)


def raters(office: Any) -> list[str]:
    with office.reading() as tx:
        query = sa.select(evaluation_rater.c.unit_name).where(evaluation_rater.c.kind == "community")
        return sorted(tx.db.execute(query).scalars())


def test_a_community_renamed_meanwhile_rates_under_its_new_name_what_reaches_it(office: Any) -> None:
    begin(office)
    reform(office, "rename", ["新立华新社区居民委员会"], ["新立华新第一社区居民委员会"])
    assert raters(office) == ["新立华新第一社区居民委员会", "新立津门里社区居民委员会"]
    (task_id,) = waiting(office, "huaxin").values()
    assert rows_of(office, "huaxin", task_id) == [GOOD, POOR]
    rate(office, "huaxin", task_id, {GOOD: "100", POOR: "60"})
    with office.reading() as tx:
        query = sa.select(evaluation_rater.c.answered_by).where(evaluation_rater.c.answered_on.is_not(None))
        assert tx.db.execute(query).scalar_one() == "华新经办"


def test_communities_merged_meanwhile_leave_both_tables_to_the_merged_one(office: Any) -> None:
    begin(office, raters=["community"])
    both = ["新立华新社区居民委员会", "新立津门里社区居民委员会"]
    reform(office, "merge", both, ["新立华新津门里社区居民委员会"])
    assert raters(office) == [
        "新立华新津门里社区居民委员会",
        "新立华新津门里社区居民委员会(原新立津门里社区居民委员会)",
    ]
    assert len(waiting(office, "huaxin")) == 2
    for task_id in waiting(office, "huaxin").values():
        rate(office, "huaxin", task_id, {GOOD: "100", POOR: "100"})
    assert waiting(office, "huaxin") == {}
    assert scored(office)[GOOD].answers == 2


def test_a_unit_split_meanwhile_is_told_the_result_of_the_matters_it_has_now(office: Any) -> None:
    begin(office)
    reform(office, "split", ["区教育局"], ["区教委", "区体育局"])
    assert {row.unit_name for row in scored(office).values()} == {"区人民法院", "区教委"}
    rate_everything(office, {GOOD: "100", POOR: "100", ELSEWHERE: "100"})
    office.do("leader", "sign", decision="agree")
    with office.reading() as tx:
        school = tx.db.execute(sa.select(account.c.id).where(account.c.username == "school")).scalar_one()
        told = tx.db.execute(sa.select(notice.c.text).where(notice.c.account_id == school)).scalars().all()
    assert any("效果评议结果已公布" in text and "贵单位2项" in text for text in told)


def own_setting(tx: Any, view: Any) -> Any:
    return tasks.setting(tx, view, mode="table")


def filled_in(content: bytes, marks: dict[str, str]) -> bytes:
    """The workbook of several with the same mark for each matter it names, on all of its sheets."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        first = next((cell.column for cell in cells if str(cell.value).startswith("作用")), None)
        for cell in cells:
            for column in range(first, first + 4) if first and cell.value in marks else ():
                sheet.cell(cell.row, column).value = marks[cell.value]
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def of_all(office: Any, who: str) -> tuple[list[int], bytes]:
    with office.reading() as tx:
        actor = office.actor(tx, who)
        first = tasks.open_task(tx, next(iter(waiting(office, who).values())), actor)
        ids = [each.task_id for each in offline_many.alike(tx, first, actor)]
        _name, content = offline_many.tables(tx, ids, actor, own_setting)
    return ids, content


def test_a_subdistrict_fills_in_one_workbook_for_all_its_communities(office: Any) -> None:
    begin(office)
    ids, content = of_all(office, "xinli")
    assert len(ids) == 5  # two communities, itself, its station, its residents
    content = filled_in(content, {GOOD: "好", POOR: "一般"})
    with office.reading() as tx:
        parts = offline_many.read_back(tx, content, "评议.xlsx", office.actor(tx, "xinli"), own_setting)
    assert sorted(part.task_id for part in parts) == sorted(ids)
    assert all(part.ready for part in parts), [part.returned.faults for part in parts if part.returned]
    for part in parts:
        with office.runtime.transaction(at=office.at) as tx:
            tasks.save_draft(tx, part.task_id, part.returned.posted, office.actor(tx, "xinli"))
    for task_id in ids:
        with office.runtime.transaction(at=office.at) as tx:
            offline_many.send(tx, task_id, office.actor(tx, "xinli"), own_setting)
    assert waiting(office, "xinli") == {}
    with office.reading() as tx:
        assert tx.db.execute(sa.select(sa.func.count()).select_from(evaluation_score)).scalar_one() == 10


def test_a_fault_in_a_workbook_of_several_is_told_at_its_cell_and_the_others_may_go(office: Any) -> None:
    begin(office)
    ids, content = of_all(office, "xinli")
    book = openpyxl.load_workbook(io.BytesIO(filled_in(content, {GOOD: "好", POOR: "好"})))
    cell = next(each for sheet in book for row in sheet.iter_rows() for each in row if each.value == "好")
    spoilt = cell.parent
    cell.value = "很棒很棒"
    kept = io.BytesIO()
    book.save(kept)
    with office.reading() as tx:
        parts = offline_many.read_back(
            tx, kept.getvalue(), "评议.xlsx", office.actor(tx, "xinli"), own_setting
        )
    (wrong,) = [part for part in parts if not part.ready]
    told = [each for each in wrong.returned.faults if each.severity == "error"]
    assert [(each.sheet, each.cell, each.given) for each in told] == [
        (spoilt.title, cell.coordinate, "很棒很棒")
    ]
    assert len(parts) == len(ids)


def test_sheets_of_anothers_tasks_are_told_and_a_workbook_of_none_is_refused(office: Any) -> None:
    begin(office)
    _ids, content = of_all(office, "xinli")
    with office.reading() as tx:
        stranger = office.actor(tx, "jinqiao")
        parts = offline_many.read_back(tx, content, "评议.xlsx", stranger, own_setting)
        assert not any(part.ready for part in parts)
        assert all(part.refused is not None for part in parts)
        _name, blank = offline.blank_form(tx, "evaluation_score")
        with pytest.raises(offline_many.OneTask):
            offline_many.read_back(tx, blank, "评议.xlsx", stranger, own_setting)
