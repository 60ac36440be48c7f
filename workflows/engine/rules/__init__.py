"""The rules of the deploy check: one function each, in a literal table.

A rule takes a `Look` and yields findings. Its docstring says what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflows.engine.model import Finding
from workflows.engine.rules import references, structure, support, texts
from workflows.engine.rules.look import Around, Look

Rule = Callable[[Look], Iterator[Finding]]

RULES: tuple[Rule, ...] = (*structure.RULES, *references.RULES, *texts.RULES, *support.RULES)
"""Every rule, in the order its findings are told."""

__all__ = ["RULES", "Around", "Look", "Rule"]
