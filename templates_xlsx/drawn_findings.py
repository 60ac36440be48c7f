"""What a drawn template may be told: every rule with its severity and sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from forms.faults import Sentence

RULES: dict[str, tuple[Literal["error", "warning"], Sentence]] = {
    "unknown": (
        "error",
        Sentence(
            "“{{{{{word}}}}}”不是表单“{forms}”的字段，请改写或删去{near}",
            "“{{{{{word}}}}}” is no field of “{forms}”: change or delete it{near_en}",
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
        Sentence(
            "“{word}”是附件，不能填入单元格，请删去这个占位符",
            "“{word}” holds attachments, which no cell can take: delete this placeholder",
        ),
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
            "工作表“{sheet}”是隐藏的，填写后看不见，导入时也不读取；要用的话请取消隐藏",
            "The sheet “{sheet}” is hidden: what is filled in is not seen, and not read on import; unhide it to use it",
        ),
    ),
    "together": (
        "warning",
        Sentence(
            "“{first}”与“{second}”之间没有文字隔开，导出可以填写，导入时无法分开；请在中间写几个字，如“电话：”",
            "Nothing stands between “{first}” and “{second}”: they cannot be told apart on import; write a word between",
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
            "列表“{word}”的各列应画在同一行，另一列在第 {row} 行；请移到那一行",
            "The columns of the list “{word}” must stand in one row; another stands in row {row}: move this one there",
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
            "“{word}”要填的单元格已被删除；请在【公式】→【名称管理器】中删去名称 {name}，再在要填的单元格里写 {{{{{word}}}}}",
            "The cell of “{word}” was deleted: delete {name} in the Name Manager, and write {{{{{word}}}}} into a cell",
        ),
    ),
    "name_target": (
        "error",
        Sentence(
            "“{word}”应填在一个单元格里，而名称 {name} 现为 {given}；请在【公式】→【名称管理器】中改为一个单元格",
            "“{word}” goes into one cell, but {name} stands for {given}: point it to a cell in the Name Manager",
        ),
    ),
    "unknown_name": (
        "error",
        Sentence(
            "此单元格的名称 {name} 不是表单“{forms}”的字段；请删去该名称，要填内容就在单元格里写 {{{{字段}}}}{near}",
            "This cell's name {name} is no field of “{forms}”: delete it, or write {{{{field}}}} into the cell{near_en}",
        ),
    ),
    "missing_name": (
        "warning",
        Sentence(
            "必填的“{word}”在表中没有填写的位置；请在要填的单元格里写 {{{{{word}}}}}",
            "“{word}” is required and has no cell: write {{{{{word}}}}} into the one it goes into",
        ),
    ),
    "missing_here": (
        "warning",
        Sentence(
            "{label} 是“{text}”，而此处没有写 {{{{{word}}}}}，必填的“{word}”不会填到表中；请写上",
            "{label} says “{text}”, but {{{{{word}}}}} is not written here, and “{word}” is required: write it",
        ),
    ),
    "wide": (
        "warning",
        Sentence(
            "从 {column} 列起超出打印纸({paper} {way}可印 {printable} 厘米，表宽 {wide} 厘米)，会多印出页；"
            "请在【页面布局】中把“宽度”设为 1 页，或调窄各列",
            "From column {column} on the table is wider than its paper ({paper} {way_en}: {printable} cm of {wide} cm): "
            "set Width to 1 page in Page Layout, or narrow the columns",
        ),
    ),
    "stretches": (
        "warning",
        Sentence(
            "这里的图章或图片会随行高拉伸变形；请在其格式的“属性”中选“随单元格改变位置，但不改变大小”",
            "The seal or picture here is stretched when its row grows: choose “Move but don't size with cells” "
            "in its properties",
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
        """Sheet and cell as a person writes them; '' for what has none."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence."""
        return RULES[self.rule][1].tell(locale, self.facts)
