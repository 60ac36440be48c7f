"""Compiled expressions and unary tests: what the rest of the house holds in its hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forms.feel.values import from_plain
from forms.feel.world import World

NULL_ERRORS = (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError)
"""What a wrong value raises inside an evaluation; the result is null."""


class Env:
    """The variables an expression sees: a mapping, and those around it."""

    __slots__ = ("outer", "values", "world")

    def __init__(self, values: Mapping[str, Any], outer: Env | None, world: World) -> None:
        self.values = values
        self.outer = outer
        self.world = world

    def inner(self, values: Mapping[str, Any]) -> Env:
        """Return an environment in which these values hide those of the same name."""
        return Env(values, self, self.world)


Run = Callable[[Env], Any]


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled FEEL or JUEL expression, or a template.

    Attributes:
        text: as it was written.
        names: the free variables it reads; those in a filter that may be keys of an item are among them.
        run: the compiled form.
    """

    text: str
    names: frozenset[str]
    run: Run

    def evaluate(self, scope: Mapping[str, Any], world: World) -> Any:
        """Return the value of the expression; an error inside is null, never an exception."""
        try:
            return self.run(Env(scope, None, world))
        except NULL_ERRORS:
            return None


@dataclass(frozen=True, eq=False)
class UnaryTests:
    """Compiled unary tests: what stands in an input cell of a decision table.

    Attributes:
        text: as it was written.
        names: the free variables it reads, without `?`.
        run: the compiled form; expects `?` in the environment.
        parts: the single expressions of the list in order, such as the values of an output column.
    """

    text: str
    names: frozenset[str]
    run: Run
    parts: tuple[Expression, ...] = ()

    def matches(self, value: Any, scope: Mapping[str, Any], world: World) -> bool:
        """Tell whether a value satisfies the tests; an error inside means no."""
        try:
            return self.run(Env({"?": from_plain(value)}, Env(scope, None, world), world)) is True
        except NULL_ERRORS:
            return False
