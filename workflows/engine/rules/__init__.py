"""The rules of the deploy check: one function each, in a literal table.

A rule takes a `Look` and yields findings. Its docstring says what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflows.engine.model import Finding
from workflows.engine.rules import (
    flows,
    grammar,
    happenings,
    interfaces,
    items,
    letter,
    linked,
    loops,
    names,
    paths,
    pools,
    profile,
    references,
    structure,
    support,
    texts,
)
from workflows.engine.rules.catalogue import CATALOGUE, hinders_running
from workflows.engine.rules.look import Around, Look

Rule = Callable[[Look], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *references.RULES,
    *texts.RULES,
    *support.RULES,
    *profile.RULES,
    *profile.ADVICE,
    *grammar.RULES,
    *linked.RULES,
    *flows.RULES,
    *happenings.RULES,
    *letter.RULES,
    *pools.RULES,
    *items.RULES,
    *interfaces.RULES,
    *names.RULES,
    *loops.RULES,
    *paths.RULES,
)
"""Every rule, in the order its findings are told."""

RUNNING: tuple[Rule, ...] = (
    *structure.RULES,
    *references.RULES,
    *texts.RULES,
    *support.RULES,
    *profile.RULES,
    paths.joins_do_not_wait_for_themselves,
    names.comparisons_are_single,
)
"""The rules on what can run, which stand guard over compiling too; the others are for the check alone."""

__all__ = ["CATALOGUE", "RULES", "RUNNING", "Around", "Look", "Rule", "hinders_running"]
