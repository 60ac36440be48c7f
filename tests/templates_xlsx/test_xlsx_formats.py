"""What Excel, WPS, LibreOffice and offices' own systems write beside plain .xlsx: it reads alike, whatever its name."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from xlsx_mutations import ods, packed

from templates_xlsx.grid import open_workbook
from templates_xlsx.refusals import WorkbookRefused

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "tests" / "data" / "tables" / "审批表-样式一.xlsx").read_bytes()


def edited(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return packed(
            [(info.filename, change(info.filename, archive.read(info))) for info in archive.infolist()]
        )


def refusal(content: bytes, password: str | None = None) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(content, "某表.xlsx", password)
    assert "某表.xlsx" in refused.value.tell("zh")
    return refused.value.code


def strict(part: str, body: bytes) -> bytes:
    """A part as Excel saves it under "Strict Open XML Spreadsheet"."""
    for plain, other in (
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ):
        body = body.replace(plain, other)
    return body


def test_a_strict_workbook_reads_as_a_plain_one() -> None:
    content = edited(GOOD, strict)
    with pytest.raises(Exception):  # noqa: B017 - what the yardstick does with it
        assert openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].cell(3, 2).value
    book = open_workbook(content, "x.xlsx")
    plain = open_workbook(GOOD, "x.xlsx")
    assert [list(row) for row in book.sheets[0].rows] == [list(row) for row in plain.sheets[0].rows]
    assert book.sheets[0].merged == plain.sheets[0].merged


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (rb"<fonts.*?</fonts>", b""),
        (rb"<cellStyles.*?</cellStyles>", b"<cellStyles/>"),
        (rb'indexed="\d+"', b'indexed="?"'),
    ],
    ids=["no fonts", "no styles", "colours"],
)
def test_invalid_styles_do_no_harm(wrong: bytes, right: bytes) -> None:
    content = edited(
        GOOD,
        lambda part, body: (
            re.sub(wrong, right, body, flags=re.DOTALL) if part.endswith("styles.xml") else body
        ),
    )
    assert open_workbook(content, "x.xlsx").sheets[0].value(3, 2) == "区人民法院"


@pytest.mark.parametrize("number", [14, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58])
def test_dates_in_chinese_formats_that_only_office_knows_are_dates(number: int) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write_number(0, 0, 46097, book.add_format({"num_format": "yyyy-mm-dd"}))
    content = edited(
        out.getvalue(),
        lambda part, body: (
            re.sub(rb'numFmtId="164"', b'numFmtId="%d"' % number, body)
            if part.endswith("styles.xml")
            else body
        ),
    )
    value = open_workbook(content, "x.xlsx").sheets[0].value(1, 1)
    assert (value.date() if isinstance(value, datetime) else value) == date(2026, 3, 16)


def test_rare_characters_stay_as_they_are() -> None:
    rare = "㐂𠮷䶮𬸚𫖯〇龘\U0003106c"
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(0, 0, rare)
    for content in (out.getvalue(), rare.encode(), rare.encode("gb18030"), rare.encode("utf-16")):
        assert open_workbook(content, "x").sheets[0].value(1, 1) == rare


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_text_that_excel_saves_as_unicode_reads_with_and_without_its_mark(encoding: str) -> None:
    content = "机构名称\t类型\n区教育局\t申请单位\n".encode(encoding)
    assert open_workbook(content, "x.csv").sheets[0].value(2, 1) == "区教育局"


def test_a_quoted_field_may_hold_line_breaks_quotes_and_the_delimiter() -> None:
    content = '事务名称,备注\r\n"甲,乙","第一行\r\n""第二行"""\r\n'.encode("gb18030")
    sheet = open_workbook(content, "x.csv").sheets[0]
    assert (sheet.value(2, 1), sheet.value(2, 2)) == ("甲,乙", '第一行\r\n"第二行"')


def test_a_workbook_of_macros_reads_and_what_comes_back_has_none_in_it() -> None:
    content = edited(GOOD, lambda part, body: body)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    book = open_workbook(packed([*parts, ("xl/vbaProject.bin", b"x")]), "x.xlsm")
    assert (book.format, book.notes) == ("xlsx", ("macros",))


def test_a_binary_workbook_is_told_by_its_name() -> None:
    assert (
        refusal(packed([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.bin", b"\x83\x01\0")]))
        == "binary_workbook"
    )


def test_a_password_that_cannot_help_is_not_asked_for() -> None:
    with zipfile.ZipFile(io.BytesIO(ods())) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts["META-INF/manifest.xml"] = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    sealed = packed(list(parts.items()))
    assert refusal(sealed) == "cannot_decrypt"
    assert refusal(sealed, "123456") == "cannot_decrypt"


def test_a_protected_workbook_with_a_damaged_lock_is_told_apart_from_a_wrong_password() -> None:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(GOOD)).encrypt("123456", out)
    sealed = out.getvalue()
    assert refusal(sealed) == "encrypted"
    assert refusal(sealed, "654321") == "wrong_password"
    assert refusal(sealed.replace(b"<encryption ", b"<encryptiom "), "123456") == "cannot_decrypt"


def test_an_archive_whose_directory_is_endless_is_refused_before_it_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for number in range(25_000):
            target.writestr(f"{number}", b"")
    assert refusal(out.getvalue()) == "too_many_parts"


def test_sheets_that_are_charts_or_hidden_are_told_apart() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("数据")
        sheet.write_column(0, 0, (1, 2, 3))
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=数据!$A$1:$A$3"})
        book.add_chartsheet("图").set_chart(chart)
        book.add_worksheet("隐藏").hide()
        book.add_worksheet("深藏").very_hidden()
    book = open_workbook(out.getvalue(), "x")
    assert [(each.name, each.hidden) for each in book.sheets] == [
        ("数据", False),
        ("隐藏", True),
        ("深藏", True),
    ]


def test_a_file_that_unpacks_to_too_much_is_refused_by_its_directory() -> None:
    noise = random.Random(1).randbytes(1 << 20)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", b"<workbook/>")
        target.writestr("xl/media/a.bin", noise * 2 + b"\0" * (201 << 20))
    assert refusal(out.getvalue()) == "too_large"


def test_merged_ranges_over_millions_of_cells_are_refused() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "x")
        sheet.write("Z90000", "y")
    merge = b'<mergeCells count="1"><mergeCell ref="A2:Z89999"/></mergeCells><pageMargins'
    content = edited(
        out.getvalue(),
        lambda part, body: body.replace(b"<pageMargins", merge) if part.endswith("sheet1.xml") else body,
    )
    assert refusal(content) == "too_many_merges"
