"""The look at an uploaded file before any reader touches it: what it is by content, and whether it is safe.

A reader of spreadsheets can be killed by a file of five kilobytes (one cell at XFD1048576 makes it reserve the
whole grid), so the directory of the archive and the outline of each sheet are looked at first.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass

import msoffcrypto
import olefile
from lxml import etree
from msoffcrypto.exceptions import FileFormatError, InvalidKeyError

from templates_xlsx.biff import look_at_biff
from templates_xlsx.package import attribute, local
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.sheets import column_number, reference

MAX_UNPACKED = 200 << 20
MAX_RATIO = 200
"""An archive that unpacks to more than this many times its size is no table; small ones are let be."""
RATIO_FROM = 10 << 20
MAX_PARTS = 2000
MAX_AREA = 5_000_000
"""Cells of the rectangle from A1 to the last cell of a sheet; a reader reserves all of it."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOREIGN = (
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"GIF8", "图片", "a picture"),
    (b"BM", "图片", "a picture"),
    (b"Rar!", "压缩包", "an archive"),
    (b"7z\xbc\xaf", "压缩包", "an archive"),
    (b"\x1f\x8b", "压缩包", "an archive"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
    (b"MZ", "程序", "a program"),
    (b"\x7fELF", "程序", "a program"),
)


UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    etree.XMLSyntaxError,
    EOFError,
    OSError,
    NotImplementedError,
    RecursionError,
)


@dataclass(frozen=True)
class Sniffed:
    """What a file is: `format` as in `Book.format`, its content (decrypted where a password was given), notes."""

    format: str
    content: bytes
    notes: tuple[str, ...] = ()
    encoding: str = ""


def sniff(content: bytes, name: str, password: str | None = None) -> Sniffed:
    """Tell by content what a file is, and refuse what is no workbook or not safe to read.

    Raises:
        WorkbookRefused: see its codes.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise WorkbookRefused("empty", name=name)
    if content[:2] == b"PK":
        return _sniff_zip(content, name)
    if content[:8] == OLE:
        return _sniff_ole(content, name, password)
    for magic, zh, en in FOREIGN:
        if content.startswith(magic):
            raise WorkbookRefused("not_a_workbook", name=name, kind=zh, kind_en=en)
    return _sniff_text(content, name)


def _sniff_zip(content: bytes, name: str) -> Sniffed:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    except (*UNREADABLE, ValueError) as error:
        raise WorkbookRefused("broken", name=name) from error
    _check_directory(infos, len(content), name)
    names = {info.filename for info in infos}
    try:
        # Whatever the archive calls its parts, and even if it is two kinds of workbook at once.
        for info in infos:
            part = _read(archive, info.filename)
            if info.filename.endswith((".xml", ".rels", ".vml")):
                refuse_doctype(part, info.filename, name)
            if b"sheetData" in part or info.filename.startswith("xl/worksheets/"):
                _check_outline(part, info.filename, name)
        if "META-INF/manifest.xml" in names and "content.xml" in names:
            return _sniff_ods(archive, content, name)
        if any(each.startswith("xl/") for each in names) or "xl/workbook.xml" in names:
            return _sniff_xlsx(archive, content, name)
    except (*UNREADABLE, ValueError, RuntimeError, KeyError) as error:
        raise WorkbookRefused("broken", name=name) from error
    zh, en = "压缩包", "an archive"
    if any(each.startswith("word/") for each in names):
        zh, en = "Word 文档", "a Word document"
    elif any(each.startswith("ppt/") for each in names):
        zh, en = "演示文稿", "a presentation"
    elif "OFD.xml" in names:
        zh, en = "OFD 版式文件", "an OFD document"
    raise WorkbookRefused("not_a_workbook", name=name, kind=zh, kind_en=en)


def _check_directory(infos: list[zipfile.ZipInfo], size: int, name: str) -> None:
    if len(infos) > MAX_PARTS:
        raise WorkbookRefused("too_many_parts", name=name, given=len(infos), limit=MAX_PARTS)
    total = sum(info.file_size for info in infos)
    if total > RATIO_FROM and total / max(size, 1) > MAX_RATIO:
        raise WorkbookRefused("zip_bomb", name=name, given=total // max(size, 1))
    if total > MAX_UNPACKED:
        raise WorkbookRefused("too_large", name=name, given=total >> 20, limit=MAX_UNPACKED >> 20)
    for info in infos:
        if info.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", info.filename):
            raise WorkbookRefused("bad_part_name", name=name, given=info.filename)
        if info.flag_bits & 0x1:
            raise WorkbookRefused("encrypted", name=name)


def _read(archive: zipfile.ZipFile, part: str) -> bytes:
    """Read a part, at most as long as the directory says: a lying directory must not unpack more."""
    info = archive.getinfo(part)
    with archive.open(info) as stream:
        content = stream.read(info.file_size + 1)
    if len(content) > info.file_size:
        raise ValueError("a part is longer than the directory says")
    return content


_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_doctype(content: bytes, part: str, name: str) -> None:
    """Refuse a part that declares a document type: entities grow without bound."""
    plain = content.replace(b"\0", b"") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else content
    if _DOCTYPE.search(plain):
        raise WorkbookRefused("doctype", name=name, given=part)


def _sniff_xlsx(archive: zipfile.ZipFile, content: bytes, name: str) -> Sniffed:
    notes = []
    for info in archive.infolist():
        part = info.filename
        if part.endswith("vbaProject.bin") and "macros" not in notes:
            notes.append("macros")
        if part.startswith("xl/externalLinks/") and "external_links" not in notes:
            notes.append("external_links")
    return Sniffed("xlsx", content, tuple(notes))


_FAR = re.compile(rb"\br\s*=\s*([\"'])(?![A-Z]\d{1,5}\1)(.*?)\1", re.DOTALL)
"""References that may lead far out: all but those of columns A to Z in the first 99 999 rows."""
_REFERENCE = re.compile(r"([A-Za-z]{0,7})(\d{1,10})")


def _check_outline(sheet: bytes, part: str, name: str) -> None:
    """Refuse a sheet whose last cell with content is so far out that the grid would not fit in memory.

    The reader takes references in small letters, in odd places and without a row of their own too.
    """
    if sheet[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise WorkbookRefused("broken", name=name)
    rows, columns = 1, 26
    for each in _FAR.finditer(sheet):
        given = _REFERENCE.fullmatch(each[2].decode("ascii", "replace"))
        if given is None:
            break
        rows = max(rows, int(given[2]))
        columns = max(columns, column_number(given[1].upper()) if given[1] else 1)
    else:
        if rows * columns <= MAX_AREA:
            return
    # Rows and cells that are only styled do no harm: look again, exactly, at those with content.
    _check_filled(sheet, part, name)


def _check_filled(sheet: bytes, part: str, name: str) -> None:
    rows = columns = 1
    row = column = 0
    lowest = widest = (1, 1)
    parsed = etree.iterparse(
        io.BytesIO(sheet), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    for event, element in parsed:
        kind = local(element)
        if kind == "row" and event == "start":
            row, column = _placed(element.get("r"), name)[0] or row + 1, 0
        elif kind == "c" and event == "end":
            own_row, own_column = _placed(element.get("r"), name)
            row, column = own_row or row, own_column or column + 1
            if any(local(each) in ("v", "is", "f") for each in element):
                lowest = (row, column) if row > rows else lowest
                widest = (row, column) if column > columns else widest
                rows, columns = max(rows, row), max(columns, column)
            element.clear()
        elif kind == "row":
            element.clear()
    if rows * columns > MAX_AREA:
        farthest = lowest if rows > 64 * columns else widest
        raise WorkbookRefused(
            "far_cell", name=name, sheet=part.rsplit("/", 1)[-1], given=reference(*farthest)
        )


def _placed(given: str | None, name: str) -> tuple[int, int]:
    """Row and column of a reference; 0 for what it does not say."""
    if given is None:
        return 0, 0
    found = _REFERENCE.fullmatch(given.strip())
    if found is None:
        raise WorkbookRefused("broken", name=name)
    return int(found[2]), column_number(found[1].upper()) if found[1] else 0


def _sniff_ods(archive: zipfile.ZipFile, content: bytes, name: str) -> Sniffed:
    if b"manifest:encryption-data" in _read(archive, "META-INF/manifest.xml"):
        raise WorkbookRefused("encrypted", name=name)
    if "mimetype" in archive.namelist():
        kind = _read(archive, "mimetype").decode("ascii", "replace").strip()
        if "spreadsheet" not in kind:
            raise WorkbookRefused(
                "not_a_workbook", name=name, kind="OpenDocument 文档", kind_en="an OpenDocument text"
            )
    body = _read(archive, "content.xml")
    refuse_doctype(body[:8192], "content.xml", name)
    _check_repeats(body, name)
    return Sniffed("ods", content)


def _check_repeats(body: bytes, name: str) -> None:
    """Refuse a sheet that says with a few words that a filled cell is repeated millions of times."""
    area = 0
    sheet = ""
    width = 0
    for event, element in etree.iterparse(
        io.BytesIO(body), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    ):
        kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if event == "start":
            if kind == "table":
                sheet, area = attribute(element, "name"), 0
            continue
        if kind in ("table-cell", "covered-table-cell"):
            if len(element) or attribute(element, "value-type"):
                width += int(attribute(element, "number-columns-repeated") or 1)
        elif kind == "table-row":
            area += width * int(attribute(element, "number-rows-repeated") or 1)
            width = 0
            element.clear()
            if area > MAX_AREA:
                raise WorkbookRefused("far_cell", name=name, sheet=sheet, given=str(area))


def _sniff_ole(content: bytes, name: str, password: str | None) -> Sniffed:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            streams = {"/".join(path) for path in ole.listdir()}
            book = next((each for each in ("Workbook", "Book") if each in streams), None)
            biff = ole.openstream(book).read() if book else b""
    except (*UNREADABLE, ValueError, IndexError, TypeError) as error:
        raise WorkbookRefused("broken", name=name) from error
    if "EncryptedPackage" in streams:
        return sniff(_decrypt(content, name, password), name)
    if not book:
        word = "WordDocument" in streams
        zh, en = ("Word 文档", "a Word document") if word else ("其他 Office 文件", "another Office file")
        raise WorkbookRefused("not_a_workbook", name=name, kind=zh, kind_en=en)
    look = look_at_biff(biff)
    if look.encrypted:
        opened = _decrypt(content, name, password)
        return sniff(opened, name) if opened != content else Sniffed("xls", opened)
    if look.area > MAX_AREA:
        raise WorkbookRefused("far_cell", name=name, sheet="", given=look.farthest)
    notes = ("macros",) if any("VBA" in each.upper() for each in streams) else ()
    return Sniffed("xls", content, notes)


def _decrypt(content: bytes, name: str, password: str | None) -> bytes:
    if not password:
        raise WorkbookRefused("encrypted", name=name)
    out = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(content))
        office.load_key(password=password)
        office.decrypt(out)
    except (InvalidKeyError, ValueError) as error:
        raise WorkbookRefused("wrong_password", name=name) from error
    except FileFormatError as error:
        raise WorkbookRefused("broken", name=name) from error
    return out.getvalue()


def _sniff_text(content: bytes, name: str) -> Sniffed:
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise WorkbookRefused("broken", name=name)
    if any(ord(char) < 32 and char not in "\t\r\n\f" for char in text[:65536]):
        raise WorkbookRefused("broken", name=name)
    head = text[:4096].lstrip().lower()
    if head.startswith(("<?xml", "<workbook")):
        if "urn:schemas-microsoft-com:office:spreadsheet" in head:
            refuse_doctype(text[:8192].encode(), name, name)
            return Sniffed("xml2003", content, encoding=encoding)
        if "<html" not in head:
            raise WorkbookRefused("not_a_workbook", name=name, kind="XML 文件", kind_en="an XML file")
    if re.match(r"<(!doctype html|html|table|meta|head|body|style|div|\?xml)", head):
        return Sniffed("html", content, encoding=encoding)
    return Sniffed("csv", content, encoding=encoding)


def _encodings(content: bytes) -> tuple[str, ...]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    return ("utf-8-sig", "gb18030")
