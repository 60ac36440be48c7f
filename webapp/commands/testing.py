"""`zhunru test`: run the tests that stand beside diagrams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from webapp.commands.check import neighbours, source
from webapp.commands.output import FOUND, emit, json_option

if TYPE_CHECKING:
    from workflows.engine import Source
    from workflows.engine.diagram_tests import CaseResult

_PASSED_OVER = ("node_modules", "site-packages", "var")


@click.command("test")
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--coverage", "tell_coverage", is_flag=True, help="Also tell what no case has walked.")
@json_option
def command(files: tuple[str, ...], tell_coverage: bool, as_json: bool) -> None:
    """Run diagram tests in memory: nothing is stored, nobody is asked.

    FILES are .test.yaml files, diagrams whose tests lie beside them, or folders. Without FILES: all tests below
    this folder. docs/COMMANDS.md shows how a test is written.
    """
    documents = [_run(path, tell_coverage) for path in _chosen(files)]
    cases = [case for document in documents for case in document["cases"]]
    failed = sum(not case["passed"] for case in cases) + sum(bool(each["error"]) for each in documents)
    whole = {"files": documents, "passed": sum(case["passed"] for case in cases), "failed": failed}

    def lines() -> Iterator[str]:
        for document in documents:
            yield from _lines(document, tell_coverage)
        yield f"{whole['passed']} passed, {failed} failed"

    emit(whole, as_json, lines)
    if failed:
        raise SystemExit(FOUND)


def _chosen(files: Sequence[str]) -> list[Path]:
    """The files of tests that are meant; none is a usage error, for it would pass by asserting nothing."""
    from workflows.engine.diagram_tests import SUFFIX

    found: list[Path] = []
    for path in [Path(each) for each in files] or [Path()]:
        if path.is_dir():
            found += sorted(each for each in path.rglob(f"*{SUFFIX}") if not _aside(each.relative_to(path)))
        elif path.suffix == ".bpmn":
            beside = path.with_suffix(SUFFIX)
            if path.is_file() and not beside.is_file():
                raise click.UsageError(
                    f"{path.name} has no tests: write them in {beside.name} beside it, as docs/COMMANDS.md shows"
                )
            found.append(beside)
        else:
            found.append(path)
    if not found:
        raise click.UsageError(f"no *{SUFFIX} file here; name files, or folders that have some")
    return list(dict.fromkeys(found))


def _aside(path: Path) -> bool:
    return any(part.startswith(".") or part in _PASSED_OVER for part in path.parts[:-1])


def _run(path: Path, tell_coverage: bool) -> dict[str, Any]:
    from workflows.admission import places, shipped
    from workflows.engine import DefinitionRefused
    from workflows.engine.diagram_tests import load_tests, run_tests

    document: dict[str, Any] = {"file": str(path), "error": None, "cases": []}
    try:
        tests = load_tests(source(str(path)))
    except DefinitionRefused as refused:
        return {**document, "error": "\n".join(finding.zh for finding in refused.findings)}
    diagram = path.parent / tests.diagram
    # The tests of a place may be about a shipped diagram, those of forms about none.
    here = [source(str(diagram))] if diagram.is_file() else []
    sources = [*here, *neighbours((str(diagram),))]
    if (path.parent / places.DESCRIPTION).is_file():
        sources = shipped.overlaid(replace(each, name=Path(each.name).name) for each in sources)
    results = run_tests(tests, sources)
    document["cases"] = [
        {
            "name": result.case.name,
            "line": result.case.line,
            "passed": result.passed,
            "differences": [difference.zh for difference in result.differences],
            "path": list(result.run.path),
        }
        for result in results
    ]
    drawn = next((each for each in sources if Path(each.name).name == tests.diagram), None)
    if tell_coverage and drawn:
        document["unwalked"] = _unwalked(drawn, results)
    return document


def _unwalked(diagram: Source, results: Sequence[CaseResult]) -> dict[str, list[str]]:
    from workflows.engine.diagram_tests import coverage

    found = coverage(diagram, [result.run.path for result in results])
    return {"elements": found.elements, "flows": found.flows}


def _lines(document: dict[str, Any], tell_coverage: bool) -> Iterator[str]:
    yield document["file"]
    if document["error"]:
        yield from (f"  {line}" for line in document["error"].split("\n"))
    for case in document["cases"]:
        yield f"  {'ok    ' if case['passed'] else 'FAILED'} {case['name']}"
        yield from (f"           {difference}" for difference in case["differences"])
        if not case["passed"]:
            yield f"           path: {' -> '.join(case['path'])}"
    if tell_coverage:
        unwalked = document.get("unwalked", {})
        for kind, names in unwalked.items():
            if names:
                yield f"  no case walks these {kind}: {', '.join(names)}"
