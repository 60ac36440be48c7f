"""代录: a clerk enters what a leader decided on paper, and can do nothing else with the leader's task."""

from __future__ import annotations

from typing import Any

import pytest

from forms.binding import bind
from workflows.engine import check
from workflows.engine.model import Known, Source
from workflows.usecases import inbox, tasks
from workflows.usecases.errors import NotAllowed, OnlyToRecord


def recordable(office: Any, who: str) -> list[Any]:
    with office.reading() as tx:
        return list(inbox.recordable(tx, office.actor(tx, who)).items)


def record(office: Any, who: str, task_id: int, **posted: Any) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        actor = office.actor(tx, who)
        view = tasks.open_task(tx, task_id, actor)
        bound = bind(view.form, posted, tasks.setting(tx, view, "table"))
        assert bound.submission is not None, [(f.field, f.tell()) for f in bound.faults]
        tasks.complete(tx, task_id, bound.submission, actor, version=view.version)


def at_the_leader(office: Any) -> int:
    instance_id: int = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.do("chief", "chief", decision="agree")
    return instance_id


def test_a_clerk_records_what_the_leader_signed_on_paper(office: Any) -> None:
    instance_id = at_the_leader(office)
    (item,) = recordable(office, "clerk")
    assert (item.element, office.todo("clerk")) == ("leader", [])
    record(office, "clerk", item.task_id, decision="agree", decided_by="王振华", decided_on="2026-03-13")
    view = office.view(instance_id)
    assert view.opinions[-1].signed == "王振华(clerk代录)"
    assert any(line.text == "王振华(clerk代录)办理了“分管局领导签批”：同意准入" for line in view.history)
    assert recordable(office, "clerk") == []
    assert office.todo("leader") == []


def test_a_units_clerk_records_for_its_own_head_and_leader_only(
    office: Any, application: dict[str, Any]
) -> None:
    office.start("court", "apply", application)
    (item,) = recordable(office, "court")
    assert item.element == "unit_head"
    assert recordable(office, "school") == []
    record(office, "court", item.task_id, decision="agree", decided_by="郑凯", decided_on="2026-03-16")
    assert [each.element for each in recordable(office, "court")] == ["unit_leader"]


def test_the_figures_count_what_may_be_recorded_apart(office: Any) -> None:
    at_the_leader(office)
    with office.reading() as tx:
        counts = inbox.counts(tx, office.actor(tx, "clerk"))
        leaders = inbox.counts(tx, office.actor(tx, "leader"))
    assert (counts.todo, counts.recordable) == (0, 1)
    assert (leaders.todo, leaders.recordable) == (1, 0)


def test_the_recorders_page_has_recording_switched_on_and_fixed(office: Any) -> None:
    at_the_leader(office)
    (item,) = recordable(office, "clerk")
    with office.reading() as tx:
        view = tasks.open_task(tx, item.task_id, office.actor(tx, "clerk"))
        bound = bind(view.form, {"decision": "agree", "recorded": "false"}, tasks.setting(tx, view))
        leaders = tasks.open_task(tx, item.task_id, office.actor(tx, "leader"))
    assert (view.recording, view.may_complete, view.may_claim, view.may_manage) == (True, True, False, False)
    assert {fault.field for fault in bound.faults} == {"decided_by", "decided_on", "decision_scan"}
    assert (leaders.recording, leaders.form.field("recorded").readonly) == (False, False)


def test_what_is_no_record_of_a_paper_is_refused(office: Any) -> None:
    at_the_leader(office)
    (item,) = recordable(office, "clerk")
    with office.runtime.transaction(at=office.at) as tx:
        leader = office.actor(tx, "leader")
        view = tasks.open_task(tx, item.task_id, leader)
        plain = bind(view.form, {"decision": "agree"}, tasks.setting(tx, view)).submission
        with pytest.raises(OnlyToRecord) as refused:
            tasks.complete(tx, item.task_id, plain, office.actor(tx, "clerk"))
        assert "只能代录" in refused.value.tell("zh")
        for act in (tasks.claim, tasks.unclaim):
            with pytest.raises(NotAllowed):
                act(tx, item.task_id, office.actor(tx, "clerk"))


def test_others_still_cannot(office: Any) -> None:
    at_the_leader(office)
    (item,) = recordable(office, "clerk")
    for who in ("court", "seal", "grid"):
        assert recordable(office, who) == []
    with office.runtime.transaction(at=office.at) as tx:
        view = tasks.open_task(tx, item.task_id, office.actor(tx, "clerk"))
        posted = {"decision": "agree", "decided_by": "王振华", "decided_on": "2026-03-13"}
        paper = bind(view.form, posted, tasks.setting(tx, view, "table")).submission
        assert paper is not None
        for who in ("court", "seal"):
            with pytest.raises(NotAllowed):
                tasks.complete(tx, item.task_id, paper, office.actor(tx, who))


def test_a_task_the_leader_has_claimed_can_still_be_recorded(office: Any) -> None:
    at_the_leader(office)
    (item,) = recordable(office, "clerk")
    with office.runtime.transaction(at=office.at) as tx:
        tasks.claim(tx, item.task_id, office.actor(tx, "leader"))
    record(office, "clerk", item.task_id, decision="agree", decided_by="leader", decided_on="2026-03-16")
    assert office.todo("leader") == []


def test_the_check_knows_the_recorders_groups() -> None:
    from workflows.admission import shipped
    from workflows.admission.roles import ROLES

    files = {each.name: each for each in shipped.sources()}
    wrong = files["review.bpmn"].content.replace(
        b'name="recorders" value="review_clerk"', b'name="recorders" value="scribe"'
    )
    beside = [each for name, each in files.items() if name != "review.bpmn"]
    (report,) = check([Source("review.bpmn", wrong)], beside, Known(groups=frozenset(ROLES)))
    found = [each for each in report.findings if each.rule == "recorders.unknown"]
    assert {each.element for each in found} == {"chief", "leader"}
    assert "scribe" in found[0].zh


def test_a_task_that_nobody_can_do_says_so(office: Any) -> None:
    from workflows.store.tables import account

    instance_id = at_the_leader(office)
    assert [task.nobody for task in office.view(instance_id).tasks] == [False]
    with office.runtime.transaction(at=office.at) as tx:
        tx.db.execute(account.update().where(account.c.username == "leader").values(enabled=False))
    (task,) = office.view(instance_id).tasks
    assert (task.nobody, task.candidates) == (True, ("准入审核分管领导",))


def test_the_to_do_list_shows_the_unit_applied_for(office: Any, application: dict[str, Any]) -> None:
    office.start("clerk", "apply", application, for_unit="区人民法院")
    with office.reading() as tx:
        (item,) = inbox.todo(tx, office.actor(tx, "clerk")).items
    assert (item.applicant_unit_name, item.initiator_unit_name) == ("区人民法院", "区民政局社区科")


def test_a_task_of_one_person_asks_nobody_to_claim_it(office: Any) -> None:
    at_the_leader(office)
    (item,) = recordable(office, "clerk")
    with office.reading() as tx:
        assert tasks.open_task(tx, item.task_id, office.actor(tx, "leader")).several is False
