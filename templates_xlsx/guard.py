"""The look at an uploaded file before any reader is asked: what plainly is no table, and what the archive's directory says.

Nothing is unpacked and nothing is parsed here but the directory: this runs in the serving process. All else is done
by a reader process (`templates_xlsx.readers`), within limits.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib

from templates_xlsx.refusals import WorkbookRefused

MAX_UNPACKED = 200 << 20
MAX_RATIO = 200
"""An archive that unpacks to more than this many times its size is no table; small ones are let be."""
RATIO_FROM = 10 << 20
MAX_PARTS = 2000
MAX_DIRECTORY = MAX_PARTS * 512
"""Bytes of an archive's directory that are read at all: a megabyte of it would be a million parts."""

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
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
)


def look(content: bytes, name: str) -> None:
    """Refuse what is no table by its first bytes, and an archive whose directory is not safe to unpack.

    Raises:
        WorkbookRefused: empty, not_a_workbook, broken, too_many_parts, zip_bomb, too_large, bad_part_name.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise WorkbookRefused("empty", name=name)
    if content[:2] == b"PK":
        open_archive(content, name).close()
        return
    for magic, zh, en in FOREIGN:
        if content.startswith(magic):
            raise WorkbookRefused("not_a_workbook", name=name, kind=zh, kind_en=en)


def open_archive(content: bytes, name: str) -> zipfile.ZipFile:
    """Return the archive, its directory looked at.

    Raises:
        WorkbookRefused: see `look`.
    """
    end = content.rfind(b"PK\x05\x06", max(len(content) - 66000, 0))
    if end >= 0 and len(content) >= end + 22:
        size = struct.unpack_from("<I", content, end + 12)[0]
        # 0xFFFFFFFF says that the size stands elsewhere: no table is so large.
        if size > MAX_DIRECTORY:
            raise WorkbookRefused("too_many_parts", name=name, given=size // 46, limit=MAX_PARTS)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (*BROKEN_ZIP, IndexError, struct.error) as error:
        raise WorkbookRefused("broken", name=name) from error
    _check_directory(archive.infolist(), len(content), name)
    return archive


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
