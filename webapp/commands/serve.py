"""`zhunru serve`: the web application, with jobs in the same process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from webapp.commands.output import log_to_stderr

if TYPE_CHECKING:
    from workflows.usecases.runtime import Runtime
    from workflows.usecases.workers import Worker


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
        beside = _Beside(runtime)
        click.echo(f"Zhunru: http://{host}:{server.effective_port}")
        beside.start()
        try:
            server.run()
        finally:
            beside.stop()


class _Beside(threading.Thread):
    """What the first page need not wait for: the embedded worker starts, what is deployed is compiled."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(name="beside", daemon=True)
        self.runtime = runtime
        self.worker: Worker | None = None
        self.stopping = threading.Event()

    def run(self) -> None:
        from workflows.usecases import ready

        if self.runtime.settings.jobs == "embedded":
            from workflows.usecases.workers import start_worker

            self.worker = start_worker(self.runtime)
        ready.warm(self.runtime, self.stopping.is_set)

    def stop(self) -> None:
        self.stopping.set()
        self.join(timeout=10)
        if self.worker is not None:
            self.worker.stop()
