"""A process from its start to its end, and all that may be done with a task between."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, posted
from workflows.store.tables import history, instance_state, task
from workflows.usecases import inbox, instances, numbers, opinions, tasks
from workflows.usecases.errors import (
    CannotReturn,
    NobodyWaits,
    NotAllowed,
    NotFound,
    NumberTaken,
    StaleVersion,
    TaskHeld,
    TaskNotOpen,
    TaskTaken,
)


def begin(office: Office, username: str = "gao", subject: str = "调研") -> int:
    """Start the process as a clerk; returns the instance id."""
    request = posted("request", office, subject=subject, applicant_unit="教育局", amount="1200.50")
    with office.transaction() as tx:
        return instances.start(tx, "leave", request, office.actor(username))


def only_task(office: Office, instance_id: int) -> int:
    with office.reading() as tx:
        query = sa.select(task.c.id).where(task.c.instance_id == instance_id, task.c.state == "open")
        return tx.db.execute(query).scalar_one()


def finish(office: Office, instance_id: int, username: str, **texts: Any) -> None:
    with office.transaction() as tx:
        tasks.complete(
            tx, only_task(office, instance_id), posted("verdict", office, **texts), office.actor(username)
        )


def test_from_the_form_to_the_end(office: Office) -> None:
    started = begin(office)
    with office.reading() as tx:
        seen = instances.view(tx, started, office.actor("gao"))
        assert seen.title == "用车：调研"
        assert seen.business_key == "准〔2026〕1号"
        assert seen.status == "running"
        assert [each.name for each in seen.tasks] == ["经办审核"]
        assert seen.tasks[0].candidates == ("审核经办",)
        assert seen.tasks[0].due is not None
        assert seen.tasks[0].due.working_days_left == 3
    finish(office, started, "zhou", decision="agree", opinion="同意用车。")
    finish(office, started, "wang", decision="agree", opinion="同意。")
    with office.reading() as tx:
        seen = instances.view(tx, started, office.actor("gao"))
        assert (seen.status, seen.outcome) == ("completed", "同意")
        assert seen.tasks == ()
        boxes = opinions.by_box(tx, started)
        assert [each.signed for each in boxes["review_opinion"]] == ["周志远"]
        assert boxes["chief_opinion"][0].text == "同意。"
        told = [line.text for line in seen.history]
        assert told == [
            "高静发起了“用车：调研”",
            "编号(系统自动完成)",
            "周志远办理了“经办审核”：同意",
            "王科办理了“科长审核”：同意",
            "流程结束：同意",
        ]
        english = [line.text for line in instances.view(tx, started, office.actor("gao"), "en").history]
        assert english[0] == "高静 started “用车：调研”"
        assert seen.diagrams[0].done == ("Start", "number", "head", "which", "chief", "Yes")


def test_values_that_no_expression_reads_stay_out_of_the_state(office: Office) -> None:
    started = begin(office)
    with office.reading() as tx:
        seen = instances.view(tx, started, office.actor("zhou"))
    assert "subject" not in seen.variables
    assert "amount" not in seen.variables
    request = seen.submission("request")
    assert request is not None
    assert request.values["amount"] == Decimal("1200.50")


def test_two_clerks_at_once_one_wins(office: Office) -> None:
    started = begin(office)
    task_id = only_task(office, started)
    verdict = posted("verdict", office, decision="agree")
    outcomes: dict[str, Any] = {}
    gate = threading.Barrier(2)

    def act(username: str) -> None:
        actor = office.actor(username)
        gate.wait()
        try:
            with office.transaction() as tx:
                tasks.complete(tx, task_id, verdict, actor, version=1)
            outcomes[username] = "won"
        except TaskNotOpen as told:
            outcomes[username] = told

    threads = [threading.Thread(target=act, args=(name,)) for name in ("zhou", "li")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    winner = next(name for name, found in outcomes.items() if found == "won")
    loser = next(found for found in outcomes.values() if found != "won")
    assert isinstance(loser, TaskNotOpen)
    assert loser.facts["completed_by"] == {"zhou": "周志远", "li": "李敏"}[winner]
    assert loser.facts["completed_at"] is not None
    assert "办理" in loser.tell()
    with office.reading() as tx:
        done = sa.select(sa.func.count()).where(
            history.c.instance_id == started, history.c.event == "decided"
        )
        assert tx.db.execute(done).scalar_one() == 1


def test_a_page_of_a_stale_version_is_refused(office: Office) -> None:
    started = begin(office)
    task_id = only_task(office, started)
    with office.transaction() as tx:
        tasks.claim(tx, task_id, office.actor("zhou"))
    with pytest.raises(StaleVersion), office.transaction() as tx:
        tasks.complete(
            tx, task_id, posted("verdict", office, decision="agree"), office.actor("zhou"), version=1
        )


def test_a_task_is_refused_to_the_wrong_person(office: Office) -> None:
    started = begin(office)
    task_id = only_task(office, started)
    with pytest.raises(NotAllowed), office.transaction() as tx:
        tasks.complete(tx, task_id, posted("verdict", office, decision="agree"), office.actor("gao"))
    with pytest.raises(NotAllowed), office.reading() as tx:
        tasks.open_task(tx, task_id, office.actor("qian"))


def test_a_claimed_task_is_one_persons_until_it_is_given_back(office: Office) -> None:
    task_id = only_task(office, begin(office))
    zhou, li = office.actor("zhou"), office.actor("li")
    with office.transaction() as tx:
        tasks.claim(tx, task_id, zhou)
    with pytest.raises(TaskTaken) as told, office.transaction() as tx:
        tasks.claim(tx, task_id, li)
    assert told.value.facts["holder"] == "周志远"
    with office.transaction() as tx:
        tasks.unclaim(tx, task_id, zhou)
        tasks.claim(tx, task_id, li)
    with office.reading() as tx:
        assert tasks.open_task(tx, task_id, li).may_complete
        assert not tasks.open_task(tx, task_id, zhou).may_complete


def test_a_transferred_task_waits_for_the_other_and_he_is_told(office: Office) -> None:
    task_id = only_task(office, begin(office))
    qian = office.actor("qian")
    with office.transaction() as tx:
        tasks.transfer(tx, task_id, qian.account_id or 0, office.actor("zhou"), "出差")
    with office.reading() as tx:
        assert [item.task_id for item in inbox.todo(tx, qian).items] == [task_id]
        assert inbox.todo(tx, office.actor("li")).total == 0
        assert inbox.notices(tx, qian)[0].task_id == task_id
        assert tasks.open_task(tx, task_id, qian).may_complete


def test_a_question_holds_the_task_until_it_is_answered(office: Office) -> None:
    started = begin(office)
    task_id = only_task(office, started)
    zhou, wang = office.actor("zhou"), office.actor("wang")
    with office.transaction() as tx:
        asked = tasks.consult(tx, task_id, wang.account_id or 0, "经费从哪里出？", zhou)
    with pytest.raises(TaskHeld) as told, office.transaction() as tx:
        tasks.complete(tx, task_id, posted("verdict", office, decision="agree"), zhou)
    assert told.value.facts["consulted"] == "王科"
    with office.reading() as tx:
        assert tasks.open_task(tx, asked, wang).question == "经费从哪里出？"
        assert inbox.todo(tx, wang).items[0].kind == "consultation"
    with office.transaction() as tx:
        tasks.answer_consultation(tx, asked, "部门预算。", wang)
    with office.transaction() as tx:
        tasks.complete(tx, task_id, posted("verdict", office, decision="agree"), zhou)
    with office.reading() as tx:
        assert "部门预算。" in [each.text for each in opinions.of_instance(tx, started)]


def test_a_question_taken_back_frees_the_task(office: Office) -> None:
    task_id = only_task(office, begin(office))
    zhou = office.actor("zhou")
    with office.transaction() as tx:
        tasks.consult(tx, task_id, office.actor("wang").account_id or 0, "?", zhou)
        tasks.withdraw_consultation(tx, task_id, zhou)
    with office.reading() as tx:
        assert tasks.open_task(tx, task_id, zhou).state == "open"
        assert inbox.todo(tx, office.actor("wang")).total == 0


def test_a_return_opens_the_finished_task_again_for_who_did_it(office: Office) -> None:
    started = begin(office)
    head = only_task(office, started)
    finish(office, started, "zhou", decision="agree", opinion="同意。")
    chief = only_task(office, started)
    wang = office.actor("wang")
    with pytest.raises(CannotReturn), office.transaction() as tx:
        tasks.return_to(tx, chief, "mend", "没有这一步", wang)
    with office.reading() as tx:
        assert [each.task_id for each in tasks.return_targets(tx, chief, wang)] == [head]
    with office.transaction() as tx:
        tasks.return_to(tx, chief, "head", "依据不足", wang)
    again = only_task(office, started)
    with office.reading() as tx:
        seen = tasks.open_task(tx, again, office.actor("zhou"))
        assert (seen.element, seen.assignee) == ("head", "zhou")
        assert opinions.of_instance(tx, started) == []
        lines = instances.view(tx, started, wang).history
        assert lines[-1].text == "王科将“科长审核”退回到“经办审核”"
        assert lines[-1].detail == "依据不足"
    finish(office, started, "zhou", decision="agree", opinion="补充了依据。")
    finish(office, started, "wang", decision="agree")
    with office.reading() as tx:
        assert instances.view(tx, started, wang).status == "completed"


def test_a_supplement_goes_to_the_applicant_and_shows_what_stands(office: Office) -> None:
    started = begin(office)
    finish(office, started, "zhou", decision="supplement", opinion="补充金额。")
    mend = only_task(office, started)
    gao = office.actor("gao")
    with office.reading() as tx:
        seen = tasks.open_task(tx, mend, gao)
        assert seen.assignee == "gao"
        assert seen.previous["subject"] == "调研"
        assert "decision" not in seen.previous
    with office.transaction() as tx:
        request = posted("request", office, subject="调研二", applicant_unit="教育局")
        tasks.complete(tx, mend, request, gao)
    with office.reading() as tx:
        seen = tasks.open_task(tx, only_task(office, started), office.actor("zhou"))
        assert seen.previous["subject"] == "调研二"


def test_a_leaders_paper_decision_is_shown_as_recorded(office: Office) -> None:
    started = begin(office)
    finish(
        office,
        started,
        "zhou",
        decision="agree",
        opinion="同意",
        recorded="true",
        decided_by="赵局长",
        decided_on="2026-03-12",
    )
    with office.reading() as tx:
        found = opinions.of_instance(tx, started)[0]
        assert found.signed == "赵局长(周志远代录)"
        assert found.on.date().isoformat() == "2026-03-12"
        lines = instances.view(tx, started, office.actor("gao")).history
        assert "赵局长(周志远代录)办理了“经办审核”：同意" in [line.text for line in lines]


def test_the_applicant_withdraws_before_a_decision_and_not_after(office: Office) -> None:
    started = begin(office)
    gao, sun, qian = office.actor("gao"), office.actor("sun"), office.actor("qian")
    with office.reading() as tx:
        assert [each.label for each in instances.open_messages(tx, started, gao)] == ["撤回"]
        assert [each.label for each in instances.open_messages(tx, started, sun)] == ["撤回"]
        assert instances.open_messages(tx, started, office.actor("li")) == []
    with pytest.raises(NotAllowed), office.transaction() as tx:
        instances.send_message(tx, started, "withdraw", qian)
    with office.transaction() as tx:
        instances.send_message(tx, started, "withdraw", gao, reason="不需要了")
    with office.reading() as tx:
        seen = instances.view(tx, started, gao)
        assert (seen.status, seen.outcome) == ("completed", "已撤回")
        assert [line.text for line in seen.history][-2:] == ["高静：撤回", "流程结束：已撤回"]
        assert inbox.todo(tx, office.actor("zhou")).total == 0
    other = begin(office)
    finish(office, other, "zhou", decision="agree")
    with pytest.raises(NobodyWaits), office.transaction() as tx:
        instances.send_message(tx, other, "withdraw", gao)


def test_a_reminder_reaches_every_candidate(office: Office) -> None:
    task_id = only_task(office, begin(office))
    with office.transaction() as tx:
        tasks.remind(tx, task_id, office.actor("gao"), "请尽快")
    with office.reading() as tx:
        for username in ("zhou", "li"):
            assert "请尽快" in inbox.notices(tx, office.actor(username))[0].text
        assert inbox.notices(tx, office.actor("wang")) == []


def test_a_copy_lets_a_stranger_see(office: Office) -> None:
    started = begin(office)
    qian = office.actor("qian")
    with pytest.raises(NotAllowed), office.reading() as tx:
        instances.view(tx, started, qian)
    with office.transaction() as tx:
        tasks.copy_to(tx, started, [qian.account_id or 0], office.actor("gao"), "供参考")
    with office.reading() as tx:
        assert instances.view(tx, started, qian).id == started
        page = inbox.copied(tx, qian)
        assert (page.total, page.items[0].note) == (1, "供参考")
        assert inbox.counts(tx, qian).copied_unread == 1


def test_a_draft_is_each_persons_own_and_gone_when_the_task_is_done(office: Office) -> None:
    started = begin(office)
    task_id = only_task(office, started)
    zhou, li = office.actor("zhou"), office.actor("li")
    with office.transaction() as tx:
        tasks.save_draft(tx, task_id, {"opinion": ["还没想好"]}, zhou)
        tasks.save_draft(tx, task_id, {"opinion": ["想好了"]}, zhou)
    with office.reading() as tx:
        assert tasks.open_task(tx, task_id, zhou).draft == {"opinion": ["想好了"]}
        assert tasks.open_task(tx, task_id, li).draft is None
    finish(office, started, "zhou", decision="refuse", opinion="不同意")
    with office.reading() as tx:
        assert tasks.open_task(tx, task_id, zhou).draft is None


def test_a_cancelled_instance_is_over_for_everybody(office: Office) -> None:
    started = begin(office)
    with pytest.raises(NotAllowed), office.transaction() as tx:
        instances.cancel(tx, started, office.actor("gao"), "误填")
    with office.transaction() as tx:
        instances.cancel(tx, started, office.actor("zhou"), "误填")
    with office.reading() as tx:
        seen = instances.view(tx, started, office.actor("gao"))
        assert (seen.status, seen.outcome, seen.tasks) == ("cancelled", "作废", ())
        assert inbox.counts(tx, office.actor("zhou")).todo == 0


def test_a_step_keeps_the_state_small_and_its_version_counts(office: Office) -> None:
    started = begin(office)
    finish(office, started, "zhou", decision="agree")
    with office.reading() as tx:
        row = tx.db.execute(sa.select(instance_state).where(instance_state.c.instance_id == started)).one()
        assert row.version == 2
        assert len(row.state) < 4000


def test_time_left_is_said_in_working_days(office: Office, at: Any) -> None:
    started = begin(office)
    with office.reading(at=at + timedelta(days=7)) as tx:
        due = instances.view(tx, started, office.actor("gao")).tasks[0].due
        assert due is not None
        assert (due.overdue, due.working_days_left, due.fraction) == (True, -2, 1.0)


def test_a_service_that_refuses_tells_the_clerk_in_its_own_words(office: Office) -> None:
    def refuse(tx: Any, call: Any, ref: Any) -> Any:
        raise NumberTaken(number="准〔2026〕1号")

    office.runtime.services["give_number"] = refuse
    with pytest.raises(NumberTaken) as told:
        begin(office)
    assert told.value.tell() == "编号“准〔2026〕1号”已使用或已作废，不能再次使用"
    with office.reading() as tx:
        assert inbox.started(tx, office.actor("gao")).total == 0


def test_a_cancelled_instance_takes_its_numbers_with_it_and_tells_the_package(office: Office) -> None:
    heard: list[tuple[int, str, str]] = []
    office.runtime.on_cancelled = (lambda tx, ref, actor, reason: heard.append((ref.id, actor.name, reason)),)
    started = begin(office)
    with office.transaction() as tx:
        instances.cancel(tx, started, office.actor("zhou"), "重复")
    assert heard == [(started, "周志远", "重复")]
    with office.reading() as tx:
        (number,) = numbers.listing(tx, "receipt")
        assert (number.text, number.state, number.reason) == ("准〔2026〕1号", "cancelled", "重复")
    again = begin(office)
    with office.reading() as tx:
        assert instances.view(tx, again, office.actor("gao")).business_key == "准〔2026〕2号"


def test_a_form_may_begin_with_who_fills_it_in_and_for_which_unit(office: Office) -> None:
    started = begin(office)
    with office.reading() as tx:
        zhou = office.actor("zhou")
        view = tasks.open_task(tx, only_task(office, started), zhou)
        offered = tasks.setting(tx, view).variables
        assert (offered["actor_name"], offered["actor_unit_name"]) == ("周志远", "社区科")
        begun = instances.start_setting(tx, "leave", office.actor("gao")).variables
        assert (begun["actor_name"], begun["actor_unit_name"]) == ("高静", "教育局")


def test_what_is_not_found_is_named_in_the_readers_language(office: Office) -> None:
    with office.reading() as tx, pytest.raises(NotFound) as told:
        tasks.open_task(tx, 999, office.actor("gao"))
    assert told.value.tell() == "未找到：任务 999"
    assert told.value.tell("en") == "Not found: task 999"
    assert told.value.facts["kind"] == "task"
