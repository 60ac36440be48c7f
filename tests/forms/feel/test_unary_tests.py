"""Input cells of decision tables."""

from datetime import date
from typing import Any

import pytest

from forms.feel import FeelSyntaxError, World, compile_unary_tests


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("-", None, True),
        ("", 5, True),
        ("5", 5, True),
        ("5", "5", False),
        ("-5", -5, True),
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ('not("a","b")', "c", True),
        ('not("a","b")', "a", False),
        ("not(< 5)", 7, True),
        ("not(< 5)", None, False),
        ('not("a")', None, True),
        ("not(null)", None, False),
        ("not(null)", 1, True),
        ("null", None, True),
        ("null", 0, False),
        ("< 5", 4, True),
        ("< 5", None, False),
        ("> 5, < 1", 0, True),
        ("!= 3", 4, True),
        ("= 3", 3, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("[1..5[", 5, False),
        ("(1..5), 9", 9, True),
        ("true", True, True),
        ("true", False, False),
        ("true", None, False),
        ("false", False, True),
        ("not(true)", False, True),
        ("? > 5 and ? < 8", 6, True),
        ("? > 5 and ? < 8", 9, False),
        ('contains(?, "社区")', "某社区", True),
        ("odd(?)", 3, True),
        ("not(contains(?, 'x'))".replace("'", '"'), "abc", True),
        ("limit", 10, True),
        ("< limit + 1", 10, True),
        ("> limit", 10, False),
        ("allowed", "b", True),
        ("allowed", "z", False),
        ("limit > 3", "whatever", True),
        ("limit > 30", "whatever", False),
        ('>= date("2026-01-01")', date(2026, 1, 1), True),
        ('[date("2026-01-01")..date("2026-12-31")]', date(2027, 1, 1), False),
        ('["a","b"]', ["a", "b"], True),
        ('list contains(?, "grid")', ["grid", "community"], True),
        ("count(?) = 2", ["grid", "community"], True),
        ("some x in ? satisfies x > 2", [1, 3], True),
        ("1 / 0", 1, False),
        ("unknown", 1, False),
    ],
)
def test_a_cell_holds_for_a_value(world: World, text: str, value: Any, holds: bool) -> None:
    scope = {"limit": 10, "allowed": ["a", "b"]}
    assert compile_unary_tests(text).matches(value, scope, world) is holds


def test_a_negation_may_be_part_of_an_expression(world: World) -> None:
    tests = compile_unary_tests("not(urgent) and ? > 3")
    assert tests.names == {"urgent"}
    assert tests.matches(4, {"urgent": False}, world)
    assert not tests.matches(4, {"urgent": True}, world)


def test_free_names_leave_out_the_value_itself() -> None:
    assert compile_unary_tests("? > limit, < other").names == {"limit", "other"}


@pytest.mark.parametrize("text", ["1,", "[1..", "> ", "not(", "a b c )"])
def test_a_text_that_is_no_test_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)
