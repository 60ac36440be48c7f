"""`zhunru serve`: the web application, with jobs in the same process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from webapp.commands.output import log_to_stderr

if TYPE_CHECKING:
    from workflows.usecases.jobs import Worker
    from workflows.usecases.runtime import Runtime


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 256), help="Requests served at once."
)
def command(host: str, port: int, threads: int) -> None:
    """Serve the pages. Imports and timers run in this process unless ZHUNRU_JOBS=external."""
    log_to_stderr()
    import waitress

    from webapp.app import create_app
    from webapp.house import command_runtime

    with command_runtime(upgrade=True) as runtime:
        server = waitress.create_server(
            create_app(runtime),
            host=host,
            port=port,
            threads=threads,
            ident=None,
            max_request_body_size=64 << 20,
        )
        # The first page need not wait for the job engine: it starts beside.
        jobs = _Jobs(runtime) if runtime.settings.jobs == "embedded" else None
        click.echo(f"Zhunru: http://{host}:{server.effective_port}")
        if jobs:
            jobs.start()
        try:
            server.run()
        finally:
            if jobs:
                jobs.stop()


class _Jobs(threading.Thread):
    """Starts the embedded worker off the main thread, and stops it at the end."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(name="jobs", daemon=True)
        self.runtime = runtime
        self.worker: Worker | None = None

    def run(self) -> None:
        from workflows.usecases.jobs import start_worker

        self.worker = start_worker(self.runtime)

    def stop(self) -> None:
        self.join(timeout=10)
        if self.worker is not None:
            self.worker.stop()
