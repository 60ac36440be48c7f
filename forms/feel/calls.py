"""Closures of operations and calls that say why they came to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from forms.feel.builtin import Builtin, apply, takes, try_invoke
from forms.feel.expression import NULL_ERRORS, Env, Run
from forms.feel.library_text import show_value
from forms.feel.types import kind_of
from forms.feel.values import Function

MAX_SHOWN = 60
"""Length from which a message cuts a value."""


def guarded(sign: str, operation: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    """Return a closure of a binary operation that is null where the operation fails."""

    def run(env: Env) -> Any:
        a, b = left(env), right(env)
        try:
            result = operation(a, b)
        except NULL_ERRORS:
            result = None
        if result is None and a is not None and b is not None:
            shown = f"{_shown(a)} {sign} {_shown(b)}"
            env.fault(f"{shown} 无法计算", f"{shown} cannot be computed")
        return result

    return run


def _shown(value: Any) -> str:
    """Return a value as a message shows it, cut where it is long."""
    shown = show_value(value, nested=True) if type(value) not in (list, dict) else kind_of(value)
    return shown if len(shown) <= MAX_SHOWN else shown[:MAX_SHOWN] + "..."


def builtin_call(builtin: Builtin, arguments: list[Run], names: list[str] | None) -> Run:
    """Return the closure of a call of a built-in function."""

    def run(env: Env) -> Any:
        env.progress.step()
        values = [argument(env) for argument in arguments]
        result, wrong = try_invoke(builtin, env.world, values, names)
        if wrong and not any(value is None for value in values):
            shown = f"{builtin.name}({', '.join(map(_shown, values))})"
            env.fault(f"{shown} 的参数不对", f"{shown} has wrong arguments")
        return result

    return run


def function_call(name: str, function: Run, arguments: list[Run], names: list[str] | None) -> Run:
    """Return the closure of a call of a function value."""

    def run(env: Env) -> Any:
        env.progress.step()
        callee = function(env)
        if not isinstance(callee, Function):
            shown = name or _shown(callee)
            env.fault(f"{shown} 不是函数", f"{shown} is no function")
            return None
        result = apply(callee, [argument(env) for argument in arguments], names)
        if result is None and not takes(callee, len(arguments), names):
            wanted = ", ".join(callee.parameters)
            env.fault(f"{name}({wanted}) 的参数不对", f"{name}({wanted}) is given other arguments")
        return result

    return run
