"""Reads a file of diagram tests; every fault is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import PurePath
from typing import Any

import yaml

from workflows.engine.model import DefinitionRefused, Finding, Source

SUFFIX = ".test.yaml"
LARGEST = 1024 * 1024  # bytes of a file of tests
DEEPEST = 40
START = datetime(2026, 1, 5, 9, tzinfo=timezone(timedelta(hours=8)))
"""Where the clock stands when a file does not say: a Monday morning, always the same one."""

_FILE_KEYS = ("diagram", "process", "at", "data", "cases")
_CASE_KEYS = ("name", "process", "at", "until", "data", "answers", "form", "given", "expect")
_EXPECT_KEYS = ("status", "path", "passes", "avoids", "waiting", "due", "data", "end", "error")
_FORM_KEYS = ("faults", "accepts")
_STATUSES = ("completed", "waiting", "incident", "refused")


@dataclass(frozen=True)
class Case:
    """One run and what must come of it; `line` is where it stands in the file.

    With `form` it is no run: the form of that key is filled in with `given`, as on its page.
    """

    name: str
    line: int
    process: str | None
    at: datetime
    until: datetime | None
    data: Mapping[str, Any]
    answers: tuple[tuple[str, Mapping[str, Any]], ...]
    expect: Mapping[str, Any]
    form: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DiagramTests:
    """A file of tests: the diagram it is about, and its cases."""

    file: str
    diagram: str
    cases: tuple[Case, ...]


def load_tests(source: Source) -> DiagramTests:
    """Read a file of tests. Raises `DefinitionRefused` with every fault and its line."""
    reader = _Reader(source)
    found = reader.read()
    if reader.findings:
        raise DefinitionRefused(reader.findings)
    return found


class _Reader:
    """Reads one file; faults are gathered, each with its line."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def fault(self, line: int, zh: str, en: str) -> None:
        self.findings.append(Finding("error", "test.file", "", f"第{line}行：{zh}", f"Line {line}: {en}"))

    def read(self) -> DiagramTests:
        nothing = DiagramTests(self.source.name, "", ())
        root = self.tree()
        if root is None:
            return nothing
        top = self.mapping(root, _FILE_KEYS, "file")
        diagram = (
            self.text(top.get("diagram")) or PurePath(self.source.name).name.removesuffix(SUFFIX) + ".bpmn"
        )
        process, at = self.text(top.get("process")), self.moment(top.get("at")) or START
        data = self.variables(top.get("data"))
        cases = top.get("cases")
        if not isinstance(cases, yaml.SequenceNode) or not cases.value:
            self.fault(_line(cases or root), "缺少 cases 列表", "a list named cases is wanted")
            return nothing
        found = tuple(self.case(node, process, at, data) for node in cases.value)
        return DiagramTests(self.source.name, diagram, found)

    def tree(self) -> yaml.Node | None:
        if len(self.source.content) > LARGEST:
            self.fault(1, "文件超过 1 MB", "the file is larger than 1 MB")
            return None
        try:
            text = self.source.content.decode("utf-8-sig")
            for token in yaml.scan(text, Loader=yaml.SafeLoader):
                if isinstance(token, (yaml.AliasToken, yaml.AnchorToken)):
                    self.fault(
                        token.start_mark.line + 1,
                        "不支持 YAML 锚点与别名",
                        "anchors and aliases of YAML are not taken",
                    )
                    return None
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except UnicodeDecodeError:
            self.fault(1, "不是 UTF-8 文本", "the file is not UTF-8 text")
            return None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "not YAML"
            self.fault(
                mark.line + 1 if mark else 1, f"不是有效的 YAML（{problem}）", f"not valid YAML ({problem})"
            )
            return None
        except RecursionError:
            self.fault(1, "嵌套过深", "nested too deep")
            return None
        if root is None:
            self.fault(1, "文件是空的", "the file is empty")
        return root

    def case(self, node: yaml.Node, process: str | None, at: datetime, data: Mapping[str, Any]) -> Case:
        said = self.mapping(node, _CASE_KEYS, "case")
        name = self.text(said.get("name"))
        if not name:
            self.fault(_line(node), "用例缺少 name", "the case has no name")
        form = self.text(said.get("form"))
        wanted = _FORM_KEYS if form else _EXPECT_KEYS
        expect = {
            key: self.value(each)
            for key, each in self.mapping(said.get("expect"), wanted, "expect", node).items()
        }
        if not expect and "expect" in said:
            self.fault(
                _line(node), "expect 是空的，什么也不验证", "expect is empty: nothing would be asserted"
            )
        status = expect.get("status", "waiting" if {"waiting", "due"} & expect.keys() else "completed")
        if status not in _STATUSES:
            self.fault(
                _line(node),
                f"status 应为 {'、'.join(_STATUSES)} 之一，给出的是“{status}”",
                f"status is one of {', '.join(_STATUSES)}; given: {status}",
            )
        for key in ("path", "passes", "avoids", "waiting"):
            if key in expect and not _names(expect[key]):
                self.fault(
                    _line(said["expect"]), f"{key} 应为元素标识的列表", f"{key} is a list of element ids"
                )
        for key in _FORM_KEYS:
            if key in expect and not _names(expect[key]):
                self.fault(_line(said["expect"]), f"{key} 应为字段键的列表", f"{key} is a list of field keys")
        for key in ("data", "due"):
            if key in expect and not isinstance(expect[key], dict):
                self.fault(
                    _line(said["expect"]), f"{key} 应为 名称: 值", f"{key} is a mapping of names to values"
                )
        return Case(
            name=name or "",
            line=_line(node),
            process=self.text(said.get("process")) or process,
            at=self.moment(said.get("at")) or at,
            until=self.moment(said.get("until")),
            data={**data, **self.variables(said.get("data"))},
            answers=tuple(self.answers(said.get("answers"))),
            expect={**expect, "status": status},
            form=form,
            given=self.variables(said.get("given")),
        )

    def answers(self, node: yaml.Node | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self.fault(
                _line(node),
                "answers 应为列表，每项为 元素标识: {变量}",
                "answers is a list of ELEMENT: {variables}",
            )
            return
        for each in node.value:
            given = self.value(each)
            if isinstance(given, str):
                yield given, {}
            elif isinstance(given, dict) and len(given) == 1:
                ((element, variables),) = given.items()
                if variables is None or isinstance(variables, dict):
                    yield element, variables or {}
                    continue
                self.fault(
                    _line(each),
                    f"“{element}”的答复应为 {{变量: 值}}",
                    f"the answer to {element} is a mapping of variables",
                )
            else:
                self.fault(
                    _line(each), "每项答复应为 元素标识: {变量}", "each answer is ELEMENT: {variables}"
                )

    def mapping(
        self, node: yaml.Node | None, keys: Sequence[str], where: str, owner: yaml.Node | None = None
    ) -> dict[str, yaml.Node]:
        """The parts of a mapping by key; a key nobody knows is a fault (a misspelt one would assert nothing)."""
        if not isinstance(node, yaml.MappingNode):
            at = _line(node or owner)
            self.fault(at, f"{where} 应为 {'、'.join(keys)}", f"{where} is a mapping of {', '.join(keys)}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in keys:
                self.fault(
                    _line(key),
                    f"不认识的项“{name}”，可用：{'、'.join(keys)}",
                    f"unknown key {name}; known: {', '.join(keys)}",
                )
            if name in found:
                self.fault(_line(key), f"“{name}”出现了两次", f"{name} stands twice")
            found[name] = value
        return found

    def variables(self, node: yaml.Node | None) -> Mapping[str, Any]:
        found = self.value(node) if node is not None else {}
        if found is None or isinstance(found, dict):
            return found or {}
        self.fault(_line(node), "data 应为 名称: 值", "data is a mapping of names to values")
        return {}

    def text(self, node: yaml.Node | None) -> str | None:
        return str(node.value).strip() or None if isinstance(node, yaml.ScalarNode) else None

    def moment(self, node: yaml.Node | None) -> datetime | None:
        text = self.text(node)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.fault(
                _line(node), f"应为 ISO 时间，给出的是“{text}”", f"an ISO date-time is wanted; given: {text}"
            )
            return None
        return found if found.tzinfo else found.replace(tzinfo=START.tzinfo)

    def value(self, node: yaml.Node, depth: int = 0) -> Any:
        """A value as JSON has it: dates stay text, as in the variables of a form."""
        if depth > DEEPEST:
            self.fault(_line(node), "嵌套过深", "nested too deep")
            return None
        if isinstance(node, yaml.MappingNode):
            return {str(key.value): self.value(each, depth + 1) for key, each in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, depth + 1) for each in node.value]
        kind = node.tag.rpartition(":")[2]
        if kind in ("int", "float", "bool", "null"):
            return yaml.SafeLoader("").construct_object(node)
        return str(node.value)


def _line(node: yaml.Node | None) -> int:
    return node.start_mark.line + 1 if node is not None else 1


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
