"""Good workbooks gone wrong: bytes changed, archives rebuilt askew, parts edited where a parser looks."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

TABLES = Path(__file__).parents[1] / "data" / "tables"
NUMBERS = ("-1", "0", "", "1e9", "4294967296", "99999999999999999999", "NaN", "1048577", "２")
TEXTS = (
    b"&#0;",
    b"&x;",
    b"<!DOCTYPE a>",
    b"]]>",
    b"<![CDATA[",
    b"\xff\xfe",
    b"\0",
    "\U0002a6d6".encode(),
    b"&#xD800;",
)


@cache
def sources() -> tuple[bytes, ...]:
    """Workbooks of every format the house reads: the shared tables, and drawn ones."""
    found = [path.read_bytes() for path in sorted(TABLES.rglob("*.xls*"))]
    rows = "".join(f"<tr><td rowspan=2>{n}<td colspan=3>事项{n}</tr>" for n in range(9))
    found.append(f"<html><meta charset=gbk><table>{rows}</table></html>".encode("gb18030"))
    found.append('序号,事务名称\n1,"甲\n乙"\n'.encode("utf-16"))
    found.append("序号\t事务名称\n1\t甲\n".encode("gb18030"))
    found.append(xml2003())
    found.append(ods())
    found.append(drawn())
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(drawn())).encrypt("123456", sealed)
    found.append(sealed.getvalue())
    return tuple(found)


def xml2003() -> bytes:
    cell = '<Cell ss:Index="{n}" ss:MergeDown="1"><Data ss:Type="{kind}">{text}</Data></Cell>'
    cells = "".join(
        cell.format(n=number, kind=kind, text=text)
        for number, (kind, text) in enumerate(
            (("String", "甲"), ("Number", "3"), ("DateTime", "2026-01-01T00:00:00")), 1
        )
    )
    return (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>'
        f'<Row ss:Index="2">{cells}</Row></Table></Worksheet></Workbook>'
    ).encode()


def ods(rows: str = "") -> bytes:
    """An OpenDocument table; `rows` as in content.xml."""
    rows = rows or (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string" '
        'table:number-columns-spanned="2"><text:p>甲</text:p></table:table-cell><table:covered-table-cell/>'
        '<table:table-cell office:value-type="float" office:value="3"/></table:table-row>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("META-INF/manifest.xml", "<manifest/>")
        space = "urn:oasis:names:tc:opendocument:xmlns:"
        target.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content xmlns:office="{space}office:1.0" '
            f'xmlns:table="{space}table:1.0" xmlns:text="{space}text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return out.getvalue()


def drawn() -> bytes:
    """A workbook with merged cells, names, dates, formulas, hidden rows, notes, a picture of every part."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("表")
        sheet.merge_range("A1:F1", "台账")
        for column, label in enumerate(("序号", "事务名称", "申请单位", "起始日期", "经费", "备注")):
            sheet.write(1, column, label)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for row in range(2, 12):
            sheet.write_row(row, 0, (row, f"事项{row}", "区教育局"))
            sheet.write_number(row, 3, 46000 + row, day)
            sheet.write_formula(row, 4, f"=A{row}*2", None, row * 2)
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.write_comment("B3", "批注")
        book.define_name("F_matter_name", "=表!$B$3")
        sheet.set_header("&C页眉")
        book.add_worksheet("说明").hide()
    return out.getvalue()


def bytes_changed(content: bytes, rng: random.Random) -> bytes:
    """Some bytes replaced, dropped, doubled; or the end cut off."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20))):
        at = rng.randrange(len(changed) or 1)
        changed[at : at + rng.randrange(5)] = rng.randbytes(rng.randrange(5))
    if rng.random() < 0.1:
        del changed[rng.randrange(len(changed) or 1) :]
    if rng.random() < 0.1:
        changed += changed[-rng.randrange(1, 400) :]
    return bytes(changed)


def archive_askew(content: bytes, rng: random.Random) -> bytes:
    """An archive with parts dropped, doubled, renamed, exchanged, or stored under a size that is not theirs."""
    if content[:2] != b"PK":
        return bytes_changed(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    name, body = parts[at]
    kind = rng.randrange(6)
    if kind == 0:
        del parts[at]
    elif kind == 1:
        parts.append((name, parts[other][1]))
    elif kind == 2:
        parts[at] = (
            rng.choice((name.upper(), "/" + name, "../" + name, name + "/", "xl/workbook.bin")),
            body,
        )
    elif kind == 3:
        parts[at], parts[other] = (name, parts[other][1]), (parts[other][0], body)
    elif kind == 4:
        parts[at] = (name, b"")
    made = packed(parts)
    if kind == 5:
        place = made.rfind(b"PK\x01\x02", 0, rng.randrange(1, len(made)))
        if place >= 0:  # sizes in the directory lie
            askew = bytearray(made)
            askew[place + 20 : place + 28] = rng.randbytes(8)
            made = bytes(askew)
    return made


def packed(parts: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, body in parts:
            target.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parts_edited(content: bytes, rng: random.Random) -> bytes:
    """Text edited where a parser looks: numbers, attributes, tags, entities."""
    if content[:2] != b"PK":
        return text_edited(content, rng) if content[:1] == b"<" else bytes_changed(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    texts = [number for number, (_name, body) in enumerate(parts) if b"<" in body[:100]]
    for _ in range(rng.choice((1, 1, 3))):
        at = rng.choice(texts)
        parts[at] = (parts[at][0], text_edited(parts[at][1], rng))
    return packed(parts)


def text_edited(body: bytes, rng: random.Random) -> bytes:
    edits: tuple[Callable[[bytes, random.Random], bytes], ...] = (
        _other_number,
        _other_number,
        _lost_piece,
        _doubled_piece,
        _strange_text,
        _other_name,
    )
    return rng.choice(edits)(body, rng)


def _spot(pattern: bytes, body: bytes, rng: random.Random) -> tuple[int, int]:
    found = [match.span() for match in re.finditer(pattern, body[:200_000])]
    return rng.choice(found) if found else (0, 0)


def _other_number(body: bytes, rng: random.Random) -> bytes:
    start, end = _spot(rb"\d+", body, rng)
    return body[:start] + rng.choice(NUMBERS).encode() + body[end:]


def _lost_piece(body: bytes, rng: random.Random) -> bytes:
    start, end = _spot(rb"<[^>]*>|\s[\w:]+=\"[^\"]*\"|>[^<]+<", body, rng)
    return body[:start] + body[end:]


def _doubled_piece(body: bytes, rng: random.Random) -> bytes:
    start, end = _spot(rb"<[^>]*/>|<c .*?</c>|<[^>]*>", body, rng)
    return body[:end] + body[start:end] * rng.choice((1, 2, 300)) + body[end:]


def _strange_text(body: bytes, rng: random.Random) -> bytes:
    start, end = _spot(rb">[^<]*<|\"[^\"]*\"", body, rng)
    return body[: start + 1] + rng.choice(TEXTS) + body[max(end - 1, start + 1) :]


def _other_name(body: bytes, rng: random.Random) -> bytes:
    start, end = _spot(rb"[\w:]+(?==\")|(?<=<)[\w:]+", body, rng)
    other = _spot(rb"[\w:]+(?==\")|(?<=<)[\w:]+", body, rng)
    return body[:start] + body[slice(*other)] + body[end:]


MUTATIONS = {"bytes": bytes_changed, "archive": archive_askew, "text": parts_edited}
