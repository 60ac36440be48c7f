"""What a built-in function is, and calling one. The functions stand in the libraries beside this file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from forms.feel.expression import NULL_ERRORS, OutOfBudget
from forms.feel.values import Function
from forms.feel.world import World

MAX_RESULT = 1_000_000
"""The longest list or text that a function may return; beyond it the result is null."""


@dataclass(frozen=True)
class Builtin:
    """A built-in function.

    Attributes:
        name: as it is called.
        signatures: the parameter names of each way to call it; for a call by name.
        call: takes the arguments in order; raises one of `NULL_ERRORS` where they are wrong.
        worldly: `call` takes the world before the arguments.
    """

    name: str
    signatures: tuple[tuple[str, ...], ...]
    call: Callable[..., Any]
    worldly: bool = False


def define(name: str, signatures: str, call: Callable[..., Any], *, worldly: bool = False) -> Builtin:
    """Return a built-in; signatures are written `a, b | c`."""
    ways = tuple(
        tuple(part.strip() for part in way.split(",") if part.strip()) for way in signatures.split("|")
    )
    return Builtin(name, ways, call, worldly)


def _in_order(builtin: Builtin, values: list[Any], names: list[str]) -> list[Any]:
    """Return arguments given by name in the order of the first signature that has them all.

    One that has them as they are written goes before: `before(point, range)` and `before(range, point)` differ.
    """
    given = dict(zip(names, values, strict=True))
    if len(given) != len(names):
        raise TypeError("an argument is given twice")
    if tuple(names) in builtin.signatures:
        return values
    for signature in builtin.signatures:
        if given.keys() <= set(signature):
            last = max((signature.index(name) for name in given), default=-1)
            return [given.get(name) for name in signature[: last + 1]]
    raise TypeError("no such parameters")


def try_invoke(
    builtin: Builtin, world: World, values: list[Any], names: list[str] | None = None
) -> tuple[Any, bool]:
    """Call a built-in; return its result and whether the arguments were wrong, in which case it is null."""
    try:
        if names is not None:
            values = _in_order(builtin, values, names)
        result = builtin.call(world, *values) if builtin.worldly else builtin.call(*values)
    except NULL_ERRORS:
        return None, True
    too_long = type(result) in (list, str) and len(result) > MAX_RESULT
    return (None, True) if too_long else (result, False)


def bind_builtin(builtin: Builtin, world: World) -> Function:
    """Return a built-in as a value that can be passed on."""
    return Function(builtin.name, builtin.signatures[0], lambda values: try_invoke(builtin, world, values)[0])


def takes(callee: Function, count: int, names: list[str] | None) -> bool:
    """Tell whether a function value can be called with some arguments, in order or by name."""
    if names is not None:
        return len(set(names)) == len(names) and set(names) <= set(callee.parameters)
    return count == len(callee.parameters)


def apply(callee: Any, values: list[Any], names: list[str] | None = None) -> Any:
    """Call a function value with arguments in order or by name; null where that cannot be."""
    if not isinstance(callee, Function):
        return None
    if names is not None:
        if not takes(callee, len(values), names):
            return None
        given = dict(zip(names, values, strict=True))
        values = [given.get(name) for name in callee.parameters]
    try:
        return callee.call(values)
    except RecursionError:
        raise OutOfBudget from None
    except NULL_ERRORS:
        return None
