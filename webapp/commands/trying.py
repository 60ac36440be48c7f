"""`zhunru try`: run a diagram in memory, with answers given beforehand and a virtual clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import click

from webapp.commands.check import neighbours, source
from webapp.commands.output import FOUND, emit, finding_line, json_option, read_json


@click.command("try")
@click.argument("file", type=click.Path())
@click.option("--process", help="Id of the process; without it the only executable one.")
@click.option("--data", default="{}", help="Variables at the start: a JSON object, or @FILE.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="ELEMENT=JSON",
    help="Answer to a waiting element; may be repeated.",
)
@click.option("--until", help="The virtual clock does not pass this moment (ISO).")
@json_option
def command(
    file: str, process: str | None, data: str, answers: tuple[str, ...], until: str | None, as_json: bool
) -> None:
    """Run the diagram FILE in memory: nothing is stored, nobody is asked.

    Called processes, decisions and forms are found beside FILE. Answers to one element are used up in order.
    """
    from forms.feel import to_plain
    from webapp.clock import world_now
    from workflows.engine import UnknownElement, try_run

    given = read_json(data, "--data")
    if not isinstance(given, dict):
        raise click.UsageError("--data: a JSON object is wanted")
    try:
        result = try_run(
            [source(file), *neighbours((file,))],
            process=process,
            data=given,
            answers=[_answer(text) for text in answers],
            until=_moment(until),
            world=world_now(),
        )
    except UnknownElement as fault:
        raise click.UsageError(f"--answer: {fault.tell('zh')} / {fault.tell('en')}") from fault
    document = {
        "status": result.status,
        "path": list(result.path),
        "waiting": [
            {"element": wait["element"], "type": wait["type"], "due": to_plain(wait.get("due"))}
            for wait in result.waiting
        ],
        "data": to_plain(result.data),
        "error": result.error,
        "findings": [
            {
                "severity": finding.severity,
                "rule": finding.rule,
                "element": finding.element,
                "message": f"{finding.zh} / {finding.en}",
            }
            for finding in result.findings
        ],
    }

    def lines() -> Iterator[str]:
        yield f"{document['status']}: {' -> '.join(result.path)}"
        for wait in document["waiting"]:
            yield f"  waits: {wait['element']} ({wait['type']}{', due ' + wait['due'] if wait['due'] else ''})"
        if document["error"]:
            yield f"  error: {document['error']}"
        for finding in document["findings"]:
            yield f"  {finding_line(*finding.values())}"

    emit(document, as_json, lines)
    if result.status in ("incident", "refused"):
        raise SystemExit(FOUND)


def _answer(text: str) -> tuple[str, Any]:
    element, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(f"--answer: ELEMENT=JSON is wanted; given: {text[:80]}")
    given = read_json(value, f"--answer {element.strip()[:80]}")
    if not isinstance(given, dict):
        raise click.UsageError(f"--answer: a JSON object of variables is wanted; given: {text[:80]}")
    return element.strip(), given


def _moment(text: str | None) -> datetime | None:
    from workflows.settings import SHANGHAI

    if text is None:
        return None
    try:
        moment = (
            datetime.combine(date.fromisoformat(text), time.max)
            if len(text) == len("2026-01-01")
            else datetime.fromisoformat(text)
        )
    except ValueError as error:
        raise click.UsageError(f"--until: an ISO date or date-time is wanted; given: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
