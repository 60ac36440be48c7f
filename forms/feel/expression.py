"""Compiled expressions and unary tests: what the rest of the house holds in its hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forms.faults import Sentence
from forms.feel.values import from_plain
from forms.feel.world import World

BUDGET = 1_500_000
"""Rounds of loops, filters and calls that one evaluation may take; beyond it the result is null."""
CALL = 10
"""What a call of a function that an expression defines, or a round of a boxed loop, costs of it."""

NULL_ERRORS = (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError)
"""What a wrong value raises inside an evaluation; the result is null."""


class OutOfBudget(Exception):
    """An evaluation took too many rounds. Ends the whole evaluation; no part of it may go on with null."""


class Progress:
    """One evaluation: the rounds it may still take, and what went wrong in it, if anybody asks."""

    __slots__ = ("faults", "left")

    def __init__(self, faults: list[Sentence] | None = None) -> None:
        self.left = BUDGET
        self.faults = faults

    def step(self, cost: int = 1) -> None:
        """Count a round of a loop, or a call, which costs several. Raises OutOfBudget."""
        self.left -= cost
        if self.left < 0:
            raise OutOfBudget


class Env:
    """The variables an expression sees: a mapping, and those around it."""

    __slots__ = ("outer", "progress", "values", "world")

    def __init__(
        self, values: Mapping[str, Any], outer: Env | None, world: World, progress: Progress
    ) -> None:
        self.values = values
        self.outer = outer
        self.world = world
        self.progress = progress

    def inner(self, values: Mapping[str, Any]) -> Env:
        """Return an environment in which these values hide those of the same name."""
        return Env(values, self, self.world, self.progress)

    def fault(self, zh: str, en: str) -> None:
        """Note why a part of the expression is null although none of its operands is."""
        if self.progress.faults is not None:
            self.progress.faults.append(Sentence(zh, en))


Run = Callable[[Env], Any]
_ENDLESS = Sentence("循环或调用的次数过多", "it takes too many rounds")


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled FEEL or JUEL expression, or a template.

    Attributes:
        text: as it was written.
        names: the free variables it reads; those in a filter that may be keys of an item are among them.
        run: the compiled form.
        certain: the names that can be nothing but variables: those in a filter left out.
    """

    text: str
    names: frozenset[str]
    run: Run
    certain: frozenset[str] = frozenset()

    def evaluate(
        self,
        scope: Mapping[str, Any],
        world: World,
        faults: list[Sentence] | None = None,
        budget: Progress | None = None,
    ) -> Any:
        """Return the value of the expression; an error inside is null, never an exception.

        Args:
            scope: variables by name.
            world: time and calendar.
            faults: filled with what made the result null, if it is and if the reason is no null before it.
            budget: what this evaluation is a part of; its rounds are counted there.
        """
        found: list[Sentence] | None = None if faults is None else []
        progress = Progress(found)
        if budget is not None:
            progress.left = budget.left
        try:
            result = self.run(Env(scope, None, world, progress))
        except (OutOfBudget, RecursionError):
            result, found = None, [_ENDLESS]
        except NULL_ERRORS:
            result = None
        if budget is not None:
            budget.left = progress.left
        if result is None and found and faults is not None:
            faults.extend(dict.fromkeys(found))
        return result


@dataclass(frozen=True, eq=False)
class UnaryTests:
    """Compiled unary tests: what stands in an input cell of a decision table.

    Attributes:
        text: as it was written.
        names: the free variables it reads, without `?`.
        run: the compiled form; expects `?` in the environment.
        parts: the single expressions of the list in order, such as the values of an output column.
        certain: the names that can be nothing but variables: those in a filter left out.
    """

    text: str
    names: frozenset[str]
    run: Run
    parts: tuple[Expression, ...] = ()
    certain: frozenset[str] = frozenset()

    def matches(self, value: Any, scope: Mapping[str, Any], world: World) -> bool:
        """Tell whether a value satisfies the tests; an error inside means no."""
        outer = Env(scope, None, world, Progress())
        try:
            return self.run(outer.inner({"?": from_plain(value)})) is True
        except (OutOfBudget, *NULL_ERRORS):
            return False
