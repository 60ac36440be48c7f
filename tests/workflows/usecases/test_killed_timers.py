"""A worker is killed again and again while timers come due: none is lost, none fires twice, and they keep their order."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.usecases.conftest import PERMISSIONS, SERVICES, TITLES, Office
from tests.workflows.usecases.drawn import deploy
from workflows.settings import Settings
from workflows.store.tables import history, incident, instance, notice, number, timer
from workflows.usecases import instances, workers
from workflows.usecases.runtime import Runtime

pytestmark = pytest.mark.slow

KILLS = 12
TIMERS = 60
STARTS = 6
ALL = TIMERS + STARTS
PRELOADED = [
    "tests.workflows.usecases.conftest",
    "workflows.usecases.jobs",
    "workflows.engine.instance",
    "dbos",
]
FORKED = multiprocessing.get_context("forkserver")


def work(settings: Settings) -> None:
    """A real worker, in a process of its own."""
    runtime = Runtime.open(
        settings, {**SERVICES, "give_number": slowly}, permissions=PERMISSIONS, titles=TITLES
    )
    workers.start_worker(runtime)
    while True:
        time.sleep(1)


def slowly(tx: Any, call: Any, ref: Any) -> Mapping[str, Any] | None:
    """Takes its time, so that a kill often hits the middle of a transaction."""
    given = SERVICES["give_number"](tx, call, ref)
    time.sleep(0.01)
    return given


class Worker:
    """A worker process of this test."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.process = FORKED.Process(target=work, args=(replace(settings, worker_id=name),), daemon=True)
        self.process.start()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


@pytest.fixture
def due(office: Office, at: datetime) -> Iterator[dict[int | str, datetime]]:
    """Instances with a timer each, in no order, and processes that begin by the clock between them.

    Instance id, or process -> when it is due. By now all are.
    """
    FORKED.set_forkserver_preload(PRELOADED)
    deploy(
        office,
        'start s\nintermediateCatchEvent t name="等候" | <bpmn:timerEventDefinition><bpmn:timeDuration>${wait}</bpmn:timeDuration></bpmn:timerEventDefinition>\n'
        'serviceTask f name="编号" camunda:delegateExpression="${give_number}"\nend e',
        "s -> t -> f -> e",
    )
    minutes = list(range(1, TIMERS + 1))
    random.Random(7).shuffle(minutes)
    found: dict[int | str, datetime] = {}
    for number_of in range(STARTS):
        moment = at + timedelta(minutes=10 * number_of, seconds=30)
        begins = f"<bpmn:timerEventDefinition><bpmn:timeDate>{moment.isoformat()}</bpmn:timeDate></bpmn:timerEventDefinition>"
        drawing = f'start s | {begins}\nserviceTask f name="编号" camunda:delegateExpression="${{give_number}}"\nend e'
        deploy(office, drawing, "s -> f -> e", key=f"q{number_of}")
        found[f"q{number_of}"] = moment
    for each in minutes:
        with office.transaction() as tx:
            started = instances.start(tx, "p", None, office.actor("gao"), variables={"wait": f"PT{each}M"})
        found[started] = at + timedelta(minutes=each)
    runtime = office.runtime
    runtime.settings = replace(runtime.settings, jobs="external", now=at + timedelta(days=1))
    yield found
    with suppress(Exception):
        runtime.settings = replace(runtime.settings, jobs="inline")


def fired(office: Office) -> list[int | str]:
    """Instances whose timer fired and processes that began, in the order in which they did."""
    began = sa.and_(history.c.event == "started", instance.c.process_key.startswith("q"))
    query = sa.select(instance.c.process_key, instance.c.id).join(
        history, history.c.instance_id == instance.c.id
    )
    query = query.where(sa.or_(history.c.event == "timer", began)).order_by(history.c.id)
    with office.reading() as tx:
        return [row.id if row.process_key == "p" else row.process_key for row in tx.db.execute(query)]


def wait_for(office: Office, count: int) -> None:
    end = time.monotonic() + 120
    while len(fired(office)) < count:
        assert time.monotonic() < end, f"only {len(fired(office))} of {count} fired"
        time.sleep(0.005)


@pytest.mark.parametrize("overlapping", [False, True], ids=["one at a time", "two at once"])
def test_workers_killed_at_random_points_lose_no_timer_and_fire_none_twice(
    office: Office, due: dict[int | str, datetime], overlapping: bool
) -> None:
    chance = random.Random(f"{overlapping}")
    settings = office.runtime.settings
    goals = sorted(chance.sample(range(ALL), KILLS))
    alive = [Worker(settings, "w0")]
    try:
        for number_of, goal in enumerate(goals, start=1):
            if overlapping:
                alive.append(Worker(settings, f"w{number_of % 3}"))
            wait_for(office, goal)
            time.sleep(chance.uniform(0, 0.03))
            alive.pop(0).kill()
            if not overlapping:
                alive.append(Worker(settings, "w0"))
        wait_for(office, ALL)
    finally:
        for each in alive:
            each.kill()
    order = fired(office)
    assert Counter(order) == Counter(list(due))
    if not overlapping:
        assert [due[each] for each in order] == sorted(due.values())
    with office.reading() as tx:
        mine = sa.or_(instance.c.process_key == "p", instance.c.process_key.startswith("q"))
        statuses = tx.db.execute(sa.select(instance.c.status).where(mine)).scalars()
        assert Counter(statuses) == {"completed": ALL}
        assert tx.db.execute(sa.select(sa.func.count()).select_from(number)).scalar_one() == ALL
        for empty in (timer, incident, notice):
            assert tx.db.execute(sa.select(empty)).all() == []
