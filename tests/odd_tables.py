"""Tables in a layout of their own, as an office draws them that never saw ours."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from openpyxl.workbook.defined_name import DefinedName

UNIT = "区人民法院"
ROWS = (
    (("报送部门", 1), ("{unit}", 1), ("分管领导", 1), ("徐建国", 1)),
    (("承办人", 1), ("吴桂玉", 1), ("办公电话", 1), ("022-84905580", 1)),
    (("下沉事务", 1), ("{name}", 3)),
    (("长短期", 1), ("{term}", 1), ("由谁协助", 1), ("社区组织", 1)),
    (("从哪天起", 1), ("2027年3月1日", 1), ("到哪天止", 1), ("2027年9月30日", 1)),
    (("法规政策", 1), ("《民法典》", 3)),
    (("具体干什么", 1), ("{content}", 3)),
)
PLACES = {
    "applicant_unit": "B2",
    "contact_name": "B3",
    "contact_phone": "D3",
    "matter_name": "B4",
    "duration_class": "B5",
    "executor": "D5",
    "period_start": "B6",
    "period_end": "D6",
    "legal_basis": "B7",
    "content": "B8",
}
"""Where a person who reads the table sees the fields."""


def odd_table(name: str, unit: str = UNIT, term: str = "短期", content: str = "张贴宣传画") -> bytes:
    """One application under labels that no form knows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "报送表"
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "下沉社区事务报送表"
    for letters, width in zip("ABCD", (14, 24, 14, 24), strict=True):
        sheet.column_dimensions[letters].width = width
    for number, row in enumerate(ROWS, start=2):
        column = 1
        for text, span in row:
            said = text.format(unit=unit, name=name, term=term, content=content)
            sheet.cell(number, column, said)
            if span > 1:
                sheet.merge_cells(
                    start_row=number, start_column=column, end_row=number, end_column=column + span - 1
                )
            column += span
    return saved(book)


def odd_ledger(names: list[str]) -> bytes:
    """Applications one a row, under a header that no form knows, below a title and a line of the unit."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["下沉社区事务一览"])
    sheet.merge_cells("A1:I1")
    sheet.append(["法院填"])
    sheet.append(["下沉事务", "哪家", "长短", "谁来干", "从哪天", "打哪个号", "干什么", "凭什么", "找谁"])
    for name in names:
        row = [
            name,
            UNIT,
            "短期",
            "社区组织",
            "2027-03-01",
            "022-84905580",
            "张贴宣传画",
            "《民法典》",
            "吴桂玉",
        ]
        sheet.append(row)
    return saved(book)


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def stretched_table(name: str, *lines: str) -> bytes:
    """An application whose content goes on beside a tall label, with a box to tick in each of three cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("申请单位", UNIT, "联系人", "吴桂玉", "联系电话", "022-84905580"),
        ("工作事务名称", name, "协助主体", "社区组织", "起始日期", "2027-03-01"),
        ("事项性质", "□长期性", "☑短期", "□临时性"),
        ("上位法或文件依据", "《民法典》", "拟授权对象", "居民"),
        *(("授权内容" if not number else None, line) for number, line in enumerate(lines)),
    ):
        sheet.append(row)
    sheet.merge_cells(start_row=5, start_column=1, end_row=4 + len(lines), end_column=1)
    return saved(book)


def named_table(name: str, places: dict[str, str]) -> bytes:
    """The odd table with the names of a template, field by field at these cells."""
    book = openpyxl.load_workbook(io.BytesIO(odd_table(name)))
    for key, cell in places.items():
        at = f"'报送表'!${cell[0]}${cell[1:]}"
        book.defined_names[f"F_{key}"] = DefinedName(f"F_{key}", attr_text=at)
    return saved(book)


THREE_PLACES = {"contact_name": "B3"}
"""What is pointed at on a sheet of three: the one label that no form knows."""


def three_tables(names: list[str], strange: str = "对口的人", last: str = "") -> bytes:
    """Applications below one another on one sheet, a label of each unknown; `last`: that of the last one instead."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "报送表"
    for number, name in enumerate(names):
        label = last if last and number == len(names) - 1 else strange
        for line in (
            ("社区工作事务准入审批表",),
            ("申请单位", UNIT, "单位负责人", "徐建国"),
            (label, f"吴桂{number + 1}", "联系电话", f"022-8490558{number}"),
            ("工作事务名称", name, "事项性质", "短期"),
            ("授权内容", f"张贴宣传画{number + 1}", "执行主体", "社区组织"),
            ("起始日期", "2027年3月1日", "截止日期", "2027年9月30日"),
            ("上位法或文件依据", "《民法典》"),
            (),
        ):
            sheet.append(list(line))
    return saved(book)
