"""From the parse tree to closures over an environment.

One method a rule of the grammar. Each returns a function of the environment; free names are collected on
the way. An operator whose operands make no sense gives null and never raises out of its closure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lark import Token, Tree

from forms.feel import operators, types
from forms.feel.builtin import bind_builtin
from forms.feel.calls import builtin_call, function_call, guarded
from forms.feel.errors import FeelSyntaxError
from forms.feel.expression import CALL, NULL_ERRORS, Env, Run
from forms.feel.iteration import compile_filter, compile_for, compile_quantified, steps
from forms.feel.registry import BUILTINS
from forms.feel.temporal import parse_temporal
from forms.feel.type_names import compile_type
from forms.feel.values import Function, Range, from_plain, less, written

Node = Tree[Token]
_LITERALS = ("number", "string", "temporal")


def _constant(value: Any) -> Run:
    return lambda _env: value


def parts_of(node: Node) -> list[Node]:
    return [child for child in node.children if isinstance(child, Tree)]


def _bare(node: Node) -> Node:
    """Return what stands in parentheses, without them."""
    while node.data == "group":
        node = parts_of(node)[0]
    return node


class Compiler:
    """Compiles one text. `bound` holds the names that the text itself binds around the current node."""

    def __init__(self, text: str, declared: Mapping[str, types.Conforms] | None = None) -> None:
        self.text = text
        self.declared = declared or {}
        self.free: set[str] = set()
        self.certain: set[str] = set()
        self.filters = 0
        self.bound: tuple[str, ...] = ()

    def run(self, node: Node) -> Run:
        """Return the closure of a node."""
        method: Callable[[Node], Run] = getattr(self, f"node_{node.data}")
        return method(node)

    def binding(self, names: list[str], node: Node) -> Run:
        """Return the closure of a node in which names are bound."""
        before = self.bound
        self.bound = before + tuple(names)
        try:
            return self.run(node)
        finally:
            self.bound = before

    def _operands(self, node: Node) -> tuple[Run, Run]:
        left, right = parts_of(node)
        return self.run(left), self.run(right)

    # values
    def node_start(self, node: Node) -> Run:
        return self.run(parts_of(node)[0])

    node_group = node_start

    def node_number(self, node: Node) -> Run:
        return _constant(written(str(node.children[0])))

    def node_string(self, node: Node) -> Run:
        return _constant(str(node.children[0]))

    def node_temporal(self, node: Node) -> Run:
        try:
            return _constant(parse_temporal(str(node.children[0])))
        except (ValueError, OverflowError):
            return _constant(None)

    def node_true(self, _node: Node) -> Run:
        return _constant(True)

    def node_false(self, _node: Node) -> Run:
        return _constant(False)

    def node_null(self, _node: Node) -> Run:
        return _constant(None)

    def node_name(self, node: Node) -> Run:
        name = str(node.children[0])
        if "." in name and name not in self.bound:
            return self._dotted(name)
        builtin = BUILTINS.get(name)
        if name not in self.bound:
            self.free.add(name)
            if not self.filters:
                self.certain.add(name)

        def lookup(env: Env | None) -> Any:
            scope = env
            while scope is not None:
                values = scope.values
                if name in values:
                    value = values[name]
                    return value if scope.outer is not None else from_plain(value)
                scope = scope.outer
            if builtin is not None and env is not None:
                return bind_builtin(builtin, env.world)
            return None

        return lookup

    def _dotted(self, name: str) -> Run:
        """Return the closure of a name with dots that is known somewhere: that variable, or else a path."""
        first, *rest = [part.strip() for part in name.split(".")]
        self.free |= {name, first}

        def run(env: Env) -> Any:
            scope: Env | None = env
            while scope is not None:
                if name in scope.values:
                    return from_plain(scope.values[name])
                if first in scope.values:
                    value = from_plain(scope.values[first])
                    for part in rest:
                        value = operators.prop(value, part)
                    return value
                scope = scope.outer
            return None

        return run

    def node_list(self, node: Node) -> Run:
        items = [self.run(item) for item in parts_of(parts_of(node)[0])]
        return lambda env: [item(env) for item in items]

    def node_context(self, node: Node) -> Run:
        entries: list[tuple[str, Run]] = []
        before = self.bound
        for entry in parts_of(node):
            key = str(entry.children[0])
            if any(key == other for other, _ in entries):
                return _constant(None)
            entries.append((key, self.run(parts_of(entry)[0])))
            self.bound = (*self.bound, key)
        self.bound = before

        def run(env: Env) -> dict[str, Any]:
            values: dict[str, Any] = {}
            inner = env.inner(values)
            for key, value in entries:
                values[key] = value(inner)
            return values

        return run

    def node_range(self, node: Node) -> Run:
        low, high = self._operands(node)
        first, last = str(node.children[0]), str(node.children[-1])

        def run(env: Env) -> Range | None:
            start, end = low(env), high(env)
            if start is None and end is None:
                return None
            if start is not None and end is not None and less(start, end, orequal=True) is None:
                return None
            return Range(start, end, first == "[", last == "]")

        if all(part.data in _LITERALS for part in parts_of(node)):
            return _constant(run(None))  # type: ignore[arg-type]  # literals look nowhere
        return run

    def node_compare_range(self, node: Node) -> Run:
        sign, value = self._test(node)
        return lambda env: operators.range_of(sign, value(env))

    # operators
    def node_or_(self, node: Node) -> Run:
        left, right = self._operands(node)

        def run(env: Env) -> bool | None:
            a = left(env)
            if a is True:
                return True
            b = right(env)
            if b is True:
                return True
            return False if a is False and b is False else None

        return run

    def node_and_(self, node: Node) -> Run:
        left, right = self._operands(node)

        def run(env: Env) -> bool | None:
            a = left(env)
            if a is False:
                return False
            b = right(env)
            if b is False:
                return False
            return True if a is True and b is True else None

        return run

    def node_add(self, node: Node) -> Run:
        return guarded("+", operators.add, *self._operands(node))

    def node_subtract(self, node: Node) -> Run:
        return guarded("-", operators.subtract, *self._operands(node))

    def node_multiply(self, node: Node) -> Run:
        return guarded("*", operators.multiply, *self._operands(node))

    def node_divide(self, node: Node) -> Run:
        return guarded("/", operators.divide, *self._operands(node))

    def node_power(self, node: Node) -> Run:
        return guarded("**", operators.exponent, *self._operands(node))

    def node_negate(self, node: Node) -> Run:
        operand = self.run(parts_of(node)[0])
        return lambda env: operators.negate(operand(env))

    def node_compare(self, node: Node) -> Run:
        left, sign, right = parts_of(node)
        name = str(sign.children[0])
        return guarded(name, operators.COMPARISONS[name], self.run(left), self.run(right))

    def node_between(self, node: Node) -> Run:
        value, low, high = (self.run(part) for part in parts_of(node))

        def run(env: Env) -> bool | None:
            item = value(env)
            above = less(low(env), item, orequal=True)
            below = less(item, high(env), orequal=True)
            return None if above is None or below is None else above and below

        return run

    def node_in_(self, node: Node) -> Run:
        left, right = parts_of(node)
        value, test = self.run(left), self.test(right)
        return lambda env: test(env, value(env))

    def node_instance_of(self, node: Node) -> Run:
        left, right = parts_of(node)
        value, conforms = self.run(left), compile_type(right, self.declared)
        if conforms is None:
            return _constant(None)
        return lambda env: conforms(value(env))

    # tests
    def _test(self, node: Node) -> tuple[str, Run]:
        sign, value = parts_of(node)
        return str(sign.children[0]), self.run(value)

    def test(self, node: Node) -> Callable[[Env, Any], bool | None]:
        """Return the closure of a test on a value: right of `in`, or in a unary test.

        Beside a value `> 5` and `(> 5)` are a comparison, anywhere else they are a range.
        """
        if node.data == "test_list":
            tests = [self.test(part) for part in parts_of(node)]

            def any_of(env: Env, value: Any) -> bool | None:
                results = [test(env, value) for test in tests]
                return True if True in results else False if False in results else None

            return any_of
        if (bare := _bare(node)).data == "compare_range":
            sign, operand = self._test(bare)
            comparison = operators.COMPARISONS[sign]
            return lambda env, value: comparison(value, operand(env))
        operand = self.run(node)
        return lambda env, value: operators.contained(value, operand(env))

    def unary(self, node: Node) -> Callable[[Env, Any], bool | None]:
        """Return the closure of one positive unary test; it may speak of `?`."""
        if _bare(node).data == "compare_range":
            return self.test(node)
        asks = any(part == "?" for part in node.scan_values(_is_name))
        literal = node.data in ("true", "false")
        operand = self.run(node)

        def run(env: Env, value: Any) -> bool | None:
            result = operand(env)
            if type(result) is bool and (asks or (type(value) is not bool and not literal)):
                return result
            return operators.contained(value, result)

        return run

    def node_any(self, _node: Node) -> Run:
        return _constant(True)

    def node_negated(self, node: Node) -> Run:
        tests = [self.unary(part) for part in parts_of(parts_of(node)[0])]
        # Not of a test that is null, such as < 5 on no value, is null: the cell does not hold.
        return lambda env: all(_holds(test, env, env.values["?"]) is False for test in tests)

    def node_tests(self, node: Node) -> Run:
        return self._unary_list(parts_of(node)[0])

    def _unary_list(self, node: Node) -> Run:
        tests = [self.unary(part) for part in parts_of(node)]

        def run(env: Env) -> bool:
            value = env.values["?"]
            return any(_holds(test, env, value) is True for test in tests)

        return run

    # paths, filters, calls
    def node_path(self, node: Node) -> Run:
        owner, name = self.run(parts_of(node)[0]), str(node.children[-1])
        return lambda env: operators.prop(owner(env), name)

    def node_filter(self, node: Node) -> Run:
        left, right = parts_of(node)
        owner = self.run(left)
        self.filters += 1
        try:
            return compile_filter(owner, self.binding(["item"], right))
        finally:
            self.filters -= 1

    def node_call(self, node: Node) -> Run:
        target, given = parts_of(node)
        names: list[str] | None = None
        if given.data == "named_arguments":
            names = [str(named.children[0]) for named in parts_of(given)]
            arguments = [self.run(parts_of(named)[0]) for named in parts_of(given)]
        else:
            arguments = [self.run(argument) for argument in parts_of(given)]
        name = str(target.children[0]) if target.data == "name" else ""
        builtin = None if name in self.bound else BUILTINS.get(name)
        if builtin is not None:
            return builtin_call(builtin, arguments, names)
        return function_call(name, self.run(target), arguments, names)

    def node_function(self, node: Node) -> Run:
        *head, body = parts_of(node)
        names, checks = self._parameters(head[0])
        inner = self.binding(names, body)
        parameters = tuple(names)

        def run(env: Env) -> Function:
            def call(arguments: list[Any]) -> Any:
                env.progress.step(CALL)
                if len(arguments) != len(parameters):
                    return None
                given = {}
                for name, check, value in zip(parameters, checks, arguments, strict=True):
                    given[name] = value if check is None else types.fit(value, check)
                return inner(env.inner(given))

            return Function("function", parameters, call)

        return run

    def node_external(self, node: Node) -> Run:
        raise FeelSyntaxError(self.text, 0, "external")

    def _parameters(self, node: Node) -> tuple[list[str], list[types.Conforms | None]]:
        names, checks = [], []
        for parameter in parts_of(node):
            names.append(str(parameter.children[0]))
            kinds = parts_of(parameter)
            checks.append(compile_type(kinds[0], self.declared) if kinds else None)
        return names, checks

    # control
    def node_if_(self, node: Node) -> Run:
        condition, then, other = (self.run(part) for part in parts_of(node))
        return lambda env: then(env) if condition(env) is True else other(env)

    def _iterators(self, node: Node) -> Iterator[tuple[str, Run]]:
        """Give the iterators in order, each name bound for those that follow; unbinding is the caller's."""
        for iterator in parts_of(node):
            parts = parts_of(iterator)
            if iterator.data == "steps":
                yield str(iterator.children[0]), guarded("..", steps, self.run(parts[0]), self.run(parts[1]))
            else:
                yield str(iterator.children[0]), self.run(parts[0])

    def _loop(self, node: Node, extra: tuple[str, ...] = ()) -> tuple[list[tuple[str, Run]], Run]:
        head, body = parts_of(node)
        before = self.bound
        iterators = []
        for name, source in self._iterators(head):
            iterators.append((name, source))
            self.bound = (*self.bound, name)
        self.bound += extra
        try:
            return iterators, self.run(body)
        finally:
            self.bound = before

    def node_for_(self, node: Node) -> Run:
        partial = "partial" in set(node.scan_values(_is_name))
        return compile_for(*self._loop(node, ("partial",)), partial=partial)

    def node_some(self, node: Node) -> Run:
        return compile_quantified(*self._loop(node), wanted=True)

    def node_every(self, node: Node) -> Run:
        return compile_quantified(*self._loop(node), wanted=False)


def _is_name(token: Any) -> bool:
    return isinstance(token, Token) and token.type == "NAME"


def _holds(test: Callable[[Env, Any], bool | None], env: Env, value: Any) -> bool | None:
    try:
        return test(env, value)
    except NULL_ERRORS:
        return None
