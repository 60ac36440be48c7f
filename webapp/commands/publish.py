"""`zhunru publish`: the public pages as files for the district's own portal."""

from __future__ import annotations

from pathlib import Path

import click

from forms.faults import Refused
from webapp.commands.output import emit, json_option, log_to_stderr, refuse


@click.command("publish")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--report-address",
    default="",
    metavar="URL",
    help="Address of the form by which a matter that is not on the list is reported; without it none is offered.",
)
@json_option
def command(folder: Path, report_address: str, as_json: bool) -> None:
    """Write the public pages into FOLDER: lists in force, by community, the catalogue, workbook, open JSON and CSV.

    They open without a server. A second run replaces what the first wrote; a folder with other files is refused.
    """
    log_to_stderr()
    if report_address and not report_address.startswith(("https://", "http://")):
        raise click.UsageError("--report-address: an address that begins with https:// or http:// is wanted")
    from webapp.house import command_runtime
    from webapp.portal import site, views

    try:
        with command_runtime() as runtime, runtime.reading() as tx:
            names = site.publish(views.site_of(tx, report_address), folder)
    except Refused as error:
        refuse(error, as_json)
    except OSError as error:
        raise click.UsageError(f"{folder} cannot be written: {error.strerror or error}") from error
    emit({"folder": str(folder), "files": len(names)}, as_json, lambda: [f"{folder}: {len(names)} files"])
