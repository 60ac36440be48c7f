"""Attachments are known by their content, and looked through for secrecy marks."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfWriter

from forms.attachments import KINDS_TAKEN, FileRefused, inspect
from forms.secrecy import ConfidentialRefused

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 40 + b"\xff\xd9"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(**parts: str | bytes) -> bytes:
    """A zip; `__` in a name stands for `/`, `_dot_` for `.`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def docx(*paragraphs: str, header: str = "", **more: str | bytes) -> bytes:
    """A document; a paragraph is written in runs of one character, as editors like to do."""

    def body(lines: tuple[str, ...]) -> str:
        runs = ("".join(f"<w:r><w:t>{each}</w:t></w:r>" for each in line) for line in lines)
        return "".join(f"<w:p>{run}</w:p>" for run in runs)

    document = f'<w:document xmlns:w="{W}"><w:body>{body(paragraphs)}</w:body></w:document>'
    above = f'<w:hdr xmlns:w="{W}">{body((header,))}</w:hdr>'
    return zipped(word__document_dot_xml=document, word__header1_dot_xml=above, **more)


def xlsx(value: str = "事项", header: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet["B2"] = value
    sheet.oddHeader.center.text = header or None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ofd(text: str) -> bytes:
    page = f'<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:TextObject><ofd:TextCode>{text}</ofd:TextCode></ofd:TextObject></ofd:Page>'
    return zipped(OFD_dot_xml="<OFD/>", Doc_0__Pages__Page_0__Content_dot_xml=page)


def pdf(text: str = "") -> bytes:
    """A page of text in a font whose characters only its ToUnicode map tells, as office printers write them."""
    codes = "".join(f"{number:04x}" for number, _ in enumerate(text, 1))
    table = "\n".join(
        f"<{number:04x}> <{each.encode('utf-16-be').hex()}>" for number, each in enumerate(text, 1)
    )
    space = "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange"
    cmap = f"begincmap\n{space}\n{len(text)} beginbfchar\n{table}\nendbfchar\nendcmap"
    stream = f"BT /F1 16 Tf 72 700 Td <{codes}> Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 6 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (A) /Ordering (I) /Supplement 0 >> >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{place:010d} 00000 n \n" for place in places).encode()
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def encrypted_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def refusal(name: str, content: bytes, limit: int | None = None) -> str:
    with pytest.raises(FileRefused) as refused:
        inspect(name, content, limit=limit)
    assert name in refused.value.tell("zh")
    assert "{" not in refused.value.tell("zh") + refused.value.tell("en")
    return str(refused.value.facts["code"])


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("扫描件.pdf", pdf("一式三份"), "pdf"),
        ("空白.pdf", pdf(), "pdf"),
        ("方案.docx", docx("关于保守国家秘密法的宣传"), "docx"),
        ("方案.wps", docx("方案"), "docx"),
        ("表.xlsx", xlsx(), "xlsx"),
        ("表.xls", xlsx(), "xlsx"),
        ("公文.ofd", ofd("通知"), "ofd"),
        ("照片.png", PNG, "png"),
        ("照片.JPG", JPG, "jpg"),
        ("照片.jpeg", JPG, "jpg"),
        ("没有扩展名", PNG, "png"),
    ],
)
def test_a_file_is_known_by_its_content(name: str, content: bytes, kind: str) -> None:
    found = inspect(name, content)
    assert (found.kind, found.media_type) == (kind, KINDS_TAKEN[kind])


def test_old_workbooks_are_xls_or_et_by_name(tables: Path) -> None:
    content = (tables / "old" / "审批表-样式二.xls").read_bytes()
    assert inspect("a.xls", content).kind == "xls"
    assert inspect("a.et", content).kind == "et"
    assert refusal("a.pdf", content) == "name"


@pytest.mark.parametrize(
    "path",
    ["审批表-样式一.xlsx", "申请汇总表-120行.xlsx", "指导目录-2025年版.xlsx", "old/申请汇总表-120行.xls"],
)
def test_the_tables_of_offices_carry_no_mark(tables: Path, path: str) -> None:
    """Their line 涉密事项请线下办理 is running text."""
    assert inspect(Path(path).name, (tables / path).read_bytes())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"MZ\x90\x00" + b"\x00" * 100, "unknown"),
        ("a.txt", "文字".encode(), "unknown"),
        ("a.html", b"<html></html>", "unknown"),
        ("a.zip", zipped(a_dot_txt="x"), "unknown"),
        ("a.pdf", PNG, "name"),
        ("a.exe", PNG, "name"),
        ("a.docx", xlsx(), "name"),
        ("a.pdf", b"%PDF-1.4\nnothing", "broken"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 50, "broken"),
        ("a.docx", zipped(word__document_dot_xml="<a>"), "broken"),
        ("a.docx", zipped(word__document_dot_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "broken"),
        ("a.png", PNG[:30], "broken"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "broken"),
        ("a.docx", docx("x", word__vbaProject_dot_bin=b"x"), "macros"),
        ("a.pdf", encrypted_pdf(), "encrypted"),
        ("a.docx", docx("x", word__big_dot_bin=b"\x00" * 3_000_000), "bomb"),
    ],
)
def test_what_is_not_taken_is_told_with_the_reason(name: str, content: bytes, code: str) -> None:
    assert refusal(name, content) == code


def test_the_caller_sets_the_limit() -> None:
    assert refusal("a.png", PNG, limit=10) == "too_large"
    assert inspect("a.png", PNG, limit=len(PNG))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", docx("正文", "机密★1年")),
        ("a.docx", docx("正文", header="秘密★长期")),
        ("a.xlsx", xlsx("机密")),
        ("a.xlsx", xlsx(header="绝密★1年")),
        ("a.ofd", ofd("秘密★3年")),
        ("a.pdf", pdf("机密★1年")),
        ("机密-方案.png", PNG),
        ("a.xlsx", xlsx("是否涉密:是")),
    ],
)
def test_a_marked_file_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(ConfidentialRefused):
        inspect(name, content)


def test_a_mark_in_an_old_workbook_is_seen(tables: Path) -> None:
    content = (tables / "old" / "审批表-样式二.xls").read_bytes()
    plain, marked = "一式三份".encode("utf-16-le"), "机密文件".encode("utf-16-le")
    assert plain in content
    with pytest.raises(ConfidentialRefused):
        inspect("a.xls", content.replace(plain, marked))
