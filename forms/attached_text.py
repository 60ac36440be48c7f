"""The lines of text in an attached file, for finding secrecy marks: body, headers, footers, cells.

Not for reading: order and completeness do not matter, only that a mark that stands as a line is seen as one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree

PAGES_AT_MOST = 300
_HEADER_CODES = re.compile(r"&(?:[LCR]|\"[^\"]*\"|[BIUESXYPNDTFAGZ]|\d{1,3}|K[0-9A-F]{6})")
_RUN_16 = re.compile(
    r"[\u0020-\u007e\u00b7\u2018-\u2026\u2605\u2606\u203b\u25a0-\u25cf\u2611\u3000-\u3017\u4e00-\u9fff\uff01-\uff5e]{2,}"
)


class UnreadableFile(Exception):
    """The file cannot be looked into. `code` is a reason of `forms.attachments`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def office_lines(package: zipfile.ZipFile, folder: str) -> Iterator[str]:
    """Yield the paragraphs of a docx, or the cells, headers and drawn texts of an xlsx."""
    for name in package.namelist():
        if name.endswith(".xml") and name.startswith((folder, "docProps/")):
            yield from _xml_lines(_part(package, name))


_LINE_TAGS = frozenset(
    [
        "p",
        "si",
        "is",
        "oddHeader",
        "oddFooter",
        "evenHeader",
        "evenFooter",
        "firstHeader",
        "firstFooter",
        "text",
        "title",
        "subject",
        "keywords",
        "description",
        "category",
        "lpwstr",
        "TextObject",
        "TextCode",
    ]
)
"""Elements that stand for a line: of WordprocessingML, SpreadsheetML, DrawingML, properties, OFD."""


def ofd_lines(package: zipfile.ZipFile) -> Iterator[str]:
    """Yield the texts of an ofd: each text object, and each run in it."""
    for name in package.namelist():
        if name.lower().endswith(".xml"):
            yield from _xml_lines(_part(package, name))


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        return package.read(name)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise UnreadableFile("broken") from None


def _xml_lines(part: bytes) -> Iterator[str]:
    """Yield the texts of all elements that stand for a line, whatever their namespace."""
    if b"<!DOCTYPE" in part[:4096] or b"<!ENTITY" in part[:4096]:
        raise UnreadableFile("broken")
    try:
        events = etree.iterparse(
            io.BytesIO(part),
            events=("end",),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        for _, element in events:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if tag.rpartition("}")[2] in _LINE_TAGS:
                text = _HEADER_CODES.sub("\n", "".join(_pieces(element)))
                yield from _lines(text)
    except etree.XMLSyntaxError:
        raise UnreadableFile("broken") from None


def _pieces(element: etree._Element) -> Iterator[str]:
    """Yield the texts inside an element; breaks and tabs become line breaks."""
    for each in element.iter():
        if not isinstance(each.tag, str):
            continue
        if each.tag.rpartition("}")[2] in ("br", "cr", "tab"):
            yield "\n"
        if each.text:
            yield each.text


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip():
            yield line


def ole_lines(body: bytes) -> Iterator[str]:
    """Yield runs of text in a stream of an old doc or xls: UTF-16 at both alignments, and GB 18030."""
    for text in (
        body.decode("utf-16-le", "replace"),
        body[1:].decode("utf-16-le", "replace"),
        body.decode("gb18030", "replace"),
    ):
        yield from (each for run in _RUN_16.findall(text) if "密" in run for each in _with_parts(run))


def _with_parts(run: str) -> Iterable[str]:
    """A cell's text may stick to bytes that read as signs before or behind it."""
    return (
        run,
        run.strip(
            "!\"#$%&'*+,-./0123456789;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~ "
        ),
    )


def pdf_lines(content: bytes) -> Iterator[str]:
    """Yield the lines of a pdf's pages, where it holds text (a scan holds none)."""
    from pypdf import PdfReader  # with its cryptography a tenth of the server's memory: taken when a pdf is
    from pypdf.errors import FileNotDecryptedError

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile("encrypted")
        pages = len(reader.pages)
    except (UnreadableFile, FileNotDecryptedError):
        raise UnreadableFile("encrypted") from None
    except Exception:  # pypdf raises what it likes on a damaged file
        raise UnreadableFile("broken") from None
    if pages == 0:
        raise UnreadableFile("broken")
    for number in range(min(pages, PAGES_AT_MOST)):
        try:
            text = reader.pages[number].extract_text()
        except Exception:  # noqa: S112 - one damaged page does not condemn a scan
            continue
        yield from _lines(text)
