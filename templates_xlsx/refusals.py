"""Why a whole workbook is refused, and what is wrong at a cell: codes, facts and their sentences.

A `WorkbookRefused` stands for the file; a `CellFault` for one place in it. What is wrong with a *value* is
said by `forms` (a `Fault` of the binding) and shown at the cell the value came from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forms.faults import Refused, Sentence

WORKBOOK_SENTENCES: dict[str, Sentence] = {
    "empty": Sentence(
        "文件“{name}”是空的，请上传填写好的 Excel 表格(.xlsx 或 .xls)",
        "The file “{name}” is empty; a filled Excel workbook (.xlsx or .xls) is wanted",
    ),
    "not_a_workbook": Sentence(
        "文件“{name}”的内容是{kind}，不是表格；请上传 Excel 或 WPS 表格(.xlsx、.xls、.et、.ods、.csv)",
        "“{name}” holds {kind_en}, not a workbook; upload a table (.xlsx, .xls, .et, .ods, .csv)",
    ),
    "binary_workbook": Sentence(
        "文件“{name}”是二进制工作簿(.xlsb)，不能读取；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传",
        "“{name}” is a binary workbook (.xlsb), which is not read; save it as .xlsx in Excel or WPS",
    ),
    "broken": Sentence(
        "文件“{name}”已损坏，无法打开；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传",
        "“{name}” is damaged and cannot be opened; save it anew as .xlsx in Excel or WPS and upload that",
    ),
    "encrypted": Sentence(
        "文件“{name}”设有打开密码；请输入密码，或取消密码后再上传",
        "“{name}” is protected by a password; give the password, or remove it and upload again",
    ),
    "wrong_password": Sentence(
        "文件“{name}”的密码不对，请重新输入",
        "The password given for “{name}” is wrong; please give it again",
    ),
    "cannot_decrypt": Sentence(
        "文件“{name}”的加密方式无法识别；请在 Excel 或 WPS 中取消密码后再上传",
        "The way “{name}” is encrypted is not known here; remove the password in Excel or WPS and upload again",
    ),
    "too_slow": Sentence(
        "文件“{name}”读取时间过长，已停止；请拆成几个文件，或用 Excel 或 WPS 另存为 .xlsx 再上传",
        "Reading “{name}” took too long and was stopped; split it, or save it anew as .xlsx in Excel or WPS",
    ),
    "too_much_memory": Sentence(
        "文件“{name}”的内容过多，超出了读取一个文件可用的内存；请拆成几个文件再上传",
        "“{name}” holds more than the memory that one file may take; split it into several files",
    ),
    "reader_died": Sentence(
        "文件“{name}”无法读取，读取时出现异常，其他功能不受影响；请用 Excel 或 WPS 另存为 .xlsx 再上传",
        "“{name}” cannot be read: its reader broke off, all else goes on; save it anew as .xlsx in Excel or WPS",
    ),
    "readers_busy": Sentence(
        "正在读取的表格较多，“{name}”还没有读取；请稍后再上传一次",
        "Many tables are being read, “{name}” was not; please upload it again in a moment",
    ),
    "too_large": Sentence(
        "文件“{name}”展开后有 {given} MB，上限为 {limit} MB；请分成几个文件上传",
        "“{name}” unpacks to {given} MB, the limit is {limit} MB; upload it in several files",
    ),
    "zip_bomb": Sentence(
        "文件“{name}”的压缩比异常({given} 倍)，为安全起见不予打开；请用 Excel 或 WPS 另存后再上传",
        "“{name}” is compressed {given} times, which is not safe to open; save it anew in Excel or WPS",
    ),
    "too_many_parts": Sentence(
        "文件“{name}”内含 {given} 个部件，上限为 {limit} 个；请另存为普通的 .xlsx 再上传",
        "“{name}” holds {given} parts, the limit is {limit}; save it anew as a plain .xlsx",
    ),
    "bad_part_name": Sentence(
        "文件“{name}”内含不合规的部件名({given})，不予打开；请用 Excel 或 WPS 另存后再上传",
        "“{name}” holds a part with a forbidden name ({given}); save it anew in Excel or WPS",
    ),
    "doctype": Sentence(
        "文件“{name}”的 {given} 含有 DOCTYPE 声明，不予打开；请用 Excel 或 WPS 另存后再上传",
        "{given} in “{name}” declares a DOCTYPE, which is refused; save it anew in Excel or WPS",
    ),
    "far_cell": Sentence(
        "文件“{name}”的工作表“{sheet}”在 {given} 处有内容，表格范围过大；请删除多余的行列后再上传",
        "Sheet “{sheet}” of “{name}” has content at {given}, too far out; delete the stray rows and columns",
    ),
    "too_many_merges": Sentence(
        "文件“{name}”的工作表“{sheet}”合并单元格过多，无法读取；请取消多余的合并后再上传",
        "Sheet “{sheet}” of “{name}” merges too many cells; remove the needless merges and upload again",
    ),
    "template_format": Sentence(
        "模板“{name}”不是普通的 .xlsx 工作簿；请在 Excel 或 WPS 中打开，选“文件”→“另存为”→“Excel 工作簿(*.xlsx)”后再上传",
        "The template “{name}” is no plain .xlsx workbook: open it in Excel or WPS and save it as .xlsx",
    ),
    "name_lost": Sentence(
        "模板里没有名为 {given} 的单元格；请在 Excel 中用“名称管理器”重新定义后再上传模板",
        "The template has no cell named {given}; define the name again in Excel and upload the template",
    ),
}


PASSWORD_WANTED = ("encrypted", "wrong_password")
"""Codes after which a password, or another one, may open the file."""


class WorkbookRefused(Refused):
    """The whole file cannot be used.

    Attributes:
        code: key of `WORKBOOK_SENTENCES`.
        facts: `name` (the file's name as given), and what the sentence tells besides.
    """

    code: str

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        super().__init__(**{"name": "", **facts})

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence: what was given and what is wanted."""
        return WORKBOOK_SENTENCES[self.code].tell(locale, self.facts)


CELL_SENTENCES: dict[str, Sentence] = {
    "label_missing": Sentence(
        "没有找到“{label}”这一栏，请补上后再上传",
        "No cell or column named “{label}” was found; add it and upload again",
    ),
    "label_doubled": Sentence(
        "“{label}”出现了两次(另一处在 {other})，且内容不同；请只保留一处",
        "“{label}” stands twice (the other at {other}) with different values; keep one",
    ),
    "label_doubled_same": Sentence(
        "“{label}”出现了两次(另一处在 {other})，内容相同，已取其一",
        "“{label}” stands twice (the other at {other}) with the same value; one was taken",
    ),
    "digits_lost": Sentence(
        "现为 {given}：超过 15 位的号码按数字保存时末位已丢失；请把单元格设为文本后重新填写",
        "{given}: a number of over 15 digits loses its last ones; format the cell as text and type it again",
    ),
    "date_from_number": Sentence(
        "现为数字 {given}，已按日期 {taken} 读取，请核对",
        "The number {given} was read as the date {taken}; please check",
    ),
    "tick_unclear": Sentence(
        "现为“{given}”，分不清是否选了“{label}”；选中的请打√，不选的留空",
        "“{given}” does not tell whether “{label}” is chosen; put √ where it is, leave the cell empty where not",
    ),
    "month_from_number": Sentence(
        "现为数字 {given}，分不清是 {year} 年 1 月还是 10 月(末尾的 0 已丢失)；请写成日期，如 {year}年10月1日",
        "The number {given} may be January or October of {year} (a last 0 is lost); write a date",
    ),
    "amount_small": Sentence(
        "现为 {given}，没有写明单位，按 {given} 元读取，请核对；如为万元，请写明",
        "{given} names no unit and was read as yuan; please check, and write 万元 where that is meant",
    ),
    "text_from_date": Sentence(
        "此格存为日期，已读作 {given}，请核对；原文不是日期的(如 1-2 被软件改成日期)，请把单元格设为文本后重新填写",
        "This cell holds a date, read as {given}; where it was none (1-2 made a date by the program), format it as text",
    ),
    "formula_without_value": Sentence(
        "公式没有保存结果，读不到内容；请用 Excel 或 WPS 打开并保存一次后再上传",
        "This formula was saved without its value; open and save the file once in Excel or WPS",
    ),
    "formula_error": Sentence(
        "现为公式错误 {given}，未读取；请改为正确的内容",
        "A formula error {given} stands here and was not read; put the right value",
    ),
    "row_hidden": Sentence(
        "此行在表中是隐藏的，也已读取，请核对",
        "This row is hidden in the sheet; it was read all the same, please check",
    ),
    "row_unknown": Sentence(
        "序号现为“{given}”，应为 1 至 {last}，与下载时一致",
        "The number “{given}” must be one of 1 to {last}, as the table was downloaded",
    ),
    "row_twice": Sentence(
        "序号 {given} 与第 {other} 行重复，请按下载时的序号填写",
        "The number {given} stands in row {other} already; keep the numbers as they were downloaded",
    ),
    "given_changed": Sentence(
        "“{label}”由系统给出，应为“{wanted}”，现为“{given}”；请改回，或重新下载表格填写",
        "“{label}” is given by the system: “{wanted}”, not “{given}”; put it back, or download the table anew",
    ),
    "suggested": Sentence(
        "“{given}”推测为“{label}”，请确认后再导入",
        "“{given}” is taken for “{label}”; confirm it before it is imported",
    ),
    "unread": Sentence(
        "“{given}”没有对应的栏目，未读取；请指定它是哪一项，或确认不需要",
        "“{given}” stands for nothing known and was not read; say what it is, or confirm that it is not needed",
    ),
    "no_records": Sentence(
        "没有找到“{form}”的内容，请核对是否选错了文件或工作表",
        "No data of “{form}” was found; check whether it is the right file and sheet",
    ),
}


@dataclass(frozen=True)
class CellFault:
    """One thing the reader found wrong at one place.

    Attributes:
        cell: reference such as "E7", on the sheet of the record that holds this fault.
        field: key of the field meant; None when none is.
        severity: an error stops the record, a warning does not.
        code: key of `CELL_SENTENCES`.
        given: what stood there, as text.
        facts: what the sentence needs besides.
        sheet: name of the sheet, where the fault belongs to no record.
    """

    cell: str
    field: str | None
    severity: Literal["error", "warning"]
    code: str
    given: str = ""
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    sheet: str = ""

    def tell(self, locale: str = "zh") -> str:
        """Return the sentence of this fault in a locale."""
        return CELL_SENTENCES[self.code].tell(locale, {"given": self.given, "cell": self.cell, **self.facts})
