"""Decision tables: matching rules and the hit policies.

Source: DMN 1.3, 8.2.8 to 8.2.11 and table 43.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import Any

from forms.feel.expression import Expression, UnaryTests
from forms.feel.operators import add
from forms.feel.values import YearsMonths, equal, is_number, less, same
from workflows.engine.dmn.scope import Frame
from workflows.engine.dmn.types import ANY, DeclaredType

SINGLE_HIT = ("UNIQUE", "ANY", "PRIORITY", "FIRST")
MULTIPLE_HIT = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
HIT_POLICIES = (*SINGLE_HIT, *MULTIPLE_HIT)
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")

CellTest = UnaryTests | Expression
"""An input cell: unary tests, or a JUEL condition that is true where the cell holds."""


@dataclass(frozen=True)
class Input:
    """An input column. `variable`: the name under which cells see the value besides `?`."""

    id: str
    label: str
    expression: Expression
    type: DeclaredType = ANY
    allowed: UnaryTests | None = None
    variable: str = ""


@dataclass(frozen=True)
class Output:
    """An output column. `values`: the allowed results in order of priority, highest first.

    The allowed values of its type stand in `allowed`, not in `type`.
    """

    id: str
    name: str
    type: DeclaredType = ANY
    values: tuple[Expression, ...] = ()
    allowed: UnaryTests | None = None
    default: Expression | None = None


@dataclass(frozen=True)
class Rule:
    """A row. A cell of None holds for every value; an output of None is null."""

    id: str
    tests: tuple[CellTest | None, ...]
    outputs: tuple[Expression | None, ...]


@dataclass(frozen=True)
class Table:
    """A decision table."""

    id: str
    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def evaluate(self, frame: Frame) -> Any:
        """Return the result: a value, a dict for several outputs, a list of these for multiple hits."""
        values = []
        for column in self.inputs:
            value = column.type.read(frame.evaluate(column.expression, column.id))
            if not _allowed(column, value, frame):
                return None
            values.append(value)
        matching = [rule for rule in self.rules if self._matches(rule, values, frame)]
        if not matching:
            return self._without_match(frame)
        return self._result(matching, frame)

    def _matches(self, rule: Rule, values: list[Any], frame: Frame) -> bool:
        for column, test, value in zip(self.inputs, rule.tests, values, strict=True):
            if test is None:
                continue
            scope = frame.values
            if column.variable:
                scope = {**scope, column.variable: value}
            if isinstance(test, UnaryTests):
                if not test.matches(value, scope, frame.world):
                    return False
            elif test.evaluate(scope, frame.world) is not True:
                return False
        return True

    def _without_match(self, frame: Frame) -> Any:
        defaults = [output.default for output in self.outputs]
        if any(default is not None for default in defaults):
            row = [
                None if output.default is None else self._cell(output, output.default, output.id, frame)
                for output in self.outputs
            ]
            result = self._shape(row)
            if self.policy in MULTIPLE_HIT and not self.aggregation:
                return [result]
            return result
        if self.policy == "COLLECT":
            return 0 if self.aggregation == "COUNT" else None if self.aggregation else []
        return None

    def _row(self, rule: Rule, frame: Frame) -> list[Any] | None:
        row = []
        for output, entry in zip(self.outputs, rule.outputs, strict=True):
            value = None if entry is None else self._cell(output, entry, rule.id, frame)
            if output.allowed is not None and value is not None and not _passes(output.allowed, value, frame):
                frame.problem("dmn.output-value", rule.id, output=output.name or output.id, value=value)
                return None
            row.append(value)
        return row

    def _cell(self, output: Output, entry: Expression, place: str, frame: Frame) -> Any:
        """Return the value of an output cell as its column's type has it; null where it cannot."""
        value = output.type.read(frame.evaluate(entry, place))
        if self.policy in MULTIPLE_HIT and output.type.is_list and not isinstance(value, list):
            return value  # the type is that of the whole result
        fitted, fits = output.type.fit(value, frame.world)
        if not fits:
            name = output.name or output.id
            frame.problem("dmn.type", place, name=name, value=value, type=output.type.name)
        return fitted

    def _result(self, matching: list[Rule], frame: Frame) -> Any:
        if self.policy == "UNIQUE" and len(matching) > 1:
            frame.problem("dmn.not-unique", self.id, rules=", ".join(rule.id for rule in matching))
            return None
        if self.policy == "FIRST":
            matching = matching[:1]
        rows = []
        for rule in matching:
            row = self._row(rule, frame)
            if row is None:
                return None
            rows.append(row)
        if self.policy == "ANY" and any(not _same_row(rows[0], row) for row in rows[1:]):
            frame.problem("dmn.not-any", self.id, rules=", ".join(rule.id for rule in matching))
            return None
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            rows = self._by_priority(rows, frame)
        if self.policy in SINGLE_HIT:
            return self._shape(rows[0])
        if self.aggregation:
            return self._aggregated([row[0] for row in rows], frame)
        return [self._shape(row) for row in rows]

    def _aggregated(self, values: list[Any], frame: Frame) -> Any:
        """Return the sum, least or greatest of the outputs, or how many there are; null where that has no meaning.

        Several outputs have no aggregation (DMN 1.3, 8.2.11): the check refuses such a table.
        """
        result = _aggregate(self.aggregation, values)
        if result is None and None not in values:
            odd = next((value for value in values if not _adds_up(value)), values[-1])
            frame.problem("dmn.not-aggregated", self.id, aggregation=self.aggregation, value=odd)
        return result

    def _by_priority(self, rows: list[list[Any]], frame: Frame) -> list[list[Any]]:
        """Order rows by the place of their values among the output values, the first output first."""
        orders = [[value.evaluate({}, frame.world) for value in output.values] for output in self.outputs]

        def rank(row: list[Any]) -> tuple[int, ...]:
            return tuple(_place(order, value) for order, value in zip(orders, row, strict=True))

        return sorted(rows, key=rank)

    def _shape(self, row: list[Any]) -> Any:
        if len(self.outputs) == 1:
            return row[0]
        return {output.name: value for output, value in zip(self.outputs, row, strict=True)}


def _place(order: list[Any], value: Any) -> int:
    for place, item in enumerate(order):
        if same(item, value) or (item is None and value is None):
            return place
    return len(order)


def _passes(tests: UnaryTests, value: Any, frame: Frame) -> bool:
    """Tell whether a value, or each item of a list, is allowed."""
    if tests.matches(value, frame.values, frame.world):
        return True
    return isinstance(value, list) and all(tests.matches(item, frame.values, frame.world) for item in value)


def _allowed(column: Input, value: Any, frame: Frame) -> bool:
    if column.allowed is None or value is None or _passes(column.allowed, value, frame):
        return True
    frame.problem("dmn.input-value", column.id, input=column.label or column.expression.text, value=value)
    return False


def _same_row(first: list[Any], second: list[Any]) -> bool:
    return all(equal(a, b) is True for a, b in zip(first, second, strict=True))


def _least(values: list[Any], better: Callable[[Any, Any], bool | None]) -> Any:
    best = values[0]
    for value in values[1:]:
        verdict = better(value, best)
        if verdict is None:
            return None
        if verdict:
            best = value
    return best


def _adds_up(value: Any) -> bool:
    """Tell whether a value can be part of a sum: numbers and durations can, texts and dates cannot."""
    return is_number(value) or isinstance(value, timedelta | YearsMonths)


def _aggregate(aggregation: str, values: list[Any]) -> Any:
    if aggregation == "COUNT":
        return len(values)  # of all outputs, equal ones too (DMN 1.2, 8.2.10)
    if aggregation == "SUM":
        return reduce(add, values) if all(map(_adds_up, values)) else None
    if aggregation == "MIN":
        return _least(values, less)
    return _least(values, lambda a, b: less(b, a))
