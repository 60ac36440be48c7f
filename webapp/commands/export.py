"""`zhunru export`: any list of the house, or one application as the official table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from forms.faults import Refused
from webapp.commands.output import emit, json_option, log_to_stderr, refuse

APPLICATION, BLANK, TASK = "application", "blank", "task"
KINDS = ("xlsx", "zip", "pdf")


@click.command("export")
@click.argument("what", metavar="LIST")
@click.argument("target", type=click.Path(dir_okay=False))
@click.option(
    "--id",
    "numbers",
    type=int,
    multiple=True,
    help="application, history: id of the instance, application may have several; catalogue: id of the edition; "
    "task: id of the task.",
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="registry: states as on this day.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="As in the address of the list's page, such as state=in_force.",
)
@click.option(
    "--columns", help="Keys of the columns wanted, in order, comma-separated; else what the account chose."
)
@click.option("--form", "form_key", help="blank: key of the form.")
@click.option("--many", is_flag=True, help="blank: one record a row, instead of one table.")
@click.option("--as", "username", default="admin", show_default=True, help="Account that exports.")
@json_option
def command(
    what: str,
    target: str,
    numbers: tuple[int, ...],
    day: Any,
    filters: tuple[str, ...],
    columns: str | None,
    form_key: str | None,
    many: bool,
    username: str,
    as_json: bool,
) -> None:
    """Write a list (registry, catalogue, todo, organisation ...) applications or a blank form to the workbook TARGET.

    Applications go out as OUT.xlsx (a sheet each), OUT.zip (a workbook each) or OUT.pdf.
    An unknown LIST is answered with the lists there are.
    """
    log_to_stderr()
    from webapp.house import command_runtime
    from workflows.usecases import accounts, lists

    with command_runtime() as runtime:
        there = (*lists.LISTS, APPLICATION, BLANK, TASK)
        if what not in there:
            raise click.UsageError(f"there is no list {what}; lists: {', '.join(there)}")
        if what == BLANK and not form_key:
            raise click.UsageError("blank: --form is needed (the key of the form)")
        if what == TASK and len(numbers) != 1:
            raise click.UsageError("task: --id is needed (the id of the task)")
        if what == APPLICATION and not numbers:
            raise click.UsageError("application: --id is needed (the id of the instance)")
        kind = target.rpartition(".")[2].lower()
        if what == APPLICATION and kind not in KINDS:
            raise click.UsageError(f"application: TARGET ends in .{', .'.join(KINDS)}")
        document: dict[str, Any] = {"file": target}
        part = Path(f"{target}.part")
        try:
            with runtime.reading() as tx, part.open("wb") as out:
                actor = accounts.actor_named(tx, username)
                if what == APPLICATION:
                    out.write(_applications(tx, actor, numbers, kind))
                elif what == TASK:
                    out.write(_task(tx, actor, numbers[0]))
                elif what == BLANK:
                    out.write(_blank(tx, form_key or "", many))
                else:
                    query = _query(filters, numbers[0] if numbers else None, day)
                    document["rows"] = lists.write(out, tx, what, actor, query, _keys(columns))
            part.replace(target)
        except Refused as error:
            refuse(error, as_json)
        except OSError as error:
            raise click.UsageError(f"{target} cannot be written: {error.strerror or error}") from error
        finally:
            part.unlink(missing_ok=True)
    document["bytes"] = Path(target).stat().st_size
    emit(document, as_json, lambda: [f"{target}: {document['bytes']} bytes"])


def _query(filters: Iterable[str], number: int | None, day: Any) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for each in filters:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.UsageError(f"--filter {each}: NAME=VALUE is wanted")
        found[name] = value
    if number is not None:
        found.update(edition=str(number), instance=str(number))
    if day is not None:
        found["day"] = day.date().isoformat()
    return found


def _keys(columns: str | None) -> list[str]:
    return [each.strip() for each in (columns or "").split(",") if each.strip()]


def _applications(tx: Any, actor: Any, numbers: tuple[int, ...], kind: str) -> bytes:
    from workflows.admission import official
    from workflows.usecases import exports

    tables = [official.table(tx, number, actor) for number in numbers]
    suffix, content = exports.bundled(tables, kind, tx.runtime.settings.soffice)
    if suffix != kind:
        raise exports.SeveralTemplates
    return content


def _task(tx: Any, actor: Any, task_id: int) -> bytes:
    from workflows.usecases import offline, tasks

    task = offline.fillable(tx, task_id, actor)
    return offline.task_table(tx, task, tasks.setting(tx, task, "table"))[1]


def _blank(tx: Any, form_key: str, many: bool) -> bytes:
    from workflows.usecases import offline

    return offline.blank_form(tx, form_key, many=many)[1]
