"""What an expression may cost, and how it says why it came to nothing."""

from datetime import datetime

import pytest

from forms.feel import World, china, compile_expression
from forms.feel.world import SHANGHAI

WORLD = World(datetime(2026, 2, 13, 9, tzinfo=SHANGHAI), china())


def why(text: str, **scope: object) -> list[str]:
    faults: list = []
    assert compile_expression(text).evaluate(scope, WORLD, faults) is None
    return [fault.en for fault in faults]


@pytest.mark.parametrize(
    "text",
    [
        "some a in 1..1000000, b in 1..1000000 satisfies false",
        "every a in 1..1000000, b in 1..1000000 satisfies true",
        "{f: function(n) f(n + 1) + f(n + 1), r: f(1)}.r",
        "for a in 1..1000 return count(for b in 1..100000 return b)",
    ],
)
def test_an_endless_evaluation_ends_in_null_and_says_so(text: str) -> None:
    assert why(text) == ["it takes too many rounds"]


@pytest.mark.parametrize("step", ["partial[-1] + partial[-1]", "concatenate(partial[-1], partial[-1])"])
def test_texts_and_lists_do_not_grow_without_end(step: str) -> None:
    start = '"ab"' if "+" in step else "[1]"
    text = f"(for i in 1..60 return if i = 1 then {start} else {step})[-1]"
    assert compile_expression(text).evaluate({}, WORLD) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('1 + "a"', '1 + "a" cannot be computed'),
        ("1 / 0", "1 / 0 cannot be computed"),
        ('100 = "100"', '100 = "100" cannot be computed'),
        ("string length(5)", "string length(5) has wrong arguments"),
        ("nonsense(1)", "nonsense is no function"),
        ("for i in 1..3001 return count(partial)", "the list that a loop makes is too long"),
    ],
)
def test_a_wrong_value_says_why_the_result_is_null(text: str, reason: str) -> None:
    assert why(text) == [reason]


@pytest.mark.parametrize("text", ["missing + 1", "string length(missing)", "null", "{a: 1}.b", "[1][9]"])
def test_null_that_comes_of_null_is_no_fault(text: str) -> None:
    assert why(text) == []


def test_a_fault_that_does_not_decide_the_result_is_not_told() -> None:
    faults: list = []
    assert compile_expression('if 1 = "a" then 1 else 2').evaluate({}, WORLD, faults) == 2
    assert faults == []


def test_names_in_a_filter_are_not_certain_to_be_variables() -> None:
    compiled = compile_expression("people[age > limit].name + suffix")
    assert compiled.names == {"people", "age", "limit", "suffix"}
    assert compiled.certain == {"people", "suffix"}
