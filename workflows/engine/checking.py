"""The deploy check: every file gets a verdict, never a trace."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence

from lxml import etree

from workflows.engine.drawing import NotReadable, children, local_name, read_xml
from workflows.engine.model import FileReport, Finding, Known, Source
from workflows.engine.rules import RULES, Around, Look
from workflows.engine.rules.look import error, warning

log = logging.getLogger(__name__)

NOTHING_KNOWN = Known()
MOST_ELEMENTS = 8_000
"""Nodes and flows of one file; a drawing that people can read has some dozens."""


def check(
    sources: Sequence[Source], beside: Sequence[Source] = (), known: Known | None = None
) -> list[FileReport]:
    """Return a verdict for each of `sources`, in their order.

    References resolve among `sources`, the files `beside` them, and what is `known`.
    """
    around = _around([*sources, *beside], known or NOTHING_KNOWN)
    twice = _defined_twice(sources)
    decisions = _decision_files([*sources, *beside])
    return [
        FileReport(source.name, (*_findings(source, around, decisions), *twice.get(source.name, ())))
        for source in sources
    ]


def refusals(root: str, sources: Sequence[Source]) -> list[Finding]:
    """Errors that keep a process of these files from being compiled; forms, services, groups are not looked up."""
    from workflows.engine.bundle import closure_of

    sources = closure_of(root, sources)
    known = _around(sources, NOTHING_KNOWN)
    around = Around(decisions=known.decisions, processes=known.processes)
    decisions = _decision_files(sources)
    findings: list[Finding] = []
    for source in sources:
        if source.kind in ("bpmn", "dmn"):
            findings += [found for found in _findings(source, around, decisions) if found.severity == "error"]
    return findings


# ---------------------------------------------------------------- one file
def _decision_files(sources: Sequence[Source]) -> tuple[bytes, ...]:
    """Contents of the decision files, among which imports of one another are found."""
    return tuple(source.content for source in sources if source.kind == "dmn")


def _findings(source: Source, around: Around, decisions: tuple[bytes, ...]) -> tuple[Finding, ...]:
    try:
        if source.kind == "bpmn":
            return tuple(_bpmn(source, around))
        if source.kind == "dmn":
            return _dmn(source, decisions)
        if source.kind == "form":
            return _form(source)
    except NotReadable as fault:
        return (error(fault.rule, "", fault.zh, fault.en),)
    except Exception as fault:
        # A rule of ours failed on a file nobody thought of: the file is refused, and the log tells us.
        log.exception("the check of %s failed", source.name)
        return (
            error(
                "check.failed",
                "",
                f"检查这个文件时出错({type(fault).__name__}),不能部署",
                f"The check of this file failed ({type(fault).__name__}); it cannot be deployed",
            ),
        )
    return (
        error(
            "file.unknown-kind",
            "",
            f"不认识这种文件(.{source.kind or '无扩展名'}),应为 .bpmn、.dmn 或 .form",
            f"Unknown kind of file (.{source.kind}); .bpmn, .dmn or .form is wanted",
        ),
    )


def _bpmn(source: Source, around: Around) -> Iterable[Finding]:
    look = Look(source.name, read_xml(source.content), around)
    first = list(RULES[0](look))
    if any(finding.rule == "file.not-bpmn" for finding in first):
        return first
    count = len(look.all_nodes) + len(look.flows)
    if count > MOST_ELEMENTS:
        return [
            error(
                "file.too-many-elements",
                "",
                f"图中有 {count} 个节点和连线,超过 {MOST_ELEMENTS} 个,请拆成几个流程",
                f"The diagram has {count} nodes and flows, more than {MOST_ELEMENTS}; split it",
            )
        ]
    found = [finding for rule in RULES for finding in rule(look)]
    return dict.fromkeys(found)


def _dmn(source: Source, beside: tuple[bytes, ...]) -> tuple[Finding, ...]:
    from workflows.engine.dmn import check_decisions

    read_xml(source.content)
    return tuple(check_decisions(source.content, source.name, beside))


def _form(source: Source) -> tuple[Finding, ...]:
    from forms.schema import check_form

    return tuple(
        Finding(found.severity, f"form.{found.rule}", found.element, found.zh, found.en)
        for found in check_form(source.content, source.name)
    )


# ---------------------------------------------------------------- among files
def _around(sources: Sequence[Source], known: Known) -> Around:
    forms, decisions, processes = set(known.forms), set(known.decisions), set(known.processes)
    for source in sources:
        if source.kind == "form":
            forms |= _form_keys(source)
        elif source.kind == "dmn":
            decisions |= _ids(source, "decision", any_namespace=True)
        elif source.kind == "bpmn":
            processes |= _ids(source, "process")
    return Around(forms, decisions, processes, known.services, known.groups)


def _form_keys(source: Source) -> set[str]:
    try:
        found = json.loads(source.content).get("id")
    except (ValueError, AttributeError, RecursionError):
        return set()
    return {found} if isinstance(found, str) else set()


def _ids(source: Source, name: str, any_namespace: bool = False) -> set[str]:
    try:
        root = read_xml(source.content)
    except NotReadable:
        return set()
    found: Iterable[etree._Element] = children(root, name)
    if any_namespace:
        found = [element for element in root if local_name(element) == name]
    elif name == "process":
        found = [element for element in found if element.get("isExecutable", "true") in ("true", "1")]
    return {element.get("id", "") for element in found} - {""}


def _defined_twice(sources: Sequence[Source]) -> dict[str, list[Finding]]:
    """A process, decision or form that two of the files define."""
    seen: dict[tuple[str, str], str] = {}
    found: dict[str, list[Finding]] = {}
    for source in sources:
        keys = {
            "bpmn": lambda s: _ids(s, "process"),
            "dmn": lambda s: _ids(s, "decision", any_namespace=True),
            "form": _form_keys,
        }.get(source.kind)
        for key in sorted(keys(source)) if keys is not None else ():
            first = seen.setdefault((source.kind, key), source.name)
            if first != source.name:
                found.setdefault(source.name, []).append(
                    warning(
                        "file.defined-twice",
                        key,
                        f"“{key}”在文件 {first} 里已经定义",
                        f"{key} is already defined in {first}",
                    )
                )
    return found
