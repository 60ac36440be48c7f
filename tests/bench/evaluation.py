"""The yearly evaluation of a district: 400 communities rate 150 matters, 60,000 answers, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from forms.binding import bind
from webapp.house import open_runtime
from workflows.admission import matters, package
from workflows.admission.evaluation_tables import evaluation_matter, evaluation_score
from workflows.settings import Settings
from workflows.store.tables import instance_state, task
from workflows.usecases import definitions, instances, tasks, units
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.runtime import Runtime

STREETS, COMMUNITIES, MATTERS = 20, 20, 150
"""Subdistricts, communities of each, matters that enter all of them."""


def _district(runtime: Runtime) -> None:
    with runtime.transaction() as tx:
        bureau = units.create(tx, "区级单位", "申请单位", None, SYSTEM)
        for street in range(STREETS):
            above = units.create(tx, f"{street:02d}街道", "街道", None, SYSTEM)
            for place in range(COMMUNITIES):
                units.create(tx, f"{street:02d}-{place:02d}社区居民委员会", "社区", above, SYSTEM)
        for number in range(MATTERS):
            values = {"name": f"工作事务{number:03d}", "applicant_unit_id": bureau, "by_community": True}
            values |= {"filing_number": f"准〔2025〕{number:04d}号", "period_start": date(2025, 1, 1)}
            matters.create(tx, origin="backlog", stage="filed", values=values, scope=[], cause="backlog")


def _clerk(runtime: Runtime) -> Actor:
    """One clerk who answers for every community, as each subdistrict's does for its own."""
    with runtime.reading() as tx:
        streets = tuple(ref.id for ref in tx.units.all({"街道"}))
    return Actor(None, "clerk", "经办", streets[0], "街道", frozenset({"street_clerk"}), frozenset(), streets)


def _rate(runtime: Runtime, task_id: int, clerk: Actor) -> int:
    """One community's table, bound as its page would be; how many answers."""
    with runtime.transaction() as tx:
        view = tasks.open_task(tx, task_id, clerk)
        assert view.form is not None
        marks = {
            f"rows-{row}-{aspect}": ("100", "80", "60", "-")[(row + task_id + step) % 4]
            for row in range(MATTERS)
            for step, aspect in enumerate(("usefulness", "effect", "funds", "acceptance"))
        }
        bound = bind(view.form, marks, tasks.setting(tx, view))
        assert bound.submission is not None
        tasks.complete(tx, task_id, bound.submission, clerk)
    return MATTERS


def _run(folder: str) -> dict[str, float]:
    runtime = open_runtime(Settings(data_dir=Path(folder), jobs="inline"), upgrade=True)
    package.set_up(runtime)
    _district(runtime)
    clerk = _clerk(runtime)
    begun, spent = time.perf_counter(), time.process_time()
    with runtime.transaction() as tx:
        form = definitions.start_form(tx, "evaluate")
        assert form is not None
        bound = bind(form, {"raters": ["community"]}, instances.start_setting(tx, "evaluate", SYSTEM))
        instance_id = instances.start(tx, "evaluate", bound.submission, SYSTEM)
    opened = time.perf_counter() - begun
    with runtime.reading() as tx:
        query = sa.select(task.c.id).where(task.c.instance_id == instance_id, task.c.state == "open")
        listed = list(tx.db.execute(query).scalars())
    answers, longest = 0, 0.0
    for task_id in listed:
        at = time.perf_counter()
        answers += _rate(runtime, task_id, clerk)
        longest = max(longest, time.perf_counter() - at)
    with runtime.reading() as tx:
        kept = tx.db.execute(sa.select(sa.func.count()).select_from(evaluation_score)).scalar_one()
        graded = sa.select(sa.func.count()).where(evaluation_matter.c.grade != "")
        state = sa.select(sa.func.length(instance_state.c.state)).where(
            instance_state.c.instance_id == instance_id
        )
        assert (len(listed), kept) == (STREETS * COMMUNITIES, answers)
        assert tx.db.execute(graded).scalar_one() == MATTERS
        size = tx.db.execute(state).scalar_one()
    runtime.close()
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    return {
        "evaluation.60k.answers": answers,
        "evaluation.60k.seconds": round(time.perf_counter() - begun, 1),
        "evaluation.60k.cpu_seconds": round(time.process_time() - spent, 1),
        "evaluation.60k.open_seconds": round(opened, 2),
        "evaluation.60k.longest_step_seconds": round(longest, 2),
        "evaluation.60k.state_kb": round(size / 1024),
        "evaluation.60k.mb": round(peak, 1),
    }


def sixty_thousand() -> dict[str, float]:
    """Open, rate, tally and grade; the process's own peak of memory, with nothing else in it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.bench.evaluation", folder]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(said.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1])))
