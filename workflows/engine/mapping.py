"""Camunda's input and output parameters, and what a call activity hands in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflows.engine.expressions import evaluate, value_of

if TYPE_CHECKING:
    from forms.feel import World
    from workflows.engine.tokens import Token


@dataclass(frozen=True)
class Pass:
    """One `camunda:in` or `camunda:out`: all variables, or one by name or expression.

    `local`: handed in, only what is the call's own counts; handed back, it stays the call's own, for its output
    parameters.
    """

    target: str = ""
    source: str = ""
    expression: str = ""
    everything: bool = False
    local: bool = False


@dataclass(frozen=True)
class Listed:
    """The value of a parameter written as `camunda:list` or `camunda:map`."""

    items: tuple[Parameter, ...] = ()
    entries: tuple[tuple[str, Parameter], ...] = ()
    is_map: bool = False


@dataclass(frozen=True)
class Variable:
    """The value of a parameter taken from a variable, where there is one."""

    name: str


Parameter = str | Listed | Variable


@dataclass(frozen=True)
class Mappings:
    """Parameters of an activity in drawn order."""

    inputs: tuple[tuple[str, Parameter], ...] = ()
    outputs: tuple[tuple[str, Parameter], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    into: tuple[Pass, ...] = ()
    out: tuple[Pass, ...] = ()
    business_key: str = ""

    def call_in(self, token: Token, world: World) -> dict[str, Any]:
        """Variables a called process starts with; without a mapping none are passed, as in Camunda."""
        data = handed_over(self.into, token.data, world, token.local or {})
        if self.business_key:
            data["business_key"] = value_of(self.business_key, token.data, world)
        return data

    def call_out(self, token: Token, variables: Mapping[str, Any], world: World) -> None:
        """Take what a called process gives back: into the scope around the call, or as the call's own."""
        token.assign(handed_over(tuple(item for item in self.out if not item.local), variables, world))
        own = tuple(item for item in self.out if item.local)
        if own:
            token.local = {**(token.local or {}), **handed_over(own, variables, world)}


def handed_over(
    passes: tuple[Pass, ...],
    variables: Mapping[str, Any],
    world: World,
    own: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Pick variables, where `own` is given the local ones from there; a source that does not exist gives null."""
    data: dict[str, Any] = {}
    for item in passes:
        seen = own if item.local and own is not None else variables
        if item.everything:
            data.update(seen)
        elif item.expression:
            data[item.target] = evaluate(item.expression, seen, world)
        else:
            data[item.target] = seen.get(item.source)
    return data


def parameter_value(parameter: Parameter, scope: Mapping[str, Any], world: World) -> Any:
    """Value of a parameter: a text, an expression, a list or a map of such."""
    if isinstance(parameter, str):
        return value_of(parameter, scope, world)
    if isinstance(parameter, Variable):
        return scope.get(parameter.name)
    if parameter.is_map:
        return {name: parameter_value(entry, scope, world) for name, entry in parameter.entries}
    return [parameter_value(item, scope, world) for item in parameter.items]


def take_in(token: Token, mappings: Mappings, world: World) -> None:
    """Give an activity its input parameters as variables of its own."""
    values = _values(mappings.inputs, token.data, world)
    token.local = {**(token.local or {}), **values}


def take_out(token: Token, mappings: Mappings, world: World) -> None:
    """Write the output parameters of an activity into the scope around it.

    The activity's own input parameters can be read, and are gone afterwards.
    """
    values = _values(mappings.outputs, token.data, world)
    if token.keep:
        token.assign(values)
    else:
        token.workflow.seen.update(values)


def _values(
    parameters: tuple[tuple[str, Parameter], ...], scope: Mapping[str, Any], world: World
) -> dict[str, Any]:
    """Values by name; a variable that is not there is not copied."""
    return {
        name: parameter_value(parameter, scope, world)
        for name, parameter in parameters
        if not isinstance(parameter, Variable) or parameter.name in scope
    }
