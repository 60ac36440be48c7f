"""A completed user task costs at most eight statements on either database; a form adds one for each table it fills.

Not counted is what begins and ends the transaction: SQLite's BEGIN IMMEDIATE, and the row lock that stands for it on
PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.bench import diagrams
from tests.workflows.usecases.conftest import Office, posted
from workflows.engine import Source
from workflows.settings import Settings
from workflows.store.tables import instance_part, task
from workflows.usecases import definitions, instances, tasks
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.runtime import Runtime

LIMIT = 8
CLERK = Actor(None, "bench", "测试", None, "", frozenset({"unit_clerk", "review_clerk"}))


@pytest.fixture
def runtime(settings: Settings, ready_url: str) -> Iterator[Runtime]:
    """An application without people, for diagrams of any group."""
    assert settings.database_url == ready_url
    opened = Runtime.open(settings, {})
    yield opened
    opened.close()


@contextmanager
def statements(runtime: Runtime) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        if not text.startswith("BEGIN") and not text.endswith(("FOR UPDATE", "OF instance_state")):
            sent.append(" ".join(text.split())[:120])

    sa.event.listen(runtime.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(runtime.engine, "before_cursor_execute", note)


def open_tasks(runtime: Runtime, instance_id: int) -> list[int]:
    with runtime.reading() as tx:
        query = sa.select(task.c.id).where(task.c.instance_id == instance_id, task.c.state == "open")
        return list(tx.db.execute(query.order_by(task.c.id)).scalars())


def complete_all(runtime: Runtime, started: int) -> list[list[str]]:
    """Complete tasks one by one until none is open; the statements of each."""
    listed = []
    while opened := open_tasks(runtime, started):
        with statements(runtime) as sent, runtime.transaction() as tx:
            tasks.complete(tx, opened[0], None, CLERK)
        listed.append(sent)
    return listed


def test_each_task_of_the_measured_diagram(runtime: Runtime) -> None:
    with runtime.transaction() as tx:
        definitions.deploy(tx, [Source(name, text) for name, text in diagrams.ours().items()], SYSTEM)
    with runtime.transaction() as tx:
        started = instances.start(tx, "bench_main", None, CLERK, variables=diagrams.START)
    listed = complete_all(runtime, started)
    assert len(listed) == 7
    for sent in listed:
        assert len(sent) <= LIMIT, "\n".join(sent)


def test_a_form_with_a_decision_fills_each_table_once(office: Office) -> None:
    request = posted("request", office, subject="调研", applicant_unit="教育局", amount="1200.50")
    with office.transaction() as tx:
        started = instances.start(tx, "leave", request, office.actor("gao"))
    form = posted("verdict", office, decision="agree", opinion="同意用车。")
    clerk = office.actor("zhou")
    [opened] = open_tasks(office.runtime, started)
    with statements(office.runtime) as sent, office.transaction() as tx:
        tasks.complete(tx, opened, form, clerk)
    # "UPDATE task", "INSERT INTO task", ...: verb and table
    kinds = [" ".join(text.replace("INTO ", "").replace("FROM ", "").split()[:2]) for text in sent]
    assert len(set(kinds)) == len(kinds), "\n".join(sent)
    assert len(sent) <= LIMIT + len({"submission", "opinion", "wait"}), "\n".join(sent)


@pytest.mark.parametrize("count", [20, 60])
def test_one_child_of_many_is_loaded_and_written_alone(runtime: Runtime, count: int) -> None:
    with runtime.transaction() as tx:
        definitions.deploy(tx, [Source("many.bpmn", diagrams.many())], SYSTEM)
    with runtime.transaction() as tx:
        people = [f"p{number}" for number in range(count)]
        started = instances.start(tx, "bench_many", None, CLERK, variables={"people": people})
    kept = sa.select(sa.func.count()).select_from(instance_part)
    with runtime.reading() as tx:
        assert tx.db.execute(kept).scalar() == count
    *children, _last, after = complete_all(runtime, started)
    assert len(children) == count - 1
    for sent in [*children, after]:
        assert len(sent) <= LIMIT, "\n".join(sent)
    with runtime.reading() as tx:
        assert tx.db.execute(kept).scalar() == 0
        found = instances.view(tx, started, SYSTEM)
    assert found.status == "completed"
    assert [each["person"] for each in found.variables["consult_results"]] == people


def test_what_is_read_between_two_steps_leaves_the_writers_connection_alone(tmp_path: Path) -> None:
    """A connection that now may write, now may not, has SQLite prepare all of its statements anew."""
    runtime = Runtime.open(Settings(data_dir=tmp_path, jobs="inline"), {}, upgrade=True)
    sent: list[str] = []
    with runtime.transaction() as tx:
        driver = tx.db.connection.dbapi_connection
        assert driver is not None
        driver.set_trace_callback(sent.append)
    with runtime.reading() as tx:
        assert tx.db.scalar(sa.select(sa.func.count()).select_from(task)) == 0
    with runtime.transaction() as tx:
        assert tx.db.connection.dbapi_connection is driver
    assert sent == ["COMMIT", "BEGIN IMMEDIATE", "COMMIT"]
    runtime.close()
