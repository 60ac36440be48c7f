"""What the reader of grids does not tell of an .xlsx: widths, heights, hidden rows, formula troubles, printed lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from templates_xlsx.looks_xlsx import Drawn
from templates_xlsx.package import Package, local, parse_xml

_COLUMN = re.compile(rb"<(?:[\w.-]+:)?col\s([^>]*?)/?>")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\s([^>]*?)/?>")
_TROUBLE = re.compile(rb"<(?:[\w.-]+:)?c\s([^>]*?)(?<!/)>(.*?)</(?:[\w.-]+:)?c>", re.DOTALL)
_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s>/]")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]+\d+)[\"']")
_NUMBER = re.compile(rb"\b(min|max|width|r)\s*=\s*[\"']([\d.]+)[\"']")
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v\s*>([^<]*)")


@dataclass(frozen=True)
class SheetOutline:
    """Column -> width in characters; hidden rows; formulas saved without a value; cells with an error; printed lines.

    `heights` and `styles` (style numbers of cells) tell of the first rows only.
    """

    widths: Mapping[int, float] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    uncached: frozenset[str] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)
    printed: tuple[str, ...] = ()
    heights: Mapping[int, float] = field(default_factory=dict)
    styles: Mapping[tuple[int, int], int] = field(default_factory=dict)


class Outliner:
    """Takes the outline from a sheet's text without parsing it: this runs over every large ledger."""

    def __init__(self) -> None:
        self._widths: dict[int, float] = {}
        self._hidden: set[int] = set()
        self._uncached: set[str] = set()
        self._errors: dict[str, str] = {}
        self._printed: list[str] = []
        self._above, self._below = True, False
        self._prefixed = False
        self._drawn = Drawn()

    def see(self, piece: bytes) -> None:
        """Take in the next piece of the text; no row is cut in two."""
        since = 0
        if self._above:
            start = re.search(rb"<(?:[\w.-]+:)?sheetData\b(\s*/)?", piece)
            since = start.end() if start else len(piece)
            self._below = start is not None and start[1] is not None
            self._above = start is None
            self._prefixed = start is not None and b":" in start[0]
            _widths(piece[: start.start()] if start else piece, self._widths)
        self._drawn.see(piece)
        # Letters that the cells of most sheets lack are looked for first: one letter is found ten times as fast.
        if b"h" in piece and b"hidden" in piece:
            for match in _ROW.finditer(piece):
                if _HIDDEN.search(match[1]):
                    number = dict(_NUMBER.findall(match[1])).get(b"r", b"")
                    self._hidden.add(int(number) if number.isdigit() else 0)
        # Most sheets have neither formulas nor errors: plain searches settle it.
        quoted = b"e" in piece and (b'"e"' in piece or (b"'" in piece and b"'e'" in piece))
        if quoted or self._prefixed or (b"f" in piece and b"<f" in piece):
            _troubles(piece, self._uncached, self._errors)
        self._below = self._below or (b"h" in piece and piece.find(b"sheetData", since) >= 0)
        if self._below:
            self._printed.extend(_header_lines(piece))

    @property
    def outline(self) -> SheetOutline:
        return SheetOutline(
            self._widths,
            frozenset(self._hidden - {0}),
            frozenset(self._uncached),
            self._errors,
            tuple(self._printed),
            self._drawn.heights,
            self._drawn.styles,
        )


def outline_of(pieces: Iterable[bytes]) -> SheetOutline:
    """Return the outline of a sheet whose text comes in pieces."""
    outliner = Outliner()
    for piece in pieces:
        outliner.see(piece)
    return outliner.outline


def _widths(head: bytes, widths: dict[int, float]) -> None:
    for match in _COLUMN.finditer(head):
        numbers = dict(_NUMBER.findall(match[1]))
        if b"min" in numbers and b"max" in numbers and b"width" in numbers:
            first, last = int(numbers[b"min"]), min(int(numbers[b"max"]), 702)
            widths.update(dict.fromkeys(range(first, last + 1), float(numbers[b"width"])))


def _troubles(piece: bytes, uncached: set[str], errors: dict[str, str]) -> None:
    if not _FORMULA.search(piece) and not _ERROR.search(piece):
        return
    for match in _TROUBLE.finditer(piece):
        is_error = _ERROR.search(b" " + match[1])
        if is_error is None and not _FORMULA.search(match[2]):
            continue
        where = _REFERENCE.search(match[1])
        if where is None:
            continue
        value = _VALUE.search(match[2])
        if is_error:
            errors[where[1].decode()] = value[1].decode("utf-8", "replace") if value else "#N/A"
        elif value is None:
            uncached.add(where[1].decode())


_TEXT_PARTS = re.compile(
    r"^xl/(?:drawings/[^/]+\.(?:xml|vml)|comments/?[^/]*\.xml|threadedComments/[^/]+\.xml)$"
)
_HEADER = re.compile(rb"<(?:[\w.-]+:)?(?:odd|even|first)(?:Header|Footer)[^>]*>(.*?)</", re.DOTALL)
_HEADER_CODES = re.compile(r"&(?:[LCR]|\"[^\"]*\"|K[0-9A-Fa-f]{6}|\d+|[A-Z])")


def printed_lines(package: Package, outlines: Iterable[SheetOutline]) -> Iterator[tuple[str, str]]:
    """Yield (place, line) of what a person reads beside the cells: headers, footers, notes, drawn boxes."""
    for outline in outlines:
        yield from (("页眉页脚", line) for line in outline.printed)
    for part in sorted(package.part_names):
        if _TEXT_PARTS.match(part):
            try:
                root = parse_xml(package.read(part))
            except ValueError:
                continue  # vml of Office is not always well-formed; what it draws stands in the other parts too
            yield from ((("文本框" if "drawing" in part else "批注"), line) for line in _paragraphs(root))


def _header_lines(piece: bytes) -> Iterator[str]:
    if b"Header" not in piece and b"Footer" not in piece:
        return
    for match in _HEADER.finditer(piece):
        text = match[1].decode("utf-8", "replace").replace("&amp;", "&")
        yield from _HEADER_CODES.sub("\n", text).splitlines()


def _paragraphs(root: etree._Element) -> Iterator[str]:
    """Yield the text of each paragraph (a:p, or a whole note), however it is cut into runs."""
    holders = [each for each in root.iter() if local(each) in ("p", "comment", "threadedComment", "div")]
    for holder in holders:
        text = "".join(
            each.text or "" for each in holder.iter() if local(each) in ("t", "text", "font", "div")
        )
        yield from text.splitlines()
