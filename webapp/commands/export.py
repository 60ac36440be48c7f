"""`zhunru export`: the registry, a catalogue edition, or one application as the official table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from forms.faults import Refused
from webapp.commands.output import emit, json_option, log_to_stderr, refuse


@click.command("export")
@click.argument("what", type=click.Choice(["registry", "catalogue", "application"]))
@click.argument("target", type=click.Path(dir_okay=False))
@click.option(
    "--id",
    "number",
    type=int,
    help="application: id of the instance; catalogue: id of the edition (else the newest).",
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="registry: states as on this day.")
@click.option("--as", "username", default="admin", show_default=True, help="Account that exports.")
@json_option
def command(what: str, target: str, number: int | None, day: Any, username: str, as_json: bool) -> None:
    """Write the registry, a catalogue edition or an application to the workbook TARGET (OUT.xlsx)."""
    log_to_stderr()
    from webapp.house import command_runtime
    from workflows.usecases import accounts

    if what == "application" and number is None:
        raise click.UsageError("application: --id is needed (the id of the instance)")
    makers: dict[str, Callable[..., bytes]] = {
        "registry": _registry,
        "catalogue": _catalogue,
        "application": _application,
    }
    with command_runtime() as runtime:
        try:
            with runtime.reading() as tx:
                content = makers[what](tx, accounts.actor_named(tx, username), number, day)
        except Refused as error:
            refuse(error, as_json)
    try:
        Path(target).write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{target} cannot be written: {error.strerror or error}") from error
    emit({"file": target, "bytes": len(content)}, as_json, lambda: [f"{target}: {len(content)} bytes"])


def _registry(tx: Any, actor: Any, number: int | None, day: Any) -> bytes:
    from workflows.admission import ledger, registry

    return ledger.workbook(tx, actor, registry.Filters(day=day.date() if day else None))


def _catalogue(tx: Any, actor: Any, number: int | None, day: Any) -> bytes:
    from workflows.admission import catalogue

    return catalogue.workbook(tx, number)


def _application(tx: Any, actor: Any, number: int | None, day: Any) -> bytes:
    from workflows.admission import official

    return official.workbook(tx, number or 0, actor)
