"""Looking at an attached file by its content."""

from __future__ import annotations

from dataclasses import dataclass

from forms.faults import Refused


class FileRefused(Refused):
    """A file is broken, too large, or of a type that is not taken. Facts: name, reason."""

    zh = "文件 {name} 不能接收:{reason}"
    en = "File {name} is not accepted: {reason_en}"


@dataclass(frozen=True)
class Inspected:
    """What a file is, by content: kind (pdf, ofd, doc, docx, wps, xls, xlsx, et, jpg, png), media type."""

    kind: str
    media_type: str


def inspect(name: str, content: bytes, *, limit: int | None = None) -> Inspected:
    """Look at a file. Raises FileRefused, ConfidentialRefused."""
    raise NotImplementedError
