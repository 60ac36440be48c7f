"""JUEL of simple form, as Camunda 7 diagrams write it, and templates.

`${amount > 100 && !urgent}` is a value; `unit_clerk@${applicant_unit}` is text with values put in.
Reads variables, their entries and items; of methods it calls those of `juel_methods` and two of `execution`, which only
read; of functions `now()` and `dateTime()` alone. Null is false where a truth is wanted.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from forms.feel import operators
from forms.feel.errors import FeelSyntaxError
from forms.feel.expression import NULL_ERRORS, Env, Expression, Run
from forms.feel.juel_methods import METHODS
from forms.feel.juel_values import OPERATIONS, empty, text_of, truth
from forms.feel.values import from_plain, number, same

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]]))""",
    re.VERBOSE | re.DOTALL,
)
_SPANS = re.compile(r"""[$#]\{((?:[^{}'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*)\}""", re.DOTALL)
_WORDS = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "div": "/",
    "mod": "%",
    "empty": "empty",
}
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)
_MOMENTS = ("now", "dateTime")
_OF_EVERYTHING: dict[str, tuple[int, ...]] = {"equals": (1,), "toString": (0,)}
MAX_DEPTH = 100


def _operation(sign: str, left: Run, right: Run) -> Run:
    if sign == "&&":
        return lambda env: truth(left(env)) and truth(right(env))
    if sign == "||":
        return lambda env: truth(left(env)) or truth(right(env))
    operation = OPERATIONS[sign]
    return lambda env: operation(left(env), right(env))


def _item(owner: Any, key: Any) -> Any:
    """Return the entry of a context, or the item of a list counted from 0; null where there is none."""
    if type(owner) is list:
        if type(key) is not int or not 0 <= key < len(owner):
            return None
        return owner[key]
    return operators.prop(owner, key) if type(key) is str else None


class _Parser:
    """Recursive descent over one `${...}`."""

    def __init__(self, whole: str, body: str, offset: int) -> None:
        self.whole, self.offset = whole, offset
        self.tokens = self._tokens(body)
        self.at = 0
        self.depth = 0
        self.names: set[str] = set()
        self.asked: set[str] = set()  # after what `hasVariable` looks

    def fail(self, why: str, place: int | None = None, **facts: Any) -> FeelSyntaxError:
        if place is None:
            place = self.tokens[min(self.at, len(self.tokens) - 1)][2]
        return FeelSyntaxError(self.whole, self.offset + place, why, **facts)

    def _tokens(self, body: str) -> list[tuple[str, str, int]]:
        tokens: list[tuple[str, str, int]] = []
        place = 0
        end = len(body.rstrip())
        while place < end:
            match = _TOKEN.match(body, place)
            if match is None:
                found = repr(body[place:].strip()[:1])
                raise FeelSyntaxError(self.whole, self.offset + place, "unexpected", found=found)
            kind = str(match.lastgroup)
            value = match[kind]
            if kind == "name" and value in _WORDS:
                kind, value = "sign", _WORDS[value]
            tokens.append((kind, value, match.start(kind)))
            place = match.end()
        tokens.append(("end", "", len(body)))
        return tokens

    def take(self, *signs: str) -> str | None:
        kind, value, _place = self.tokens[self.at]
        if kind == "sign" and value in signs:
            self.at += 1
            return value
        return None

    def want(self, sign: str) -> None:
        if self.take(sign) is None:
            raise self.fail("wanted", wanted=repr(sign))

    def parse(self) -> Run:
        run = self.ternary()
        kind, value, _place = self.tokens[self.at]
        if kind != "end":
            if value == "(":
                raise self.fail("function")
            raise self.fail("unexpected", found=repr(value))
        return run

    def ternary(self) -> Run:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail("deep")
        condition = self.binary(0)
        if self.take("?") is not None:
            then = self.ternary()
            self.want(":")
            other = self.ternary()
            self.depth -= 1
            return lambda env: then(env) if truth(condition(env)) else other(env)
        self.depth -= 1
        return condition

    def binary(self, level: int) -> Run:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while (sign := self.take(*_LEVELS[level])) is not None:
            left = _operation(sign, left, self.binary(level + 1))
        return left

    def unary(self) -> Run:
        signs = []
        while (sign := self.take("!", "-", "empty")) is not None:
            signs.append(sign)
        run = self.postfix()
        for sign in reversed(signs):
            run = _unary(sign, run)
        return run

    def postfix(self) -> Run:
        run = self.primary()
        while True:
            if self.take(".") is not None:
                kind, value, _place = self.tokens[self.at]
                if kind not in ("name", "sign") or not value[:1].isalpha():
                    raise self.fail("name")
                self.at += 1
                called = self.take("(") is not None
                run = self.call(run, value) if called else _entry(run, _named(value))
            elif self.take("[") is not None:
                key = self.ternary()
                self.want("]")
                run = _entry(run, key)
            else:
                return run

    def call(self, owner: Run, name: str) -> Run:
        """The call of a method, its name and opening bracket read."""
        place = self.tokens[self.at - 2][2]
        given: list[Run] = []
        if self.take(")") is None:
            given.append(self.ternary())
            while self.take(",") is not None:
                given.append(self.ternary())
            self.want(")")
        takes = _OF_EVERYTHING.get(name) or (METHODS[name].takes if name in METHODS else ())
        if not takes:
            raise self.fail("method", place, method=name)
        if len(given) not in takes:
            raise self.fail("takes", place, method=name, wanted="/".join(map(str, takes)), given=len(given))
        if name == "equals":
            return lambda env: same(owner(env), given[0](env))
        if name == "toString":
            return lambda env: text_of(owner(env))
        method = METHODS[name]
        return lambda env: method.call(owner(env), [each(env) for each in given])

    def primary(self) -> Run:
        kind, value, _place = self.tokens[self.at]
        if kind == "sign" and value == "(":
            self.at += 1
            run = self.ternary()
            self.want(")")
            return run
        if kind in ("end", "sign"):
            raise self.fail("end") if kind == "end" else self.fail("unexpected", found=repr(value))
        self.at += 1
        if kind == "number":
            constant: Any = number(Decimal(value))
        elif kind == "string":
            constant = _unquoted(value)
        elif value in _CONSTANTS:
            constant = _CONSTANTS[value]
        elif value == "execution" and (method := self.of_execution()):
            return method
        elif value in _MOMENTS and self.take("(") is not None:
            self.want(")")
            return lambda env: env.world.now
        else:
            self.names.add(value)
            return _variable(value)
        return lambda _env: constant

    def of_execution(self) -> Run | None:
        """`execution.getVariable('x')`, which is `x`, or `execution.hasVariable('x')`; None for anything but a call.

        The name stands as text, so that it is known what an expression reads. Nothing is set: that is for scripts and
        parameters.
        """
        dot, method, bracket, named = [*self.tokens[self.at :], *[("end", "", 0)] * 4][:4]
        if dot[1] != "." or bracket[:2] != ("sign", "("):
            return None
        if method[1] not in ("getVariable", "hasVariable"):
            raise self.fail("execution", method[2], method=method[1])
        if named[0] != "string":
            raise self.fail("variable", named[2])
        self.at += 4
        self.want(")")
        name = _unquoted(named[1])
        if method[1] == "getVariable":
            self.names.add(name)
            return _variable(name)
        self.asked.add(name)
        return lambda env: name in env.values


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _unary(sign: str, operand: Run) -> Run:
    if sign == "!":
        return lambda env: not truth(operand(env))
    if sign == "empty":
        return lambda env: empty(operand(env))
    return lambda env: operators.negate(operand(env))


def _entry(owner: Run, key: Run) -> Run:
    return lambda env: _item(owner(env), key(env))


def _named(name: str) -> Run:
    return lambda _env: name


def _variable(name: str) -> Run:
    return lambda env: from_plain(env.values.get(name))


def _guard(run: Run) -> Run:
    def safe(env: Env) -> Any:
        try:
            return run(env)
        except NULL_ERRORS:
            return None

    return safe


def is_juel(text: str) -> bool:
    """Tell whether a text holds `${` or `#{`."""
    return "${" in text or "#{" in text


@lru_cache(maxsize=4096)
def compile_juel(text: str) -> Expression:
    """Compile `${...}` or a template. White space around it is ignored.

    Raises:
        FeelSyntaxError: a fault inside the braces, braces that do not close, a call of what is not listed.
    """
    trimmed = text.strip()
    parts: list[Run] = []
    names: set[str] = set()
    asked: set[str] = set()
    place = 0
    spans = list(_SPANS.finditer(trimmed))
    for span in [*spans, None]:
        literal = trimmed[place : span.start() if span else len(trimmed)]
        if is_juel(literal):
            raise FeelSyntaxError(trimmed, place + literal.index("{"), "open_braces")
        if literal:
            parts.append(lambda _env, literal=literal: literal)  # type: ignore[misc]
        if span is not None:
            parser = _Parser(trimmed, span[1], span.start(1))
            parts.append(_guard(parser.parse()))
            names |= parser.names
            asked |= parser.asked
            place = span.end()
    run = parts[0] if len(parts) == 1 else lambda env: "".join(text_of(part(env)) for part in parts)
    return Expression(text, frozenset(names | asked), run, frozenset(names))
