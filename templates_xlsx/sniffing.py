"""What a file is, by its content and never by its name; runs in a reader process."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import olefile
from lxml import etree

from templates_xlsx.biff import look_at_biff
from templates_xlsx.extent import MAX_AREA, Extent, refuse_far, refuse_repeats
from templates_xlsx.guard import BROKEN_ZIP, OLE, look, open_archive
from templates_xlsx.outline import Outliner, SheetOutline
from templates_xlsx.package import pieces
from templates_xlsx.refusals import WorkbookRefused

UNREADABLE = (*BROKEN_ZIP, etree.XMLSyntaxError, RecursionError)
_DAMAGED = (*UNREADABLE, AssertionError, AttributeError, IndexError, KeyError, TypeError)
"""What the readers of old containers raise, besides, at a damaged one."""


@dataclass(frozen=True)
class Sniffed:
    """What a file is.

    Attributes:
        format: as in `Book.format`.
        content: decrypted where a password was given.
        outlines: part -> outline of each sheet, taken on the way (.xlsx only).
    """

    format: str
    content: bytes
    notes: tuple[str, ...] = ()
    encoding: str = ""
    outlines: Mapping[str, SheetOutline] = field(default_factory=dict)


def sniff(content: bytes, name: str, password: str | None = None) -> Sniffed:
    """Tell by content what a file is, and refuse what is no workbook or not safe to read.

    Raises:
        WorkbookRefused: see its codes.
    """
    look(content, name)
    if content[:2] == b"PK":
        return _sniff_zip(content, name)
    if content[:8] == OLE:
        return _sniff_ole(content, name, password)
    return _sniff_text(content, name)


def _sniff_zip(content: bytes, name: str) -> Sniffed:
    with open_archive(content, name) as archive:
        infos = archive.infolist()
        names = {info.filename for info in infos}
        try:
            # Whatever the archive calls its parts, and even if it is two kinds of workbook at once.
            outlines = {}
            for info in infos:
                outline = _look_at_part(archive, info, name)
                if outline is not None:
                    outlines[info.filename] = outline
            if "META-INF/manifest.xml" in names and "content.xml" in names:
                return _sniff_ods(archive, content, name)
            if "xl/workbook.bin" in names:
                raise WorkbookRefused("binary_workbook", name=name)
            if any(each.startswith("xl/") for each in names):
                return _sniff_xlsx(names, content, outlines)
        except (*UNREADABLE, RuntimeError, KeyError) as error:
            raise WorkbookRefused("broken", name=name) from error
    zh, en = "压缩包", "an archive"
    if any(each.startswith("word/") for each in names):
        zh, en = "Word 文档", "a Word document"
    elif any(each.startswith("ppt/") for each in names):
        zh, en = "演示文稿", "a presentation"
    elif "OFD.xml" in names:
        zh, en = "OFD 版式文件", "an OFD document"
    raise WorkbookRefused("not_a_workbook", name=name, kind=zh, kind_en=en)


def _look_at_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> SheetOutline | None:
    """Refuse a part that is not safe; return the outline of one that lies where sheets do.

    A large sheet is unpacked once for all that is wanted of it before the reader of grids.
    """
    part = info.filename
    is_xml = part.endswith((".xml", ".rels", ".vml"))
    is_sheet = part.startswith("xl/worksheets/") and is_xml
    extent, outliner = Extent(), Outliner() if is_sheet else None
    wide = False
    for number, piece in enumerate(pieces(archive, info, b"row>" if is_sheet else b">")):
        if number == 0:
            wide = piece[:2] in (b"\xff\xfe", b"\xfe\xff")
            counted = _COUNT.search(piece)
            if counted and int(counted[1]) > info.file_size:
                raise WorkbookRefused("broken", name=name)
        if is_xml:
            refuse_doctype(piece.replace(b"\0", b"") if wide else piece, part, name)
        is_sheet = is_sheet or b"sheetData" in piece
        if is_sheet and wide:
            raise WorkbookRefused("broken", name=name)
        if is_sheet:
            extent.see(piece)
        if outliner is not None:
            outliner.see(piece)
    if is_sheet and extent.doubtful:
        with archive.open(info) as stream:
            refuse_far(stream, part, name)
    return outliner.outline if outliner is not None else None


_COUNT = re.compile(rb"uniqueCount\s*=\s*[\"']\s*(\d{1,30})")
"""Texts that a workbook says it shares; the reader of grids reserves room for as many as it is told."""
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_doctype(content: bytes, part: str, name: str) -> None:
    """Refuse a part that declares a document type: entities grow without bound."""
    if b"!" in content and _DOCTYPE.search(content):
        raise WorkbookRefused("doctype", name=name, given=part)


def _sniff_xlsx(names: set[str], content: bytes, outlines: dict[str, SheetOutline]) -> Sniffed:
    notes = []
    if any(part.endswith("vbaProject.bin") for part in names):
        notes.append("macros")
    if any(part.startswith("xl/externalLinks/") for part in names):
        notes.append("external_links")
    return Sniffed("xlsx", content, tuple(notes), outlines=outlines)


def _sniff_ods(archive: zipfile.ZipFile, content: bytes, name: str) -> Sniffed:
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise WorkbookRefused("cannot_decrypt", name=name)
    if "mimetype" in archive.namelist():
        kind = archive.read("mimetype").decode("ascii", "replace").strip()
        if "spreadsheet" not in kind:
            raise WorkbookRefused(
                "not_a_workbook", name=name, kind="OpenDocument 文档", kind_en="an OpenDocument text"
            )
    with archive.open("content.xml") as body:
        refuse_repeats(body, name)
    return Sniffed("ods", content)


def _sniff_ole(content: bytes, name: str, password: str | None) -> Sniffed:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            streams = {"/".join(path) for path in ole.listdir()}
            book = next((each for each in ("Workbook", "Book") if each in streams), None)
            biff = ole.openstream(book).read() if book else b""
    except _DAMAGED as error:
        raise WorkbookRefused("broken", name=name) from error
    if "EncryptedPackage" in streams:
        return sniff(_decrypt(content, name, password), name)
    if not book:
        word = "WordDocument" in streams
        zh, en = ("Word 文档", "a Word document") if word else ("其他 Office 文件", "another Office file")
        raise WorkbookRefused("not_a_workbook", name=name, kind=zh, kind_en=en)
    look_ = look_at_biff(biff)
    if look_.encrypted:
        opened = _decrypt(content, name, password)
        return sniff(opened, name) if opened != content else Sniffed("xls", opened)
    if look_.area > MAX_AREA:
        raise WorkbookRefused("far_cell", name=name, sheet="", given=look_.farthest)
    notes = ("macros",) if any("VBA" in each.upper() for each in streams) else ()
    return Sniffed("xls", content, notes)


def _decrypt(content: bytes, name: str, password: str | None) -> bytes:
    if not password:
        raise WorkbookRefused("encrypted", name=name)
    # Slow to import, and seldom needed.
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    out = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(content))
        # Only the newer kind verifies when asked to; the older ones always do.
        office.load_key(password=password, **({"verify_password": True} if office.format == "ooxml" else {}))
        office.decrypt(out)
    except InvalidKeyError as error:
        raise WorkbookRefused("wrong_password", name=name) from error
    except MemoryError:
        raise
    except Exception as error:
        # At a damaged file it raises whatever its parsers do, its own and expat's.
        raise WorkbookRefused("cannot_decrypt", name=name) from error
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
    head = content[:4096]
    if b"\0" in head:
        # Wide text without its mark: delimiters and line ends have their empty half on one side.
        return ("utf-16-be",) if head[::2].count(0) > head[1::2].count(0) else ("utf-16-le",)
    return ("utf-8-sig", "gb18030")
