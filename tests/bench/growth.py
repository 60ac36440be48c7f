"""What grows: many children of one activity, many rounds of one loop, many definitions and instances in memory."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench import diagrams
from tests.bench.steps import CLERK
from webapp.clock import world_now
from workflows.engine import Bundle, Instance, Source, Surroundings, compile_bundle
from workflows.settings import Settings
from workflows.store.tables import task
from workflows.usecases import definitions, instances, tasks
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime


@contextmanager
def _started(process: str, drawn: bytes, variables: Mapping[str, Any]) -> Iterator[tuple[Runtime, int]]:
    """An instance in an office of its own on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        runtime = Runtime.open(Settings(data_dir=Path(folder), jobs="inline"), {}, upgrade=True)
        with runtime.transaction() as tx:
            definitions.deploy(tx, [Source(f"{process}.bpmn", drawn)], SYSTEM)
        with runtime.transaction() as tx:
            started = instances.start(tx, process, None, CLERK, variables=variables)
        yield runtime, started
        runtime.close()


def _complete_open(runtime: Runtime, started: int) -> list[float]:
    """Complete what is open now, one task a transaction; CPU seconds of each."""
    with runtime.reading() as tx:
        query = sa.select(task.c.id).where(task.c.instance_id == started, task.c.state == "open")
        opened = list(tx.db.execute(query.order_by(task.c.id)).scalars())
    spent = []
    for task_id in opened:
        begun = time.process_time()
        with runtime.transaction() as tx:
            tasks.complete(tx, task_id, None, CLERK)
        spent.append(time.process_time() - begun)
    return spent


def multi_instance() -> dict[str, float]:
    """CPU milliseconds a child, all children completed one by one, each persisted; the last child's end included."""
    figures = {}
    for count in (100, 1000):
        people = {"people": [f"person {number}" for number in range(count)]}
        with _started("bench_many", diagrams.many(), people) as (runtime, started):
            spent = _complete_open(runtime, started)
        assert len(spent) == count
        figures[f"multi_instance.{count}.cpu_ms_per_child"] = round(statistics.mean(spent) * 1e3, 3)
    ratio = figures["multi_instance.1000.cpu_ms_per_child"] / figures["multi_instance.100.cpu_ms_per_child"]
    return {**figures, "multi_instance.1000.ratio_to_100": round(ratio, 2)}


def loop() -> dict[str, float]:
    """A correction loop of 1000 rounds: CPU milliseconds a step in the first and the last rounds (medians of 50 rounds)."""
    with _started("bench_loop", diagrams.loop(), {"again": True}) as (runtime, started):
        rounds = [
            sum(_complete_open(runtime, started) + _complete_open(runtime, started)) for _ in range(1000)
        ]
    first, last = statistics.median(rounds[:50]), statistics.median(rounds[-50:])
    return {
        "loop.1000.first_cpu_ms": round(first / 2 * 1e3, 3),
        "loop.1000.last_cpu_ms": round(last / 2 * 1e3, 3),
        "loop.1000.ratio_to_first": round(last / first, 2),
    }


def start() -> dict[str, float]:
    """CPU milliseconds to start an instance and run it to its first task, without the database."""
    bundle, around = _bundle(), Surroundings(world_now(), lambda call: None)
    runs = []
    for _ in range(5):
        begun = time.process_time()
        for _ in range(200):
            Instance.start(bundle, diagrams.START, around)
        runs.append((time.process_time() - begun) / 200)
    return {"engine.start.cpu_ms": round(statistics.median(runs) * 1e3, 3)}


def memory() -> dict[str, float]:
    """Kilobytes a cached definition (with all it calls and decides by) and a loaded instance take."""
    _bundle()  # what is imported and cached once does not count
    around = Surroundings(world_now(), lambda call: None)
    tracemalloc.start()
    before = _allocated()
    bundles = [_bundle() for _ in range(10)]
    of_bundles = (_allocated() - before) / len(bundles)
    blob = Instance.start(bundles[0], diagrams.START, around).dump()
    Instance.load(bundles[0], blob, around)
    before = _allocated()
    loaded = [Instance.load(bundles[0], blob, around) for _ in range(200)]
    of_instances = (_allocated() - before) / len(loaded)
    tracemalloc.stop()
    return {
        "memory.definition.kb": round(of_bundles / 1024, 1),
        "memory.instance.kb": round(of_instances / 1024, 2),
    }


def _allocated() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _bundle() -> Bundle:
    return compile_bundle("bench_main", [Source(name, content) for name, content in diagrams.ours().items()])
