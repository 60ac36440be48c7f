"""A worker in a process of its own, to be killed: `python worker_process.py DATABASE_URL DATA_DIR WORKER_ID`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.workflows.usecases.conftest import PERMISSIONS, SERVICES, TITLES, request_target
from workflows.settings import Settings
from workflows.usecases import import_targets, workers
from workflows.usecases.runtime import Runtime


def slow_number(tx: Any, call: Any, ref: Any) -> Mapping[str, Any]:
    """Takes its time, so that a kill hits the middle."""
    time.sleep(0.02)
    return SERVICES["give_number"](tx, call, ref)


def main(database_url: str, data_dir: str, worker_id: str) -> None:
    import_targets.register(request_target())
    settings = Settings(
        database_url=database_url, data_dir=Path(data_dir), jobs="external", worker_id=worker_id
    )
    runtime = Runtime.open(
        settings, {**SERVICES, "give_number": slow_number}, permissions=PERMISSIONS, titles=TITLES
    )
    workers.start_worker(runtime)
    print("started", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
