"""Runs the cases of a file of diagram tests and says where they differ from what was wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forms.feel import World, to_plain
from forms.feel.calendar import china
from workflows.engine.diagram_tests.reading import Case, DiagramTests
from workflows.engine.model import DefinitionRefused, Source, TryResult
from workflows.engine.tryrun import Prepared, UnknownElement, prepare


@dataclass(frozen=True)
class Difference:
    """What a case did not bring: what was wanted, what was found, a sentence in both languages."""

    what: str
    wanted: Any
    found: Any
    zh: str
    en: str


@dataclass(frozen=True)
class CaseResult:
    """How a case went."""

    case: Case
    run: TryResult
    differences: tuple[Difference, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences


def run_tests(tests: DiagramTests, sources: Sequence[Source]) -> list[CaseResult]:
    """Run every case in memory.

    Args:
        tests: the cases.
        sources: the diagram `tests.diagram` and what lies beside it, in any order.
    """
    ordered = sorted(sources, key=lambda source: _base(source.name) != _base(tests.diagram))
    if not ordered or _base(ordered[0].name) != _base(tests.diagram):
        zh, en = f"找不到流程图“{tests.diagram}”", f"the diagram {tests.diagram} is not here"
        lost = Difference("diagram", tests.diagram, None, zh, en)
        return [CaseResult(case, TryResult("refused", error=zh), (lost,)) for case in tests.cases]
    prepared: dict[str | None, Prepared | TryResult] = {}
    for case in tests.cases:
        if case.process not in prepared:
            try:
                prepared[case.process] = prepare(ordered, case.process)
            except DefinitionRefused as refused:
                prepared[case.process] = TryResult("refused", error=refused.tell("zh"))
    return [_run(case, prepared[case.process]) for case in tests.cases]


def _run(case: Case, prepared: Prepared | TryResult) -> CaseResult:
    if isinstance(prepared, TryResult):
        return CaseResult(case, prepared, tuple(_judge(case, prepared)))
    try:
        run = prepared.run(World(at=case.at, calendar=china()), case.data, case.answers, case.until)
    except UnknownElement as unknown:
        told = Difference("answers", None, None, unknown.tell("zh"), unknown.tell("en"))
        return CaseResult(case, TryResult("refused", error=told.zh), (told,))
    return CaseResult(case, run, tuple(_judge(case, run)))


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _judge(case: Case, run: TryResult) -> Iterator[Difference]:
    expect, path = case.expect, list(run.path)
    if run.status != expect["status"]:
        why = f"（{run.error}）" if run.error else ""
        yield _differs("status", expect["status"], run.status, why)
    if "path" in expect and expect["path"] != path:
        yield _differs("path", expect["path"], path)
    if "passes" in expect:
        lost = _first_lost(expect["passes"], path)
        if lost is not None:
            yield _differs("passes", lost, path)
    for element in expect.get("avoids", ()):
        if element in path:
            yield _differs("avoids", element, path)
    # Events on the border of an activity wait whenever it does; a case need not name them.
    waiting = sorted(str(wait["element"]) for wait in run.waiting if not wait.get("attached_to"))
    if "waiting" in expect and sorted(expect["waiting"]) != waiting:
        yield _differs("waiting", sorted(expect["waiting"]), waiting)
    if "end" in expect and expect["end"] not in run.ends:
        yield _differs("end", expect["end"], list(run.ends))
    if "error" in expect and str(expect["error"]) not in (run.error or ""):
        yield _differs("error", expect["error"], run.error)
    data = to_plain(run.data)
    for name, wanted in expect.get("data", {}).items():
        if data.get(name) != wanted:
            yield _differs(f"data.{name}", wanted, data.get(name))
    for element in run.unused:
        zh, en = f"给“{element}”的答复没有用上", f"the answer to {element} was never asked for"
        yield Difference("answers", element, None, zh, en)


_WORDS = {
    "passes": ("应经过“{wanted}”（按所列顺序）", "{wanted} was to be passed, in this order"),
    "avoids": ("不应经过“{wanted}”", "{wanted} was to be avoided"),
}


def _differs(what: str, wanted: Any, found: Any, why: str = "") -> Difference:
    zh, en = _WORDS.get(what, (f"{what} 应为 {{wanted}}", f"{what} was to be {{wanted}}"))
    return Difference(
        what,
        wanted,
        found,
        zh=f"{zh.format(wanted=_told(wanted))}，实际为 {_told(found)}{why}",
        en=f"{en.format(wanted=_told(wanted))}; found {_told(found)}{why}",
    )


def _told(value: Any) -> str:
    if isinstance(value, list):
        return " → ".join(str(each) for each in value) or "∅"
    return "∅" if value is None else str(value)


def _first_lost(wanted: Sequence[str], path: Sequence[str]) -> str | None:
    """The first element of `wanted` that `path` does not pass after those before it."""
    place = 0
    for element in wanted:
        try:
            place = path.index(element, place) + 1
        except ValueError:
            return element
    return None
