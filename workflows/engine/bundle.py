"""A process with all it needs, compiled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.engine.model import ProcessInfo, Source, StartInfo


@dataclass(frozen=True)
class Bundle:
    """The compiled closure of one process. Threads may share it."""

    root: str
    processes: Mapping[str, ProcessInfo]
    form_keys: tuple[str, ...]
    reads: frozenset[str]
    start: StartInfo


def compile_bundle(root: str, sources: Sequence[Source]) -> Bundle:
    """Compile the process `root` and all it calls. Raises DefinitionRefused."""
    raise NotImplementedError
