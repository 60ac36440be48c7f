"""The examples of the manual: they pass the check without a finding, run in memory, and run in an office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from forms.binding import bind
from forms.feel import World
from forms.feel.calendar import china
from workflows.admission import shipped
from workflows.admission.package import open_office
from workflows.engine import Source, check, try_run
from workflows.settings import Settings
from workflows.store.tables import account, account_role
from workflows.usecases import accounts, definitions, inbox, instances, tasks, units
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime, Transaction

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
PEOPLE = {"wu": "unit_clerk", "zheng": "unit_head", "zhou": "unit_leader"}
REQUEST: Mapping[str, Any] = {
    "applicant_name": "吴桂玉",
    "leave_kind": "personal",
    "first_day": "2026-03-23",
    "last_day": "2026-03-27",
    "days": "5",
    "reason": "家中有事",
}


def sources() -> list[Source]:
    """The files a reader of the manual uploads together."""
    kept = (path for path in sorted(FOLDER.iterdir()) if path.suffix in (".bpmn", ".dmn", ".form"))
    return [Source(path.name, path.read_bytes()) for path in kept]


def attempt(at: datetime, days: int, *answers: tuple[str, dict[str, Any]]) -> tuple[str, ...]:
    result = try_run(sources(), data={"days": days}, answers=answers, world=World(at, china()))
    assert result.status == "completed", (result.error, result.waiting)
    return result.ends


def test_the_check_has_nothing_to_say_about_the_examples() -> None:
    reports = check(sources(), known=shipped.known())
    assert {report.file for report in reports} == {"leave.bpmn", "leave_decision.form", "leave_request.form"}
    assert [(report.file, each.element, each.en) for report in reports for each in report.findings] == []


def test_a_short_leave_ends_with_the_section_head(at: datetime) -> None:
    assert attempt(at, 3, ("head", {"decision": "agree"})) == ("End_short",)
    assert attempt(at, 3, ("head", {"decision": "refuse"})) == ("End_no",)


def test_a_long_leave_goes_to_the_leader_who_may_send_it_back(at: datetime) -> None:
    agreed = ("head", {"decision": "agree"})
    assert attempt(at, 5, agreed, ("leader", {"decision": "agree"})) == ("End_yes",)
    assert attempt(at, 5, agreed, ("leader", {"decision": "refuse"})) == ("End_no",)
    again = attempt(at, 5, agreed, ("leader", {"decision": "return"}), ("mend", {"days": 2}), agreed)
    assert again == ("End_short",)


# ------------------------------------------------------------------ in an office
@pytest.fixture
def office(ready_url: str, tmp_path: Path, at: datetime) -> Iterator[Runtime]:
    """One department with a clerk, a section head and a leader; the examples deployed, nothing else."""
    runtime = open_office(Settings(database_url=ready_url, data_dir=tmp_path, jobs="inline"))
    try:
        with runtime.transaction(at=at) as tx:
            court = units.create(tx, "区人民法院", "申请单位", None, SYSTEM)
            for username, role in PEOPLE.items():
                _person(tx, username, role, court)
            definitions.deploy(tx, sources(), SYSTEM)
        yield runtime
    finally:
        runtime.close()


def _person(tx: Transaction, username: str, role: str, unit_id: int) -> None:
    row = {"username": username, "name": username, "unit_id": unit_id, "password_hash": "-"}
    row |= {"password_changed_at": tx.at, "must_change": False, "enabled": True, "created_at": tx.at}
    made = tx.db.execute(account.insert().returning(account.c.id), row).scalar_one()
    tx.db.execute(account_role.insert(), {"account_id": made, "role": role})


def ask(office: Runtime, at: datetime, **changes: Any) -> int:
    """The clerk asks for leave; returns the instance."""
    with office.transaction(at=at) as tx:
        actor = accounts.actor_named(tx, "wu")
        bound = bind(
            definitions.start_form(tx, "leave"),
            {**REQUEST, **changes},
            instances.start_setting(tx, "leave", actor),
        )
        assert bound.submission is not None, [fault.tell() for fault in bound.faults]
        return instances.start(tx, "leave", bound.submission, actor)


def do(office: Runtime, at: datetime, who: str, **posted: Any) -> str:
    """Complete the only open task of a person; returns its element."""
    with office.transaction(at=at) as tx:
        actor = accounts.actor_named(tx, who)
        (item,) = inbox.todo(tx, actor, None, 1, 20).items
        view = tasks.open_task(tx, item.task_id, actor)
        bound = bind(view.form, posted, tasks.setting(tx, view))
        assert bound.submission is not None, [fault.tell() for fault in bound.faults]
        tasks.complete(tx, view.id, bound.submission, actor, version=view.version)
        return str(item.element)


def test_a_clerk_asks_and_head_and_leader_agree(office: Runtime, at: datetime) -> None:
    instance_id = ask(office, at)
    assert do(office, at, "zheng", decision="return", opinion="请改为 4 天") == "head"
    assert do(office, at, "wu", **{**REQUEST, "days": "4"}) == "mend"
    assert do(office, at, "zheng", decision="agree") == "head"
    assert do(office, at, "zhou", decision="agree", opinion="同意") == "leader"
    with office.reading(at=at) as tx:
        view = instances.view(tx, instance_id, accounts.actor_named(tx, "wu"))
        assert (view.status, view.outcome, view.title) == ("completed", "准假", "请假：吴桂玉")
        assert [(said.box, said.signer) for said in view.opinions][-1] == ("leader_opinion", "zhou")
        assert view.submission("leave_request").values["days"] == 4


def test_a_personal_leave_needs_its_reason_and_more_days_than_fit_warn(office: Runtime, at: datetime) -> None:
    with office.reading(at=at) as tx:
        setting = instances.start_setting(tx, "leave", accounts.actor_named(tx, "wu"))
        form = definitions.start_form(tx, "leave")
    without = bind(form, {**REQUEST, "reason": ""}, setting)
    assert [(fault.field, fault.code) for fault in without.faults] == [("reason", "required")]
    assert bind(form, REQUEST, setting).faults == ()
    many = bind(form, {**REQUEST, "days": "6"}, setting)
    assert [(fault.field, fault.severity) for fault in many.faults] == [("days", "warning")]
    assert many.submission is not None
