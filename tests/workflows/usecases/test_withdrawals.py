"""An import is taken back: what nobody has acted on is cancelled, what moved stays and is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, request_target
from tests.workflows.usecases.test_imports import look, rows, table
from workflows.store.tables import instance
from workflows.usecases import (
    audit,
    import_targets,
    imports,
    inbox,
    instances,
    jobs,
    task_handing,
    withdrawals,
)
from workflows.usecases.errors import NotAllowed
from workflows.usecases.withdrawals import NothingToWithdraw, WithdrawnBefore


@pytest.fixture(autouse=True)
def target() -> Iterator[None]:
    import_targets.register(request_target())
    yield
    del import_targets.IMPORT_TARGETS["request"]


def taken_in(office: Office, many: int = 8) -> int:
    found = look(office, table(rows(many)))
    with office.transaction() as tx:
        return imports.accept(tx, found, office.actor("gao"))


def statuses(office: Office) -> list[str]:
    with office.reading() as tx:
        return list(tx.db.execute(sa.select(instance.c.status).order_by(instance.c.id)).scalars())


def take_back(office: Office, batch_id: int, username: str = "gao") -> int:
    with office.transaction() as tx:
        return withdrawals.withdraw(tx, batch_id, office.actor(username), "表格有误")


def seen(office: Office, batch_id: int, username: str = "gao") -> Any:
    with office.reading() as tx:
        return withdrawals.outlook(tx, batch_id, office.actor(username))


def act_on_one(office: Office) -> int:
    """Somebody claims the first task; returns its instance."""
    with office.reading() as tx:
        for username in ("wang", "zhou", "gao", "sun"):
            found = inbox.todo(tx, office.actor(username)).items
            if found:
                break
    with office.transaction() as tx:
        task_handing.claim(tx, found[0].task_id, office.actor(username))
    return int(found[0].instance_id)


def test_what_nobody_acted_on_is_cancelled_and_the_rest_stays_and_is_named(office: Office) -> None:
    batch_id = taken_in(office)
    moved = act_on_one(office)
    before = seen(office, batch_id)
    assert (len(before.free), [each.instance_id for each in before.staying]) == (7, [moved])
    assert "办理" in before.staying[0].zh
    assert take_back(office, batch_id) == 7
    assert sorted(statuses(office)) == ["cancelled"] * 7 + ["running"]
    after = seen(office, batch_id)
    assert (after.state, after.withdrawn, [each.instance_id for each in after.staying]) == (
        "withdrawn",
        7,
        [moved],
    )
    with office.reading() as tx:
        gone = next(each.instance_id for each in before.free)
        lines = [line.text for line in instances.view(tx, gone, office.actor("gao")).history]
        assert any("作废了该流程" in line for line in lines)
        facts = audit.listing(tx, office.actor("root"), event="imports.withdrawn").items[0].facts
    assert (facts["records"], facts["staying"], facts["reason"]) == (7, 1, "表格有误")


def test_twice_is_a_sentence(office: Office) -> None:
    batch_id = taken_in(office)
    take_back(office, batch_id)
    with pytest.raises(WithdrawnBefore) as told:
        take_back(office, batch_id)
    assert "已由高静于" in told.value.tell("zh")


def test_only_who_imported_it_or_the_administrator_takes_it_back(office: Office) -> None:
    batch_id = taken_in(office)
    with pytest.raises(NotAllowed):
        take_back(office, batch_id, "zhou")
    assert statuses(office) == ["running"] * 8


def test_a_killed_worker_goes_on_where_it_stood(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    batch_id = taken_in(office)
    with monkeypatch.context() as lost:
        lost.setitem(jobs.JOBS, withdrawals.JOB, lambda runtime, found: None)  # type: ignore[attr-defined]
        take_back(office, batch_id)
    with office.transaction() as tx:
        assert withdrawals.run_chunk(tx, batch_id) == 5
    with office.reading() as tx:
        assert withdrawals.waiting(tx) == [(batch_id, f"withdraw:{batch_id}")]
    withdrawals.run(office.runtime, batch_id)
    withdrawals.run(office.runtime, batch_id)
    assert statuses(office) == ["cancelled"] * 8
    assert seen(office, batch_id).withdrawn == 8


def test_what_moves_between_the_button_and_the_job_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = taken_in(office)
    with monkeypatch.context() as lost:
        lost.setitem(jobs.JOBS, withdrawals.JOB, lambda runtime, found: None)  # type: ignore[attr-defined]
        take_back(office, batch_id)
    act_on_one(office)
    withdrawals.run(office.runtime, batch_id)
    assert sorted(statuses(office)) == ["cancelled"] * 7 + ["running"]
    with office.reading() as tx:
        stayed = imports.records(tx, batch_id, office.actor("gao"), "done")
    assert [each.error.startswith("未撤销：已由") for each in stayed] == [True]


def test_the_same_table_may_be_imported_again_afterwards(office: Office) -> None:
    take_back(office, taken_in(office))
    taken_in(office)
    assert sorted(statuses(office)) == ["cancelled"] * 8 + ["running"] * 8


def test_where_all_has_moved_nothing_is_taken_back(office: Office) -> None:
    batch_id = taken_in(office, 1)
    act_on_one(office)
    with pytest.raises(NothingToWithdraw):
        take_back(office, batch_id)
