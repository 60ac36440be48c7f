"""What the parts of a decision see while it is evaluated, and what can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.faults import Sentence
from forms.feel.expression import Expression, Progress
from forms.feel.library_text import show_value
from forms.feel.world import World
from workflows.engine.model import Finding

PROBLEMS: Mapping[str, Sentence] = {
    "dmn.not-unique": Sentence(
        "唯一命中（UNIQUE）的决策表同时命中多条规则：{rules}",
        "More than one rule of a UNIQUE table matches: {rules}",
    ),
    "dmn.not-any": Sentence(
        "一致命中（ANY）的决策表命中的规则结果不同：{rules}",
        "The matching rules of an ANY table disagree: {rules}",
    ),
    "dmn.input-value": Sentence(
        "输入“{input}”的值 {value} 不在允许的取值之内",
        "The value {value} of the input {input} is not one of those allowed",
    ),
    "dmn.output-value": Sentence(
        "输出“{output}”的值 {value} 不在允许的取值之内",
        "The value {value} of the output {output} is not one of those allowed",
    ),
    "dmn.type": Sentence(
        "“{name}”的值 {value} 不是 {type} 类型",
        "The value {value} of {name} is not of the type {type}",
    ),
    "dmn.not-aggregated": Sentence(
        "汇总方式 {aggregation} 用不到值 {value} 上",
        "The aggregation {aggregation} cannot take the value {value}",
    ),
    "dmn.no-decision": Sentence(
        "没有名为“{name}”的决策；有：{there}", "There is no decision {name}; there are: {there}"
    ),
    "dmn.feel": Sentence("表达式 {text} 得不出结果：{zh}", "The expression {text} comes to nothing: {en}"),
    "dmn.call": Sentence(
        "没有可用参数 {parameters} 调用的函数“{name}”",
        "There is no function {name} to call with {parameters}",
    ),
    "dmn.endless": Sentence("决策“{name}”的循环次数过多", "The decision {name} takes too many rounds"),
    "dmn.failed": Sentence("决策无法求值：{detail}", "The decision cannot be evaluated: {detail}"),
}
"""Rule of a problem during evaluation -> its sentence."""


@dataclass(frozen=True)
class DecisionFinding(Finding):
    """A finding that prints as its sentence, after the id of its element."""

    def __str__(self) -> str:
        return f"{self.element}: {self.zh} / {self.en}"


@dataclass(frozen=True)
class Problem:
    """Something that went wrong while a decision was evaluated; the result of that part is null."""

    rule: str
    element: str
    facts: Mapping[str, Any]

    def finding(self) -> Finding:
        """Return the problem with its sentences."""
        sentence = PROBLEMS[self.rule]
        shown = {
            key: show_value(value, nested=True) if key == "value" else value
            for key, value in self.facts.items()
        }
        return DecisionFinding(
            "error", self.rule, self.element, sentence.tell("zh", shown), sentence.tell("en", shown)
        )


@dataclass(frozen=True)
class Frame:
    """The variables a part of a decision sees, the world, where problems are gathered, and the rounds left."""

    values: Mapping[str, Any]
    world: World
    problems: list[Problem]
    budget: Progress = field(default_factory=Progress)

    def problem(self, rule: str, element: str, **facts: Any) -> None:
        """Note a problem."""
        self.problems.append(Problem(rule, element, facts))

    def evaluate(self, expression: Expression, element: str) -> Any:
        """Return the value of an expression; where a wrong value makes it null, that is noted."""
        faults: list[Sentence] = []
        result = expression.evaluate(self.values, self.world, faults, self.budget)
        for fault in faults[:1]:
            self.problem("dmn.feel", element, text=expression.text, zh=fault.zh, en=fault.en)
        return result

    def inner(self, values: Mapping[str, Any]) -> Frame:
        """Return a frame in which these values hide those of the same name."""
        return Frame({**self.values, **values}, self.world, self.problems, self.budget)


Evaluate = Callable[[Frame], Any]
