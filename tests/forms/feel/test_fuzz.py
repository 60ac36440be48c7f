"""Whatever stands in an expression: it is refused by FeelSyntaxError, or it has a value. Nothing else comes out."""

import contextlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.feel import (
    SHANGHAI,
    FeelSyntaxError,
    World,
    YearsMonths,
    china,
    compile_expression,
    compile_unary_tests,
    from_json,
    to_json,
)
from forms.feel.registry import BUILTINS

WORLD = World(datetime(2026, 2, 13, 9, tzinfo=SHANGHAI), china())

_WORDS = st.sampled_from(
    [
        *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between"),
        *(
            "function",
            "true",
            "false",
            "null",
            "not",
            "instance of",
            "number",
            "list<number>",
            "partial",
            "item",
        ),
        *(
            "+",
            "-",
            "*",
            "/",
            "**",
            "<",
            "<=",
            ">",
            ">=",
            "=",
            "!=",
            "..",
            ".",
            ",",
            ":",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
        ),
        *(
            "0",
            "1",
            "2.5",
            ".5",
            "1e300",
            "-1",
            '"a"',
            '"P1D"',
            '"(a+)+$"',
            '@"2026-02-13"',
            '@"P1Y"',
            '@"10:00:00"',
        ),
        *(
            "a",
            "b",
            "?",
            "个数",
            "date and time",
            "a-b",
            "//",
            "/* x */",
            "${a}",
            '"',
            "\\",
            "@",
            "$",
            "\x00",
            "😀",
        ),
        *sorted(BUILTINS),
    ]
)
_TEXTS = st.one_of(st.lists(_WORDS, max_size=14).map(" ".join), st.text(max_size=30))

_LITERALS = st.sampled_from(
    [
        *(
            "0",
            "1",
            "-3",
            "2.5",
            "1e30",
            "true",
            "null",
            '""',
            '"a"',
            '"2026-02-13"',
            '"[a-z]+"',
            "[]",
            "[1, null]",
        ),
        *(
            "[1..5]",
            "(>2)",
            "{}",
            "{a: 1, b: [2]}",
            '@"2026-02-13"',
            '@"2026-02-13T10:00:00Z"',
            '@"10:00:00"',
        ),
        *('@"P1DT2H"', '@"-P1Y2M"', "(function(x, y) x < y)", "missing", "given"),
    ]
)


_FUNCTIONS = st.sampled_from(sorted(BUILTINS.keys() - {"and", "or"}))
"""Functions whose names are operators too are called where no operand stands before them."""


@st.composite
def _expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """Return an expression of the grammar."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(_LITERALS)

    def inner() -> str:
        return draw(_expressions(depth=depth - 1))

    match draw(st.integers(0, 12)):
        case 0:
            return f"{draw(_FUNCTIONS)}({', '.join(inner() for _ in range(draw(st.integers(0, 3))))})"
        case 1:
            return f"[{inner()}, {inner()}]"
        case 2:
            return f"(if {inner()} then {inner()} else {inner()})"
        case 3:
            return f"(for x in {inner()} return {inner()})"
        case 4:
            return f"(some x in {inner()} satisfies {inner()})"
        case 5:
            return f"({inner()})[{inner()}]"
        case 6:
            return f"({inner()}).{draw(st.sampled_from(['a', 'year', 'days', 'start', 'time offset']))}"
        case 7:
            return f"({inner()} between {inner()} and {inner()})"
        case 8:
            return f"(function(x) {inner()})({inner()})"
        case 9:
            return f"{{a: {inner()}, b: {inner()}}}"
        case 10:
            return f"[{inner()}..{inner()}]"
        case 11:
            return f"({inner()} instance of {draw(st.sampled_from(['number', 'list<Any>', 'context<a: number>']))})"
    sign = draw(st.sampled_from(["+", "-", "*", "/", "**", "<", "<=", "=", "!=", "and", "or", "in"]))
    return f"({inner()} {sign} {inner()})"


_GIVEN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.decimals(allow_nan=False, allow_infinity=False),
        st.text(max_size=5),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


def evaluate(text: str, given_value: object = None) -> object:
    faults: list = []
    value = compile_expression(text).evaluate({"given": given_value, "a": 1, "个数": [1, 2]}, WORLD, faults)
    assert not (faults and value is not None)
    return value


@settings(max_examples=250, deadline=None)
@given(_TEXTS)
def test_any_text_is_refused_or_has_a_value(text: str) -> None:
    for run in (evaluate, lambda cell: compile_unary_tests(cell).matches(1, {"a": 1}, WORLD)):
        with contextlib.suppress(FeelSyntaxError):
            run(text)


@settings(max_examples=300, deadline=None)
@given(_expressions(), _GIVEN)
def test_an_expression_of_the_grammar_compiles_and_has_a_value_that_json_can_hold(
    text: str, value: object
) -> None:
    from_json(to_json(evaluate(text, value)))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BUILTINS)), st.lists(_GIVEN, max_size=4))
def test_no_function_fails_whatever_it_is_given(name: str, values: list[object]) -> None:
    names = ", ".join(f"v{place}" for place in range(len(values)))
    scope = {f"v{place}": value for place, value in enumerate(values)}
    compile_expression(f"{name}({names})").evaluate(scope, WORLD)


def test_deep_nesting_is_refused_or_null() -> None:
    for opening, closing in (
        ("(", ")"),
        ("[", "]"),
        ("-", ""),
        ("not(", ")"),
        ("{a: ", "}"),
        ("if true then 1 else ", ""),
    ):
        for depth in (50, 500, 5000):
            with contextlib.suppress(FeelSyntaxError):
                evaluate(opening * depth + "1" + closing * depth)


def test_values_of_every_kind_come_back_exactly_from_json() -> None:
    value = {
        "a": Decimal("0.1234567890123456789012345678901234"),
        "b": 10**40,
        "c": Decimal("1e-50"),
        "d": [None, True, "é"],
    }
    assert from_json(to_json(value)) == value
    shown = to_json([date(2026, 2, 13), time(9, 30), timedelta(days=1), YearsMonths(14)])
    assert from_json(shown) == ["2026-02-13", "09:30:00", "P1D", "P1Y2M"]
