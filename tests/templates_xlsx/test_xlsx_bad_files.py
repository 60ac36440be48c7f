"""What offices upload by mistake, and what somebody uploads on purpose: each ends in a sentence, never in a trace."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from forms.schema import load_form
from forms.secrecy import ConfidentialRefused
from templates_xlsx.grid import open_workbook
from templates_xlsx.package import Package
from templates_xlsx.reading import read_records
from templates_xlsx.refusals import WORKBOOK_SENTENCES, WorkbookRefused

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "tests" / "data" / "tables"
GOOD = (TABLES / "审批表-样式一.xlsx").read_bytes()
OLD = (TABLES / "old" / "审批表-样式二.xls").read_bytes()


def workbook(**cells: object) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("Sheet1")
    for where, value in cells.items():
        sheet.write(where, value)
    book.close()
    return out.getvalue()


def with_part(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    package = Package(content)
    if part in package.part_names:
        return package.replaced({part: change(package.read(part))})
    return package.replaced({}, {part: change(b"")})


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def many_parts() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for number in range(2100):
            target.writestr(f"xl/media/{number}", b"")
    return out.getvalue()


def encrypted(content: bytes) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt("123456", out)
    return out.getvalue()


def sheet_with(content: bytes, cell: bytes) -> bytes:
    return with_part(
        content, "xl/worksheets/sheet1.xml", lambda old: old.replace(b"</sheetData>", cell + b"</sheetData>")
    )


def hidden_sheet() -> bytes:
    """A sheet with a far cell that is not where sheets lie, and not called .xml."""
    content = with_part(
        GOOD, "xl/_rels/workbook.xml.rels", lambda old: old.replace(b"worksheets/sheet1.xml", b"/evil.png")
    )
    sheet = Package(GOOD).read("xl/worksheets/sheet1.xml")
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_part(content, "evil.png", lambda old: sheet.replace(b"</sheetData>", far))


REFUSED = {
    "nothing": (lambda: b"", "empty"),
    "only zeros": (lambda: b"\0" * 100, "empty"),
    "a pdf": (lambda: b"%PDF-1.7 ...", "not_a_workbook"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n....", "not_a_workbook"),
    "a word document": (lambda: archive(word__document_dot_xml=b"<w/>"), "not_a_workbook"),
    "an ofd document": (lambda: archive(OFD_dot_xml=b"<o/>"), "not_a_workbook"),
    "any archive": (lambda: archive(a=b"b"), "not_a_workbook"),
    "an xml file": (lambda: b"<?xml version='1.0'?><a/>", "not_a_workbook"),
    "a page without a table": (lambda: b"<html><body>x</body></html>", "not_a_workbook"),
    "half a workbook": (lambda: GOOD[: len(GOOD) // 2], "broken"),
    "half an old workbook": (lambda: OLD[:2000], "broken"),
    "noise": (lambda: bytes(range(256)) * 8, "broken"),
    "a broken sheet": (lambda: with_part(GOOD, "xl/worksheets/sheet1.xml", lambda old: old[:900]), "broken"),
    "a broken list of sheets": (lambda: with_part(GOOD, "xl/workbook.xml", lambda old: b"<x"), "broken"),
    "a protected workbook": (lambda: encrypted(GOOD), "encrypted"),
    "a cell at the far corner": (
        lambda: sheet_with(GOOD, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "far_cell",
    ),
    "a far column without a far row": (
        lambda: sheet_with(
            workbook(A1="x", A2000="y"), b'<row r="3000"><c r="XFD3000" t="str"><v>1</v></c></row>'
        ),
        "far_cell",
    ),
    "a far cell in small letters": (
        lambda: sheet_with(GOOD, b'<row r="9"><c r="xfd1048576"><v>1</v></c></row>'),
        "far_cell",
    ),
    "a far cell behind a sign": (
        lambda: sheet_with(GOOD, b'<row r="9"><c x="a>b" r="&#88;FD1048576"><v>1</v></c></row>'),
        "far_cell",
    ),
    "a far row of cells without references": (
        lambda: sheet_with(GOOD, b'<row r="1048576">' + b"<c><v>1</v></c>" * 9 + b"</row>"),
        "far_cell",
    ),
    "a sheet under another name": (lambda: hidden_sheet(), "far_cell"),
    "two kinds of workbook at once": (
        lambda: with_part(
            with_part(hidden_sheet(), "content.xml", lambda old: b"<a/>"),
            "META-INF/manifest.xml",
            lambda old: b"<a/>",
        ),
        "far_cell",
    ),
    "a count of texts that lies": (
        lambda: with_part(
            GOOD,
            "xl/sharedStrings.xml",
            lambda old: re.sub(rb'uniqueCount="\d+"', b"uniqueCount='4294967296'", old),
        ),
        "broken",
    ),
    "three hundred sheets of one name": (
        lambda: with_part(
            GOOD,
            "xl/workbook.xml",
            lambda old: re.sub(rb"<sheet [^>]*/>", lambda found: found[0] * 300, old, count=1),
        ),
        "broken",
    ),
    "a cell that is nowhere": (
        lambda: sheet_with(GOOD, b'<row r="9"><c r="A-1"><v>1</v></c></row>'),
        "broken",
    ),
    "entities behind a long comment": (
        lambda: with_part(
            GOOD,
            "xl/worksheets/sheet1.xml",
            lambda old: (
                b'<?xml version="1.0"?><!--'
                + b" " * 9000
                + b'--><!DOCTYPE a [<!ENTITY x "y">]>'
                + old.split(b"?>", 1)[1]
            ),
        ),
        "doctype",
    ),
    "a zip bomb": (lambda: with_part(GOOD, "xl/media/a.bin", lambda old: b"\0" * (60 << 20)), "zip_bomb"),
    "too many parts": (many_parts, "too_many_parts"),
    "a part outside": (lambda: with_part(GOOD, "../../etc/x", lambda old: b"x"), "bad_part_name"),
    "entities": (
        lambda: with_part(
            GOOD,
            "xl/sharedStrings.xml",
            lambda old: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst/>',
        ),
        "doctype",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_safe_workbook_is_refused_with_a_sentence(case: str) -> None:
    make, code = REFUSED[case]
    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(make(), "某表.xlsx")
    assert refused.value.code == code
    for locale in ("zh", "en"):
        sentence = refused.value.tell(locale)
        assert "某表.xlsx" in sentence
        assert "{" not in sentence


@pytest.mark.parametrize("cell", ["A1048576", "XFD1048576", "ZZZZZZ9"])
def test_the_far_cell_is_named(cell: str) -> None:
    row = f'<row r="9"><c r="{cell}"><v>1</v></c></row>'.encode()
    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(sheet_with(workbook(A1="x", O2="y"), row), "某表.xlsx")
    assert f" {cell} " in refused.value.tell("zh")


def test_every_code_has_a_sentence_in_both_languages() -> None:
    for sentence in WORKBOOK_SENTENCES.values():
        assert sentence.zh
        assert sentence.en


def test_a_protected_workbook_opens_with_its_password_only() -> None:
    content = encrypted(GOOD)
    assert open_workbook(content, "x.xlsx", "123456").sheets[0].value(3, 2) == "区人民法院"
    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(content, "x.xlsx", "wrong")
    assert refused.value.code == "wrong_password"


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.et", "a.txt", "a"])
def test_the_name_of_a_file_says_nothing(name: str) -> None:
    assert open_workbook(GOOD, name).format == "xlsx"
    assert open_workbook(OLD, name).format == "xls"


CSV = "机构名称,类型,上级机构\n区教育局,申请单位,\n𬸚街道,街道,"


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (CSV.encode(), "csv"),
        (CSV.encode("utf-8-sig"), "csv"),
        (CSV.encode("gb18030"), "csv"),
        (CSV.replace(",", "\t").encode("utf-16"), "csv"),
        (CSV.replace(",", ";").encode(), "csv"),
        (
            "<html><meta charset=gb2312><table><tr><th>机构名称<th>类型<th>上级机构</tr>"
            "<tr><td>区教育局<td>申请单位<td></tr><tr><td>𬸚街道<td>街道<td></td></tr></table>".encode(
                "gb18030"
            ),
            "html",
        ),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
            'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>'
            "<Row><Cell><Data ss:Type='String'>机构名称</Data></Cell><Cell><Data ss:Type='String'>类型</Data></Cell>"
            "<Cell><Data ss:Type='String'>上级机构</Data></Cell></Row>"
            "<Row ss:Index='2'><Cell><Data ss:Type='String'>区教育局</Data></Cell><Cell ss:Index='2'>"
            "<Data ss:Type='String'>申请单位</Data></Cell></Row>"
            "<Row><Cell><Data ss:Type='String'>𬸚街道</Data></Cell><Cell><Data ss:Type='String'>街道</Data></Cell></Row>"
            "</Table></Worksheet></Workbook>".encode(),
            "xml2003",
        ),
    ],
    ids=[
        "utf-8",
        "utf-8 with mark",
        "gb18030",
        "utf-16 tabs",
        "semicolons",
        "html named xls",
        "xml 2003 named xls",
    ],
)
def test_text_tables_read_like_any_other(content: bytes, form: str) -> None:
    book = open_workbook(content, "单位.xls")
    assert book.format == form
    organisation = load_form((ROOT / "forms" / "organisation_unit.form").read_bytes(), "x.form")
    records = read_records(book, organisation).records
    assert [(each.posted["name"], each.posted["kind"]) for each in records] == [
        ("区教育局", "申请单位"),
        ("𬸚街道", "街道"),
    ]


def test_an_open_document_reads_too(tmp_path: Path) -> None:
    body = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="S">%s</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    cell = '<table:table-cell office:value-type="string"%s><text:p>区教育局</text:p></table:table-cell>'

    def ods(rows: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            target.writestr("META-INF/manifest.xml", "<manifest/>")
            target.writestr("content.xml", body % rows)
        return out.getvalue()

    book = open_workbook(ods(f"<table:table-row>{cell % ''}</table:table-row>"), "x.ods")
    assert (book.format, book.sheets[0].value(1, 1)) == ("ods", "区教育局")
    wide = cell % ' table:number-columns-repeated="16000"'
    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(
            ods(f'<table:table-row table:number-rows-repeated="1048576">{wide}</table:table-row>'), "x.ods"
        )
    assert refused.value.code == "far_cell"
    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(ods("<table:table-row"), "x.ods")
    assert refused.value.code == "broken"


def test_styled_rows_far_below_do_no_harm() -> None:
    content = sheet_with(GOOD, b'<row r="1048576" ht="20"><c r="XFD1048576" s="1"/></row>')
    assert open_workbook(content, "x.xlsx").sheets[0].value(3, 2) == "区人民法院"


def test_macros_and_links_are_told_and_not_run() -> None:
    content = with_part(GOOD, "xl/vbaProject.bin", lambda old: b"x")
    content = with_part(content, "xl/externalLinks/externalLink1.xml", lambda old: b"<externalLink/>")
    assert open_workbook(content, "x.xlsm").notes == ("macros", "external_links")


def header_mark(old: bytes) -> bytes:
    return old.replace(
        b"<pageSetup", "<headerFooter><oddHeader>&amp;R机密★1年</oddHeader></headerFooter><pageSetup".encode()
    )


def without_cells(old: bytes) -> bytes:
    return re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData/>", old, flags=re.DOTALL)


def drawn_mark(old: bytes) -> bytes:
    return re.sub(b"<a:t>[^<]*</a:t>", "<a:t>机密</a:t>".encode(), old)


@pytest.mark.parametrize(
    "content",
    [
        workbook(A1="社区工作事务准入审批表", C2="秘密★1年"),
        workbook(A1="社区工作事务准入审批表", C2="机 密"),
        workbook(A1="密级:绝密\n社区工作事务准入审批表"),
        with_part(GOOD, "xl/worksheets/sheet1.xml", header_mark),
        with_part(GOOD, "xl/worksheets/sheet1.xml", lambda old: header_mark(without_cells(old))),
        with_part(GOOD, "xl/drawings/drawing1.xml", drawn_mark),
    ],
    ids=["cell", "stretched", "line of a cell", "header", "header of an empty sheet", "drawn box"],
)
def test_a_secrecy_mark_anywhere_refuses_the_workbook(content: bytes) -> None:
    with pytest.raises(ConfidentialRefused) as refused:
        open_workbook(content, "x.xlsx")
    assert "机密" not in refused.value.tell()


def test_running_text_about_secrecy_is_no_mark() -> None:
    content = workbook(
        A1="《保守国家秘密法》第3条", A2="涉密事项请线下办理", A3="本系统为非涉密系统,严禁处理、存储国家秘密"
    )
    assert open_workbook(content, "x.xlsx").sheets[0].height == 3


@pytest.mark.parametrize("answer", ["是", "☑是 □否", "√"])
def test_a_row_ticked_confidential_refuses_the_whole_workbook(answer: str) -> None:
    cells = {
        "A1": "工作事务名称",
        "B1": "申请单位",
        "C1": "是否涉密",
        "D1": "联系人",
        "A2": "甲",
        "B2": "区教育局",
        "C2": answer,
        "D2": "张三",
    }
    form = load_form((ROOT / "forms" / "admission_application.form").read_bytes(), "x.form")
    with pytest.raises(ConfidentialRefused):
        read_records(open_workbook(workbook(**cells), "x.xlsx"), form)
    cells["C2"] = "否"
    assert len(read_records(open_workbook(workbook(**cells), "x.xlsx"), form).records) == 1


def test_a_workbook_saved_by_another_library_reads_the_same() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    out = io.BytesIO()
    book.save(out)
    assert open_workbook(out.getvalue(), "x.xlsx").sheets[0].value(3, 2) == "区人民法院"
