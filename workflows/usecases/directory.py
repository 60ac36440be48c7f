"""The organisation tree and the calendar as the forms see them, cached by version counters."""

from __future__ import annotations

import difflib
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

import sqlalchemy as sa

from forms.feel.calendar import Calendar, china
from forms.setting import UnitRef
from workflows.store.tables import calendar_day, calendar_year, unit

_KEPT = 8
_NEAR = 5


class Directory:
    """The units valid on one day. Satisfies `forms.binding.UnitDirectory`.

    A unit's full name is its name where that is unique, else `parent/name`.
    """

    def __init__(self, rows: Iterable[tuple[int, str, str, int | None]]) -> None:
        listed = list(rows)
        times = Counter(name for _id, name, _kind, _parent in listed)
        names = {unit_id: name for unit_id, name, _kind, _parent in listed}
        self._by_id: dict[int, UnitRef] = {}
        self._by_text: dict[str, list[UnitRef]] = defaultdict(list)
        self._children: dict[int, list[UnitRef]] = defaultdict(list)
        for unit_id, name, kind, parent in listed:
            full = f"{names[parent]}/{name}" if times[name] > 1 and parent in names else name
            found = UnitRef(id=unit_id, name=name, full_name=full, kind=kind, parent_id=parent)
            self._by_id[unit_id] = found
            for text in {full, name, f"{names[parent]}/{name}" if parent in names else name}:
                self._by_text[text].append(found)
            if parent is not None:
                self._children[parent].append(found)

    def get(self, unit_id: int) -> UnitRef | None:
        return self._by_id.get(unit_id)

    def find(self, text: str) -> UnitRef | None:
        """The unit of a full name, of `parent/name`, or of a name that is unique."""
        found = self._by_text.get(text.strip().replace("／", "/"), [])
        return found[0] if len(found) == 1 else None

    def near(self, text: str) -> list[UnitRef]:
        """All units of that very name, or else those whose names resemble it."""
        wanted = text.strip()
        if exact := self._by_text.get(wanted):
            return list(exact)
        within = [ref for ref in self._by_id.values() if wanted and wanted in ref.full_name]
        if within:
            return within[:_NEAR]
        close = difflib.get_close_matches(wanted, list(self._by_text), n=_NEAR, cutoff=0.5)
        found: dict[int, UnitRef] = {}
        for name in close:
            found.update({ref.id: ref for ref in self._by_text[name]})
        return list(found.values())[:_NEAR]

    def children(self, unit_id: int) -> list[UnitRef]:
        return list(self._children.get(unit_id, []))

    def all(self, kinds: Collection[str] | None = None) -> list[UnitRef]:
        return [ref for ref in self._by_id.values() if kinds is None or ref.kind in kinds]

    def path(self, unit_id: int | None) -> tuple[int, ...]:
        """The unit and its ancestors, nearest first; a unit that is no more has an empty path."""
        return tuple(ref.id for ref in self._climb(unit_id))

    def below(self, unit_id: int) -> tuple[int, ...]:
        """The unit and everything under it."""
        found = [unit_id]
        for each in found:
            found.extend(ref.id for ref in self._children.get(each, []))
        return tuple(found)

    def _climb(self, unit_id: int | None) -> Iterator[UnitRef]:
        seen: set[int] = set()
        while unit_id is not None and unit_id not in seen and (ref := self._by_id.get(unit_id)):
            seen.add(unit_id)
            yield ref
            unit_id = ref.parent_id


_UNITS = (
    sa.select(unit.c.id, unit.c.name, unit.c.kind, unit.c.parent_id)
    .where(sa.or_(unit.c.valid_from.is_(None), unit.c.valid_from <= sa.bindparam("day", type_=sa.Date)))
    .where(sa.or_(unit.c.valid_to.is_(None), unit.c.valid_to > sa.bindparam("day", type_=sa.Date)))
    .order_by(unit.c.position, unit.c.id)
)


class DirectoryCache:
    """Directories by version counter and day; the last few are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, date], Directory] = OrderedDict()

    def get(self, db: sa.Connection, version: int, day: date) -> Directory:
        found = self._kept.get((version, day))
        if found is None:
            found = Directory(
                (row.id, row.name, row.kind, row.parent_id) for row in db.execute(_UNITS, {"day": day})
            )
            self._kept[version, day] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def forget(self) -> None:
        """Drop everything: a rolled-back change may have been cached under a version to come."""
        self._kept.clear()


class CalendarCache:
    """The State Council's calendar with the office's own days, by version counter."""

    def __init__(self) -> None:
        self._version = -1
        self._calendar: Calendar | None = None

    def get(self, db: sa.Connection, version: int) -> Calendar:
        if self._calendar is None or version != self._version:
            rows = db.execute(sa.select(calendar_day.c.day, calendar_day.c.working))
            days = {row.day: row.working for row in rows}
            settled = db.execute(sa.select(calendar_year.c.year).where(calendar_year.c.settled)).scalars()
            self._calendar, self._version = china().with_days(days).with_settled(settled), version
        return self._calendar

    def forget(self) -> None:
        self._calendar = None
