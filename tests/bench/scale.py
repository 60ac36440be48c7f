"""A ledger of ten thousand applications: checked, started, returned with its faults marked."""

from __future__ import annotations

import io
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import openpyxl
import sqlalchemy as sa
import xlsxwriter

from templates_xlsx.marks import Mark, mark_faults
from tests.bench.office import TABLE
from webapp.house import open_runtime
from workflows.admission import package
from workflows.settings import Settings
from workflows.store.tables import counter
from workflows.usecases import accounts, jobs
from workflows.usecases import imports as tables
from workflows.usecases.runtime import Runtime
from workflows.usecases.views import Preview

ROWS = 10_000
FORM = "admission_application"
_FIRST, _LAST = 5, 124
"""Rows of the office's own table that hold its 120 applications."""


@lru_cache(maxsize=2)
def ledger(rows: int) -> bytes:
    """The office's summary table with so many rows: its 120 over and over, each matter with a name of its own."""
    sheet = openpyxl.load_workbook(TABLE).worksheets[0]
    known = list(sheet.iter_rows(min_row=_FIRST, max_row=_LAST, values_only=True))
    heads = list(sheet.iter_rows(max_row=_FIRST - 1, values_only=True))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        target = book.add_worksheet(sheet.title)
        for number, line in enumerate(heads):
            target.write_row(number, 0, [value or "" for value in line])
        for span in (each for each in sheet.merged_cells.ranges if each.max_row < _FIRST):
            area = (span.min_row - 1, span.min_col - 1, span.max_row - 1, span.max_col - 1)
            target.merge_range(*area, sheet.cell(span.min_row, span.min_col).value)
        for index in range(rows):
            number, name, *rest = known[index % len(known)]
            target.write_row(_FIRST - 1 + index, 0, [index + 1, f"{name}之{index + 1}", *rest])
    return out.getvalue()


class Stopwatch:
    """How long each write transaction of a runtime lasted, its commit included."""

    def __init__(self, runtime: Runtime) -> None:
        self.longest = 0.0
        self._begun: dict[int, float] = {}
        sa.event.listen(runtime.engine, "begin", self._begin)
        sa.event.listen(runtime.engine, "rollback", self._over)
        sa.event.listen(runtime.engine, "checkin", self._given_back)

    def _begin(self, connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("readonly"):
            self._begun[id(connection.connection.dbapi_connection)] = time.perf_counter()

    def _over(self, connection: sa.Connection) -> None:
        self._begun.pop(id(connection.connection.dbapi_connection), None)

    def _given_back(self, connection: object, _entry: object) -> None:
        begun = self._begun.pop(id(connection), None)
        if begun is not None:
            self.longest = max(self.longest, time.perf_counter() - begun)


@contextmanager
def office() -> Iterator[Runtime]:
    """A new office on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        runtime = open_runtime(Settings(data_dir=Path(folder), jobs="inline"), upgrade=True)
        package.set_up(runtime, sample=True)
        yield runtime
        runtime.close()


def checked(runtime: Runtime, rows: int) -> tuple[float, Preview]:
    """Seconds to read, recognise, bind and check a ledger of so many rows."""
    content = ledger(rows)
    begun = time.perf_counter()
    with runtime.reading() as tx:
        actor = accounts.actor_named(tx, "admin")
        found = tables.preview(tx, content, TABLE.name, FORM, actor)
    seconds = time.perf_counter() - begun
    assert found.counts["right"] == rows, found.counts
    return seconds, found


def kept(runtime: Runtime, found: Preview) -> int:
    """Keep a preview; the id of its batch."""
    with runtime.reading() as tx:
        actor = accounts.actor_named(tx, "admin")
    return tables.keep_many(runtime, tables.stage(runtime, found), actor)


def taken_in(runtime: Runtime, batch: int, rows: int) -> None:
    """Accept a batch and start its instances."""
    with runtime.transaction() as tx:
        actor = accounts.actor_named(tx, "admin")
        tables.accept(tx, batch, actor)
    with runtime.reading() as tx:
        assert tables.progress(tx, batch, actor).done == rows


class Clerk(threading.Thread):
    """Somebody who writes a little five times a second, and notes how long each took."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(daemon=True)
        self.runtime, self.over, self.waits = runtime, threading.Event(), [0.0]

    def run(self) -> None:
        while not self.over.wait(0.2):
            begun = time.perf_counter()
            with self.runtime.transaction() as tx:
                tx.db.execute(sa.update(counter).values(value=counter.c.value))
            self.waits.append((time.perf_counter() - begun) * 1000)

    def stop(self) -> float:
        """The 99th percentile, in milliseconds."""
        self.over.set()
        self.join()
        return sorted(self.waits)[int(len(self.waits) * 0.99)]


def row_cost(rows: int) -> float:
    """Processor time to check and start one row of so many."""
    ledger(rows)
    with office() as runtime:
        begun = time.process_time()
        taken_in(runtime, kept(runtime, checked(runtime, rows)[1]), rows)
        return (time.process_time() - begun) / rows


def marked() -> float:
    """Seconds to give the ledger back with a fault in every tenth row."""
    content = ledger(ROWS)
    sheet = "申请汇总表"
    faults = [
        Mark(sheet, f"{'EIJKN'[row % 5]}{row}", f"第 {row} 行的这一格有误，请改正后再上传")
        for row in range(_FIRST, _FIRST + ROWS, 10)
    ]
    begun = time.perf_counter()
    mark_faults(content, faults)
    return time.perf_counter() - begun


def checking() -> dict[str, float]:
    """10 000 rows looked at."""
    ledger(ROWS)
    with office() as runtime:
        spent = time.process_time()
        seconds, _found = checked(runtime, ROWS)
        spent = time.process_time() - spent
    return {
        "import.check_10k.seconds": round(seconds, 2),
        "import.check_10k.cpu_seconds": round(spent, 2),
    }


def starting() -> dict[str, float]:
    """10 000 rows started, with a clerk at work beside."""
    ledger(ROWS)
    with office() as runtime:
        _seconds, found = checked(runtime, ROWS)
        watch, clerk = Stopwatch(runtime), Clerk(runtime)
        clerk.start()
        begun, spent = time.perf_counter(), time.process_time()
        batch = kept(runtime, found)
        del (
            found
        )  # whoever accepts a table later holds no preview: it would be searched for garbage meanwhile
        taken_in(runtime, batch, ROWS)
        seconds, spent = time.perf_counter() - begun, time.process_time() - spent
        wait = clerk.stop()
    return {
        "import.start_10k.seconds": round(seconds, 2),
        "import.start_10k.cpu_seconds": round(spent, 2),
        "import.start_10k.longest_write_ms": round(watch.longest * 1000, 1),
        "import.start_10k.clerk_wait_ms": round(wait, 1),
    }


def linear() -> dict[str, float]:
    """What a row of 10 000 costs against one of 2500."""
    return {"import.linear.ratio": round(row_cost(ROWS) / row_cost(ROWS // 4), 2)}


PART = 5_000
"""Records of each table that are started for `hundred_thousand`: the whole would take the better part of an hour."""


def _costs(rows: int) -> tuple[float, float, float]:
    """Processor time a row in milliseconds: to check so many, to keep them, to start the first `PART` of them."""
    ledger(rows)
    with office() as runtime:
        begun = time.process_time()
        _seconds, found = checked(runtime, rows)
        looked_at = time.process_time()
        batch = kept(runtime, found)
        del found
        written = time.process_time()
        resting = jobs.JOBS["run_import"]
        jobs.JOBS["run_import"] = lambda runtime, batch_id: None
        try:
            with runtime.transaction() as tx:
                tables.accept(tx, batch, accounts.actor_named(tx, "admin"))
        finally:
            jobs.JOBS["run_import"] = resting
        accepted, left = time.process_time(), rows
        while left > rows - PART:
            with runtime.transaction() as tx:
                left = tables.run_chunk(tx, batch, 20)
        started = time.process_time()
    return (
        (looked_at - begun) * 1000 / rows,
        (written - looked_at) * 1000 / rows,
        (started - accepted) * 1000 / (rows - left),
    )


def hundred_thousand() -> dict[str, float]:
    """What a row of 100 000 costs against one of 10 000: checked, kept, started."""
    few, many = _costs(ROWS), _costs(10 * ROWS)
    names = ("check", "keep", "start")
    return {
        **{
            f"import.linear_100k.{name}_ratio": round(b / a, 2)
            for name, a, b in zip(names, few, many, strict=True)
        },
        **{f"import.linear_100k.{name}_cpu_ms": round(b, 3) for name, b in zip(names, many, strict=True)},
    }


def marking() -> dict[str, float]:
    """10 000 rows given back, marked."""
    return {"import.mark_10k.seconds": round(marked(), 2)}
