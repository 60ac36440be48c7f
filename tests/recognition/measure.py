"""Draw, read, bind, compare; confirm once, read another file of the layout, compare again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from forms.binding import bind
from forms.feel.calendar import china
from forms.feel.world import World
from forms.fields import Form
from forms.schema import load_form
from forms.setting import Setting, UnitRef
from templates_xlsx.correcting import corrected
from templates_xlsx.grid import open_workbook
from templates_xlsx.layouts import Layout
from templates_xlsx.reading import Reading, read_records
from templates_xlsx.recognition import recognise_book
from tests.recognition.drawing import Drawn, as_csv
from tests.recognition.ledgers import LEDGERS
from tests.recognition.offices import Office
from tests.recognition.singles import ARRANGED, BLOCKS
from tests.recognition.values import UNITS, Record

IDENTITY = {
    "type": "textfield",
    "key": "contact_id",
    "label": "联系人身份证号",
    "properties": {"id_number": "true", "synonyms": "身份证号、身份证号码、公民身份号码、经办人身份证号"},
}
"""A field that an office added to its form: the shipped application asks for no number of an identity card."""


def _form() -> Form:
    path = Path(__file__).parents[2] / "forms" / "admission_application.form"
    document = json.loads(path.read_text("utf-8"))
    document["components"].append(IDENTITY)
    return load_form(json.dumps(document).encode(), path.name)


FORM = _form()
AT = datetime(2025, 12, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
SINGLES = [(arranged, block) for arranged in ARRANGED for block in BLOCKS]
ROWED = [(name, levels) for name in LEDGERS for levels in (1, 2, 3)]
LAYOUTS = [*SINGLES, *ROWED]
"""Every layout: an arrangement of single tables with how each is drawn, or a ledger with the levels of its header."""


class _Units:
    """The units these applications name."""

    def get(self, unit_id: int) -> UnitRef | None:
        return UNITS[unit_id - 1] if 0 < unit_id <= len(UNITS) else None

    def find(self, text: str) -> UnitRef | None:
        return next((each for each in UNITS if each.name == text), None)

    def standing(self, unit_id: int) -> UnitRef | None:
        return self.get(unit_id)

    def near(self, text: str) -> list[UnitRef]:
        return []

    def children(self, unit_id: int) -> list[UnitRef]:
        return []

    def all(self, kinds: Collection[str] | None = None) -> list[UnitRef]:
        return [each for each in UNITS if kinds is None or each.kind in kinds]


SETTING = Setting(World(AT, china()), _Units(), mode="table")


def drawn(form: Form, number: int, words: str, file: int) -> tuple[str, Drawn]:
    """The workbook of an office by its number; another file holds other values in the same layout."""
    kind = LAYOUTS[number % len(LAYOUTS)]
    office = Office(form, number, words)
    rng = random.Random(f"{number} {words} {file}")
    if isinstance(kind[1], int):
        return f"ledger, {kind[0]}, header of {kind[1]}", LEDGERS[kind[0]](office, rng, kind[1])
    return f"{kind[1]}, {kind[0]}", ARRANGED[kind[0]](office, rng, BLOCKS[kind[1]])


@dataclass
class Score:
    """What came of reading some workbooks.

    Attributes:
        cells: values the workbooks hold; `right`: those read exactly.
        wrong: values that would have been stored, unasked, though they are not what stands there; `lost`: those left
            out of records that would have been stored.
        stored: records that would have been stored unasked; `asked`: workbooks of which a person is asked.
        told: where something went wrong.
    """

    workbooks: int = 0
    cells: int = 0
    right: int = 0
    wrong: int = 0
    lost: int = 0
    stored: int = 0
    records: int = 0
    asked: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Percent of the cells that were read right."""
        return 100 * self.right / self.cells if self.cells else 0.0


def score(name: str, found: Reading, truth: Sequence[Record], keys: Iterable[str], into: Score) -> None:
    """Compare what was read of one workbook with what stands in it."""
    wanted_keys = sorted(keys)
    into.workbooks += 1
    into.records += len(truth)
    into.cells += len(truth) * len(wanted_keys)
    into.asked += found.unsure
    stopped = any(each.severity == "error" for each in found.faults)
    aligned = len(found.records) == len(truth)
    if not aligned:
        into.told.append(f"{name}: {len(found.records)} records for {len(truth)}")
    for number, record in enumerate(found.records):
        bound = bind(FORM, record.posted, SETTING)
        errors = [each for each in (*record.faults, *bound.faults) if each.severity == "error"]
        wanted = truth[number] if number < len(truth) else {}
        stored = not (errors or stopped or record.unsure)
        into.stored += stored
        for key in wanted_keys:
            got = bound.values.get(key)
            if got == wanted.get(key):
                into.right += number < len(truth)
                continue
            into.told.append(
                f"{name}: {number}.{key} {wanted.get(key)!r} read {got!r} ({'stored' if stored else 'stopped'})"
            )
            if stored and got is None:
                into.lost += 1
            elif stored:
                into.wrong += 1
        extra = (
            bound.values.keys()
            - set(wanted_keys)
            - {"application_date", "application_number", "confidential"}
        )
        if stored and extra:
            into.wrong += len(extra)
            into.told.append(f"{name}: {number} holds {sorted(extra)} besides")


def confirmed(form: Form, drawn: Drawn) -> list[Layout]:
    """What a clerk who knows the workbook would confirm of it."""
    book = open_workbook(drawn.content, "x.xlsx")
    return [
        corrected(book.sheet(name), form, each.kind, each.header_rows, each.places)
        for name, each in drawn.pointed.items()
    ]


def as_recognised(form: Form, drawn: Drawn) -> list[Layout]:
    """What a clerk would confirm who changes nothing of what is recognised."""
    book = open_workbook(drawn.content, "x.xlsx")
    found = []
    for each in recognise_book(book, form).sheets:
        places: dict[str, list[str]] = {}
        for key in (one.key for one in form.fields):
            for place in each.places:
                if (
                    key in place.keys
                    and place.record == 0
                    and all(key not in keys for keys in places.values())
                ):
                    places.setdefault(place.place, []).append(key)
        if places:
            found.append(corrected(book.sheet(each.sheet), form, each.kind, each.header_rows, places))
    return found


def unconfirmed(words: str, numbers: Iterable[int]) -> Score:
    """Read workbooks that nobody has confirmed."""
    total = Score()
    for name, each, found in _read(words, numbers, 1):
        score(name, found, each.truth, each.keys, total)
    return total


def _read(words: str, numbers: Iterable[int], file: int) -> Iterator[tuple[str, Drawn, Reading]]:
    for number in numbers:
        name, each = drawn(FORM, number, words, file)
        yield f"{words} {number} {name}", each, read_records(open_workbook(each.content, "x.xlsx"), FORM)


def saved_as_csv(words: str, numbers: Iterable[int]) -> Score:
    """Read workbooks of one sheet that were saved as .csv first, in the two encodings offices have."""
    total = Score()
    for number in numbers:
        name, each = drawn(FORM, number, words, 1)
        if len(open_workbook(each.content, "x.xlsx").sheets) > 1:
            continue
        content = as_csv(each.content, ("utf-8-sig", "gb18030")[number % 2])
        found = read_records(open_workbook(content, "x.csv"), FORM)
        score(f"{words} {number} {name}, csv", found, each.truth, each.keys, total)
    return total


def confirmed_once(
    words: str, numbers: Iterable[int], confirm: Callable[[Form, Drawn], list[Layout]] = confirmed
) -> Score:
    """Confirm one workbook of each office, then read another one."""
    total = Score()
    for number in numbers:
        name, first = drawn(FORM, number, words, 1)
        layouts = confirm(FORM, first)
        _, second = drawn(FORM, number, words, 2)
        found = read_records(open_workbook(second.content, "y.xlsx"), FORM, layouts)
        score(f"{words} {number} {name}", found, second.truth, second.keys, total)
    return total
