"""What a drawn template may be told: every rule with its severity and sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from forms.faults import Sentence

RULES: dict[str, tuple[Literal["error", "warning"], Sentence]] = {
    "unknown": (
        "error",
        Sentence(
            "“{{{{{word}}}}}”不是表单“{forms}”的字段{near}",
            "“{{{{{word}}}}}” is no field of “{forms}”{near_en}",
        ),
    ),
    "unclosed": (
        "error",
        Sentence(
            "占位符不完整：应写成 {{{{字段}}}}，前后各两个花括号",
            "This placeholder is not whole: write {{{{field}}}} with two braces at each end",
        ),
    ),
    "files": (
        "error",
        Sentence("“{word}”是附件，不能填入单元格", "“{word}” holds attachments, which no cell can take"),
    ),
    "formula": (
        "error",
        Sentence(
            "这里是公式，填写会把公式覆盖；请改填到没有公式的单元格",
            "A formula stands here and filling would replace it; choose a cell without one",
        ),
    ),
    "covered": (
        "error",
        Sentence(
            "此单元格被合并区域盖住，填写的内容看不见；请写在合并区域的左上角 {home}",
            "A merged range covers this cell, nothing in it would show; write it into {home}, its top left",
        ),
    ),
    "hidden_sheet": (
        "warning",
        Sentence(
            "工作表“{sheet}”是隐藏的，填写后看不见，导入时也不读取",
            "The sheet “{sheet}” is hidden: what is filled in is not seen, and not read on import",
        ),
    ),
    "together": (
        "warning",
        Sentence(
            "“{first}”与“{second}”之间没有文字隔开，导出可以填写，导入时无法分开",
            "Nothing stands between “{first}” and “{second}”: they can be filled in but not told apart on import",
        ),
    ),
    "doubled": (
        "warning",
        Sentence(
            "“{word}”在 {other} 已经有了；两处都会填写，导入时以 {other} 为准",
            "“{word}” stands at {other} already; both are filled in, and {other} is read on import",
        ),
    ),
    "list_rows": (
        "error",
        Sentence(
            "列表“{word}”的各列应画在同一行，另一列在第 {row} 行",
            "The columns of the list “{word}” must stand in one row; another stands in row {row}",
        ),
    ),
    "list_merged": (
        "error",
        Sentence(
            "列表所在的行有上下合并的单元格，行数增加时无法处理；请取消上下合并",
            "Cells of the list's row are merged downwards, so it cannot grow; undo that merge",
        ),
    ),
    "not_in_cell": (
        "error",
        Sentence(
            "{where}里的占位符“{line}”无法填写；请写到单元格里",
            "A placeholder outside the cells cannot be filled: “{line}” ({where}); write it into a cell",
        ),
    ),
    "name_lost": (
        "error",
        Sentence(
            "名称“{name}”指向的单元格已被删除；请在名称管理器中重新指定或删除该名称",
            "The cell that the name “{name}” stood for was deleted; point it to a cell again, or delete it",
        ),
    ),
    "name_target": (
        "error",
        Sentence(
            "名称“{name}”应指向一个单元格，现为 {given}",
            "The name “{name}” must stand for one cell, not for {given}",
        ),
    ),
    "unknown_name": (
        "error",
        Sentence(
            "名称“{name}”不是表单“{forms}”的字段，请更正或删除该名称{near}",
            "The name “{name}” is no field of the form “{forms}”; mend or delete it{near_en}",
        ),
    ),
    "missing_name": (
        "warning",
        Sentence(
            "没有 {{{{{word}}}}}，必填的“{word}”不会填到表中",
            "There is no {{{{{word}}}}}: “{word}”, which is required, will not be filled in",
        ),
    ),
    "names": (
        "error",
        Sentence(
            "没有占位符，也没有以“F_”开头的名称：请在要填写的单元格里写 {{{{字段}}}}，如 {{{{{example}}}}}",
            "There is neither a placeholder nor a name that begins with “F_”: write {{{{{example}}}}} into its cell",
        ),
    ),
    "no_form": (
        "error",
        Sentence(
            "没有表单用到模板“{name}”，占位符无法对应：文件名应与表单属性 template 或表单的键一致",
            "No form is printed on “{name}”: the file is named as the form's property `template`, or its key",
        ),
    ),
    "unprinted": (
        "warning",
        Sentence(
            "目前没有表单用到模板“{name}”：文件名应与表单属性 template 或表单的键一致",
            "No form is printed on “{name}” yet: the file is named as the form's property `template`, or its key",
        ),
    ),
}
"""Everything a drawn template may be told: severity and sentence. `template.<rule>` in the reports."""


@dataclass(frozen=True)
class DrawnFinding:
    """One thing wrong or doubtful, at its cell ('' for the whole workbook)."""

    rule: str
    sheet: str = ""
    cell: str = ""
    name: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Literal["error", "warning"]:
        return RULES[self.rule][0]

    @property
    def where(self) -> str:
        """Sheet and cell as a person writes them, else the name."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet or self.name

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence."""
        return RULES[self.rule][1].tell(locale, self.facts)
