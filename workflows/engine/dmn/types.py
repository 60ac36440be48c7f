"""Types of a decision file: item definitions, and turning JSON values into what they declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from forms.feel.expression import NULL_ERRORS, UnaryTests
from forms.feel.temporal import parse_date, parse_datetime, parse_duration, parse_time
from forms.feel.types import TYPES, Conforms
from forms.feel.values import from_plain, is_number, number
from forms.feel.world import World


def _number(text: str) -> Any:
    try:
        return number(Decimal(text.strip()))
    except (InvalidOperation, ArithmeticError):
        return text


def _reading(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return parse(text)
        except NULL_ERRORS:
            return text

    return read


_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("null", "Null"), "Null"),
    **dict.fromkeys(("number", "integer", "long", "double", "float", "short", "decimal", "int"), "number"),
    **dict.fromkeys(("date and time", "dateTime", "datetime", "date_time"), "date and time"),
    **dict.fromkeys(("days and time duration", "dayTimeDuration"), "days and time duration"),
    **dict.fromkeys(("years and months duration", "yearMonthDuration"), "years and months duration"),
    **{
        name: name
        for name in ("string", "boolean", "date", "time", "Any", "context", "list", "range", "function")
    },
}
"""Names of the built-in types, those of Camunda 7 among them -> the FEEL type."""

_READERS: Mapping[str, Callable[[str], Any]] = {
    "number": _number,
    "date": _reading(lambda text: parse_date(text) if "T" not in text else parse_datetime(text).date()),
    "time": _reading(parse_time),
    "date and time": _reading(parse_datetime),
    "days and time duration": _reading(parse_duration),
    "years and months duration": _reading(parse_duration),
}
"""FEEL type -> reader of a JSON string for it; a string that cannot be read stays what it is."""


@dataclass(frozen=True)
class DeclaredType:
    """A type that a decision file declares or names.

    Attributes:
        name: as written, for messages.
        base: the FEEL type; empty for a structure.
        members: entries of a structure.
        collection: a list of such values.
        allowed: tests that a value (each item of a list) must satisfy.
        constraint: tests that a list as a whole must satisfy (`typeConstraint` of DMN 1.5).
        element: the declared type that this one is, or whose values it lists.
        result: for a function, the type of what it returns.
    """

    name: str
    base: str = ""
    members: Mapping[str, DeclaredType] = field(default_factory=dict)
    collection: bool = False
    allowed: UnaryTests | None = None
    element: DeclaredType | None = None
    result: DeclaredType | None = None
    constraint: UnaryTests | None = None

    def read(self, value: Any) -> Any:
        """Return a JSON value as this type has it; what does not fit stays what it is."""
        value = from_plain(value)
        if self.collection:
            return [self._read_one(item) for item in value] if isinstance(value, list) else value
        return self._read_one(value)

    def _read_one(self, value: Any) -> Any:
        if self.element is not None:
            return self.element.read(value)
        if self.members:
            if not isinstance(value, dict):
                return value
            return {
                key: self.members[key].read(item) if key in self.members else item
                for key, item in value.items()
            }
        reader = _READERS.get(self.base)
        return reader(value) if reader is not None and type(value) is str else value

    def holds(self, value: Any, world: World) -> bool:
        """Tell whether a value is of this type; null is."""
        if value is None:
            return True
        if self.collection:
            fits = isinstance(value, list) and all(self._holds_one(item, world) for item in value)
            return fits and (self.constraint is None or self.constraint.matches(value, {}, world))
        return self._holds_one(value, world)

    def _holds_one(self, value: Any, world: World) -> bool:
        if value is None:
            return True
        if self.element is not None:
            fits = self.element.holds(value, world)
        elif self.members:
            fits = isinstance(value, dict) and all(
                key in value and member.holds(value[key], world) for key, member in self.members.items()
            )
        else:
            fits = self.conforms(value)
        return fits and (self.allowed is None or self.allowed.matches(value, {}, world))

    def is_instance(self, value: Any) -> bool:
        """Tell whether a value is of this type as `instance of` asks: allowed values do not count."""
        if value is None:
            return False
        if self.collection:
            return isinstance(value, list) and all(item is None or self._is_one(item) for item in value)
        return self._is_one(value)

    def _is_one(self, value: Any) -> bool:
        if self.element is not None:
            return self.element.is_instance(value)
        if self.members:
            return isinstance(value, dict) and all(
                key in value and (value[key] is None or member.is_instance(value[key]))
                for key, member in self.members.items()
            )
        return self.conforms(value)

    @property
    def conforms(self) -> Conforms:
        """The test of a single value against the FEEL type."""
        if self.base == "number":
            return is_number
        return TYPES.get(self.base) if self.base not in ("", "Any") else _anything  # type: ignore[return-value]

    def fit(self, value: Any, world: World) -> tuple[Any, bool]:
        """Return a value as this type takes it, and whether it fits.

        A list of one stands for its item, an item for a list of one, a date for its midnight in UTC.
        Source: DMN 1.4, 10.3.2.9.4.
        """
        if self.holds(value, world):
            return value, True
        if self.base == "date and time" and type(value) is date and not self.collection:
            return datetime.combine(value, time(), UTC), True
        if isinstance(value, list) and len(value) == 1 and not self.is_list:
            return self.fit(value[0], world)
        if self.is_list and not isinstance(value, list) and self.holds([value], world):
            return [value], True
        return None, False

    @property
    def is_list(self) -> bool:
        """True for a list type, also one that takes its being a list from the type it names."""
        return self.collection or (self.element is not None and self.element.is_list)


def _anything(_value: Any) -> bool:
    return True


ANY = DeclaredType("Any", "Any")


def builtin_type(name: str) -> DeclaredType | None:
    """Return a built-in type by its name, with or without a prefix; None if there is none."""
    bare = name.strip().rpartition(":")[2].strip() if ":" in name else name.strip()
    base = _KINDS.get(bare)
    return None if base is None else DeclaredType(bare, base)
