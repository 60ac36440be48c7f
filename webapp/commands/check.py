"""`zhunru check`: would these files be deployed, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.commands.output import FOUND, emit, finding_line, json_option, refuse

if TYPE_CHECKING:
    from workflows.engine import FileReport, Known, Source

BESIDE = (".bpmn", ".dmn", ".form")
ENOUGH = 8 * 1024 * 1024 + 1
"""Bytes that show that a file is too large to be a diagram; no more of it is read."""
BY_NAME = (".xsd", ".wsdl", ".xml")
"""Kinds of files beside that imports may name; what is in them is not read."""


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@json_option
def command(files: tuple[str, ...], as_json: bool) -> None:
    """Check .bpmn, .dmn, .form and .xlsx FILES and print every finding.

    References resolve among the files given, those beside them, and the shipped forms and services.
    """
    from forms.secrecy import ConfidentialRefused
    from workflows.engine import check

    sources, beside = [source(path) for path in files], neighbours(files)
    drawn = [each for each in sources if each.kind == "xlsx"]
    found = {
        each.file: each for each in check([s for s in sources if s not in drawn], beside, shipped_names())
    }
    try:
        found.update((each.name, template(each, [*sources, *beside])) for each in drawn)
    except ConfidentialRefused as error:
        refuse(error, as_json)
    reports = [found[each.name] for each in sources]
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
                        "message": f"{finding.zh} / {finding.en}",
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
                yield f"  {finding_line(finding.severity, finding.element, finding.rule, finding.zh)}"

    emit(document, as_json, lines)
    if not all(report.deployable for report in reports):
        raise SystemExit(FOUND)


def source(path: str) -> Source:
    """A file as the engine takes it, under the name it was given by; of a huge one, as much as shows that."""
    from workflows.engine import Source

    try:
        with Path(path).open("rb") as file:
            return Source(path, file.read(ENOUGH))
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror or error}") from error


def template(given: Source, around: Sequence[Source]) -> FileReport:
    """What is to be said of a drawn workbook, with the forms given, those beside it and those shipped."""
    from workflows.admission import shipped
    from workflows.usecases import templates

    forms = [each for each in around if each.kind == "form"]
    names = {Path(each.name).name for each in forms}
    forms += [each for each in shipped.sources() if each.kind == "form" and each.name not in names]
    return templates.report(given, templates.printed_on(forms, templates.key_of(given)))


def neighbours(files: tuple[str, ...]) -> list[Source]:
    """Diagrams, decisions and forms in the folders of `files`, without the files themselves.

    What is too large or cannot be read is left aside: nobody asked for a verdict on it.
    """
    from workflows.engine import Source

    given = {Path(path).resolve() for path in files}
    found: list[Source] = []
    for folder in sorted({path.parent for path in given}):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            kind = path.suffix.lower()
            try:
                if path in given or not path.is_file():
                    continue
                if kind in BY_NAME:
                    found.append(Source(str(path), b""))
                elif kind in BESIDE and path.stat().st_size < ENOUGH:
                    found.append(Source(str(path), path.read_bytes()))
            except OSError:
                continue
    return found


def shipped_names() -> Known:
    """Forms, services and groups that every installation has."""
    from workflows.admission.shipped import known

    return known()
