"""Places: what one office does otherwise than the shipped rules say, as a folder of files and no code.

`workflows/places/NAME/` holds `place.yaml` (name, document, differences with the sentence of the document each rests on
and the test that proves it) and the diagrams, decisions, forms, templates and tests that stand in the place of the shipped
ones of the same name, or beside them. An office's own package is such a folder anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, ClassVar

import yaml

from forms.faults import Refused
from workflows.admission import shipped
from workflows.engine import FileReport, Source, check
from workflows.engine.diagram_tests import SUFFIX, load_tests
from workflows.usecases import diagram_tests, templates

DESCRIPTION = "place.yaml"
SUFFIXES = (".bpmn", ".dmn", ".form", ".xlsx", SUFFIX)
LARGEST = 8 * 1024 * 1024  # bytes of one file of a package
_KEYS = ("name", "order", "about", "source", "differences", "left")
_DIFFERENCE_KEYS = ("what", "sentence", "told", "source", "files", "proof")


class PlaceUnknown(Refused):
    """No package of this name, and no folder either. Facts: given, known."""

    zh: ClassVar[str] = "没有规则包“{given}”，可用：{known}；本单位自己的规则包写它的文件夹"
    en: ClassVar[str] = "There is no package {given}; known: {known}. For one of your own name its folder"


class PlaceUnreadable(Refused):
    """The description of a package cannot be used. Facts: folder, why, why_en."""

    zh: ClassVar[str] = "规则包“{folder}”的 place.yaml 有误：{why}"
    en: ClassVar[str] = "place.yaml of the package {folder} is wrong: {why_en}"


@dataclass(frozen=True)
class Difference:
    """One thing a place does otherwise: the words of its document, the files that do it, the cases that prove it.

    `told`: the document is told in other words, not quoted.
    """

    what: str
    sentence: str
    told: bool
    source: str
    files: tuple[str, ...]
    proof: tuple[tuple[str, str], ...]  # (file of tests, name of the case)


@dataclass(frozen=True)
class Place:
    """A package: its description, and its files by name."""

    key: str
    name: str
    order: int
    about: str
    differences: tuple[Difference, ...]
    left: tuple[str, ...]
    """What the document also says and no file of the package does."""
    files: Mapping[str, Source]
    description: bytes = b""

    def own(self) -> list[Source]:
        """The files of the package, by name."""
        return [self.files[name] for name in sorted(self.files)]

    def sources(self) -> list[Source]:
        """All that an office of this place deploys: what is shipped, with the package over it."""
        return shipped.overlaid(self.own())


def shipped_places() -> list[Place]:
    """The packages that are shipped, in their order."""
    root = files("workflows") / "places"
    folders = [each for each in root.iterdir() if each.is_dir() and (each / DESCRIPTION).is_file()]
    return sorted((load(folder) for folder in folders), key=lambda place: place.order)


def find(given: str) -> Place:
    """A shipped package by its key, or the one in a folder. Raises `PlaceUnknown`, `PlaceUnreadable`."""
    known = {place.key: place for place in shipped_places()}
    if given in known:
        return known[given]
    folder = Path(given)
    if not (folder / DESCRIPTION).is_file():
        raise PlaceUnknown(given=given, known="、".join(known))
    return load(folder)


def load(folder: Traversable) -> Place:
    """Read a package. Raises `PlaceUnreadable`."""
    reader = _Reader(folder.name)
    description = (folder / DESCRIPTION).read_bytes()
    said = reader.description(description)
    found = {}
    for item in folder.iterdir():
        if item.name.endswith(SUFFIXES) and item.is_file():
            content = item.read_bytes()
            if len(content) > LARGEST:
                raise reader.wrong(f"{item.name} 超过 8 MB", f"{item.name} is larger than 8 MB")
            found[item.name] = Source(item.name, content)
    return Place(
        key=folder.name,
        name=reader.text(said, "name"),
        order=int(said.get("order") or 0),
        about=reader.text(said, "about", ""),
        differences=tuple(reader.difference(each, said.get("source")) for each in said["differences"]),
        left=tuple(str(each) for each in said.get("left") or ()),
        files=found,
        description=description,
    )


class _Reader:
    """Reads a description; what is wrong is told with its place."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def wrong(self, zh: str, en: str) -> PlaceUnreadable:
        return PlaceUnreadable(folder=self.folder, why=zh, why_en=en)

    def description(self, content: bytes) -> dict[str, Any]:
        try:
            text = content.decode("utf-8-sig")
            for token in yaml.scan(text, Loader=yaml.SafeLoader):
                if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                    raise self.wrong("不支持 YAML 锚点与别名", "anchors and aliases of YAML are not taken")
            said = yaml.safe_load(text)
        except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
            raise self.wrong("不是有效的 YAML", "not valid YAML") from error
        self.mapping(said, _KEYS, DESCRIPTION)
        if not isinstance(said.get("differences"), list):
            raise self.wrong("缺少 differences 列表", "a list named differences is wanted")
        return dict(said)

    def mapping(self, said: Any, keys: Iterable[str], where: str) -> None:
        known = "、".join(keys)
        if not isinstance(said, dict):
            raise self.wrong(f"{where} 应为 {known}", f"{where} is a mapping of {known}")
        for key in said:
            if key not in keys:
                raise self.wrong(
                    f"{where} 中不认识的项“{key}”，可用：{known}", f"unknown key {key} in {where}"
                )

    def text(self, said: Mapping[str, Any], key: str, otherwise: str | None = None) -> str:
        found = said.get(key, otherwise)
        if not isinstance(found, str) or (otherwise is None and not found.strip()):
            raise self.wrong(f"{key} 应为文字", f"{key} must be a text")
        return found.strip()

    def difference(self, said: Any, source: Any) -> Difference:
        self.mapping(said, _DIFFERENCE_KEYS, "differences")
        proof = []
        for each in said.get("proof") or ():
            if not isinstance(each, dict) or len(each) != 1:
                raise self.wrong("proof 每项应为 测试文件: 用例名", "each proof is FILE: CASE")
            proof += [(str(file), str(case)) for file, case in each.items()]
        return Difference(
            what=self.text(said, "what"),
            sentence=self.text(said, "sentence"),
            told=said.get("told") is True,
            source=self.text({"source": said.get("source") or source}, "source"),
            files=tuple(str(each) for each in said.get("files") or ()),
            proof=tuple(proof),
        )


# ------------------------------------------------------------------ is it whole?
def verify(place: Place) -> list[str]:
    """What is wrong with a package, a Chinese sentence each: its files, their tests, and what it says of them."""
    return [*_told(place), *(f"{file}：{zh}" for file, zh in _findings(place))]


def _told(place: Place) -> Iterator[str]:
    """Where description and files do not fit: every file rests on a sentence, every difference is proved."""
    rested = {name for each in place.differences for name in each.files}
    for name in sorted(place.files):
        if not name.endswith(SUFFIX) and name not in rested:
            yield f"{name}：没有写明它依据文件的哪一句"
    cases = {
        (source.name, case.name)
        for source in place.sources()
        if source.kind == "yaml"
        for case in load_tests(source).cases
    }
    for each in place.differences:
        for name in each.files:
            if name not in place.files:
                yield f"“{each.what}”：规则包里没有 {name}"
        if not each.proof:
            yield f"“{each.what}”：没有写明由哪个用例证明"
        for file, case in each.proof:
            if (file, case) not in cases:
                yield f"“{each.what}”：{file} 里没有用例“{case}”"


def _findings(place: Place) -> Iterator[tuple[str, str]]:
    """Findings of the deployment check and of all tests that the files of the package concern."""
    own = place.own()
    beside = [source for source in place.sources() if source.name not in place.files]
    drawn = [source for source in own if source.kind in ("bpmn", "dmn", "form")]
    reports = list(check(drawn, beside, shipped.known())) if drawn else []
    forms = [source for source in place.sources() if source.kind == "form"]
    for source in own:
        if source.kind == "xlsx":
            printed = templates.printed_on(forms, templates.key_of(source))
            reports.append(templates.report(source, printed))
    yield from _errors(reports)
    if all(report.deployable for report in reports):
        stored = [source for source in beside if source.kind == "yaml"]
        tests = diagram_tests.findings(own, beside, stored, demanded=True)
        yield from _errors(FileReport(name, tuple(found)) for name, found in tests.items())


def _errors(reports: Iterable[FileReport]) -> Iterator[tuple[str, str]]:
    for report in reports:
        for finding in report.findings:
            yield report.file, finding.zh
