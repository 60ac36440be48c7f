"""Runs the cases of a file of diagram tests and says where they differ from what was wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forms.binding import Setting, bind
from forms.feel import World, to_plain
from forms.feel.calendar import china
from forms.schema import load_form
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
    drawn = bool(ordered) and _base(ordered[0].name) == _base(tests.diagram)
    prepared: dict[str | None, Prepared | TryResult] = {}
    results: list[CaseResult] = []
    for case in tests.cases:
        if case.form is not None:
            results.append(_fill(case, sources))
            continue
        if not drawn:
            zh, en = f"找不到流程图“{tests.diagram}”", f"the diagram {tests.diagram} is not here"
            lost = Difference("diagram", tests.diagram, None, zh, en)
            results.append(CaseResult(case, TryResult("refused", error=zh), (lost,)))
            continue
        if case.process not in prepared:
            try:
                prepared[case.process] = prepare(ordered, case.process)
            except DefinitionRefused as refused:
                prepared[case.process] = TryResult("refused", error=refused.tell("zh"))
        results.append(_run(case, prepared[case.process]))
    return results


def _run(case: Case, prepared: Prepared | TryResult) -> CaseResult:
    if isinstance(prepared, TryResult):
        return CaseResult(case, prepared, tuple(_judge(case, prepared)))
    try:
        run = prepared.run(World(at=case.at, calendar=china()), case.data, case.answers, case.until)
    except UnknownElement as unknown:
        told = Difference("answers", None, None, unknown.tell("zh"), unknown.tell("en"))
        return CaseResult(case, TryResult("refused", error=told.zh), (told,))
    return CaseResult(case, run, tuple(_judge(case, run)))


def _fill(case: Case, sources: Sequence[Source]) -> CaseResult:
    """Fill in a form as on its page: of which fields is something said, an error or a warning?"""
    source = next((each for each in sources if _base(each.name) == f"{case.form}.form"), None)
    if source is None:
        zh, en = f"找不到表单“{case.form}”", f"the form {case.form} is not here"
        return CaseResult(
            case, TryResult("refused", error=zh), (Difference("form", case.form, None, zh, en),)
        )
    setting = Setting(World(at=case.at, calendar=china()), variables=case.data)
    bound = bind(load_form(source.content, source.name), case.given, setting)
    said = sorted({fault.field for fault in bound.faults if fault.field})
    wanted = [
        *(("faults", key) for key in case.expect.get("faults", ()) if key not in said),
        *(("accepts", key) for key in case.expect.get("accepts", ()) if key in said),
    ]
    return CaseResult(case, TryResult("completed"), tuple(_differs(what, key, said) for what, key in wanted))


def _part(data: Any, name: str) -> Any:
    """A variable by its name, or a part of one: `rules.notice`."""
    if name in data:
        return data[name]
    for key in name.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _day(due: Any) -> str:
    """The day of a due date or moment as ISO text; nothing where there is none."""
    return due.isoformat()[:10] if due is not None else ""


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _judge(case: Case, run: TryResult) -> Iterator[Difference]:
    expect, path = case.expect, list(run.path)
    # Events on the border of an activity wait whenever it does; a case need not name them.
    waiting = sorted(str(wait["element"]) for wait in run.waiting if not wait.get("attached_to"))
    if run.status != expect["status"]:
        yield _ended_otherwise(expect["status"], run, waiting)
    if "path" in expect and expect["path"] != path:
        yield _differs("path", expect["path"], path)
    if "passes" in expect:
        lost = _first_lost(expect["passes"], path)
        if lost is not None:
            yield _differs("passes", lost, path)
    for element in expect.get("avoids", ()):
        if element in path:
            yield _differs("avoids", element, path)
    if "waiting" in expect and sorted(expect["waiting"]) != waiting:
        yield _differs("waiting", sorted(expect["waiting"]), waiting)
    for element, day in expect.get("due", {}).items():
        days = [_day(wait["due"]) for wait in run.waiting if wait["element"] == element]
        if str(day) not in days:
            yield _differs(f"due.{element}", str(day), "、".join(days) or None)
    if "end" in expect and expect["end"] not in run.ends:
        yield _differs("end", expect["end"], list(run.ends))
    if "error" in expect and str(expect["error"]) not in (run.error or ""):
        yield _differs("error", expect["error"], run.error)
    data = to_plain(run.data)
    for name, wanted in expect.get("data", {}).items():
        found = _part(data, name)
        if found != wanted:
            yield _differs(f"data.{name}", wanted, found)
    for element in run.unused:
        zh, en = f"给“{element}”的答复没有用上", f"the answer to {element} was never asked for"
        yield Difference("answers", element, None, zh, en)


_STATUSES = {"completed": "办结", "waiting": "等待办理", "incident": "流程异常", "refused": "不能运行"}


def _ended_otherwise(wanted: str, run: TryResult, waiting: Sequence[str]) -> Difference:
    """The status is another: where it waits, or why it stopped, tells what the case lacks."""
    zh = f"流程应{_STATUSES[wanted]}，实际{_STATUSES[run.status]}"
    en = f"the process was to be {wanted}; it is {run.status}"
    if run.error:
        zh, en = f"{zh}（{run.error}）", f"{en} ({run.error})"
    elif run.status == "waiting" and waiting:
        stands = "、".join(waiting)
        zh, en = (
            f"{zh}：停在 {stands}，用例没有为它写办理结果",
            f"{en} at {stands}, for which the case has no answer",
        )
    return Difference("status", wanted, run.status, zh, en)


_WORDS = {
    "path": ("应依次走过 {wanted}", "the path was to be {wanted}"),
    "waiting": ("应停在 {wanted}", "it was to wait at {wanted}"),
    "end": ("应到达结束事件“{wanted}”", "it was to reach the end event {wanted}"),
    "error": ("出错的说明中应有“{wanted}”", "the error was to say {wanted}"),
    "passes": ("应经过“{wanted}”（按所列顺序）", "{wanted} was to be passed, in this order"),
    "due": ("“{name}”的办理期限应为 {wanted}", "{name} was to be due on {wanted}"),
    "faults": ("应指出“{wanted}”有问题", "something was to be said of {wanted}"),
    "accepts": ("不应对“{wanted}”有意见", "nothing was to be said of {wanted}"),
    "avoids": ("不应经过“{wanted}”", "{wanted} was to be avoided"),
}


def _differs(what: str, wanted: Any, found: Any) -> Difference:
    kind, _, name = what.partition(".")
    zh, en = _WORDS.get(kind, (f"变量 {name} 应为 {{wanted}}", f"the variable {name} was to be {{wanted}}"))
    return Difference(
        what,
        wanted,
        found,
        zh=f"{zh.format(wanted=_told(wanted), name=name)}，实际为{_told(found)}",
        en=f"{en.format(wanted=_told(wanted), name=name)}; found {_told(found)}",
    )


def _told(value: Any) -> str:
    if isinstance(value, list):
        return " → ".join(str(each) for each in value) or "（无）"
    return "（无）" if value is None else str(value)


def _first_lost(wanted: Sequence[str], path: Sequence[str]) -> str | None:
    """The first element of `wanted` that `path` does not pass after those before it."""
    place = 0
    for element in wanted:
        try:
            place = path.index(element, place) + 1
        except ValueError:
            return element
    return None
