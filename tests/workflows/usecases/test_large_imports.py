"""A table of many records: checked by a job, stopped, taken up again, told of at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import Office, request_target
from tests.workflows.usecases.test_imports import count, rows, stored, table
from workflows.store.tables import import_batch, import_record, instance
from workflows.usecases import (
    import_batches,
    import_checking,
    import_keeping,
    import_targets,
    imports,
    inbox,
    jobs,
    withdrawals,
)
from workflows.usecases.pace import Pace
from workflows.usecases.views import BatchView

MANY = 12


@pytest.fixture(autouse=True)
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Already a dozen records are many."""
    for module in (import_batches, import_checking, imports):
        monkeypatch.setattr(module, "MANY", MANY - 1)
    monkeypatch.setattr(import_checking, "_SMALL", 0)
    monkeypatch.setattr(import_checking, "_EVERY", 5)
    monkeypatch.setattr(import_keeping, "_FIRST", 5)
    import_targets.register(request_target())
    yield
    del import_targets.IMPORT_TARGETS["request"]


def upload(office: Office, content: bytes) -> int:
    gao = office.actor("gao")
    with office.reading() as tx:
        long = import_checking.at_length(tx, content, "汇总表.xlsx", "request", gao)
    assert long is not None
    staged = imports.stage(office.runtime, long)
    with office.transaction() as tx:
        return import_checking.begin(tx, staged, gao)


def seen(office: Office, batch_id: int) -> BatchView:
    with office.reading() as tx:
        return imports.progress(tx, batch_id, office.actor("gao"))


def told(office: Office) -> list[str]:
    with office.reading() as tx:
        return [each.text for each in inbox.notices(tx, office.actor("gao"))]


def nobody_works(monkeypatch: pytest.MonkeyPatch, job: str) -> None:
    monkeypatch.setitem(jobs.JOBS, job, lambda runtime, batch_id: None)  # type: ignore[arg-type]


def test_a_job_checks_a_long_table_and_a_notice_says_so(office: Office) -> None:
    batch_id = upload(office, table([*rows(MANY), ("坏", "没有局", "1", "")]))
    batch = seen(office, batch_id)
    assert (batch.state, batch.total) == ("preview", MANY + 1)
    with office.reading() as tx:
        found = imports.load(tx, batch_id, office.actor("gao"))
    assert (found.counts["right"], found.counts["wrong"]) == (MANY, 1)
    assert told(office) == [f"“汇总表.xlsx”已核对：{MANY} 条可以导入，1 条有误"]


def test_a_short_table_is_checked_at_once(office: Office) -> None:
    with office.reading() as tx:
        content = table(rows(3))
        assert import_checking.at_length(tx, content, "表.xlsx", "request", office.actor("gao")) is None


def test_a_check_whose_worker_died_begins_anew_and_keeps_each_record_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(import_batches, "show", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        dying.setattr(import_checking, "import_notices", None)
        with pytest.raises(KeyboardInterrupt):
            upload(office, table(rows(MANY)))
    with office.reading() as tx:
        ((batch_id, key),) = import_checking.waiting(tx)
    assert key.startswith(f"check:{batch_id}:")
    assert count(office, import_record) == MANY
    import_checking.run(office.runtime, batch_id)
    import_checking.run(office.runtime, batch_id)
    assert count(office, import_record) == MANY
    assert seen(office, batch_id).state == "preview"
    assert len(told(office)) == 1


def test_of_two_workers_that_check_one_table_one_shows_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as idle:
        nobody_works(idle, import_checking.JOB)
        batch_id = upload(office, table(rows(MANY)))
    with office.reading() as tx:
        gao = office.actor("gao")
        content = imports.workbook(tx, batch_id, gao)[1]
        found = imports.preview(tx, content, "汇总表.xlsx", "request", gao)
    chunks: list[int] = []

    class Overtaken(Pace):
        """Before the second chunk another worker does it all."""

        @contextmanager
        def chunk(self) -> Iterator[int]:
            chunks.append(self.size)
            if len(chunks) == 2:
                assert import_keeping.write(office.runtime, batch_id, found, gao)
            with super().chunk() as size:
                yield size

    monkeypatch.setattr(import_keeping, "Pace", Overtaken)
    assert import_keeping.write(office.runtime, batch_id, found, gao) is False
    assert count(office, import_record) == MANY
    assert seen(office, batch_id).state == "preview"


def test_a_long_table_read_anew_is_read_by_a_job_with_what_was_said(office: Office) -> None:
    gao = office.actor("gao")
    batch_id = upload(office, table(rows(MANY)))
    with office.transaction() as tx:
        found = imports.read_again(tx, batch_id, gao, layouts={"x": {}})
        imports.renew(tx, batch_id, found, gao)
    assert (seen(office, batch_id).state, count(office, import_record)) == ("preview", MANY)
    assert len(told(office)) == 2


def test_a_long_table_is_read_anew_as_often_as_somebody_asks(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Confirmed without a change, the queue would take a second job of the same key for one it has done."""
    keys: list[str] = []
    submit = jobs.submit
    monkeypatch.setattr(jobs, "submit", lambda *asked: (keys.append(asked[3]), submit(*asked)))
    gao = office.actor("gao")
    batch_id = upload(office, table(rows(MANY)))
    for _time in range(2):
        with office.transaction() as tx:
            imports.renew(tx, batch_id, imports.read_again(tx, batch_id, gao), gao)
    checks = [key for key in keys if key.startswith("check:")]
    assert len(set(checks)) == len(checks) == 3


def test_a_check_overtaken_at_its_end_shows_nothing_half(office: Office) -> None:
    gao = office.actor("gao")
    batch_id = upload(office, table(rows(MANY)))
    with office.transaction() as tx:
        found = imports.read_again(tx, batch_id, gao)
        tx.db.execute(sa.update(import_batch).values(state="checking", done=0))
        assert import_batches.show(tx, batch_id, found, gao) is False
        imports.discard(tx, batch_id, gao)
        assert import_batches.show(tx, batch_id, found, gao) is False


def test_a_check_that_is_put_aside_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as idle:
        nobody_works(idle, import_checking.JOB)
        batch_id = upload(office, table(rows(MANY)))
    with office.transaction() as tx:
        imports.discard(tx, batch_id, office.actor("gao"))
    import_checking.run(office.runtime, batch_id)
    import_keeping.clear(office.runtime)
    assert (count(office, import_batch), count(office, import_record), stored(office)) == (0, 0, [])
    assert told(office) == []


def test_a_long_table_that_only_its_check_refuses_says_why_and_its_bytes_are_gone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if what is looked for at the upload had been overlooked there."""
    monkeypatch.setattr(import_checking, "refuse_stopped", lambda *_: None)
    with monkeypatch.context() as idle:
        nobody_works(idle, import_checking.JOB)
        batch_id = upload(
            office,
            table(
                [(*row, "否") for row in rows(MANY)] + [("甲", "教育局", "1", "", "是")],
                header=("事由", "申请单位", "金额", "开始日期", "涉密"),
            ),
        )
    import_checking.run(office.runtime, batch_id)
    batch = seen(office, batch_id)
    assert batch.state == "refused"
    assert "涉密" in batch.refusal["zh"]
    assert stored(office) == []
    assert "未能核对" in told(office)[0]


def test_a_stopped_import_keeps_what_is_in_and_begins_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, gao = table(rows(MANY)), office.actor("gao")
    batch_id = upload(office, content)
    with monkeypatch.context() as idle:
        nobody_works(idle, "run_import")
        with office.transaction() as tx:
            imports.accept(tx, batch_id, gao)
    with office.transaction() as tx:
        imports.run_chunk(tx, batch_id, 5)
    with office.transaction() as tx:
        imports.stop(tx, batch_id, gao)
    jobs.run_import(office.runtime, batch_id)
    batch = seen(office, batch_id)
    assert (batch.state, batch.done, batch.stopped_by_name) == ("stopped", 5, "高静")
    assert count(office, instance) == 5
    assert f"(批次 {batch_id})已由高静停止导入：已导入 5 条" in told(office)[0]
    with office.reading() as tx:
        assert imports.some_records(tx, batch_id, gao, "skipped", 1, 10).total == MANY - 5
    again = upload(office, content)
    counts = seen(office, again).counts
    assert [counts[key] for key in ("records", "new", "unchanged")] == [MANY, MANY - 5, 5]
    with office.transaction() as tx:
        assert withdrawals.withdraw(tx, batch_id, gao, "停止") == 5


def test_the_end_of_a_long_import_is_told(office: Office) -> None:
    batch_id = upload(office, table(rows(MANY)))
    with office.transaction() as tx:
        imports.accept(tx, batch_id, office.actor("gao"))
    assert told(office)[0] == f"“汇总表.xlsx”(批次 {batch_id})已导入 {MANY} 条"
    with office.reading() as tx:
        notice = inbox.notices(tx, office.actor("gao"))[0]
        states = tx.db.execute(sa.select(import_record.c.state).distinct()).scalars().all()
    assert notice.batch_id == batch_id
    assert states == ["done"]
