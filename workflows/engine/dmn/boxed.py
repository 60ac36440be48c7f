"""Boxed expressions of a decision file, compiled to closures over a frame.

Every fault of a file is gathered, each at the id of its element, or of the nearest one around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from forms.feel import (
    Expression,
    FeelSyntaxError,
    Function,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from forms.feel.builtin import apply, takes
from forms.feel.compile import compile_declared
from forms.feel.expression import CALL
from forms.feel.iteration import as_list, items_of
from workflows.engine.dmn.scope import Evaluate, Frame
from workflows.engine.dmn.table import AGGREGATIONS, HIT_POLICIES, CellTest, Input, Output, Rule, Table
from workflows.engine.dmn.types import ANY, DeclaredType, builtin_type
from workflows.engine.dmn.xml import (
    CAMUNDA,
    attribute,
    child,
    children,
    elements,
    local,
    name_of,
    text_of,
    type_ref,
)
from workflows.engine.model import Finding

BOXED = (
    *(
        "decisionTable",
        "literalExpression",
        "context",
        "invocation",
        "list",
        "relation",
        "functionDefinition",
    ),
    *("conditional", "for", "filter", "some", "every"),
)
_NOT_COMPILED = Expression("", frozenset(), lambda _env: None)


@dataclass
class Builder:
    """Compiles the boxed expressions of one file.

    Attributes:
        known: all names of the file, for FEEL names with signs in them.
        types: declared types by name.
        findings: what is wrong, in order of reading.
    """

    known: frozenset[str]
    types: Mapping[str, DeclaredType]
    language: str = ""
    findings: list[Finding] = field(default_factory=list)

    def find(
        self, rule: str, element: etree._Element | str, zh: str, en: str, *, warning: bool = False
    ) -> None:
        """Note a finding at an element's id, or that of the nearest element around it."""
        place = element if isinstance(element, str) else nearest_id(element)
        self.findings.append(Finding("warning" if warning else "error", rule, place, zh, en))

    # texts
    def expression(self, element: etree._Element | None, *, around: etree._Element) -> Expression | None:
        """Compile the text of an element; None where it holds none."""
        text = text_of(element)
        if element is None or not text:
            return None
        language = self._language(element, around)
        if language is None:
            return None
        try:
            if language == "juel" or "${" in text or "#{" in text:
                return compile_expression(_as_juel(text) if language == "juel" else text, self.known)
            if "instance" in text and self.types:
                declared = {name: kind.is_instance for name, kind in self.types.items()}
                return compile_declared(text, self.known, declared)
            return compile_expression(text, self.known)
        except FeelSyntaxError as fault:
            self._syntax(element, around, fault)
            return None

    def tests(self, element: etree._Element | None, *, around: etree._Element) -> CellTest | None:
        """Compile the unary tests of an element; None where every value passes."""
        text = text_of(element)
        if element is None or text in ("", "-"):
            return None
        language = self._language(element, around)
        if language is None:
            return None
        try:
            if language == "juel" or "${" in text or "#{" in text:
                return compile_expression(_as_juel(text))
            return compile_unary_tests(text, self.known)
        except FeelSyntaxError as fault:
            self._syntax(element, around, fault)
            return None

    def unary(self, element: etree._Element | None, *, around: etree._Element) -> UnaryTests | None:
        """Compile allowed values; None where there are none."""
        tests = self.tests(element, around=around)
        return tests if isinstance(tests, UnaryTests) else None

    def _language(self, element: etree._Element, around: etree._Element) -> str | None:
        name = (attribute(element, "expressionLanguage") or self.language).lower()
        if not name or "feel" in name or "/dmn/" in name:
            return "feel"
        if name == "juel":
            return "juel"
        self.find(
            "dmn.language",
            element if element.get("id") else around,
            f"不支持表达式语言 {name}，请用 FEEL",
            f"The expression language {name} is not supported; use FEEL",
        )
        return None

    def _syntax(self, element: etree._Element, around: etree._Element, fault: FeelSyntaxError) -> None:
        place = element if element.get("id") else around
        self.find("dmn.syntax", place, fault.tell("zh"), fault.tell("en"))

    def type(self, name: str, around: etree._Element) -> DeclaredType:
        """Return the type of a name; an unknown one is noted and taken for any."""
        if not name:
            return ANY
        known = self.types.get(name) or self.types.get(name.rpartition(":")[2]) or builtin_type(name)
        if known is None:
            self.find("dmn.type", around, f"没有类型 {name}", f"There is no type {name}", warning=True)
            return ANY
        return known

    # boxed expressions
    def boxed_child(self, element: etree._Element) -> Evaluate | None:
        """Compile the boxed expression that an element holds; None where it holds none."""
        found = children(element, *BOXED)
        return self.boxed(found[0]) if found else None

    def boxed(self, element: etree._Element) -> Evaluate:
        """Compile a boxed expression."""
        makers: dict[str, Callable[[etree._Element], Evaluate]] = {
            "decisionTable": self.table,
            "literalExpression": self.literal,
            "context": self.context,
            "invocation": self.invocation,
            "list": self.list,
            "relation": self.relation,
            "functionDefinition": self.function,
            "conditional": self.conditional,
            "for": self.iterator,
            "some": self.iterator,
            "every": self.iterator,
            "filter": self.filter,
        }
        evaluate = makers[local(element)](element)
        if local(element) in ("decisionTable", "functionDefinition"):
            return evaluate
        return self._typed(evaluate, self.type(type_ref(element), element), element)

    @staticmethod
    def _typed(evaluate: Evaluate, kind: DeclaredType, element: etree._Element) -> Evaluate:
        """Return an evaluation whose result fits a declared type, or is null."""
        if kind is ANY:
            return evaluate
        return lambda frame: _fitted(kind, evaluate(frame), "", element, frame)

    def _held(self, element: etree._Element | None) -> Evaluate:
        """Compile what stands in an element; null where nothing does."""
        compiled = None if element is None else self.boxed_child(element)
        return compiled or (lambda _frame: None)

    def literal(self, element: etree._Element) -> Evaluate:
        """Compile a literal expression."""
        compiled = self.expression(element, around=element) or _NOT_COMPILED
        place = nearest_id(element)
        return lambda frame: frame.evaluate(compiled, place)

    def context(self, element: etree._Element) -> Evaluate:
        """Compile a boxed context: a dict, or the value of its last entry where that has no name."""
        entries: list[tuple[str, Evaluate]] = []
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            name = "" if variable is None else name_of(variable)
            kind = self.type(type_ref(variable), entry)
            entries.append((name, self._typed(self._held(entry), kind, entry)))

        def evaluate(frame: Frame) -> Any:
            made: dict[str, Any] = {}
            for name, value in entries:
                result = value(frame.inner(made))
                if not name:
                    return result
                made[name] = result
            return made

        return evaluate

    def invocation(self, element: etree._Element) -> Evaluate:
        """Compile the call of a business knowledge model with bindings by name."""
        found = children(element, *BOXED)
        target = self.boxed(found[0]) if found else self._held(None)
        place, called = nearest_id(element), text_of(found[0]) if found else ""
        bindings: list[tuple[str, Evaluate]] = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            bindings.append(("" if parameter is None else name_of(parameter), self._held(binding)))

        def evaluate(frame: Frame) -> Any:
            names = [name for name, _ in bindings]
            callee = target(frame)
            if not isinstance(callee, Function) or not takes(callee, len(names), names):
                frame.problem("dmn.call", place, name=called, parameters=", ".join(names))
                return None
            return apply(callee, [value(frame) for _, value in bindings], names)

        return evaluate

    def list(self, element: etree._Element) -> Evaluate:
        """Compile a boxed list."""
        parts = [self.boxed(part) for part in children(element, *BOXED)]
        return lambda frame: [part(frame) for part in parts]

    def relation(self, element: etree._Element) -> Evaluate:
        """Compile a relation: a list of contexts, one a row."""
        columns = [name_of(column) for column in children(element, "column")]
        rows = [[self.boxed(cell) for cell in children(row, *BOXED)] for row in children(element, "row")]
        return lambda frame: [
            {name: cell(frame) for name, cell in zip(columns, row, strict=False)} for row in rows
        ]

    def function(self, element: etree._Element, result: DeclaredType = ANY) -> Evaluate:
        """Compile a function definition; only those in FEEL. What does not fit its types is null.

        A model, and a function that is an entry of a context, may call itself by its name.
        """
        kind = attribute(element, "kind") or "FEEL"
        if kind.upper() != "FEEL":
            self.find("dmn.language", element, f"不支持 {kind} 函数", f"Functions in {kind} are not run")
        parameters = [
            (name_of(parameter), self.type(type_ref(parameter), element))
            for parameter in children(element, "formalParameter")
        ]
        body = self._held(element)
        names = tuple(name for name, _ in parameters)
        own = _own_name(element)

        def evaluate(frame: Frame) -> Function:
            def call(arguments: list[Any]) -> Any:
                if len(arguments) != len(names):
                    return None
                given: dict[str, Any] = {own: made} if own else {}
                for (name, kind), value in zip(parameters, arguments, strict=True):
                    given[name] = _fitted(kind, value, name, element, frame)
                return _fitted(result, body(frame.inner(given)), "", element, frame)

            made = Function(own or "function", names, call)
            return made

        return evaluate

    def conditional(self, element: etree._Element) -> Evaluate:
        """Compile a boxed conditional."""
        condition, then, other = (self._held(child(element, part)) for part in ("if", "then", "else"))
        return lambda frame: then(frame) if condition(frame) is True else other(frame)

    def iterator(self, element: etree._Element) -> Evaluate:
        """Compile a boxed for, some or every."""
        kind = local(element)
        name = attribute(element, "iteratorVariable")
        partial = any("partial" in (part.text or "") for part in elements(element))
        source = self._held(child(element, "in"))
        body = self._held(child(element, "return" if kind == "for" else "satisfies"))

        def evaluate(frame: Frame) -> Any:
            items = items_of(source(frame))
            if items is None:
                return None
            results: list[Any] = []
            for item in items:
                frame.budget.step(len(results) // 100 + CALL if partial else CALL)
                bound = {name: item, "partial": results[:]} if partial else {name: item}
                results.append(body(frame.inner(bound)))
            if kind == "for":
                return results
            wanted = kind == "some"
            if wanted in [result for result in results if type(result) is bool]:
                return wanted
            return not wanted if all(type(result) is bool for result in results) else None

        return evaluate

    def filter(self, element: etree._Element) -> Evaluate:
        """Compile a boxed filter."""
        source, match = self._held(child(element, "in")), self._held(child(element, "match"))

        def evaluate(frame: Frame) -> list[Any]:
            kept = []
            for item in as_list(source(frame)):
                frame.budget.step(CALL)
                inner = frame.inner({**item, "item": item} if isinstance(item, dict) else {"item": item})
                if match(inner) is True:
                    kept.append(item)
            return kept

        return evaluate

    # decision tables
    def table(self, element: etree._Element) -> Evaluate:
        """Compile a decision table."""
        policy = " ".join((attribute(element, "hitPolicy") or "UNIQUE").replace("_", " ").upper().split())
        aggregation = attribute(element, "aggregation").upper()
        if policy not in HIT_POLICIES:
            self.find("dmn.hit-policy", element, f"没有命中策略 {policy}", f"There is no hit policy {policy}")
        if aggregation and (aggregation not in AGGREGATIONS or policy != "COLLECT"):
            self.find(
                "dmn.aggregation",
                element,
                f"命中策略 {policy} 不能用汇总方式 {aggregation}",
                f"The hit policy {policy} has no aggregation {aggregation}",
            )
        inputs = tuple(self._input(part, element) for part in children(element, "input"))
        outputs = tuple(self._output(part, element) for part in children(element, "output"))
        if aggregation and len(outputs) > 1:
            self.find(
                "dmn.aggregation",
                element,
                "有多个输出列的决策表不能汇总",
                "A table with several outputs has no aggregation",
            )
        if not outputs:
            self.find("dmn.no-output", element, "决策表没有输出列", "The table has no output")
        names = [output.name for output in outputs]
        if len(names) > 1 and (len(set(names)) < len(names) or "" in names):
            self.find(
                "dmn.output-name", element, "多个输出列须各有名称", "Several outputs need names of their own"
            )
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.values for output in outputs):
            self.find(
                "dmn.no-order",
                element,
                f"命中策略 {policy} 需要列出输出取值的先后",
                f"The hit policy {policy} needs a list of output values",
            )
        rules = tuple(self._rule(part, len(inputs), len(outputs)) for part in children(element, "rule"))
        table = Table(nearest_id(element), policy, aggregation, inputs, outputs, rules)
        return table.evaluate

    def _input(self, element: etree._Element, around: etree._Element) -> Input:
        holder = child(element, "inputExpression")
        variable = attribute(element, CAMUNDA + "inputVariable") or "cellInput"
        expression = self.expression(holder, around=element)
        if expression is None:
            if not text_of(holder):
                self.find("dmn.no-input", element, "输入列没有表达式", "The input has no expression")
            expression = _NOT_COMPILED
        return Input(
            nearest_id(element),
            attribute(element, "label"),
            expression,
            self.type(type_ref(holder), element),
            self.unary(child(element, "inputValues"), around=element),
            variable,
        )

    def _output(self, element: etree._Element, around: etree._Element) -> Output:
        kind = self.type(type_ref(element), element)
        if kind.base == "date" and CAMUNDA[1:-1] in element.nsmap.values():
            kind = ANY  # Camunda 7 has one type for dates and for moments
        holder = child(element, "outputValues")
        allowed = self.unary(holder, around=element) or kind.allowed
        default = self.expression(child(element, "defaultOutputEntry"), around=element)
        name = " ".join(attribute(element, "name").split())
        values = allowed.parts if allowed is not None else ()
        return Output(nearest_id(element), name, replace(kind, allowed=None), values, allowed, default)

    def _rule(self, element: etree._Element, inputs: int, outputs: int) -> Rule:
        tests = [self.tests(entry, around=element) for entry in children(element, "inputEntry")]
        results = [self.expression(entry, around=element) for entry in children(element, "outputEntry")]
        if len(tests) != inputs or len(results) != outputs:
            self.find(
                "dmn.rule-width",
                element,
                f"规则有 {len(tests)} 个输入、{len(results)} 个输出，决策表有 {inputs} 个输入、{outputs} 个输出",
                f"The rule has {len(tests)} inputs and {len(results)} outputs, the table {inputs} and {outputs}",
            )
        return Rule(nearest_id(element), tuple(tests), tuple(results))


def _fitted(kind: DeclaredType, value: Any, name: str, element: etree._Element, frame: Frame) -> Any:
    fitted, fits = kind.fit(value, frame.world)
    if not fits:
        place = nearest_id(element)
        frame.problem("dmn.type", place, name=name or place, value=value, type=kind.name)
    return fitted


def _own_name(function: etree._Element) -> str:
    """Return the name under which a function definition is known to itself; empty where it has none."""
    owner = function.getparent()
    if owner is None:
        return ""
    if local(function) == "encapsulatedLogic":
        return name_of(owner)
    variable = child(owner, "variable") if local(owner) == "contextEntry" else None
    return "" if variable is None else name_of(variable)


def _as_juel(text: str) -> str:
    return text if "${" in text or "#{" in text else f"${{{text}}}"


def nearest_id(element: etree._Element) -> str:
    place: etree._Element | None = element
    while place is not None:
        if place.get("id"):
            return str(place.get("id"))
        place = place.getparent()
    return ""
