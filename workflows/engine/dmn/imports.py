"""Imports of a decision file: other decision files, found by their namespace among those beside it."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from workflows.engine.dmn.model import DecisionFile, Import
from workflows.engine.dmn.xml import NotADecisionFile, attribute, children, parse_xml
from workflows.engine.model import Finding

Load = Callable[[bytes, tuple[bytes, ...], tuple[str, ...]], tuple[DecisionFile | None, tuple[Finding, ...]]]
_MOST_BESIDE = 200
"""Files looked through for a namespace; a folder with more is not one of decisions."""


def find_imports(
    root: etree._Element, beside: tuple[bytes, ...], path: tuple[str, ...], load: Load
) -> tuple[list[Import], list[Finding]]:
    """Return the decision files that one imports, and what is wrong with its imports.

    Args:
        root: `definitions` of the importing file.
        beside: contents of the files around it.
        path: namespaces of the importing file and of those that import it; none may come again.
        load: reads and compiles a file.
    """
    wanted = children(root, "import")
    if not wanted:
        return [], []
    spaces = _namespaces(beside)
    found: list[Import] = []
    findings: list[Finding] = []
    for part in wanted:
        name, space = " ".join(attribute(part, "name").split()), attribute(part, "namespace")
        place = part.get("id") or root.get("id") or ""
        if "/DMN/" not in attribute(part, "importType"):
            findings.append(_not_dmn(place, name))
        elif space in path:
            findings.append(_circle(place, space))
        elif space not in spaces:
            findings.append(_missing(place, name, space))
        else:
            file, wrong = load(spaces[space], beside, path)
            errors = [each for each in wrong if each.severity == "error"]
            if file is None or errors:
                findings.append(_faulty(place, name, errors))
            else:
                found.append(Import(name, space, file))
    return found, findings


def _namespaces(beside: tuple[bytes, ...]) -> dict[str, bytes]:
    """Return the decision files among some contents, by namespace; the first of two stands."""
    spaces: dict[str, bytes] = {}
    for content in beside[:_MOST_BESIDE]:
        try:
            spaces.setdefault(attribute(parse_xml(content), "namespace"), content)
        except NotADecisionFile:
            continue
    return spaces


def _not_dmn(place: str, name: str) -> Finding:
    return Finding(
        "warning",
        "dmn.import",
        place,
        f"引入的“{name}”不是 DMN 文件，不会读取",
        f"The import {name} is no DMN file and is not read",
    )


def _circle(place: str, space: str) -> Finding:
    return Finding(
        "error", "dmn.import", place, f"引入形成环（{space}）", f"The imports form a circle ({space})"
    )


def _missing(place: str, name: str, space: str) -> Finding:
    return Finding(
        "warning",
        "dmn.import",
        place,
        f"找不到引入的决策文件“{name}”（命名空间 {space}），请放在同一目录",
        f"The imported file {name} (namespace {space}) is not beside this one",
    )


def _faulty(place: str, name: str, errors: list[Finding]) -> Finding:
    first = errors[0] if errors else Finding("error", "", "", "", "")
    return Finding(
        "error",
        "dmn.import",
        place,
        f"引入的决策文件“{name}”有错误：{first.zh}",
        f"The imported file {name} has errors: {first.en}",
    )
