"""No module needs another that needs it: each can be imported first, whoever asks."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("forms", "templates_xlsx", "workflows", "webapp")


def modules() -> dict[str, Path]:
    """Dotted name -> file."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }


def needed(path: Path, known: dict[str, Path]) -> set[str]:
    """Modules that a module imports as it is loaded; what a function imports later is not among them."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{each.name}" for each in node.names}
            found |= {each if each in known else node.module for each in whole}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return found & known.keys()


def test_no_module_needs_itself() -> None:
    known = modules()
    assert len(known) > 400
    graph = {name: needed(path, known) - {name} for name, path in known.items()}
    assert graph["workflows.usecases.incidents"] >= {"workflows.usecases.incident_view"}
    graphlib.TopologicalSorter(graph).prepare()  # names the circle, if there is one
