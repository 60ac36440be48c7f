"""Sentences that errors carry.

Every error of the house is a `Refused`: it knows facts, and two sentence templates over them, Chinese
first. A `Fault` is one thing wrong with one value of a form or a table. Neither knows anything of HTTP.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Severity = Literal["error", "warning"]


class _Facts(dict[str, Any]):
    """Facts for a template: one that is lacking shows as nothing instead of raising."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True)
class Sentence:
    """A sentence in both languages; `{name}` stands for a fact."""

    zh: str
    en: str

    def tell(self, locale: str = "zh", facts: Mapping[str, Any] | None = None) -> str:
        """Return the sentence of a locale (`en...` is English, all else Chinese), facts filled in."""
        template = self.en if locale.lower().startswith("en") else self.zh
        return template.format_map(_Facts(facts or {}))


class Refused(Exception):
    """Base of every error that carries a sentence for a person.

    A subclass gives `zh` and `en`, templates over `facts`; the facts are given by name when it is raised.
    """

    zh: ClassVar[str] = "操作被拒绝"
    en: ClassVar[str] = "Refused"
    facts: dict[str, Any]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(facts)

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence of this error in a locale."""
        return Sentence(self.zh, self.en).tell(locale, self.facts)

    def __str__(self) -> str:
        return self.tell("en")


FAULT_SENTENCES: dict[str, Sentence] = {}
"""Fault code -> sentence over `given`, `field`, `row` and the fault's facts."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one value.

    Attributes:
        field: key of the field; None when the whole form or record is meant.
        severity: an error stops, a warning does not.
        code: key of `FAULT_SENTENCES`.
        given: what stood there, as text.
        facts: what the sentence needs besides.
        row: index of the row in a field of kind `rows`, from 0.
    """

    field: str | None
    severity: Severity
    code: str
    given: str = ""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    row: int | None = None

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence of this fault in a locale; the code itself where none is written."""
        sentence = FAULT_SENTENCES.get(self.code)
        if sentence is None:
            return self.code
        return sentence.tell(
            locale, {"given": self.given, "field": self.field, "row": self.row} | {**self.facts}
        )
