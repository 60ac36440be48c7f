"""Built-in functions on lists and contexts. Source: DMN 1.3, tables 74 and 80; DMN 1.4 for contexts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cmp_to_key
from typing import Any

from forms.feel.arguments import context, items, num, spread, text, whole
from forms.feel.builtin import Builtin, define
from forms.feel.operators import add, divide
from forms.feel.values import NUMBERS, Function, YearsMonths, is_number, less, number, same


def _numbers(arguments: tuple[Any, ...]) -> list[Any]:
    given = spread(arguments)
    if any(not is_number(item) for item in given):
        raise TypeError("not numbers")
    return given


def _extreme(arguments: tuple[Any, ...], *, greatest: bool) -> Any:
    given = spread(arguments)
    if not given:
        return None
    best = given[0]
    if less(best, best) is None:
        raise TypeError("no order")
    for item in given[1:]:
        smaller = less(best, item) if greatest else less(item, best)
        if smaller is None:
            raise TypeError("no order")
        if smaller:
            best = item
    return best


def total(*arguments: Any) -> Any:
    """Return the sum of numbers (or of durations of one kind); null for an empty list."""
    given = spread(arguments)
    if not given:
        return None
    if any(not (is_number(item) or type(item) in (timedelta, YearsMonths)) for item in given):
        raise TypeError("not numbers")
    result = given[0]
    for item in given[1:]:
        result = add(result, item)
    return result


def mean(*arguments: Any) -> Any:
    """Return the arithmetic mean; null for an empty list."""
    given = spread(arguments)
    return divide(total(given), len(given)) if given else None


def median(*arguments: Any) -> Any:
    """Return the middle number, or the mean of the two in the middle."""
    given = sorted(_numbers(arguments))
    if not given:
        return None
    half = len(given) // 2
    return given[half] if len(given) % 2 else divide(add(given[half - 1], given[half]), 2)


def stddev(*arguments: Any) -> Any:
    """Return the sample standard deviation; null for fewer than two numbers."""
    given = _numbers(arguments)
    if len(given) < 2:
        return None
    middle = divide(total(given), len(given))
    squares = [NUMBERS.power(NUMBERS.subtract(item, middle), 2) for item in given]
    return number(NUMBERS.sqrt(NUMBERS.divide(sum(squares), len(given) - 1)))


def mode(*arguments: Any) -> list[Any]:
    """Return the most frequent numbers, smallest first."""
    given = _numbers(arguments)
    counts: dict[Any, int] = {}
    for item in given:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, count in counts.items() if count == most)


def product(*arguments: Any) -> Any:
    """Return the product of numbers; null for an empty list."""
    given = _numbers(arguments)
    result: Any = 1
    for item in given:
        result = number(NUMBERS.multiply(result, item))
    return result if given else None


def all_(*arguments: Any) -> bool | None:
    """Return false if an item is false, true if all are true (an empty list too), else null."""
    given = spread(arguments)
    if any(item is False for item in given):
        return False
    return True if all(item is True for item in given) else None


def any_(*arguments: Any) -> bool | None:
    """Return true if an item is true, false if all are false (an empty list too), else null."""
    given = spread(arguments)
    if any(item is True for item in given):
        return True
    return False if all(item is False for item in given) else None


def count(*arguments: Any) -> int:
    """Return the length of a list."""
    return len(spread(arguments))


def list_contains(given: Any, element: Any) -> bool:
    """Tell whether a list has an element; null counts as one."""
    return any(same(item, element) for item in items(given))


def _place(given: list[Any], position: Any) -> int:
    """Return the index from 0 of a position from 1, or from the end when negative. Raises ValueError."""
    place = whole(position)
    if place == 0 or abs(place) > len(given):
        raise ValueError("outside the list")
    return place - 1 if place > 0 else len(given) + place


def sublist(given: Any, start: Any, length: Any = None) -> list[Any]:
    """Return a part of a list."""
    whole_list = items(given)
    begin = _place(whole_list, start)
    if length is None:
        return whole_list[begin:]
    size = whole(length)
    if size < 1 or begin + size > len(whole_list):
        raise ValueError("outside the list")
    return whole_list[begin : begin + size]


def append(given: Any, first: Any, *more: Any) -> list[Any]:
    """Return a list with items at its end; null is an item like any other, but no list."""
    return [*items(given), first, *more]


def concatenate(*lists: Any) -> list[Any]:
    """Return the items of all lists."""
    if not lists:
        raise TypeError("no list")
    return [item for given in lists for item in items(given)]


def insert_before(given: Any, position: Any, new: Any) -> list[Any]:
    """Return a list with an item put before a position."""
    whole_list = items(given)
    begin = _place(whole_list, position)
    return [*whole_list[:begin], new, *whole_list[begin:]]


def remove(given: Any, position: Any) -> list[Any]:
    """Return a list without the item at a position."""
    whole_list = items(given)
    begin = _place(whole_list, position)
    return [*whole_list[:begin], *whole_list[begin + 1 :]]


def list_replace(given: Any, position: Any, new: Any) -> list[Any]:
    """Return a list with the item at a position, or those that a function matches, replaced."""
    whole_list = items(given)
    if isinstance(position, Function):
        if len(position.parameters) != 2:
            raise TypeError("not a function of two")
        verdicts = [position.call([item, new]) for item in whole_list]
        if any(type(verdict) is not bool for verdict in verdicts):
            raise TypeError("no truth")
        return [new if hit else item for item, hit in zip(whole_list, verdicts, strict=True)]
    if num(position) != whole(position):
        raise ValueError("not a whole number")
    begin = _place(whole_list, position)
    return [*whole_list[:begin], new, *whole_list[begin + 1 :]]


def reverse(given: Any) -> list[Any]:
    """Return a list back to front."""
    return items(given)[::-1]


def index_of(given: Any, match: Any) -> list[int]:
    """Return the positions of an element, from 1."""
    return [place for place, item in enumerate(items(given), start=1) if same(item, match)]


def distinct_values(given: Any) -> list[Any]:
    """Return a list without repetitions, in order of first appearance."""
    kept: list[Any] = []
    for item in items(given):
        if not any(same(item, other) for other in kept):
            kept.append(item)
    return kept


def union(*lists: Any) -> list[Any]:
    """Return the items of all lists without repetitions."""
    return distinct_values(concatenate(*lists))


def flatten(given: Any) -> list[Any]:
    """Return the items of a list and of the lists in it, at all depths."""
    flat: list[Any] = []
    for item in items(given):
        flat.extend(flatten(item) if type(item) is list else [item])
    return flat


def sort(given: Any, precedes: Any = None) -> list[Any]:
    """Return a list in order: by a function of two items, else smallest first."""
    whole_list = items(given)
    if precedes is None:
        order: Callable[[Any, Any], Any] = less
    elif isinstance(precedes, Function) and len(precedes.parameters) == 2:
        function = precedes

        def order(a: Any, b: Any) -> Any:
            return function.call([a, b])
    else:
        raise TypeError("not a function of two")

    def compare(a: Any, b: Any) -> int:
        first = order(a, b)
        if type(first) is not bool:
            raise TypeError("no order")
        return -1 if first else 1 if order(b, a) is True else 0

    return sorted(whole_list, key=cmp_to_key(compare))


def get_value(given: Any, key: Any) -> Any:
    """Return an entry of a context by its key, or by a list of keys into contexts within."""
    value: Any = context(given)
    if type(key) is not list:
        return value.get(text(key))
    for part in key:
        if type(value) is not dict:
            return None
        value = value.get(text(part))
    return value if key else None


def get_entries(given: Any) -> list[dict[str, Any]]:
    """Return the entries of a context as contexts of key and value."""
    return [{"key": key, "value": value} for key, value in context(given).items()]


def context_of(entries: Any) -> dict[str, Any]:
    """Return a context made of entries; null where a key is doubled."""
    made: dict[str, Any] = {}
    for entry in items(entries):
        parts = context(entry)
        key = text(parts["key"])
        if key in made:
            raise ValueError("a key is doubled")
        made[key] = parts["value"]
    return made


def context_put(given: Any, key: Any, value: Any) -> dict[str, Any]:
    """Return a context with an entry set; a list of keys goes into contexts within."""
    whole_context = context(given)
    if type(key) is not list:
        return {**whole_context, text(key): value}
    if not key:
        raise ValueError("no key")
    if len(key) == 1:
        return {**whole_context, text(key[0]): value}
    inner = whole_context.get(text(key[0]))
    return {**whole_context, text(key[0]): context_put({} if inner is None else inner, key[1:], value)}


def context_merge(contexts: Any) -> dict[str, Any]:
    """Return one context of several; the last to have a key wins."""
    merged: dict[str, Any] = {}
    for given in items(contexts):
        merged.update(context(given))
    return merged


FUNCTIONS: tuple[Builtin, ...] = (
    define("list contains", "list, element", list_contains),
    define("count", "list", count),
    define("min", "list", lambda *given: _extreme(given, greatest=False)),
    define("max", "list", lambda *given: _extreme(given, greatest=True)),
    define("sum", "list", total),
    define("mean", "list", mean),
    define("median", "list", median),
    define("stddev", "list", stddev),
    define("mode", "list", mode),
    define("product", "list", product),
    define("all", "list", all_),
    define("and", "list", all_),
    define("any", "list", any_),
    define("or", "list", any_),
    define("sublist", "list, start position, length", sublist),
    define("append", "list, item", append),
    define("concatenate", "list", concatenate),
    define("insert before", "list, position, newItem", insert_before),
    define("remove", "list, position", remove),
    define("list replace", "list, position, newItem | list, match, newItem", list_replace),
    define("reverse", "list", reverse),
    define("index of", "list, match", index_of),
    define("union", "list", union),
    define("distinct values", "list", distinct_values),
    define("flatten", "list", flatten),
    define("sort", "list, precedes", sort),
    define("is empty", "list", lambda given: not items(given)),
    define("get value", "m, key | context, key | m, keys", get_value),
    define("get entries", "m | context", get_entries),
    define("context", "entries", context_of),
    define("context put", "context, key, value | context, keys, value", context_put),
    define("put", "context, key, value", context_put),
    define("context merge", "contexts", context_merge),
    define("put all", "contexts", lambda *given: context_merge(spread(given))),
)
