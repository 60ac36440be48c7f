"""What an office feels: the summary table of 120 rows, and the server's start."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from tests.journeys.serving import Served
from webapp.house import open_runtime
from workflows.admission import package
from workflows.settings import Settings
from workflows.usecases import accounts
from workflows.usecases import imports as tables

TABLE = Path(__file__).parents[1] / "data" / "tables" / "申请汇总表-120行.xlsx"


def _once(folder: Path) -> tuple[float, float]:
    """Seconds to preview the 120 rows, and to accept and start them, on a new office."""
    runtime = open_runtime(Settings(data_dir=folder, jobs="inline"), upgrade=True)
    package.set_up(runtime, sample=True)
    content = TABLE.read_bytes()
    begun = time.perf_counter()
    with runtime.reading() as tx:
        actor = accounts.actor_named(tx, "admin")
        found = tables.preview(tx, content, TABLE.name, "admission_application", actor)
    previewed = time.perf_counter()
    with runtime.transaction() as tx:
        batch = tables.accept(tx, found, actor)
    left = 1
    while left:
        with runtime.transaction() as tx:
            left = tables.run_chunk(tx, batch)
    started = time.perf_counter()
    with runtime.reading() as tx:
        assert tables.progress(tx, batch, actor).done == 120
    runtime.close()
    return previewed - begun, started - previewed


def _runs() -> list[tuple[float, float]]:
    runs = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(_once(Path(folder)))
    return runs


def imports() -> dict[str, float]:
    """Medians of three runs."""
    runs = _runs()
    return {
        "import.preview_120.seconds": round(statistics.median(run[0] for run in runs), 3),
        "import.start_120.seconds": round(statistics.median(run[1] for run in runs), 3),
    }


def server() -> dict[str, float]:
    """Seconds from the command to the first page, and memory of the serving process after it, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder))
        served.command("init", "--sample")
        seconds = []
        for _ in range(3):
            begun = time.perf_counter()
            served.start()
            seconds.append(time.perf_counter() - begun)
            time.sleep(6)  # the embedded worker starts beside
            status = Path(f"/proc/{served.process.pid}/status").read_text()  # type: ignore[union-attr]
            memory = int(status.split("VmRSS:")[1].split()[0]) / 1024
            served.stop()
    return {
        "server.first_page.seconds": round(statistics.median(seconds), 2),
        "server.memory.mb": round(memory, 1),
    }
