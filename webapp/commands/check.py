"""`zhunru check`: would these files be deployed, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.commands.output import FOUND, emit, json_option, read_file

if TYPE_CHECKING:
    from workflows.engine import Known, Source

BESIDE = (".bpmn", ".dmn", ".form")


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@json_option
def command(files: tuple[str, ...], as_json: bool) -> None:
    """Check .bpmn, .dmn and .form FILES and print every finding.

    References resolve among the files given, those beside them, and the shipped forms and services.
    """
    from workflows.engine import check

    sources, beside = [source(path) for path in files], neighbours(files)
    reports = check(sources, beside, shipped_names())
    document = {
        "files": [
            {
                "file": report.file,
                "deployable": report.deployable,
                "findings": [
                    {
                        "severity": finding.severity,
                        "rule": finding.rule,
                        "element": finding.element,
                        "message": finding.zh,
                    }
                    for finding in report.findings
                ],
            }
            for report in reports
        ]
    }

    def lines() -> Iterator[str]:
        for report in reports:
            yield f"{report.file}: {'可以部署' if report.deployable else '不能部署'}"
            for finding in report.findings:
                yield f"  {finding.severity:7} {finding.element or '-'} [{finding.rule}] {finding.zh}"

    emit(document, as_json, lines)
    if not all(report.deployable for report in reports):
        raise SystemExit(FOUND)


def source(path: str) -> Source:
    """A file as the engine takes it, under the name it was given by."""
    from workflows.engine import Source

    return Source(path, read_file(path))


def neighbours(files: tuple[str, ...]) -> list[Source]:
    """Diagrams, decisions and forms in the folders of `files`, without the files themselves."""
    given = {Path(path).resolve() for path in files}
    folders = {path.parent for path in given}
    found = sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir())
    return [
        source(str(path)) for path in found if path.suffix in BESIDE and path not in given and path.is_file()
    ]


def shipped_names() -> Known:
    """Forms, services and groups that every installation has."""
    from workflows.admission.shipped import known

    return known()
