"""Rules over the whole of the use cases: sentences, seams, short transactions."""

from __future__ import annotations

import inspect
import re
import string
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from forms.faults import Refused
from tests.workflows.usecases.conftest import Office, request_target
from tests.workflows.usecases.test_imports import rows, table
from workflows.store.tables import history as history_table
from workflows.usecases import (
    accounts,
    definitions,
    errors,
    files,
    history,
    import_targets,
    imports,
    inbox,
    instances,
    jobs,
    numbers,
    opinions,
    pace,
    start_timers,
    submissions,
    tasks,
    timers,
    units,
    workers,
)

NOUNS = (
    accounts,
    definitions,
    files,
    imports,
    inbox,
    instances,
    numbers,
    opinions,
    start_timers,
    submissions,
    tasks,
    timers,
    units,
)
REFUSALS = [
    each
    for _name, each in inspect.getmembers(errors, inspect.isclass)
    if issubclass(each, Refused) and each is not Refused
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.__name__)
def test_every_refusal_says_what_in_both_languages_and_documents_its_facts(refusal: type[Refused]) -> None:
    assert refusal.zh != Refused.zh
    assert refusal.en != Refused.en
    assert refusal.__doc__
    wanted = {
        name for text in (refusal.zh, refusal.en) for _, name, _, _ in string.Formatter().parse(text) if name
    }
    derived = {"who", "when", "did", "did_en", "thing", "thing_en"}
    for name in wanted - derived:
        assert name in refusal.__doc__, f"{refusal.__name__} does not document {name}"


@pytest.mark.parametrize("module", NOUNS, ids=lambda each: each.__name__.rpartition(".")[2])
def test_a_use_case_takes_the_transaction_first_and_says_what_it_does(module: ModuleType) -> None:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("_") or not function.__module__.startswith("workflows.usecases"):
            continue
        assert function.__doc__, f"{module.__name__}.{name} has no docstring"
        parameters = list(inspect.signature(function).parameters)
        if "tx" in parameters:
            assert parameters.index("tx") <= 1, f"{module.__name__}.{name}"


def test_no_use_case_commits_or_asks_the_clock() -> None:
    for module in (*NOUNS, history):
        source = inspect.getsource(module)
        for word in (".commit()", "datetime.now(", "date.today(", "flask"):
            assert word not in source, f"{module.__name__}: {word}"


def test_every_event_of_the_history_has_its_sentence(office: Office) -> None:
    from tests.workflows.usecases.test_tasks import begin, finish

    started = begin(office)
    finish(office, started, "zhou", decision="agree", opinion="好")
    with office.reading() as tx:
        events = set(tx.db.execute(sa.select(history_table.c.event)).scalars())
    assert events - {"passed"} <= set(history.SENTENCES)
    for sentence in history.SENTENCES.values():
        assert sentence.zh
        assert sentence.en


def test_jobs_take_plain_arguments() -> None:
    for name, job in jobs.JOBS.items():
        assert job.__doc__, name
        kinds = [each.annotation for each in list(inspect.signature(job).parameters.values())[1:]]
        assert set(kinds) <= {"int", "str"}, name


def test_a_worker_knows_every_job_and_finds_again_what_is_done_in_pieces() -> None:
    assert set(workers.STEPS) == {*jobs.JOBS, "tend"}
    for name, steps in workers.STEPS.items():
        assert steps.waiting is not None or not steps.pieces, name


def test_an_import_gives_the_write_lock_back_after_every_few_rows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a row costs 10 ms. Clerks wait for one chunk, never for the table."""
    import_targets.register(request_target())
    sizes: list[int] = []
    chunk = imports.run_chunk
    clock = SimpleNamespace(perf_counter=lambda: sum(sizes) * 0.01, sleep=lambda seconds: None)
    monkeypatch.setattr(pace, "time", clock)

    def counted(tx: Any, batch_id: int, size: int = imports.CHUNK) -> int:
        sizes.append(size)
        return chunk(tx, batch_id, size)

    monkeypatch.setattr(imports, "run_chunk", counted)
    gao = office.actor("gao")
    with office.reading() as tx:
        found = imports.preview(tx, table(rows(60)), "汇总表.xlsx", "request", gao)
    with office.transaction() as tx:
        imports.accept(tx, found, gao)
    del import_targets.IMPORT_TARGETS["request"]
    assert max(sizes) <= 10
    assert sum(sizes) == 60


def test_every_kind_a_use_case_names_has_its_name_in_both_languages() -> None:
    folder = Path(errors.__file__).parents[1]
    named = {
        kind
        for path in folder.rglob("*.py")
        for kind in re.findall(r"\w+\(\s*kind=\"([^\"]+)\"", path.read_text("utf-8"))
    }
    assert named
    assert named <= set(errors.KINDS)
