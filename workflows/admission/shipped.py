"""The files every installation starts with: diagrams, decisions, forms and workbook templates.

They lie inside the packages, so that an installed wheel deploys them as a checkout does.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from workflows.engine import Known, Source

FOLDERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("workflows", (".bpmn", ".dmn", ".test.yaml")),
    ("forms", (".form",)),
    ("templates_xlsx", (".xlsx",)),
)
PROCESSES = (
    "apply",
    "admit_ledger",
    "admit_board",
    "admit_assessment",
    "admit_system",
    "certificate",
    "emergency",
    "change",
    "terminate",
    "expire",
    "supervise",
    "annual_refresh",
    "evaluate",
    "funds",
    "seal_use",
    "confidential",
)
"""Processes that stand alone; `review`, `file` and `hand_over` are called."""


def sources() -> list[Source]:
    """All shipped definitions, by name."""
    found = [
        Source(item.name, item.read_bytes())
        for package, suffixes in FOLDERS
        for item in files(package).iterdir()
        if item.name.endswith(suffixes)
    ]
    return sorted(found, key=lambda source: source.name)


def overlaid(over: Iterable[Source]) -> list[Source]:
    """The shipped definitions with others in the place of those of the same name, or beside them."""
    found = {source.name: source for source in sources()}
    found.update((source.name, source) for source in over)
    return [found[name] for name in sorted(found)]


def known() -> Known:
    """Forms, decisions, processes, services and groups that every installation has."""
    from workflows.admission.roles import ROLES
    from workflows.admission.services import SERVICES

    names: dict[str, list[str]] = {"form": [], "dmn": [], "bpmn": [], "xlsx": [], "yaml": []}
    for package, suffixes in FOLDERS:
        for item in files(package).iterdir():
            stem, _, suffix = item.name.rpartition(".")
            if item.name.endswith(suffixes):
                names[suffix].append(stem)
    return Known(
        forms=frozenset(names["form"]),
        decisions=frozenset(names["dmn"]),
        processes=frozenset(names["bpmn"]),
        services=frozenset(SERVICES),
        groups=frozenset(ROLES),
    )
