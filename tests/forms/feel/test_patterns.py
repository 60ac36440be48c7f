"""Patterns whose matching could take for ever are refused, others are not."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from forms.feel import World, china, compile_expression
from forms.feel.patterns import compile_pattern

WORLD = World(datetime(2026, 3, 16, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")), china())


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)*$",
        r"(a|ab)*c",
        r"(\w+\s?)+$",
        r"(.*)*",
        r"([a-z]+)*x",
        r"((a+)b?)+$",
        r"(x+x+)+y",
        r"(.+,?)+$",
    ],
)
def test_a_repetition_that_can_be_divided_in_many_ways_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="for ever"):
        compile_pattern(pattern, "")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^(\d+-)+\d+$", "022-8490-8838"),
        (r"^1\d{10}$", "13800138000"),
        (r"^(ab|cd)*$", "abcdab"),
        (r"^[^@]+@[^@]+$", "a@b"),
        (r"^(\w+\.)*\w+$", "a.b.c"),
        (r"^\d+(,\d{3})*(\.\d+)?$", "1,000.5"),
        (r"^([一-龥]+、)*[一-龥]+$", "新立街道、金桥街道"),
        (r"^(第\d+条;?)+$", "第1条;第23条"),
    ],
)
def test_patterns_as_offices_write_them_are_taken(pattern: str, text: str) -> None:
    assert compile_pattern(pattern, "").search(text)


def test_an_expression_with_such_a_pattern_is_null_at_once() -> None:
    begun = time.perf_counter()
    for text in ('matches("%s!", "(a+)+$")', 'replace("%s!", "(a|a)*$", "")', 'split("%s!", "(a*)*b")'):
        assert compile_expression(text % ("a" * 40)).evaluate({}, WORLD) is None
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("你好", r"^\p{L}+$", True),
        ("你好1", r"^\p{L}+$", False),
        ("Ab", r"^\p{Lu}\P{Lu}$", True),
        ("第3条", r"^[\p{L}\p{Nd}]+$", True),
        ("申请", r"^\p{IsCJKUnifiedIdeographs}+$", True),
        ("a1", r"^\i\c$", True),
        ("9", "^[0-9-[3-5]]$", True),
        ("4", "^[0-9-[3-5]]$", False),
        ("a\n", "a$", False),
        ("x", r"\p{Unheard}", None),
        ("x", "[a-", None),
        ("x", r"(x)[\1]", None),
    ],
)
def test_patterns_are_those_of_xpath(text: str, pattern: str, found: bool | None) -> None:
    scope = {"given": text, "pattern": pattern}
    assert compile_expression("matches(given, pattern)").evaluate(scope, WORLD) is found


def test_a_pattern_may_be_taken_literally() -> None:
    assert compile_expression('replace("a.b.c", ".", "-", "q")').evaluate({}, WORLD) == "a-b-c"
