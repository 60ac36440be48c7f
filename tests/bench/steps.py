"""What a user task costs: in the engine alone, and as a whole step with history and read models on SQLite."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench import diagrams, stock
from webapp.clock import world_now
from workflows.engine import Bundle, Instance, Source, Surroundings, compile_bundle
from workflows.settings import Settings
from workflows.usecases import definitions, instances, running, tasks
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.runtime import Runtime

ROUNDS = 5
CLERK = Actor(None, "bench", "测试", None, "", frozenset({"unit_clerk", "review_clerk"}))


def engine() -> dict[str, float]:
    """CPU seconds of load, complete, dump of each user task without a database; ratio stock / ours, and bytes."""
    bundle = compile_bundle(
        "bench_main", [Source(name, content) for name, content in diagrams.ours().items()]
    )
    around = Surroundings(world_now(), lambda call: None)
    ours, stocks, sizes, stock_sizes = [], [], [], []
    for _ in range(ROUNDS):
        seconds, count, size = _walk(Instance, bundle, around, 30)
        ours.append(seconds / count)
        sizes.append(size)
        seconds, count, size = _walk(stock.StockInstance, bundle, around, 6)
        stocks.append(seconds / count)
        stock_sizes.append(size)
    mine, theirs = statistics.median(ours), statistics.median(stocks)
    return {
        "engine.user_task.cpu_ms": round(mine * 1e3, 3),
        "engine.user_task.stock_cpu_ms": round(theirs * 1e3, 3),
        "engine.user_task.ratio": round(theirs / mine, 2),
        "engine.state.bytes": round(statistics.mean(sizes)),
        "engine.state.stock_bytes": round(statistics.mean(stock_sizes)),
    }


def _walk(kind: Any, bundle: Bundle, around: Surroundings, times: int) -> tuple[float, int, float]:
    """CPU seconds, completed tasks and mean state size of `times` whole runs."""
    count, size, spent = 0, 0, 0.0
    for _ in range(times):
        blob = kind.start(bundle, diagrams.START, around).dump()
        while True:
            begun = time.process_time()
            instance = kind.load(bundle, blob, around)
            instance.complete(instance.open_keys[0], {})
            blob = instance.dump()
            spent += time.process_time() - begun
            count, size = count + 1, size + len(blob)
            if instance.status != "running":
                break
    return spent, count, size / count


def step() -> dict[str, float]:
    """The use case `tasks.complete` on SQLite, ours and with the stock engine and its JSON in its place.

    The ratio is of CPU seconds; that of the seconds on the clock stands beside it.
    """
    ours, stocks = [], []
    for _ in range(3):
        ours.append(_steps(Instance, 40))
        stocks.append(_steps(stock.StockInstance, 20))
    mine = statistics.median(wall for wall, _ in ours)
    theirs = statistics.median(wall for wall, _ in stocks)
    mine_cpu = statistics.median(cpu for _, cpu in ours)
    theirs_cpu = statistics.median(cpu for _, cpu in stocks)
    return {
        "step.user_task.per_second": round(1 / mine, 1),
        "step.user_task.stock_per_second": round(1 / theirs, 1),
        "step.user_task.cpu_ms": round(mine_cpu * 1e3, 3),
        "step.user_task.stock_cpu_ms": round(theirs_cpu * 1e3, 3),
        "step.user_task.ratio": round(theirs_cpu / mine_cpu, 2),
        "step.user_task.wall_ratio": round(theirs / mine, 2),
    }


def _steps(kind: Any, count: int) -> tuple[float, float]:
    """Wall and CPU seconds a step over `count` instances run to their ends, one transaction a task."""
    running.engine_class = kind
    try:
        with tempfile.TemporaryDirectory() as folder:
            runtime = Runtime.open(Settings(data_dir=Path(folder), jobs="inline"), {}, upgrade=True)
            sources = [Source(name, content) for name, content in diagrams.ours().items()]
            with runtime.transaction() as tx:
                definitions.deploy(tx, sources, SYSTEM)
            with runtime.transaction() as tx:
                started = [
                    instances.start(tx, "bench_main", None, CLERK, variables=diagrams.START)
                    for _ in range(count)
                ]
            done, begun, cpu = 0, time.perf_counter(), time.process_time()
            while open_tasks := _open_tasks(runtime, started):
                for task_id in open_tasks:
                    with runtime.transaction() as tx:
                        tasks.complete(tx, task_id, None, CLERK)
                    done += 1
            spent = (time.perf_counter() - begun) / done, (time.process_time() - cpu) / done
            runtime.close()
            return spent
    finally:
        running.engine_class = Instance


def _open_tasks(runtime: Runtime, started: list[int]) -> list[int]:
    """One open task of each instance that has one."""
    import sqlalchemy as sa

    from workflows.store.tables import task

    with runtime.reading() as tx:
        query = sa.select(sa.func.min(task.c.id)).where(task.c.state == "open").group_by(task.c.instance_id)
        return list(tx.db.execute(query).scalars())
