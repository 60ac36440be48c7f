"""`zhunru worker`: jobs and timers in a process of their own."""

from __future__ import annotations

import signal
import threading

import click

from webapp.commands.output import log_to_stderr


@click.command("worker")
def command() -> None:
    """Run imports, timers and other jobs until stopped. For servers with ZHUNRU_JOBS=external."""
    log_to_stderr()
    from webapp.house import command_runtime
    from workflows.usecases import ready
    from workflows.usecases.workers import start_worker

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with command_runtime() as runtime:
        worker = start_worker(runtime)
        click.echo("Zhunru worker: running")
        ready.warm(runtime, stopped.is_set)
        stopped.wait()
        worker.stop()
