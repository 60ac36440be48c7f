"""Errors of expressions. Inside an evaluation an error is null; these are what surfaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.faults import Refused, Sentence

WHY: Mapping[str, Sentence] = {
    "unexpected": Sentence("不应有 {found}", "unexpected {found}"),
    "end": Sentence("没有写完", "unexpected end"),
    "wanted": Sentence("缺少 {wanted}", "{wanted} is wanted"),
    "name": Sentence("此处应是名称", "a name is wanted"),
    "open_string": Sentence("引号没有收尾", "a string that does not end"),
    "open_braces": Sentence("大括号没有收尾", "braces that do not close"),
    "long": Sentence("太长", "too long"),
    "deep": Sentence("嵌套过深", "too deeply nested"),
    "unreadable": Sentence("无法识别", "cannot be read"),
    "external": Sentence("不执行外部函数", "external functions are not run"),
    "function": Sentence("不能调用函数", "functions are not called"),
    "method": Sentence("没有方法 {method}", "there is no method {method}"),
    "takes": Sentence("{method} 要 {wanted} 个值，给了 {given} 个", "{method} takes {wanted}, not {given}"),
    "execution": Sentence(
        "execution 只能读变量（getVariable、hasVariable），不能调用 {method}",
        "of execution only getVariable and hasVariable are called, not {method}",
    ),
    "variable": Sentence(
        "变量名要写在引号里，如 'amount'",
        "the name of a variable is wanted in quotation marks, such as 'amount'",
    ),
}
"""Why a text is no expression."""


class FeelSyntaxError(Refused):
    """A text is no expression. Facts: `text`, `position` (characters from its start), `detail`, `detail_zh`.

    Args:
        why: of `WHY`; facts of its sentence by name.
    """

    zh = "表达式有误：{text}（第 {place} 个字符附近：{detail_zh}）"
    en = "Not an expression: {text} (near character {place}: {detail})"

    def __init__(self, text: str, position: int, why: str, **facts: Any) -> None:
        detail = WHY[why].tell("en", facts)
        super().__init__(
            text=text,
            position=position,
            place=position + 1,
            detail=detail,
            detail_zh=WHY[why].tell("zh", facts),
        )
        self.text, self.position, self.why, self.detail = text, position, why, detail


class EvaluationError(Refused):
    """An expression could not be evaluated where the standard asks for an error. Facts: `text`, `detail`."""

    zh = "表达式无法求值：{text}（{detail}）"
    en = "Cannot evaluate {text}: {detail}"


class FeelTypeError(EvaluationError):
    """A value is not of the type that a decision declares. Facts: `text`, `given`, `wanted`."""

    zh = "值的类型不符：{text} 应为 {wanted}，得到 {given}"
    en = "Wrong type: {text} wants {wanted}, got {given}"
