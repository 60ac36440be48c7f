"""Methods that JUEL of Camunda 7 diagrams calls on texts, lists, maps and moments: those that only read.

A literal table; no other name is called, and none reaches anything of Python. Java counts from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from forms.feel import operators
from forms.feel.values import YearsMonths, same

_LONGEST = 1_000_000
"""Characters of a text that a method may make."""


class Method(NamedTuple):
    """A method: how many values it takes, and what it does with its owner of each kind."""

    takes: tuple[int, ...]
    of_text: Callable[..., Any] | None = None
    of_list: Callable[..., Any] | None = None
    of_map: Callable[..., Any] | None = None
    of_moment: Callable[..., Any] | None = None

    def call(self, owner: Any, given: list[Any]) -> Any:
        """Its result; null for an owner without the method, as for null itself."""
        if type(owner) is str:
            does = self.of_text
            given = [each if type(each) is int else str(each) for each in given if each is not None]
            if len(given) not in self.takes:
                return None
        else:
            kinds = {list: self.of_list, dict: self.of_map, datetime: self.of_moment}
            does = kinds.get(type(owner))
        return None if does is None else does(owner, *given)


def _at(items: list[Any], place: Any) -> Any:
    return items[place] if type(place) is int and 0 <= place < len(items) else None


def _holds(items: list[Any], wanted: Any) -> bool:
    return any(same(each, wanted) for each in items)


def _place(items: list[Any], wanted: Any) -> int:
    return next((place for place, each in enumerate(items) if same(each, wanted)), -1)


def _part(text: str, begin: int, end: int | None = None) -> str | None:
    stop = len(text) if end is None else end
    return text[begin:stop] if 0 <= begin <= stop <= len(text) else None


def _replaced(text: str, old: str, new: str) -> str | None:
    longest = (text.count(old) + 1) * len(new) + len(text)
    return text.replace(old, new) if longest <= _LONGEST else None


_SPANS: Mapping[str, timedelta | YearsMonths] = {
    "Seconds": timedelta(seconds=1),
    "Minutes": timedelta(minutes=1),
    "Hours": timedelta(hours=1),
    "Days": timedelta(days=1),
    "Weeks": timedelta(weeks=1),
    "Months": YearsMonths(1),
    "Years": YearsMonths(12),
}


def _moved(sign: int, span: timedelta | YearsMonths) -> Method:
    """`plusDays(3)` and its like, of `now()` and `dateTime()`."""

    def moved(moment: datetime, count: Any) -> Any:
        return operators.add(moment, operators.multiply(span, sign * count)) if type(count) is int else None

    return Method((1,), of_moment=moved)


METHODS: Mapping[str, Method] = {
    "contains": Method((1,), of_text=lambda text, part: part in text, of_list=_holds),
    "containsKey": Method((1,), of_map=lambda entries, key: key in entries),
    "endsWith": Method((1,), of_text=str.endswith),
    "equalsIgnoreCase": Method((1,), of_text=lambda text, other: text.lower() == other.lower()),
    "get": Method((1,), of_list=_at, of_map=lambda entries, key: entries.get(key)),
    "indexOf": Method((1,), of_text=str.find, of_list=_place),
    "isEmpty": Method((0,), *[lambda owner: not owner] * 3),
    "length": Method((0,), of_text=len),
    "replace": Method((2,), of_text=_replaced),
    "size": Method((0,), of_list=len, of_map=len),
    "startsWith": Method((1,), of_text=str.startswith),
    "substring": Method((1, 2), of_text=_part),
    "toDate": Method((0,), of_moment=lambda moment: moment),
    "toLowerCase": Method((0,), of_text=str.lower),
    "toUpperCase": Method((0,), of_text=str.upper),
    "trim": Method((0,), of_text=str.strip),
    **{f"plus{name}": _moved(1, span) for name, span in _SPANS.items()},
    **{f"minus{name}": _moved(-1, span) for name, span in _SPANS.items()},
}
"""Name -> method. `equals` and `toString`, which everything has, are `juel`'s own."""
