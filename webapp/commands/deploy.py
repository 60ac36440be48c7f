"""`zhunru deploy`: check files and store them as new versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import click

from forms.faults import Refused
from webapp.commands.check import source
from webapp.commands.output import FOUND, emit, finding_line, json_option, log_to_stderr, refuse

if TYPE_CHECKING:
    from workflows.usecases.errors import DeploymentRefused


@click.command("deploy")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--as", "username", default="admin", show_default=True, help="Account that deploys.")
@json_option
def command(files: tuple[str, ...], username: str, as_json: bool) -> None:
    """Check .bpmn, .dmn, .form, .xlsx and .test.yaml FILES and deploy them together, or none of them."""
    log_to_stderr()
    from webapp.house import command_runtime
    from workflows.usecases import accounts, definitions
    from workflows.usecases.errors import DeploymentRefused

    sources = [source(path) for path in files]
    with command_runtime() as runtime:
        try:
            with runtime.reading() as reading:
                known = definitions.checked(reading, sources)
            with runtime.transaction() as tx:
                actor = accounts.actor_named(tx, username)
                deployment = definitions.deploy(tx, sources, actor, known=known)
        except DeploymentRefused as error:
            findings(error, as_json)
        except Refused as error:
            refuse(error, as_json)
    rows = [
        {"kind": item.kind, "key": item.key, "version": item.version, "file": item.file, "new": new}
        for new, items in ((True, deployment.created), (False, deployment.unchanged))
        for item in items
    ]

    def lines() -> Iterator[str]:
        for row in rows:
            yield f"{row['file']}: {row['key']} v{row['version']}{'' if row['new'] else ' (unchanged)'}"

    emit({"deployed": rows}, as_json, lines)


def findings(error: DeploymentRefused, as_json: bool) -> NoReturn:
    """Tell every finding of a refused deployment, and end with status 1."""
    rows = [
        {
            "file": report.file,
            "severity": f.severity,
            "rule": f.rule,
            "element": f.element,
            "message": f"{f.zh} / {f.en}",
        }
        for report in error.reports
        for f in report.findings
    ]
    emit(
        {"deployed": [], "findings": rows},
        as_json,
        lambda: [
            f"{r['file']}: {finding_line(r['severity'], r['element'], r['rule'], r['message'])}" for r in rows
        ],
    )
    raise SystemExit(FOUND)
