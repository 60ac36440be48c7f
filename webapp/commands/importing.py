"""`zhunru import`: a workbook in, by the same door as the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from forms.faults import Refused
from webapp.commands.output import FOUND, Progress, emit, json_option, log_to_stderr, read_file, refuse


@click.command("import")
@click.argument("workbook", type=click.Path())
@click.option(
    "--form", "form_key", required=True, help="Form the rows are bound to, such as admission_application."
)
@click.option("--as", "username", required=True, help="Account that imports.")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken in, and every fault.")
@click.option("--only-right", is_flag=True, help="Take the right records although others have faults.")
@click.option(
    "--anyway",
    is_flag=True,
    help="Start changed applications too, although a matter of that unit and name stands; their history says so.",
)
@click.option(
    "--password",
    envvar="ZHUNRU_WORKBOOK_PASSWORD",
    help="Password of a protected workbook; better given by ZHUNRU_WORKBOOK_PASSWORD, which no list of processes shows.",
)
@json_option
def command(
    workbook: str,
    form_key: str,
    username: str,
    dry_run: bool,
    only_right: bool,
    anyway: bool,
    password: str | None,
    as_json: bool,
) -> None:
    """Import WORKBOOK: one application, one a sheet, or one a row.

    All faults are told at once, each with its cell; with an error nothing is stored (see --only-right). Layouts and
    words that the office remembers are used; what is only guessed has to be confirmed on the page first.
    """
    log_to_stderr()
    from webapp.house import command_runtime
    from workflows.usecases import accounts, imports
    from workflows.usecases.errors import ImportHasFaults, LayoutUnconfirmed

    content = read_file(workbook)
    with command_runtime(inline=True) as runtime:
        try:
            with runtime.reading() as tx:
                actor = accounts.actor_named(tx, username)
                found = imports.preview(
                    tx,
                    content,
                    Path(workbook).name,
                    form_key,
                    actor,
                    again=dry_run,
                    password=password,
                    watch=Progress("checked"),
                )
                document = imports.as_json(tx, found)
            if not dry_run:
                document.update(_take_in(runtime, found, actor, only_right, anyway))
        except (ImportHasFaults, LayoutUnconfirmed) as error:
            document["error"] = error.tell("zh")
        except Refused as error:
            refuse(error, as_json)
    emit(document, as_json, lambda: _lines(document))
    wrong = any(fault["severity"] == "error" for _place, fault in _faults(document))
    if wrong or "confirm" in document:
        raise SystemExit(FOUND)


def _take_in(runtime: Any, found: Any, actor: Any, only_right: bool, anyway: bool) -> dict[str, Any]:
    """Accept the preview and take its records in here and now (the runtime's jobs are inline).

    Should this process die, a worker finds the rest; what was left after an error is tried once more.
    """
    from workflows.usecases import import_keeping, imports, jobs
    from workflows.usecases.errors import ImportHasFaults

    if found.counts["wrong"] and not only_right:
        raise ImportHasFaults(wrong=found.counts["wrong"], total=found.counts["records"])
    batch = imports.keep_many(runtime, imports.stage(runtime, found), actor)
    try:
        with _told_how_far(runtime, batch, actor):
            with runtime.transaction() as tx:
                changed = imports.changed(found) if anyway else ()
                imports.accept(tx, batch, actor, only_right=only_right, anyway=changed)
            jobs.run_import(runtime, batch)
    except Refused:
        with runtime.transaction() as tx:
            imports.discard(tx, batch, actor)
        import_keeping.clear(runtime)
        raise
    with runtime.reading() as tx:
        view = imports.progress(tx, batch, actor)
    return {"batch": batch, "started": view.done, "failed": view.failed, "skipped": view.skipped}


@contextmanager
def _told_how_far(runtime: Any, batch: int, actor: Any) -> Iterator[None]:
    """Say now and then how many records are in: the job runs where the transaction ends, and tells nobody itself."""
    from workflows.usecases import imports

    over, told = threading.Event(), Progress("taken in")

    def look() -> None:
        with runtime.reading() as tx:
            view = imports.progress(tx, batch, actor)
        if view.state != "preview":
            told(view.done + view.failed, view.total)

    def watch() -> None:
        while not over.wait(1):
            look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    look()


def _faults(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Place and fault of all: those of the whole file first. The row stands in for a cell that is not there."""
    whole = [(fault["sheet"], fault) for fault in document.get("faults", ())]
    return whole + [
        (_place(record, fault), fault) for record in document["records"] for fault in record["faults"]
    ]


def _place(record: dict[str, Any], fault: dict[str, Any]) -> str:
    row = record["row"]
    return record["sheet"] if fault["cell"] or row is None else f"{record['sheet']} 第 {row} 行"


def _lines(document: dict[str, Any]) -> Iterator[str]:
    errors = 0
    if document["already"]:
        yield document["already"]
    for place, fault in _faults(document):
        errors += fault["severity"] == "error"
        yield f"{place} {fault['cell'] or ''} {fault['severity']}: {fault['message']}".lstrip()
    for sheet in document["ignored"]:
        yield f"{sheet['sheet']}: {sheet['reason']}"
    for sheet in document.get("confirm", ()):
        yield f"{sheet}: the layout is to be confirmed on the page (识别)"
    yield f"{len(document['records'])} records, {errors} errors"
    if "error" in document:
        yield document["error"]
    if "batch" in document:
        counts = (f"{document[key]} {word}" for key, word in _COUNTED.items())
        yield f"batch {document['batch']}: {', '.join(counts)}"


_COUNTED = {"started": "taken in", "failed": "failed", "skipped": "skipped"}
