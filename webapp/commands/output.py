"""What the commands share: files in, one JSON document or plain lines out, exit status."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from forms.faults import Refused
from webapp.logs import keep_values_out

GOOD, FOUND, USAGE = 0, 1, 2

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on standard output."
)


def log_to_stderr() -> None:
    """Send what is logged to standard error, warnings and above: standard output belongs to the result.

    Errors are logged with their trace, without their words.
    """
    keep_values_out()
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


def emit(document: Any, as_json: bool, lines: Callable[[], Iterable[str]]) -> None:
    """Print `document` as JSON, or the lines a person reads."""
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, default=plain))
        return
    for line in lines():
        click.echo(line)


class Progress:
    """How far a long work is, on standard error: a line that is written over on a terminal, else one a tenth."""

    FROM = 300
    """Of fewer pieces nothing is said."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.told = -1

    def __call__(self, done: int, total: int) -> None:
        """Say it, where the figure changed."""
        on_terminal = sys.stderr.isatty()
        share = done * 100 // total if total else 100
        step = share if on_terminal else share // 10
        if total <= self.FROM or step == self.told:
            return
        self.told = step
        end = "\r" if on_terminal and done < total else "\n"
        click.echo(f"{self.what}: {done}/{total} ({share}%){end}", err=True, nl=False)


def finding_line(severity: str, element: str, rule: str, sentence: str) -> str:
    """A finding on one line; its rule is named where docs/BPMN_RULES.md explains it, which those of workbooks need not."""
    named = "" if rule.startswith("template.") else f" [{rule}]"
    return f"{severity:7} {element or '-'}{named} {sentence}"


def plain(value: Any) -> Any:
    """JSON of the values FEEL knows and JSON does not."""
    from forms.feel import to_plain

    return to_plain(value)


def read_file(path: str) -> bytes:
    """The bytes of a file; a file that cannot be read is a usage error."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror or error}") from error


def read_text(text: str) -> str:
    """The text of an option; `@file` reads it from a file."""
    if text.startswith("@"):
        return read_file(text[1:]).decode("utf-8-sig", errors="replace")
    return text


def read_json(text: str, option: str) -> Any:
    """The value of a JSON option; `@file` reads it from a file."""
    text = read_text(text)
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{option}: not JSON ({error}); given: {text[:80]}") from error


def refuse(error: Refused, as_json: bool) -> NoReturn:
    """Say why something was refused, and end with status 1."""
    sentence = error.tell("zh")
    if as_json:
        click.echo(json.dumps({"error": sentence, "kind": type(error).__name__}, ensure_ascii=False))
    else:
        click.echo(sentence, err=True)
    raise SystemExit(FOUND)
