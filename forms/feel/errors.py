"""Errors of expressions. Inside an evaluation an error is null; these are what surfaces."""

from __future__ import annotations

from forms.faults import Refused


class FeelSyntaxError(Refused):
    """A text is no expression. Facts: `text`, `position` (characters from its start), `detail`."""

    zh = "表达式有误：{text}（第 {place} 个字符附近：{detail}）"
    en = "Not an expression: {text} (near character {place}: {detail})"

    def __init__(self, text: str, position: int, detail: str) -> None:
        super().__init__(text=text, position=position, place=position + 1, detail=detail)
        self.text, self.position, self.detail = text, position, detail


class EvaluationError(Refused):
    """An expression could not be evaluated where the standard asks for an error. Facts: `text`, `detail`."""

    zh = "表达式无法求值：{text}（{detail}）"
    en = "Cannot evaluate {text}: {detail}"


class FeelTypeError(EvaluationError):
    """A value is not of the type that a decision declares. Facts: `text`, `given`, `wanted`."""

    zh = "值的类型不符：{text} 应为 {wanted}，得到 {given}"
    en = "Wrong type: {text} wants {wanted}, got {given}"
