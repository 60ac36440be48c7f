"""Expressions, scripts and timer texts of a diagram, compiled once.

All go through `forms.feel`: `${...}` is JUEL, anything else FEEL. No Python from a diagram is ever run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from forms.faults import Refused

if TYPE_CHECKING:
    from forms.faults import Sentence
    from forms.feel import Expression, World

_ASSIGNMENT = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)\s*(.*)", re.DOTALL)
_OPEN, _CLOSE = "([{", ")]}"


class ScriptError(ValueError):
    """A script is not made of lines `name = expression`; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line, self.text = line, text


class NoResult(Refused):
    """A line of a script comes to nothing, and not because a value it reads is null: it fails."""

    zh = "脚本“{name} = {text}”得不出结果：{why_zh}"
    en = "The script {name} = {text} comes to nothing: {why_en}"


@lru_cache(8192)
def expression(text: str) -> Expression:
    """Compile an expression; white space around it does not count. Raises FeelSyntaxError."""
    from forms.feel import compile_expression

    return compile_expression(text.strip())


@lru_cache(2048)
def script(text: str) -> tuple[tuple[str, Expression], ...]:
    """Compile a script of lines `name = FEEL`.

    Empty lines and lines that start with `//` or `#` are skipped; an expression goes on while a bracket
    is open. Raises ScriptError or FeelSyntaxError.
    """
    steps: list[tuple[str, Expression]] = []
    for number, line in _statements(text):
        match = _ASSIGNMENT.fullmatch(line.rstrip().removesuffix(";"))
        if match is None or not match.group(2).strip():
            raise ScriptError(number, line.strip())
        steps.append((match.group(1), expression(match.group(2))))
    return tuple(steps)


def run_script(text: str, scope: MutableMapping[str, Any], world: World) -> None:
    """Write what each line of a script comes to into a scope that the next line reads. Raises NoResult."""
    for name, compiled in script(text):
        faults: list[Sentence] = []
        scope[name] = compiled.evaluate(scope, world, faults)
        if faults:
            why = faults[0]
            raise NoResult(name=name, text=compiled.text, why_zh=why.zh, why_en=why.en)


def _statements(text: str) -> list[tuple[int, str]]:
    """Split a script into (line number, statement), joining the lines of an open bracket."""
    found: list[tuple[int, str]] = []
    pending: list[str] = []
    start = depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not pending and (not line.strip() or line.strip().startswith(("//", "#"))):
            continue
        start = start if pending else number
        pending.append(line)
        depth += _depth(line)
        if depth <= 0:
            found.append((start, "\n".join(pending)))
            pending, depth = [], 0
    if pending:
        found.append((start, "\n".join(pending)))
    return found


def _depth(text: str) -> int:
    """Count the brackets a line leaves open, those in string literals aside."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    return sum(bare.count(sign) for sign in _OPEN) - sum(bare.count(sign) for sign in _CLOSE)


def evaluate(text: str, scope: Mapping[str, Any], world: World) -> Any:
    """Evaluate an expression; an error inside is None."""
    return expression(text).evaluate(scope, world)


def holds(text: str, scope: Mapping[str, Any], world: World) -> bool:
    """Return True only if the expression is true; null and other values are not."""
    return evaluate(text, scope, world) is True


def is_expression(text: str) -> bool:
    """Tell an expression from a literal in a Camunda attribute: `${...}`, `#{...}` or a leading `=`."""
    stripped = text.strip()
    return "${" in stripped or "#{" in stripped or stripped.startswith("=")


def value_of(text: str, scope: Mapping[str, Any], world: World) -> Any:
    """Value of a Camunda attribute: the text itself, unless it is written as an expression."""
    return evaluate(text, scope, world) if is_expression(text) else text.strip()
