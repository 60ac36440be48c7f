"""A matter ends by whoever brings it about; the communities' answers come by their subdistrict or by themselves."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from forms.binding import present
from workflows.admission import exit_answers
from workflows.admission.tables import matter
from workflows.engine import Thrown
from workflows.store.tables import account, account_role, notice, unit
from workflows.usecases import lists, offline, tasks

NAME = "司法文书送达协助"
MEN, NEW = "新立津门里社区居民委员会", "新立华新社区居民委员会"
POSTED: Mapping[str, Any] = {
    "applicant_unit": "区人民法院",
    "filing_number": "准〔2026〕0001号",
    "matter_name": NAME,
    "exit_kind": "done",
    "exit_reason": "工作已完成",
    "exit_on": "2026-03-16",
    "contact_name": "吴桂玉",
    "contact_phone": "022-84908838",
}


@pytest.fixture
def filed(office: Any) -> Any:
    """The court's matter is in force in two subdistricts; one of them has two communities."""
    office.admission = office.file(period_start="2026-03-16")
    office.hand_over()
    return office


def by_the_unit(office: Any) -> int:
    exit_id = office.start("court", "terminate", POSTED)
    office.do("court_leader", "unit_leader", decision="agree")
    office.do("clerk", "clerk", decision="agree")
    office.do("chief", "chief", decision="agree")
    return int(exit_id)


def by_message(office: Any, raised_by: str, **more: Any) -> int | None:
    """Another process throws `exit_matter`; the id of the exit it began."""
    with office.runtime.transaction(at=office.at) as tx:
        matter_id = tx.db.execute(sa.select(matter.c.id).where(matter.c.name == NAME)).scalar_one()
        given = {"matter_id": matter_id, "raised_by": raised_by, **more}
        tx.thrown.append((0, None, Thrown("message", "exit_matter", given, "")))
    with office.reading() as tx:
        found = tx.db.execute(sa.select(matter.c.exit_instance_id).where(matter.c.id == matter_id))
        return found.scalar_one()  # type: ignore[no-any-return]


def a_community_signs_in(office: Any) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        unit_id = tx.units.find(MEN).id
        row = {
            "username": "menli",
            "name": "任静怡",
            "unit_id": unit_id,
            "password_hash": "-",
            "password_changed_at": tx.at,
            "must_change": False,
            "enabled": True,
            "created_at": tx.at,
        }
        made = tx.db.execute(account.insert().returning(account.c.id), row).scalar_one()
        tx.db.execute(account_role.insert(), {"account_id": made, "role": "community_clerk"})


def answers(office: Any, exit_id: int) -> dict[str, tuple[Any, ...]]:
    with office.reading() as tx:
        rows = tx.db.execute(exit_answers.query_of(exit_id))
        return {row.community_name: (row.answer, row.via, row.answered_by) for row in rows}


def told(office: Any, exit_id: int) -> dict[str, int]:
    with office.reading() as tx:
        return exit_answers.tally(tx, exit_id)


# ------------------------------------------------------------------ the communities
def test_one_act_of_a_subdistrict_answers_for_all_its_communities(filed: Any) -> None:
    exit_id = by_the_unit(filed)
    assert told(filed, exit_id) == {"open": 2, "all": 2}
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪")
    assert answers(filed, exit_id) == {
        MEN: ("stopped", "street", "韩雪"),
        NEW: ("stopped", "street", "韩雪"),
    }
    filed.do("junliang", "notify", decision="notified", notified_on="2026-03-17", signed_by="蒋涛")
    assert filed.view(exit_id).outcome == "已退出"


def test_a_subdistrict_answers_by_its_workbook(filed: Any) -> None:
    exit_id = by_the_unit(filed)
    with filed.reading() as tx:
        xinli = filed.actor(tx, "xinli")
        (item,) = filed._items(tx, "xinli")
        view = tasks.open_task(tx, item.task_id, xinli)
        setting = tasks.setting(tx, view)
        _name, content = offline.task_table(tx, view, setting)
        book = load_workbook(io.BytesIO(content))
        sheet = book["社区停止情况"]
        header = next(row for row in sheet.iter_rows() if row[1].value == "社区")
        labels = {str(cell.value).strip("*"): cell.column for cell in header}
        first = header[0].row + 1
        assert [sheet.cell(first + n, labels["社区"]).value for n in range(2)] == [MEN, NEW]
        sheet.cell(first, labels["停止情况"], "未开展过")
        sheet.cell(first, labels["答复人"], "任静怡")
        kept = io.BytesIO()
        book.save(kept)
        back = offline.read_back(tx, view, setting, kept.getvalue(), "x.xlsx")
        assert not [each.zh for each in back.faults if each.severity == "error" and each.field == "rows"]
    posted = {key: text for key, text in back.posted.items() if key.startswith("rows-")}
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪", **posted)
    assert answers(filed, exit_id) == {
        MEN: ("never", "street", "任静怡"),
        NEW: ("stopped", "street", "韩雪"),
    }


def test_a_community_that_signs_in_confirms_itself_and_its_subdistrict_sees_it(filed: Any) -> None:
    a_community_signs_in(filed)
    exit_id = by_the_unit(filed)
    assert filed.todo("menli") == ["confirm"]
    filed.do("menli", "confirm", decision="never", answered_by="任静怡")
    with filed.reading() as tx:
        (item,) = filed._items(tx, "xinli")
        view = tasks.open_task(tx, item.task_id, filed.actor(tx, "xinli"))
        rows = present(view.form, tasks.setting(tx, view)).values["rows"]
        assert [(row["community"], row.get("answer")) for row in rows] == [(MEN, "never"), (NEW, None)]
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪")
    assert answers(filed, exit_id)[MEN] == ("never", "community", "任静怡")


def test_no_community_has_to_sign_in(filed: Any) -> None:
    a_community_signs_in(filed)
    exit_id = by_the_unit(filed)
    for who in ("xinli", "junliang"):
        filed.do(who, "notify", decision="notified", notified_on="2026-03-17", signed_by=who)
    assert filed.todo("menli") == []
    assert filed.view(exit_id).outcome == "已退出"
    assert answers(filed, exit_id)[MEN] == ("stopped", "street", "xinli")


def test_a_community_that_goes_on_keeps_its_subdistricts_task_open(filed: Any) -> None:
    exit_id = by_the_unit(filed)
    going_on = {"rows-0-answer": "unstopped", "rows-0-stopped_on": "2026-03-30", "rows-0-note": "台账未清"}
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪", **going_on)
    assert filed.todo("xinli") == ["notify"]
    with filed.reading() as tx:
        (item,) = filed._items(tx, "xinli")
        assert item.due.at.date() == date(2026, 3, 30)
    assert told(filed, exit_id) == {"stopped": 1, "unstopped": 1, "all": 2}
    stopped = {"rows-0-answer": "stopped", "rows-0-stopped_on": "2026-03-27"}
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-27", signed_by="韩雪", **stopped)
    assert filed.todo("xinli") == []


def test_a_community_that_is_no_more_needs_no_answer(filed: Any) -> None:
    """One is gone before the exit, named by the matter's scope; one while its subdistrict's task is open."""
    second = filed.file(matter_name="巡查协助", period_start="2026-03-16", scope=[MEN, NEW])
    filed.do("xinli", "sign", decision="sign", signed_by="对接人", signed_on="2026-03-16")
    gone = sa.update(unit).values(valid_to=date(2026, 3, 16))
    with filed.runtime.transaction(at=filed.at) as tx:
        tx.db.execute(gone.where(unit.c.name == MEN))
        tx.touch("units")
    posted = {**POSTED, "filing_number": "准〔2026〕0002号", "matter_name": "巡查协助"}
    exit_id = filed.start("court", "terminate", posted)
    filed.do("court_leader", "unit_leader", decision="agree")
    filed.do("clerk", "clerk", decision="agree")
    filed.do("chief", "chief", decision="agree")
    assert answers(filed, exit_id)[MEN] == ("gone", "", "")
    with filed.runtime.transaction(at=filed.at) as tx:
        tx.db.execute(gone.where(unit.c.name == NEW))
        tx.touch("units")
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪")
    assert {each[0] for each in answers(filed, exit_id).values()} == {"gone"}
    with filed.reading() as tx:
        notes = {row.note for row in tx.db.execute(exit_answers.query_of(exit_id))}
        assert notes == {"该社区已撤销，无需答复"}
    assert filed.matter(second).state == "ended"


def test_all_who_have_not_answered_are_reminded_by_one_act(filed: Any) -> None:
    a_community_signs_in(filed)
    exit_id = by_the_unit(filed)
    with filed.runtime.transaction(at=filed.at) as tx:
        assert tasks.remind_all(tx, exit_id, filed.actor(tx, "clerk")) == 3
        words = list(tx.db.execute(sa.select(notice.c.text).where(notice.c.kind == "reminder")).scalars())
    assert set(words) == {
        "clerk催办“通知社区停止”：退出：司法文书送达协助",
        "clerk催办“确认停止”：退出：司法文书送达协助",
    }


def test_the_answers_go_out_as_a_workbook_to_those_who_see_the_exit(filed: Any) -> None:
    exit_id = by_the_unit(filed)
    filed.do("xinli", "notify", decision="notified", notified_on="2026-03-17", signed_by="韩雪")
    with filed.reading() as tx:
        asked = {"exit": str(exit_id)}
        assert lists.write(io.BytesIO(), tx, "exit_answers", filed.actor(tx, "clerk"), asked) == 2
        assert lists.write(io.BytesIO(), tx, "exit_answers", filed.actor(tx, "school"), asked) == 0


# ------------------------------------------------------------------ who brings it about
def test_the_evaluation_ends_a_matter_after_the_unit_was_heard(filed: Any) -> None:
    exit_id = by_message(filed, "evaluation", exit_kind="evaluation", exit_reason="评议得分 52")
    assert filed.matter(filed.admission).state == "leaving"
    assert filed.todo("court") == ["heard"]
    assert filed.messages("court", exit_id) == []
    filed.do("court", "heard", decision="object", opinion="居民仍有需要")
    filed.do("clerk", "clerk", decision="agree", opinion="拟准予退出")
    filed.do("chief", "chief", decision="agree", opinion="准予退出")
    found = filed.matter(filed.admission)
    assert (found.state, found.values["exit_kind"], found.values["exit_raised_by"]) == (
        "ended",
        "evaluation",
        "evaluation",
    )
    assert found.values["exit_reason"] == "评议得分 52"
    said = {each.box: each.text for each in filed.view(exit_id).opinions}
    assert said["unit_opinion"] == "居民仍有需要"


def test_silence_of_the_unit_lets_the_evaluation_go_on(filed: Any) -> None:
    by_message(filed, "evaluation", exit_kind="evaluation", exit_reason="评议不合格")
    filed.later(days=7)
    assert filed.fire() == 0
    filed.later(days=1)
    assert filed.fire() == 1
    assert filed.todo("clerk") == ["clerk"]


def test_the_bureau_orders_an_exit_and_its_chief_decides(filed: Any) -> None:
    posted = {**POSTED, "exit_kind": "violation", "exit_reason": "超范围下派", "raised_by": "order"}
    filed.start("clerk", "terminate", posted, for_unit="区人民法院")
    assert filed.todo("court") == ["heard"]
    assert filed.todo("court_leader") == []
    filed.do("court", "heard", decision="agree")
    assert filed.todo("clerk") == []
    filed.do("chief", "chief", decision="agree")
    assert filed.matter(filed.admission).values["exit_raised_by"] == "order"
    assert filed.matter(filed.admission).state == "ended"


def test_a_unit_cannot_pass_its_own_exit_off_as_an_order(filed: Any) -> None:
    filed.start("court", "terminate", {**POSTED, "raised_by": "order"})
    assert filed.todo("court_leader") == ["unit_leader"]


def test_a_message_about_a_matter_that_left_ends_without_harm(filed: Any) -> None:
    first = by_message(filed, "refresh", exit_reason="任务完成")
    assert filed.matter(filed.admission).state == "ended"
    with filed.runtime.transaction(at=filed.at) as tx:
        given = {"matter_id": filed.matter(filed.admission).id, "raised_by": "refresh"}
        tx.thrown.append((0, None, Thrown("message", "exit_matter", given, "")))
    assert filed.matter(filed.admission).exit_instance_id == first
    assert filed.view(int(first or 0) + 1).outcome == "已不在册，不再办理"
