"""What ends several open tasks at once: a withdrawal, a cancellation."""

from __future__ import annotations

from typing import Any

from workflows.usecases import instances, tasks


def both_review(office: Any) -> int:
    """An application that waits for the bureau's clerk and the grid centre."""
    instance_id = office.apply(executor=["community", "grid"])
    office.receive()
    assert office.todo("clerk") == ["clerk"]
    assert office.todo("grid") == ["grid"]
    return instance_id


def test_a_withdrawal_during_the_joint_review_closes_both_tasks(office: Any) -> None:
    instance_id = both_review(office)
    office.send("court", instance_id, "withdraw", "另行安排")
    assert (office.view(instance_id).status, office.view(instance_id).outcome) == ("completed", "已撤回")
    assert office.todo("clerk") == office.todo("grid") == []


def test_a_cancellation_during_the_joint_review_closes_both_tasks(office: Any) -> None:
    instance_id = both_review(office)
    with office.runtime.transaction(at=office.at) as tx:
        instances.cancel(tx, instance_id, office.actor(tx, "clerk"), "重复申请")
    assert office.view(instance_id).status == "cancelled"
    assert office.todo("clerk") == office.todo("grid") == []


def test_what_a_parallel_branch_said_later_stays_when_the_other_is_returned(office: Any) -> None:
    instance_id = office.apply(executor=["grid"])
    office.receive()
    office.do("clerk", "clerk", decision="agree", opinion="拟同意")
    office.later(hours=1)
    office.do("grid", "grid", decision="agree", opinion="可派单")
    with office.runtime.transaction(at=office.at) as tx:
        chief = office.actor(tx, "chief")
        (item,) = office._items(tx, "chief")
        tasks.return_to(tx, item.task_id, "clerk", "请再核对", chief)
    said = {each.text for each in office.view(instance_id).opinions}
    assert "可派单" in said
    assert "拟同意" not in said
    assert office.todo("grid") == []
    office.do("clerk", "clerk", decision="agree", opinion="核对无误")
    assert office.todo("chief") == ["chief"]
    assert "可派单" in {each.text for each in office.view(instance_id).opinions}
