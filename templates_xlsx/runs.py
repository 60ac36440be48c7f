"""Signs and letters within one cell that have a format of their own (bold, red words): they keep it when it is filled.

A cell is drawn as runs; its pattern cuts them anew, so that each piece of the pattern has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from templates_xlsx.package import Package, local, parse_xml
from templates_xlsx.placeholders import PLACEHOLDER, Pattern


@dataclass(frozen=True)
class Run:
    """Text of one format. `format`: what the file says of it (`rPr`, as XML); '' for that of the cell."""

    text: str
    format: str = ""


Runs = tuple[Run, ...]


def runs_of(element: etree._Element) -> Runs:
    """Return the runs of a shared or inline text; () where it has but the cell's own format."""
    found = []
    for each in element:
        if local(each) not in ("r", "t"):
            continue
        parts = {local(part): part for part in each} if local(each) == "r" else {"t": each}
        drawn = parts.get("rPr")
        text = parts["t"].text or "" if "t" in parts else ""
        found.append(Run(text, etree.tostring(drawn, encoding="unicode") if drawn is not None else ""))
    return tuple(found) if any(each.format for each in found) else ()


def shared_runs(package: Package) -> dict[int, Runs]:
    """Return the shared texts of a workbook that have formats within, by their number."""
    relations = package.relations(package.workbook_part)
    part = next((target for kind, target in relations.values() if kind.endswith("/sharedStrings")), None)
    content = package.read(part) if part is not None and part in package.part_names else b""
    if b"rPr" not in content:
        return {}
    texts = (each for each in parse_xml(content) if local(each) == "si")
    return {number: runs for number, each in enumerate(texts) if (runs := runs_of(each))}


def spread(pattern: Pattern, drawn: Runs) -> tuple[Runs, ...]:
    """Return the runs of each piece of a pattern; a placeholder has one without text.

    () where the cell has one format, or the pattern is not that of the drawn text.
    """
    if not drawn:
        return ()
    text = "".join(each.text for each in drawn)
    formats = [each.format for each in drawn for _ in each.text]
    found: list[Runs] = []
    at = 0
    for each in pattern:
        if isinstance(each, str):
            if not text.startswith(each, at):
                return ()
            found.append(tuple(_cut(each, formats[at:])))
            at += len(each)
            continue
        match = PLACEHOLDER.match(text, at) if each.word else None
        start = match.start(1) if match else at
        found.append((Run("", formats[min(start, len(formats) - 1)]),))
        at = match.end() if match else at + len(each.blank)
    return tuple(found) if at == len(text) else ()


def _cut(text: str, formats: Sequence[str]) -> Iterator[Run]:
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or formats[end] != formats[start]:
            yield Run(text[start:end], formats[start])
            start = end


def dressed(pieces: Sequence[str], runs: tuple[Runs, ...]) -> str | Runs:
    """Return what a cell says, piece by piece of its pattern, in the formats that were drawn."""
    if not runs:
        return "".join(pieces)
    found: list[Run] = []
    for text, drawn in zip(pieces, runs, strict=True):
        own = drawn if text == "".join(each.text for each in drawn) else (Run(text, drawn[0].format),)
        for run in own:
            if found and found[-1].format == run.format:
                found[-1] = Run(found[-1].text + run.text, run.format)
            elif run.text:
                found.append(run)
    return tuple(found)


def plain_text(value: str | Runs) -> str:
    """Return the text alone."""
    return value if isinstance(value, str) else "".join(each.text for each in value)


def tallest(runs: Runs) -> float:
    """Return the largest size in points that runs name themselves, 0 where none does."""
    sizes = [
        float(part.get("val") or 0)
        for run in runs
        if run.format
        for part in parse_xml(run.format.encode())
        if local(part) == "sz"
    ]
    return max(sizes, default=0.0)


def to_json(runs: tuple[Runs, ...]) -> list[Any]:
    """Return the runs of a pattern's pieces as plain JSON."""
    return [[[each.text, each.format] for each in piece] for piece in runs]


def from_json(stored: Sequence[Any]) -> tuple[Runs, ...]:
    """Return the runs from their JSON."""
    return tuple(tuple(Run(*each) for each in piece) for piece in stored)
