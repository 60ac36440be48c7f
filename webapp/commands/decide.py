"""`zhunru decide`: evaluate a decision of a .dmn file."""

from __future__ import annotations

from collections.abc import Iterator

import click

from forms.faults import Refused
from webapp.commands.output import FOUND, emit, json_option, read_file, read_json, refuse


@click.command("decide")
@click.argument("file", type=click.Path())
@click.option("--decision", help="Id or name of the decision; may be left out when the file has one.")
@click.option("--input", "given", default="{}", help="Inputs as a JSON object, or @FILE.")
@json_option
def command(file: str, decision: str | None, given: str, as_json: bool) -> None:
    """Evaluate a decision of FILE (DMN 1.1 to 1.5) with the given inputs."""
    from forms.feel import to_plain
    from webapp.clock import world_now
    from workflows.engine.dmn import load_decisions

    inputs = read_json(given, "--input")
    if not isinstance(inputs, dict):
        raise click.UsageError(f"--input: a JSON object is wanted; given: {given[:80]}")
    try:
        decisions = load_decisions(read_file(file), file)
    except Refused as error:
        refuse(error, as_json)
    ids = list(decisions.ids)
    if decision is None:
        if len(ids) != 1:
            raise click.UsageError(f"--decision is needed: {file} has {', '.join(ids) or 'no decision'}")
        decision = ids[0]
    try:
        outcome = decisions.evaluate(decision, inputs, world_now())
    except Refused as error:
        refuse(error, as_json)
    document = {"result": to_plain(outcome.result), "errors": list(outcome.errors)}

    def lines() -> Iterator[str]:
        yield str(document["result"])
        yield from (str(error) for error in document["errors"])

    emit(document, as_json, lines)
    if document["errors"]:
        raise SystemExit(FOUND)
