"""Tests of diagrams at deployment: those given and those deployed run before anything is stored.

A change that breaks a route nobody thought of is told while it can still be mended. An office that sets
`ZHUNRU_DEMAND_TESTS` takes no process without tests, and none whose tests fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from workflows.engine import DefinitionRefused, Finding, Severity, Source, closure_of, process_ids
from workflows.engine.diagram_tests import CaseResult, load_tests, run_tests

Findings = dict[str, list[Finding]]


@dataclass(frozen=True)
class _Concern:
    """A file of tests, whether it is given with this deployment, and the given files it depends on."""

    source: Source
    given: bool
    changed: tuple[str, ...]


def findings(
    given: Sequence[Source], beside: Sequence[Source], stored: Iterable[Source], *, demanded: bool
) -> Findings:
    """What the tests say, by name of a given file.

    Args:
        given: the files to be deployed, those of tests among them.
        beside: what is deployed and stays.
        stored: files of tests that are deployed and stay.
        demanded: failing tests, and processes without any, are errors.
    """
    found: Findings = {}
    tested: set[str] = set()
    own = [source for source in given if source.kind == "yaml"]
    everything = [*(source for source in given if source.kind in ("bpmn", "dmn", "form")), *beside]
    for source in [*own, *stored]:
        is_given = source in own
        try:
            tests = load_tests(source)
        except DefinitionRefused as refused:
            if is_given:
                found.setdefault(source.name, []).extend(refused.findings)
            continue
        diagram = next((each for each in everything if PurePath(each.name).name == tests.diagram), None)
        if diagram is not None:
            tested.update(process_ids(diagram))
        changed = _changed(diagram, everything, given) if diagram is not None else ()
        filled = {f"{case.form}.form" for case in tests.cases if case.form}
        changed += tuple(each.name for each in given if PurePath(each.name).name in filled)
        if not is_given and not changed:
            continue
        failed = [result for result in run_tests(tests, everything) if not result.passed]
        if failed:
            severity: Severity = "error" if is_given or demanded else "warning"
            place = source.name if is_given else changed[0]
            found.setdefault(place, []).append(
                _told(source.name, failed, len(tests.cases), severity, is_given)
            )
    if demanded:
        for source in given:
            lacking = (
                [key for key in process_ids(source) if key not in tested] if source.kind == "bpmn" else []
            )
            found.setdefault(source.name, []).extend(_lacking(key) for key in lacking)
    return found


def _changed(diagram: Source, everything: Sequence[Source], given: Sequence[Source]) -> tuple[str, ...]:
    """Names of given files that the processes of a diagram depend on."""
    names = {source.name for source in given}
    needed = {source.name for key in process_ids(diagram) for source in closure_of(key, everything)} | {
        diagram.name
    }
    return tuple(source.name for source in given if source.name in needed & names)


def _told(file: str, failed: Sequence[CaseResult], cases: int, severity: Severity, is_given: bool) -> Finding:
    name, first = PurePath(file).name, failed[0]
    case, why = first.case.name, first.differences[0]
    zh = f"{name} 的 {cases} 个用例有 {len(failed)} 个不通过，首先是“{case}”：{why.zh}"
    en = f"{len(failed)} of the {cases} cases of {name} fail, first “{case}”: {why.en}"
    if not is_given:
        zh += f"。改动若是有意的，请把改好的 {name} 一并上传"
        en += f". If the change is meant, upload the {name} that fits it with it"
    return Finding(severity, "test.failed", "", zh, en)


def _lacking(process: str) -> Finding:
    return Finding(
        "error",
        "test.missing",
        process,
        f"流程“{process}”没有测试，而本单位要求先测试后部署",
        f"The process {process} has no tests, and this office deploys none without",
    )
