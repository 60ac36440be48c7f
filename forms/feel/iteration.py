"""Filters, for, some and every."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from forms.feel.expression import NULL_ERRORS, Env, Run
from forms.feel.values import Range, is_number, less

MAX_ITEMS = 1_000_000
"""The longest list an expression may build; beyond it the result is null."""
MAX_PARTIAL = 3000
"""The longest list built by a loop that reads its own results so far."""


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, null as an empty list, anything else as a list of one."""
    if type(value) is list:
        return value
    return [] if value is None else [value]


def steps(start: Any, end: Any) -> list[Any]:
    """Return the whole numbers or days from start to end, both included, downwards where start is greater.

    Raises:
        ValueError: neither numbers nor dates, or more than `MAX_ITEMS`.
    """
    if is_number(start) and is_number(end) and start == int(start) and end == int(end):
        first, last = int(start), int(end)
        if abs(last - first) >= MAX_ITEMS:
            raise ValueError("too many steps")
        return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))
    if type(start) is date and type(end) is date:
        length = (end - start).days
        sign = 1 if length >= 0 else -1
        return [start + timedelta(days=sign * step) for step in range(abs(length) + 1)]
    raise ValueError("a loop runs over whole numbers or dates")


def _range_items(value: Range) -> list[Any]:
    items = steps(value.start, value.end)
    if less(value.start, value.end) is False and value.start != value.end:
        return []
    if items and not value.start_included:
        items = items[1:]
    if items and not value.end_included:
        items = items[:-1]
    return items


def items_of(value: Any) -> list[Any] | None:
    """Return what a loop runs over; None for null and for a range without whole steps."""
    if type(value) is Range:
        try:
            return _range_items(value)
        except NULL_ERRORS:
            return None
    return None if value is None else as_list(value)


def _walk(iterators: list[tuple[str, Run]], env: Env, position: int = 0) -> Any:
    """Give an environment for each combination of the iterators' items. Raises ValueError for no list."""
    name, source = iterators[position]
    items = items_of(source(env))
    if items is None:
        raise ValueError("nothing to run over")
    for item in items:
        env.progress.step()
        inner = env.inner({name: item})
        if position + 1 == len(iterators):
            yield inner
        else:
            yield from _walk(iterators, inner, position + 1)


def compile_for(iterators: list[tuple[str, Run]], body: Run, *, partial: bool = False) -> Run:
    """Return the closure of `for ... return`.

    With `partial` the body reads the results so far; each round gets a copy, so that a result never holds
    itself, and the loop is shorter for that.
    """
    longest = MAX_PARTIAL if partial else MAX_ITEMS

    def run(env: Env) -> list[Any] | None:
        results: list[Any] = []
        try:
            for inner in _walk(iterators, env):
                results.append(body(inner.inner({"partial": results[:]}) if partial else inner))
                if len(results) > longest:
                    env.fault("循环得出的列表过长", "the list that a loop makes is too long")
                    return None
        except ValueError:
            return None
        return results

    return run


def compile_quantified(iterators: list[tuple[str, Run]], condition: Run, *, wanted: bool) -> Run:
    """Return the closure of `some` (wanted is True) or `every` (wanted is False)."""

    def run(env: Env) -> bool | None:
        unknown = False
        try:
            for inner in _walk(iterators, env):
                result = condition(inner)
                if result is wanted:
                    return wanted
                if type(result) is not bool:
                    unknown = True
        except ValueError:
            return None
        return None if unknown else not wanted

    return run


def compile_filter(owner: Run, condition: Run) -> Run:
    """Return the closure of `list[condition]`: a number picks an item, else the items that satisfy it stay."""

    def test(env: Env, item: Any) -> Any:
        env.progress.step()
        values = {**item, "item": item} if type(item) is dict and "item" not in item else {"item": item}
        if type(item) is dict:
            values = {**values, **item}
        try:
            return condition(env.inner(values))
        except NULL_ERRORS:
            return None

    def run(env: Env) -> Any:
        value = owner(env)
        items = as_list(value)
        first = test(env, items[0] if items else None)
        if is_number(first):
            return _pick(items, first)
        if not items:
            return []
        kept = [items[0]] if first is True else []
        kept.extend(item for item in items[1:] if test(env, item) is True)
        return kept

    return run


def _pick(items: list[Any], index: Any) -> Any:
    """Return an item by its place, from 1, or from the end with a negative place; null outside."""
    if index != int(index):
        return None
    place = int(index)
    if place == 0 or abs(place) > len(items):
        return None
    return items[place - 1] if place > 0 else items[place]
