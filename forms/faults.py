"""Sentences that errors carry.

Every error of the house is a `Refused`: it knows facts, and two sentence templates over them, Chinese
first. A `Fault` is one thing wrong with one value of a form or a table. Neither knows anything of HTTP.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Severity = Literal["error", "warning"]


class _Facts(dict[str, Any]):
    """Facts for a template: one that is lacking shows as nothing instead of raising."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True)
class Sentence:
    """A sentence in both languages; `{name}` stands for a fact."""

    zh: str
    en: str

    def tell(self, locale: str = "zh", facts: Mapping[str, Any] | None = None) -> str:
        """Return the sentence of a locale (`en...` is English, all else Chinese), facts filled in."""
        template = self.en if locale.lower().startswith("en") else self.zh
        return template.format_map(_Facts(facts or {}))


class Refused(Exception):
    """Base of every error that carries a sentence for a person.

    A subclass gives `zh` and `en`, templates over `facts`; the facts are given by name when it is raised.
    """

    zh: ClassVar[str] = "操作被拒绝"
    en: ClassVar[str] = "Refused"
    facts: dict[str, Any]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(facts)

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence of this error in a locale."""
        return Sentence(self.zh, self.en).tell(locale, self.facts)

    def __str__(self) -> str:
        return self.tell("en")


FAULT_SENTENCES: dict[str, Sentence] = {
    # A value that is lacking
    "required": Sentence("请填写{label}", "{label} is required"),
    "wanted_later": Sentence("{label}未填，办理前需补填", "{label} is lacking; it will be asked for later"),
    "expected": Sentence("尚缺{label}，请随后补交", "{label} is lacking; please hand it in later"),
    # A value that cannot be read as its kind
    "not_a_number": Sentence('现为"{given}"，应为数字', '"{given}" is no number'),
    "not_money": Sentence(
        '现为"{given}"，应为金额(元)，如 36000.5 或 3万元', '"{given}" is no amount in yuan, such as 36000.5'
    ),
    "money_places": Sentence('现为"{given}"，金额最多两位小数', '"{given}": at most two decimals'),
    "money_none": Sentence('"{given}"按 0 元读取', '"{given}" was read as 0 yuan'),
    "not_a_phone": Sentence(
        '现为"{given}"，应为 11 位手机号或 区号-座机号',
        '"{given}" is no telephone number: 11 digits of a mobile, or area code-number',
    ),
    "not_an_identity": Sentence(
        '现为"{given}"，应为 18 位身份证号，末位是校验码(可为 X)',
        '"{given}" is no identity number: 17 digits and a check digit, which may be X',
    ),
    "not_a_date": Sentence(
        '现为"{given}"，应为日期，如 2026年4月13日', '"{given}" is no date, such as 2026-04-13'
    ),
    "not_an_end_date": Sentence(
        '现为"{given}"，应为日期(如 2029年4月12日)、留空或"长期"',
        '"{given}" is no date, such as 2029-04-12; empty or 长期 is open',
    ),
    "date_serial": Sentence(
        '现为表格日期数值"{given}"，按 {value} 读取，请核对',
        '"{given}" is a serial number; it was read as {value}',
    ),
    "date_month": Sentence(
        '"{given}"未写明日，按 {value} 读取，请核对', '"{given}" names no day; it was read as {value}'
    ),
    "not_a_period": Sentence(
        '现为"{given}"，应为起止日期，如 2026年4月13日至2029年4月12日',
        '"{given}" is no period, such as 2026-04-13 至 2029-04-12',
    ),
    "not_a_choice": Sentence('现为"{given}"，应为{wanted}之一', '"{given}" is none of {wanted}'),
    "not_choices": Sentence('现为"{given}"，应从{wanted}中选择', '"{given}" holds what is none of {wanted}'),
    "one_choice_only": Sentence('现为"{given}"，只能选择一项', '"{given}": only one may be chosen'),
    "not_yes_no": Sentence('现为"{given}"，应为"是"或"否"', '"{given}" should be 是 (yes) or 否 (no)'),
    "unit_unknown": Sentence(
        '现为"{given}"，组织机构中没有"{names}"{near_zh}', '"{given}": no such unit: {names}{near_en}'
    ),
    "unit_ambiguous": Sentence(
        '现为"{given}"，"{names}"不止一个，请写明"街道/名称"{near_zh}',
        '"{given}": more than one unit: {names}{near_en}',
    ),
    "unit_kind": Sentence('现为"{given}"，应为{wanted}', '"{given}" should be of kind {wanted}'),
    "foreign_unit": Sentence(
        "“{given}”不是您所在的单位({own})，只能以本单位的名义填报",
        "“{given}” is not your unit ({own}); you may post forms of your own unit only",
    ),
    "one_unit_only": Sentence('现为"{given}"，只能填一个单位', '"{given}": only one unit may be given'),
    "file_unknown": Sentence(
        "附件已不存在或无权使用，请重新上传", "The file is gone or not yours; please upload it again"
    ),
    "control_characters": Sentence(
        "含有无法保存的控制字符，请删除后重填", "It holds control characters that cannot be kept"
    ),
    # A value outside its bounds
    "too_small": Sentence('现为"{given}"，不应小于 {minimum}', '"{given}" is below {minimum}'),
    "too_large": Sentence('现为"{given}"，不应大于 {maximum}', '"{given}" is above {maximum}'),
    "too_short": Sentence(
        "现为 {length} 字，应不少于 {minimum} 字", "{length} characters, at least {minimum} are wanted"
    ),
    "too_long": Sentence(
        "现为 {length} 字，应不超过 {maximum} 字", "{length} characters, at most {maximum} are taken"
    ),
    "too_few_pieces": Sentence(
        "现为 {length} 项，应不少于 {minimum} 项", "{length} given, at least {minimum} are wanted"
    ),
    "too_many_pieces": Sentence(
        "现为 {length} 项，应不超过 {maximum} 项", "{length} given, at most {maximum} are taken"
    ),
    "pattern": Sentence('现为"{given}"，格式不符：{message}', '"{given}" does not fit: {message_en}'),
    "end_before_start": Sentence(
        '现为"{given}"，不应早于{other_label}({other})', '"{given}" lies before {other_label} ({other})'
    ),
    # What a register says of the record
    "registered": Sentence("{message}", "{message_en}"),
    # What a form itself says
    "warned": Sentence("{message}", "{message_en}"),
    "stopped": Sentence("{message}", "{message_en}"),
}
"""Fault code -> sentence over `given`, `field`, `row` and the fault's facts (`label` is always one)."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one value.

    Attributes:
        field: key of the field; None when the whole form or record is meant.
        severity: an error stops, a warning does not.
        code: key of `FAULT_SENTENCES`.
        given: what stood there, as text.
        facts: what the sentence needs besides.
        row: index of the row in a field of kind `rows`, from 0.
    """

    field: str | None
    severity: Severity
    code: str
    given: str = ""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    row: int | None = None

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence of this fault in a locale; the code itself where none is written."""
        sentence = FAULT_SENTENCES.get(self.code)
        if sentence is None:
            return self.code
        return sentence.tell(
            locale, {"given": self.given, "field": self.field, "row": self.row} | {**self.facts}
        )
