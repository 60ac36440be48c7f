"""`zhunru decide`: evaluate a decision of a .dmn file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from webapp.commands.output import FOUND, json_option, read_file, read_text

if TYPE_CHECKING:
    from workflows.engine.dmn import Decisions
    from workflows.engine.model import Finding


@click.command("decide")
@click.argument("file", type=click.Path())
@click.option(
    "--decision",
    help="Id or name of a decision, decision service or knowledge model; may be left out when the file has one decision.",
)
@click.option("--input", "given", default="{}", help="Inputs as a JSON object, or @FILE.")
@json_option
def command(file: str, decision: str | None, given: str, as_json: bool) -> None:
    """Evaluate a decision of FILE (DMN 1.1 to 1.5) with the given inputs; imports are found beside it."""
    from webapp.clock import world_now
    from workflows.engine.dmn import DecisionRefused, load_decisions

    inputs = _inputs(given)
    content = read_file(file)
    try:
        decisions = load_decisions(content, file, _beside(file))
    except DecisionRefused as error:
        found = [each for each in error.findings if each.severity == "error"]
        _tell(None, [_sentence(each, file) for each in found], as_json)
        return
    if decision is None:
        if len(decisions.ids) != 1:
            there = ", ".join(decisions.titles.values()) or "no decision"
            raise click.UsageError(f"--decision is needed: {file} has {there}")
        decision = decisions.ids[0]
    _warn(decisions, decision, inputs, file)
    outcome = decisions.evaluate(decision, inputs, world_now())
    _tell(outcome.result, [str(error) for error in outcome.errors], as_json)


def _inputs(given: str) -> dict[str, Any]:
    from forms.feel import from_json

    text = read_text(given)
    try:
        inputs = from_json(text)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise click.UsageError(f"--input: not JSON ({error}); given: {text[:80]}") from error
    if not isinstance(inputs, dict):
        raise click.UsageError(f"--input: a JSON object is wanted; given: {text[:80]}")
    return inputs


def _beside(file: str) -> Iterable[bytes]:
    """Contents of the other decision files in the folder, read when there is something to import."""
    for path in sorted(Path(file).resolve().parent.glob("*.dmn")):
        if path.is_file() and path != Path(file).resolve():
            yield read_file(str(path))


def _warn(decisions: Decisions, decision: str, inputs: dict[str, Any], file: str) -> None:
    """Say on standard error what makes a decision null without an error: it belongs to no result."""
    for finding in decisions.findings:
        click.echo(_sentence(finding, file), err=True)
    if decisions.find(decision) is None:
        return
    for name in sorted(decisions.names(decision) - decisions.given(inputs)):
        click.echo(f"缺少输入“{name}”，按空值处理 / the input {name} is missing and taken for null", err=True)


def _sentence(finding: Finding, file: str) -> str:
    return f"{finding.element or file}: {finding.zh} / {finding.en}"


def _tell(result: Any, errors: list[str], as_json: bool) -> None:
    """Print what a decision came to, or why it came to nothing; end with status 1 where there are errors."""
    from forms.feel import to_json

    if as_json:
        click.echo(to_json({"result": result, "errors": errors}))
    else:
        click.echo(result if isinstance(result, str) else to_json(result))
        for error in errors:
            click.echo(error)
    if errors:
        raise SystemExit(FOUND)
