"""`zhunru decide`: evaluate a decision of a .dmn file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from webapp.commands.output import FOUND, emit, json_option, read_file, read_json


@click.command("decide")
@click.argument("file", type=click.Path())
@click.option("--decision", help="Id or name of the decision; may be left out when the file has one.")
@click.option("--input", "given", default="{}", help="Inputs as a JSON object, or @FILE.")
@json_option
def command(file: str, decision: str | None, given: str, as_json: bool) -> None:
    """Evaluate a decision of FILE (DMN 1.1 to 1.5) with the given inputs."""
    from forms.feel import to_plain
    from webapp.clock import world_now
    from workflows.engine.dmn import DecisionRefused, load_decisions

    inputs = read_json(given, "--input")
    if not isinstance(inputs, dict):
        raise click.UsageError(f"--input: a JSON object is wanted; given: {given[:80]}")
    try:
        decisions = load_decisions(read_file(file), file)
    except DecisionRefused as error:
        found = [finding for finding in error.findings if finding.severity == "error"]
        _tell(None, [f"{finding.element or file}: {finding.zh} / {finding.en}" for finding in found], as_json)
        return
    ids = list(decisions.ids)
    if decision is None:
        if len(ids) != 1:
            raise click.UsageError(f"--decision is needed: {file} has {', '.join(ids) or 'no decision'}")
        decision = ids[0]
    outcome = decisions.evaluate(decision, inputs, world_now())
    _tell(to_plain(outcome.result), [str(error) for error in outcome.errors], as_json)


def _tell(result: Any, errors: list[str], as_json: bool) -> None:
    """Print what a decision came to, or why it came to nothing; end with status 1 where there are errors."""

    def lines() -> Iterator[str]:
        yield str(result)
        yield from errors

    emit({"result": result, "errors": errors}, as_json, lines)
    if errors:
        raise SystemExit(FOUND)
