"""Rules on the cells of decision tables: values of another type than their column's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from forms.feel import Expression, FeelSyntaxError, World, china, compile_expression, compile_unary_tests
from workflows.engine.drawing import local_name, text_of
from workflows.engine.model import Finding
from workflows.engine.rules.look import error, nearest_id, warning
from workflows.engine.rules.names import doubled

_MOST_CELLS = 20_000
_STILL = World(datetime(2000, 1, 1, tzinfo=UTC), china())
"""A fixed moment: only what does not depend on the time is evaluated here."""

_TYPES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("number", "integer", "long", "double"), ("number", "数字")),
    "string": ("string", "文字"),
    "boolean": ("boolean", "是否"),
}
"""Types whose literals are compared with what the column declares."""


def cells_are_right(root: etree._Element) -> Iterator[Finding]:
    """Each literal is of its column's type, each comparison has one operator."""
    known = _names_of(root)
    cells = 0
    for table in root.iter("{*}decisionTable"):
        inputs = [child for child in table if local_name(child) == "input"]
        outputs = [child for child in table if local_name(child) == "output"]
        for rule in (child for child in table if local_name(child) == "rule"):
            entries = [child for child in rule if local_name(child) == "inputEntry"]
            results = [child for child in rule if local_name(child) == "outputEntry"]
            cells += len(entries) + len(results)
            if cells > _MOST_CELLS:
                return
            for column, cell in zip(inputs, entries, strict=False):
                asked = next((c for c in column if local_name(c) == "inputExpression"), None)
                yield from _input(cell, asked, known)
            for column, cell in zip(outputs, results, strict=False):
                yield from _output(cell, column, known)


def _names_of(root: etree._Element) -> frozenset[str]:
    return frozenset(
        " ".join(element.get("name", "").split()) or element.get("id", "")
        for element in root.iter(etree.Element)
        if element.get("name") or local_name(element) in ("inputData", "decision")
    ) | {"item", "partial", "cellInput"}


def _input(cell: etree._Element, asked: etree._Element | None, known: frozenset[str]) -> Iterator[Finding]:
    text = _text(cell)
    if not text:
        return
    try:
        tests = compile_unary_tests(text, known)
    except (FeelSyntaxError, RecursionError):
        return  # told where the table is read
    yield from _twice(cell, text, unary=True)
    kind = _kind(asked)
    for part in tests.parts if kind else ():
        if not part.names and not _is(kind, _value(part)):
            yield warning(
                "dmn.input-type",
                nearest_id(cell),
                f"单元格“{text[:60]}”不是这一列的类型({_TYPES[kind][1]})，永远不会相等",
                f"The cell {text[:60]} is not of its column's type ({_TYPES[kind][0]}) and never holds",
            )
            return


def _output(cell: etree._Element, column: etree._Element, known: frozenset[str]) -> Iterator[Finding]:
    text = _text(cell)
    if not text or "${" in text:
        return
    try:
        expression = compile_expression(text, known)
    except (FeelSyntaxError, RecursionError):
        return
    yield from _twice(cell, text, unary=False)
    kind = _kind(column)
    if kind and not expression.names and "(" not in text and not _is(kind, _value(expression)):
        yield error(
            "dmn.output-type",
            nearest_id(cell),
            f"结果“{text[:60]}”不是这一列声明的类型({_TYPES[kind][1]})",
            f"The result {text[:60]} is not of the type its column declares ({_TYPES[kind][0]})",
        )


def _twice(cell: etree._Element, text: str, *, unary: bool) -> Iterator[Finding]:
    signs = doubled(text)
    if signs and not (unary and text.startswith(signs) and signs in ("<=", ">=")):
        yield error(
            "expression.operator-twice",
            nearest_id(cell),
            f"单元格“{text[:60]}”里连写了两个比较符号",
            f"Two comparison signs in a row in {text[:60]!r}",
        )


def _text(cell: etree._Element) -> str:
    return "".join(text_of(child) for child in cell if local_name(child) == "text").strip()


def _kind(holder: etree._Element | None) -> str:
    told = (holder.get("typeRef") or "").strip().rpartition(":")[2] if holder is not None else ""
    return told if told in _TYPES else ""


def _value(expression: Expression) -> Any:
    return expression.evaluate({}, _STILL)


def _is(kind: str, value: Any) -> bool:
    wanted = _TYPES[kind][0]
    if isinstance(value, bool):
        return wanted == "boolean"
    if isinstance(value, str):
        return wanted == "string"
    if isinstance(value, (int, float)) or type(value).__name__ == "Decimal":
        return wanted == "number"
    return value is None
