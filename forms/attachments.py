"""Looking at an attached file by its content: what it is, whether it is whole, whether it is marked secret.

The name only decides between brothers (doc and wps, xls and et, jpg and jpeg); what a name says against the
content is refused. Nothing is unpacked to disk, run, or fetched.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import filetype
import olefile

from forms.attached_text import UnreadableFile, ofd_lines, office_lines, ole_lines, pdf_lines
from forms.faults import Refused
from forms.secrecy import ConfidentialRefused, first_mark, mark_in_name

__all__ = ["KINDS_TAKEN", "ConfidentialRefused", "FileRefused", "Inspected", "inspect"]

KINDS_TAKEN: dict[str, str] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "wps": "application/vnd.ms-works",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "et": "application/vnd.ms-excel",
    "jpg": "image/jpeg",
    "png": "image/png",
}
"""Kind -> media type of what is taken."""

_BROTHERS = {
    "doc": {"doc", "wps", "docx", "rtf"},
    "docx": {"docx", "doc", "wps"},
    "xls": {"xls", "et", "xlsx"},
    "xlsx": {"xlsx", "xls", "et"},
    "jpg": {"jpg", "jpeg", "jpe"},
    "png": {"png"},
    "pdf": {"pdf"},
    "ofd": {"ofd"},
}
"""Kind by content -> suffixes that may stand on it (offices rename, and WPS keeps Microsoft's formats)."""

SIZE_LIMIT = 50 * 1024 * 1024
PARTS_LIMIT = 5000
UNPACKED_LIMIT = 200 * 1024 * 1024
RATIO_LIMIT = 200

_REASONS: dict[str, tuple[str, str]] = {
    "empty": ("文件是空的", "it is empty"),
    "too_large": ("文件超过 {limit} MB", "it is larger than {limit} MB"),
    "unknown": (
        "不是可接收的类型(pdf、ofd、doc、docx、wps、xls、xlsx、et、jpg、png)",
        "it is none of pdf, ofd, doc, docx, wps, xls, xlsx, et, jpg, png",
    ),
    "name": ("扩展名与内容不符，内容是 {kind}", "its suffix does not fit its content, which is {kind}"),
    "broken": ("文件已损坏，无法打开", "it is damaged and cannot be opened"),
    "encrypted": ("文件已加密，请去掉密码后再上传", "it is encrypted; remove the password first"),
    "macros": ("文件含有宏，请另存为不含宏的文件", "it holds macros; save it without them"),
    "bomb": ("压缩内容异常", "its compressed content is abnormal"),
}


class FileRefused(Refused):
    """A file is not taken. Facts: name, code (a key of `_REASONS`), reason, reason_en."""

    zh = "文件 {name} 不能接收：{reason}"
    en = "File {name} is not accepted: {reason_en}"

    def __init__(self, name: str, code: str, **facts: object) -> None:
        zh, en = _REASONS[code]
        super().__init__(
            name=name, code=code, reason=zh.format(**facts), reason_en=en.format(**facts), **facts
        )


@dataclass(frozen=True)
class Inspected:
    """What a file is, by content: a key of `KINDS_TAKEN`, and its media type."""

    kind: str
    media_type: str


def inspect(name: str, content: bytes, *, limit: int | None = None) -> Inspected:
    """Look at a file.

    Args:
        name: as the browser gave it; it may hold a path.
        limit: bytes; `SIZE_LIMIT` where none is given.

    Raises:
        FileRefused: empty, too large, of a type that is not taken, damaged, encrypted, with macros.
        ConfidentialRefused: its name, or a line, header or footer in it, carries a secrecy mark.
    """
    most = SIZE_LIMIT if limit is None else limit
    if mark_in_name(name) is not None:
        raise ConfidentialRefused(where="文件名")
    if not content:
        raise FileRefused(name, "empty")
    if len(content) > most:
        raise FileRefused(name, "too_large", limit=max(1, most // (1024 * 1024)))
    kind, lines = _look(name, content)
    suffix = name.rsplit(".", 1)[-1].strip().lower() if "." in name else ""
    if suffix and suffix not in _BROTHERS[kind]:
        raise FileRefused(name, "name", kind=kind)
    try:
        if first_mark(lines) is not None:
            raise ConfidentialRefused(where="文件内容")
    except UnreadableFile as error:
        raise FileRefused(name, error.code) from None
    named = suffix if suffix in ("wps", "et") and kind in ("doc", "xls") else kind
    return Inspected(named, KINDS_TAKEN[named])


def _look(name: str, content: bytes) -> tuple[str, Iterator[str]]:
    """Return the kind by content, and the lines of text in it (read as they are asked for)."""
    if b"%PDF-" in content[:1024]:
        return "pdf", pdf_lines(content)
    if content[:4] == b"PK\x03\x04":
        return _look_into_zip(name, content)
    if content[:8] == olefile.MAGIC:
        return _look_into_ole(name, content)
    guessed = filetype.guess(content[:8192])
    extension = guessed.extension if guessed is not None else ""
    if extension in ("jpg", "png"):
        if not _whole_picture(extension, content):
            raise FileRefused(name, "broken")
        return extension, iter(())
    raise FileRefused(name, "unknown")


def _whole_picture(extension: str, content: bytes) -> bool:
    if extension == "png":
        return b"IHDR" in content[:32] and b"IEND" in content[-64:]
    return b"\xff\xd9" in content[-4096:]


def _look_into_zip(name: str, content: bytes) -> tuple[str, Iterator[str]]:
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileRefused(name, "broken") from None
    unpacked = sum(each.file_size for each in parts)
    if (
        len(parts) > PARTS_LIMIT
        or unpacked > UNPACKED_LIMIT
        or any(
            each.file_size > 1024 * 1024 and each.file_size > RATIO_LIMIT * max(1, each.compress_size)
            for each in parts
        )
    ):
        raise FileRefused(name, "bomb")
    if any(each.flag_bits & 1 for each in parts):
        raise FileRefused(name, "encrypted")
    names = {each.filename for each in parts}
    if any(each.lower().endswith("vbaproject.bin") for each in names):
        raise FileRefused(name, "macros")
    if "word/document.xml" in names:
        return "docx", office_lines(package, "word/")
    if "xl/workbook.xml" in names:
        return "xlsx", office_lines(package, "xl/")
    if "OFD.xml" in names:
        return "ofd", ofd_lines(package)
    raise FileRefused(name, "unknown")


def _look_into_ole(name: str, content: bytes) -> tuple[str, Iterator[str]]:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            paths = ["/".join(path) for path in file.listdir(streams=True, storages=True)]
            streams = {path for path in paths if file.get_type(path) == olefile.STGTY_STREAM}
            if "EncryptedPackage" in streams:
                raise FileRefused(name, "encrypted")
            if any(
                path.split("/")[0] in ("_VBA_PROJECT_CUR", "Macros") or path.endswith("/VBA")
                for path in paths
            ):
                raise FileRefused(name, "macros")
            kind = "doc" if "WordDocument" in streams else "xls" if streams & {"Workbook", "Book"} else ""
            wanted = sorted(
                streams & {"WordDocument", "1Table", "0Table", "Workbook", "Book", "\x05SummaryInformation"}
            )
            bodies = [file.openstream(path).read() for path in wanted]
    except (OSError, ValueError, IndexError):
        raise FileRefused(name, "broken") from None
    if not kind:
        raise FileRefused(name, "unknown")
    return kind, chain.from_iterable(ole_lines(body) for body in bodies)
