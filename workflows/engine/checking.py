"""The deploy check: every file gets a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.engine.model import FileReport, Finding, Known, Source


def check(
    sources: Sequence[Source], beside: Sequence[Source] = (), known: Known | None = None
) -> list[FileReport]:
    """Return a verdict for each of `sources`, in their order.

    References resolve among `sources`, the files `beside` them, and what is `known`.
    """
    raise NotImplementedError


def refusals(root: str, sources: Sequence[Source]) -> list[Finding]:
    """Errors that keep a process from being compiled."""
    return []
