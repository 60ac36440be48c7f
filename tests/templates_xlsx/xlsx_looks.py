"""A table as an office dresses it: fonts, heights, upright letters, a hidden row. `python xlsx_looks.py` saves it anew.

The .xls and the .ods beside it, `tests/data/looks`, were saved from it by LibreOffice.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font

FOLDER = Path(__file__).parents[1] / "data" / "looks"
ROWS = (
    ("下沉社区事务呈报表",),
    ("填报日期", "2026年3月1日"),
    ("申请单位", "区人民法院", "负责同志", "徐建国"),
    ("工作事务名称", "法治宣传进楼栋", "联系电话", "022-84905580"),
    ("上位法或文件依据", "《中华人民共和国民法典》"),
    ("授权时间", "2027年3月1日至2027年9月30日"),
    ("法院意见", None),
)
HEIGHTS = {1: 48, 3: 32, 4: 32, 5: 44, 7: 120}
WIDTHS = {"A": 12, "B": 26, "C": 12, "D": 20}
HIDDEN = 6


def dressed() -> openpyxl.Workbook:
    """The table."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    for row in (5, 6, 7):
        sheet.merge_cells(f"B{row}:D{row}")
    for letters, width in WIDTHS.items():
        sheet.column_dimensions[letters].width = width
    for row, height in HEIGHTS.items():
        sheet.row_dimensions[row].height = height
    sheet.row_dimensions[HIDDEN].hidden = True
    middle = Alignment(horizontal="center", vertical="center")
    sheet["A1"].font, sheet["A1"].alignment = Font(name="方正小标宋简体", size=22, bold=True), middle
    for row in sheet.iter_rows(min_row=3, max_row=7, max_col=4):
        for cell in row:
            is_label = cell.column in (1, 3)
            cell.font = Font(name="黑体", size=12) if is_label else Font(name="仿宋_GB2312", size=14)
            cell.alignment = (
                middle if is_label else Alignment(horizontal="left", vertical="top", wrap_text=True)
            )
    sheet["B5"].font = Font(name="楷体", size=14, italic=True, underline="single")
    sheet["C4"].font = Font(name="黑体", size=12, color="FFFF0000")
    sheet["A7"].alignment = Alignment(horizontal="center", vertical="center", textRotation=255)
    return book


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    dressed().save(FOLDER / "呈报表.xlsx")
