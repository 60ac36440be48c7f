"""Units as people write them: by name, in lists, in words such as 全区."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms.setting import UnitDirectory, UnitRef
from forms.written.words import split_list, squeeze

_NEAR_AT_MOST = 5


@dataclass(frozen=True)
class UnitReading:
    """What was read: ids in the order given, and names that gave none."""

    ids: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    wrong_kind: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def kinds_of(properties: Mapping[str, str], name: str = "unit_kinds") -> list[str]:
    """Return the unit kinds a field takes; an empty list is all."""
    return split_list(properties.get(name, ""))


def read_units(
    texts: list[str], units: UnitDirectory, properties: Mapping[str, str], *, by_id: bool = True
) -> UnitReading:
    """Read units.

    Args:
        by_id: digits are the id of a unit, as a page posts it. In a cell of a table they are none: 序号, a code.
        properties: of the field: `unit_kinds` (the kinds it takes), `all_words` (words such as 全区 that stand
            for every unit of the kinds in `all_kinds`).
    """
    found: list[UnitRef] = []
    unknown: list[str] = []
    for text in texts:
        whole = _find(text, units, by_id)
        if whole is not None:
            found.append(whole)
        elif squeeze(text) in {squeeze(each) for each in split_list(properties.get("all_words", ""))}:
            found.extend(units.all(kinds_of(properties, "all_kinds")))
        else:
            for piece in split_list(text):
                good, bad = _piece(piece, units, by_id)
                found.extend(good)
                unknown.extend(bad)
    ambiguous = tuple(each for each in unknown if len(_same_name(each, units)) > 1)
    kinds = kinds_of(properties)
    wrong = tuple(each.full_name for each in found if kinds and each.kind not in kinds)
    lacking = tuple(each for each in unknown if each not in ambiguous)
    return UnitReading(
        tuple(dict.fromkeys(each.id for each in found)),
        lacking,
        ambiguous,
        wrong,
        _suggestions(ambiguous or lacking, units),
    )


def _find(text: str, units: UnitDirectory, by_id: bool) -> UnitRef | None:
    bare = text.strip()
    if by_id and re.fullmatch(r"[0-9]{1,18}", bare):
        meant = units.standing(int(bare))
        if meant is not None:
            return meant
    return units.find(bare) or (units.find(squeeze(bare)) if squeeze(bare) != bare else None)


def _piece(piece: str, units: UnitDirectory, by_id: bool) -> tuple[list[UnitRef], list[str]]:
    """Read one piece of a list; where it is no unit, perhaps it is a list joined with / or blanks itself."""
    one = _find(piece, units, by_id)
    if one is not None:
        return [one], []
    for pattern in (r"[/|]", r"\s+", r"[和及与]"):
        parts = [each for each in re.split(pattern, piece) if each.strip()]
        refs = [_find(each, units, by_id) for each in parts]
        if len(parts) > 1 and all(ref is not None for ref in refs):
            return [ref for ref in refs if ref is not None], []
    return [], [piece]


def _same_name(text: str, units: UnitDirectory) -> list[UnitRef]:
    bare = squeeze(text)
    return [each for each in units.near(text) if squeeze(each.name) == bare]


def _suggestions(names: tuple[str, ...], units: UnitDirectory) -> tuple[str, ...]:
    near: list[str] = []
    for name in names:
        same = _same_name(name, units)
        near.extend(each.full_name for each in (same if len(same) > 1 else units.near(name)))
    return tuple(dict.fromkeys(near))[:_NEAR_AT_MOST]
