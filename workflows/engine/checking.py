"""The deploy check: every file gets a verdict, never a trace."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from workflows.engine.drawing import BPMN, NotReadable, is_bpmn, local_name, read_xml
from workflows.engine.model import FileReport, Finding, Known, Source
from workflows.engine.rules import RULES, RUNNING, Around, Look, Rule, hinders_running
from workflows.engine.rules.among import around as gather
from workflows.engine.rules.among import decision_ids, form_fields, process_ids
from workflows.engine.rules.look import error, warning

log = logging.getLogger(__name__)

NOTHING_KNOWN = Known()
MOST_ELEMENTS = 8_000
"""Nodes and flows of one file; a drawing that people can read has some dozens."""
MOST_PARTS = 40_000
"""BPMN elements of any kind in one file."""
MOST_FINDINGS = 500
"""Findings of one rule that are told; nobody reads more, and a hostile file could make millions."""


def check(
    sources: Sequence[Source], beside: Sequence[Source] = (), known: Known | None = None
) -> list[FileReport]:
    """Return a verdict for each of `sources`, in their order.

    References resolve among `sources`, the files `beside` them, and what is `known`.
    """
    around = gather([*sources, *beside], known or NOTHING_KNOWN)
    twice = _defined_twice(sources)
    decisions = _decision_files([*sources, *beside])
    return [
        FileReport(source.name, (*_findings(source, around, decisions, RULES), *twice.get(source.name, ())))
        for source in sources
    ]


def refusals(root: str, sources: Sequence[Source]) -> list[Finding]:
    """Errors that keep a process of these files from being compiled; forms, services, groups are not looked up."""
    from workflows.engine.bundle import closure_of

    sources = closure_of(root, sources)
    known = gather(sources, NOTHING_KNOWN)
    around = Around(decisions=known.decisions, processes=known.processes)
    decisions = _decision_files(sources)
    findings: list[Finding] = []
    for source in sources:
        if source.kind in ("bpmn", "dmn"):
            findings += [
                found
                for found in _findings(source, around, decisions, RUNNING)
                if found.severity == "error" and hinders_running(found.rule)
            ]
    return findings


# ---------------------------------------------------------------- one file
def _decision_files(sources: Sequence[Source]) -> tuple[bytes, ...]:
    """Contents of the decision files, among which imports of one another are found."""
    return tuple(source.content for source in sources if source.kind == "dmn")


def _findings(
    source: Source, around: Around, decisions: tuple[bytes, ...], rules: Sequence[Rule]
) -> tuple[Finding, ...]:
    try:
        if source.kind == "bpmn":
            return tuple(_bpmn(source, around, rules))
        if source.kind == "dmn":
            return _dmn(source, decisions, whole=rules is RULES)
        if source.kind == "form":
            return _form(source)
        kind = _kind_of(source)
        if kind:
            return (
                _suffix(source, kind),
                *_findings(replace(source, name=f"{source.name}.{kind}"), around, decisions, rules),
            )
    except NotReadable as fault:
        return (error(fault.rule, "", fault.zh, fault.en),)
    except Exception as fault:
        # A rule of ours failed on a file nobody thought of: the file is refused, and the log tells us.
        log.exception("the check of %s failed", source.name)
        return (
            error(
                "check.failed",
                "",
                f"检查这个文件时出错（{type(fault).__name__}），不能部署",
                f"The check of this file failed ({type(fault).__name__}); it cannot be deployed",
            ),
        )
    return (
        error(
            "file.unknown-kind",
            "",
            f"不认识这种文件（.{source.kind or '无扩展名'}），应为 .bpmn、.dmn 或 .form",
            f"Unknown kind of file (.{source.kind}); .bpmn, .dmn or .form is wanted",
        ),
    )


def _kind_of(source: Source) -> str:
    """Kind of a file by what is in it, whatever its name; empty for anything else."""
    try:
        root = read_xml(source.content)
    except NotReadable:
        return ""
    if local_name(root) != "definitions":
        return ""
    return "bpmn" if is_bpmn(root) else "dmn" if "/DMN/" in str(root.tag) else ""


def _suffix(source: Source, kind: str) -> Finding:
    return warning(
        "file.suffix",
        "",
        f"文件名应以 .{kind} 结尾，部署时才认得出来",
        f"The name of the file should end in .{kind}, so that it is known when it is deployed",
    )


def _bpmn(source: Source, around: Around, rules: Sequence[Rule]) -> Iterable[Finding]:
    look = Look(source.name, read_xml(source.content), around)
    count = sum(1 for _ in look.root.iter(f"{{{BPMN}}}*"))
    if count > MOST_PARTS:
        return [
            error(
                "file.too-many-elements",
                "",
                f"图中有 {count} 个元素，超过 {MOST_PARTS} 个，请拆成几个流程",
                f"The diagram has {count} elements, more than {MOST_PARTS}; split it",
            )
        ]
    first = list(rules[0](look))
    if any(finding.rule == "file.not-bpmn" for finding in first):
        return first
    count = len(look.all_nodes) + len(look.flows)
    if count > MOST_ELEMENTS:
        return [
            error(
                "file.too-many-elements",
                "",
                f"图中有 {count} 个节点和连线，超过 {MOST_ELEMENTS} 个，请拆成几个流程",
                f"The diagram has {count} nodes and flows, more than {MOST_ELEMENTS}; split it",
            )
        ]
    found: list[Finding] = []
    for rule in rules:
        told = list(islice(rule(look), MOST_FINDINGS + 1))
        found += told[:MOST_FINDINGS]
        if len(told) > MOST_FINDINGS:
            found.append(_more(told[0]))
    return dict.fromkeys(found)


def _more(first: Finding) -> Finding:
    return warning(
        "check.more",
        first.element,
        f"这一类问题（{first.rule} 等）超过 {MOST_FINDINGS} 处，其余不再列出",
        f"There are more than {MOST_FINDINGS} findings of this kind ({first.rule} and its like); the rest is left out",
    )


def _dmn(source: Source, beside: tuple[bytes, ...], *, whole: bool) -> tuple[Finding, ...]:
    from workflows.engine.dmn import check_decisions
    from workflows.engine.rules.cells import cells_are_right

    root = read_xml(source.content)
    found = check_decisions(source.content, source.name, beside)
    return (*found, *cells_are_right(root)) if whole else tuple(found)


def _form(source: Source) -> tuple[Finding, ...]:
    from forms.schema import check_form

    return tuple(
        Finding(found.severity, f"form.{found.rule}", found.element, found.zh, found.en)
        for found in check_form(source.content, source.name)
    )


# ---------------------------------------------------------------- among files
def _keys(source: Source) -> set[str]:
    """Ids of what a file defines; none for one that cannot be read."""
    if source.kind == "form":
        return {key for key, _ in form_fields(source)}
    if source.kind not in ("bpmn", "dmn"):
        return set()
    try:
        root = read_xml(source.content)
    except NotReadable:
        return set()
    return process_ids(root) if source.kind == "bpmn" else decision_ids(root)


def _defined_twice(sources: Sequence[Source]) -> dict[str, list[Finding]]:
    """A process, decision or form that two of the files define."""
    seen: dict[tuple[str, str], str] = {}
    found: dict[str, list[Finding]] = {}
    for source in sources:
        for key in sorted(_keys(source)):
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
