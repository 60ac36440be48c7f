"""Values put right: what a person means who writes 区教委, asked once and read so from then on.

Only words are put right that name something: a unit, an answer of a choice. A unit's name is a unit's name in every
form; an answer belongs to its field.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from forms.faults import Fault
from forms.fields import Field, Form
from forms.setting import UnitDirectory
from forms.written.choices import Choices
from forms.written.unit_names import kinds_of, read_units
from forms.written.words import split_list, squeeze
from templates_xlsx.reading import ReadRecord
from workflows.usecases.views import Preview

UNITS = frozenset({"unit", "units"})
CHOICES = frozenset({"choice", "choices"})
LONGEST = 100
"""Characters of a word that can be put right; what is longer is a text, no name."""
NEAR = 5
ASKED = 30
"""Words asked for at once; the others follow once these are answered."""
LIKE = 0.4
"""How alike a word and a name must be for the name to be offered: 教委 and 教育局 are just that."""
ANY = ""
"""Form and field of a unit's name."""


@dataclass(frozen=True)
class Correction:
    """One word and what it stands for. `value`: a choice's key, a unit's id as text. `given` is squeezed."""

    form_key: str
    field: str
    given: str
    value: str


Known = Mapping[tuple[str, str, str], str]
"""(form key, field, given) -> value."""


def scope(form: Form, field: Field) -> tuple[str, str]:
    """Form key and field a correction of this field is kept under."""
    return (ANY, ANY) if field.kind in UNITS else (form.key, field.key)


def known(corrections: Sequence[Correction]) -> dict[tuple[str, str, str], str]:
    """Corrections by what they are looked up with; of two for one word the later holds."""
    return {(each.form_key, each.field, each.given): each.value for each in corrections}


# ------------------------------------------------------------------ reading with them
@dataclass(frozen=True)
class PutRight:
    """A record read with what is known, and which corrections served."""

    record: ReadRecord
    used: tuple[tuple[str, str, str], ...] = ()


def put_right(record: ReadRecord, form: Form, units: UnitDirectory, corrections: Known) -> PutRight:
    """A record whose known words are replaced by what they stand for; what no longer exists is left as it is."""
    if not corrections:
        return PutRight(record)
    posted, used = dict(record.posted), []
    for key, text in record.posted.items():
        if not isinstance(text, str) or not text or key not in form:
            continue
        field = form.field(key)
        if field.kind not in UNITS and field.kind not in CHOICES:
            continue
        for place, meant in _meanings(text, scope(form, field), field, units, corrections):
            posted[key] = meant
            used.extend(place)
    return PutRight(replace(record, posted=posted) if used else record, tuple(used))


def _meanings(
    text: str, where: tuple[str, str], field: Field, units: UnitDirectory, corrections: Known
) -> Iterator[tuple[list[tuple[str, str, str]], str]]:
    """The text as it is meant, and what it was found under: the whole, or each piece of a list."""
    whole = (*where, squeeze(text))
    meant = _word(corrections.get(whole), field, units)
    if meant:
        yield [whole], meant
        return
    if field.kind not in ("units", "choices"):
        return
    used, pieces = [], []
    for piece in split_list(text):
        place = (*where, squeeze(piece))
        found = _word(corrections.get(place), field, units)
        pieces.append(found or piece)
        if found:
            used.append(place)
    if used:
        yield used, "、".join(pieces)


def _word(value: str | None, field: Field, units: UnitDirectory) -> str:
    """A word the form reads: a unit's full name, a choice's key; nothing where there is none such any more."""
    if value is None:
        return ""
    if field.kind in CHOICES:
        return value if any(each.key == value for each in field.choices) else ""
    ref = units.get(int(value)) if value.isdecimal() else None
    return ref.full_name if ref is not None else ""


# ------------------------------------------------------------------ asking
def unread(
    fault: Fault, posted: Mapping[str, str | list[str]], form: Form, units: UnitDirectory
) -> list[str]:
    """The words of a faulty value that name nothing, and that a person may put right."""
    if fault.severity != "error" or not fault.field or fault.field not in form:
        return []
    field, text = form.field(fault.field), posted.get(fault.field, "")
    if not isinstance(text, str) or not text:
        return []
    if fault.code in ("unit_unknown", "unit_ambiguous"):
        reading = read_units([text], units, field.properties, by_id=False)
        words = [*reading.unknown, *reading.ambiguous]
    elif fault.code == "not_a_choice":
        words = [text]
    elif fault.code == "not_choices":
        words = list(Choices(field.choices).read(text).unknown)
    else:
        return []
    return [word for word in words if len(word) <= LONGEST]


@dataclass(frozen=True)
class Question:
    """A word that stands for nothing known: where it stands, what it may mean.

    Attributes:
        near: (value, label) of what resembles it, the nearest first.
        every: (value, label) of all it may stand for.
        cells: sheet and cell of every place.
    """

    field: str
    label: str
    word: str
    near: tuple[tuple[str, str], ...]
    every: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, str], ...]


def questions(found: Preview, units: UnitDirectory) -> list[Question]:
    """The first words a table leaves open, each once, in the order they appear. A unit is asked for once in all."""
    places: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    first: dict[tuple[str, str, str], tuple[Field, str]] = {}
    for record in found.records:
        for fault in record.faults:
            for word in fault.words:
                field = found.form.field(fault.field or "")
                key = (*scope(found.form, field), squeeze(word))
                first.setdefault(key, (field, word))
                places.setdefault(key, []).append((record.sheet, fault.cell or ""))
    offered: dict[str, tuple[tuple[str, str], ...]] = {}
    asked = []
    for key, (field, word) in list(first.items())[:ASKED]:
        every = offered.setdefault(field.key, tuple(meanings(field, units)))
        near = tuple(near_to(word, field, units, every))
        asked.append(Question(field.key, field.label, word, near, every, tuple(places[key])))
    return asked


def meanings(field: Field, units: UnitDirectory) -> Iterator[tuple[str, str]]:
    """Everything a value of a field may stand for: (value, label)."""
    if field.kind in CHOICES:
        yield from ((each.key, each.label) for each in field.choices)
    elif field.kind in UNITS:
        yield from ((str(each.id), each.full_name) for each in units.all(kinds_of(field.properties) or None))


def near_to(
    word: str, field: Field, units: UnitDirectory, every: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """What resembles a word, of what may be meant; where nothing does and the choice is small, all of it."""
    allowed = dict(every)
    found: list[str] = []
    if field.kind in UNITS:
        found = [str(each.id) for each in units.near(word) if str(each.id) in allowed]
    by_label = {label: value for value, label in every}
    ranked = sorted(by_label, key=lambda label: -_likeness(word, label))
    found.extend(by_label[label] for label in ranked if _likeness(word, label) >= LIKE)
    if not found and len(every) <= NEAR:
        found = list(allowed)
    return [(value, allowed[value]) for value in dict.fromkeys(found)][:NEAR]


def _likeness(word: str, label: str) -> float:
    """How alike two names are, 0 to 1: 区教委 and 区教育局 share their order of characters."""
    return difflib.SequenceMatcher(None, squeeze(word), squeeze(label), autojunk=False).ratio()
