"""`zhunru answer`: a task completed by its filled table, by the same door as its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from forms.faults import Refused
from webapp.commands.output import FOUND, emit, json_option, log_to_stderr, read_file, refuse


@click.command("answer")
@click.argument("workbook", type=click.Path())
@click.option("--task", "task_id", type=int, required=True, help="Id of the task.")
@click.option("--as", "username", required=True, help="Account that does the task.")
@click.option("--dry-run", is_flag=True, help="Only tell what is wrong with the table.")
@click.option(
    "--draft", is_flag=True, help="Keep it as the task's draft, for a person to look through and send."
)
@click.option(
    "--password",
    envvar="ZHUNRU_WORKBOOK_PASSWORD",
    help="Password of a protected workbook, as in `zhunru import`.",
)
@json_option
def command(
    workbook: str,
    task_id: int,
    username: str,
    dry_run: bool,
    draft: bool,
    password: str | None,
    as_json: bool,
) -> None:
    """Complete a task by WORKBOOK, its own table filled in (`zhunru export task`).

    All faults are told at once, each with its cell; with an error the task stays as it was.
    """
    log_to_stderr()
    from webapp.house import command_runtime
    from workflows.usecases import accounts, offline, tasks

    content, name = read_file(workbook), Path(workbook).name
    with command_runtime(inline=True) as runtime:
        try:
            with runtime.reading() as tx:
                actor = accounts.actor_named(tx, username)
                task = offline.fillable(tx, task_id, actor)
                setting = tasks.setting(tx, task, "table")
                found = offline.read_back(tx, task, setting, content, name, password)
            document: dict[str, Any] = {"faults": found.as_json(), "completed": False}
            with runtime.transaction() as tx:
                if draft and not dry_run:
                    tasks.save_draft(tx, task_id, found.posted, actor)
                elif found.submission is not None and not dry_run:
                    tasks.complete(tx, task_id, found.submission, actor, version=task.version)
                    document["completed"] = True
        except Refused as error:
            refuse(error, as_json)
    emit(document, as_json, lambda: _lines(document))
    if any(fault["severity"] == "error" for fault in document["faults"]):
        raise SystemExit(FOUND)


def _lines(document: dict[str, Any]) -> Iterator[str]:
    for fault in document["faults"]:
        place = f"{fault['sheet']} {fault['cell'] or ''}".strip()
        yield f"{place} {fault['severity']}: {fault['message']}".lstrip()
    if document["completed"]:
        yield "completed"
