"""How a table is drawn is told beside what stands in it: heights, widths, fonts, hidden rows, of every kind of file."""

from __future__ import annotations

import zipfile

import pytest
from xlsx_forms import application
from xlsx_looks import FOLDER, HEIGHTS, HIDDEN, WIDTHS
from xlsx_mutations import packed

from templates_xlsx.grid import open_workbook
from templates_xlsx.looks import PLAIN, family_of
from templates_xlsx.reading import read_records
from templates_xlsx.sheets import Sheet

FORMATS = ("xlsx", "xls", "ods")


def sheet_of(ending: str) -> Sheet:
    return open_workbook((FOLDER / f"呈报表.{ending}").read_bytes(), "呈报表").sheets[0]


@pytest.mark.parametrize("ending", FORMATS)
def test_rows_and_columns_are_as_high_and_wide_as_the_file_says(ending: str) -> None:
    sheet = sheet_of(ending)
    heights = {row: sheet.look.heights[row] for row in HEIGHTS}
    assert heights == pytest.approx(HEIGHTS, abs=0.6)
    assert [sheet.widths[column] for column in (1, 2, 3, 4)] == pytest.approx(list(WIDTHS.values()), abs=0.8)


@pytest.mark.parametrize("ending", FORMATS)
def test_fonts_and_places_of_text_are_told(ending: str) -> None:
    look = sheet_of(ending).look
    title, label, value = look.of(1, 1), look.of(3, 1), look.of(3, 2)
    assert (title.bold, title.size, title.align, title.valign) == (True, 22, "center", "middle")
    assert (label.bold, label.size, label.family) == (False, 12, "hei")
    assert (value.size, value.align, value.valign) == (14, "left", "top")
    assert (look.of(5, 2).italic, look.of(5, 2).underline) == (True, True)
    assert look.of(4, 3).red
    assert not look.of(4, 1).red
    assert look.of(7, 1).upright
    assert not look.of(7, 2).upright
    assert look.of(140, 50) == PLAIN


@pytest.mark.parametrize("ending", FORMATS)
def test_what_stands_in_a_hidden_row_is_told_whatever_the_format(ending: str) -> None:
    book = open_workbook((FOLDER / f"呈报表.{ending}").read_bytes(), "呈报表")
    assert book.sheets[0].hidden_rows == {HIDDEN}
    (record,) = read_records(book, application()).records
    told = {each.cell for each in record.faults if each.code == "row_hidden"}
    assert told == {f"B{HIDDEN}"}


def test_fonts_of_chinese_paper_are_known_by_their_names() -> None:
    names = ("宋体", "方正小标宋简体", "仿宋_GB2312", "FangSong", "楷体", "黑体", "微软雅黑", "Calibri")
    assert [family_of(each) for each in names] == ["song", "song", "fang", "fang", "kai", "hei", "hei", ""]


@pytest.mark.parametrize(
    "styles", ["<styleSheet/>", "<styleSheet><cellXfs><xf fontId='99'/></cellXfs></styleSheet>"]
)
def test_styles_that_lack_their_fonts_cost_the_look_only(styles: str) -> None:
    with zipfile.ZipFile(FOLDER / "呈报表.xlsx") as archive:
        parts = [(each.filename, archive.read(each)) for each in archive.infolist()]
    content = packed([(name, styles.encode() if name == "xl/styles.xml" else body) for name, body in parts])
    sheet = open_workbook(content, "x.xlsx").sheets[0]
    assert sheet.value(3, 2) == "区人民法院"
    assert sheet.look.of(1, 1) == PLAIN
    assert sheet.look.heights[1] == 48
