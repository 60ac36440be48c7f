"""The organisation tree and the calendar as the forms see them, cached by version counters."""

from __future__ import annotations

import difflib
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from forms.feel.calendar import Calendar, china
from forms.setting import UnitRef
from workflows.store.tables import account, calendar_day, calendar_year, reorganisation, role_seat, unit

_KEPT = 8
_NEAR = 5


class Directory:
    """The units valid on one day, and what became of those that are no more. Satisfies `forms.setting.UnitDirectory`.

    A unit's full name is its name where that is unique, else `parent/name`.

    Args:
        rows: id, name, kind and parent of the valid units.
        former: the same of units that are no more, with the id of the unit that took over what they did.
        later: unit -> the one that takes its place after this day.
    """

    def __init__(
        self,
        rows: Iterable[tuple[int, str, str, int | None]],
        former: Iterable[tuple[int, str, str, int | None, int | None]] = (),
        later: Mapping[int, int] | None = None,
    ) -> None:
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
        self._former: dict[int, UnitRef] = {}
        self._taken_over: dict[int, int] = {}
        for unit_id, name, kind, parent, successor in former:
            self._former[unit_id] = UnitRef(unit_id, name, name, kind, parent, valid=False)
            if successor is not None:
                self._taken_over[unit_id] = successor
        self._preceded: dict[int, list[int]] = defaultdict(list)
        for unit_id, heir_id in (later or {}).items():
            self._preceded[heir_id].append(unit_id)
        self._stands_for: dict[int, list[int]] = defaultdict(list)
        for unit_id in self._taken_over:
            heir = self.standing(unit_id)
            if heir is not None:
                self._stands_for[heir.id].append(unit_id)

    def get(self, unit_id: int) -> UnitRef | None:
        """The unit of an id, also one that is no more."""
        return self._by_id.get(unit_id) or self._former.get(unit_id)

    def standing(self, unit_id: int) -> UnitRef | None:
        """The valid unit of an id: itself, or the one that has taken over what it did; None where there is none."""
        seen: set[int] = set()
        while unit_id not in self._by_id:
            if unit_id in seen or unit_id not in self._taken_over:
                return None
            seen.add(unit_id)
            unit_id = self._taken_over[unit_id]
        return self._by_id[unit_id]

    def reach(self, unit_id: int | None) -> tuple[int, ...]:
        """The unit, its ancestors, and the former units whose place these have taken: what its people answer for."""
        path = self.path(unit_id)
        return (*path, *(former for each in path for former in self.former(each)))

    def former(self, unit_id: int) -> tuple[int, ...]:
        """The units that are no more and whose place this one has taken, over however many acts."""
        return tuple(self._stands_for.get(unit_id, ()))

    def before(self, unit_id: int) -> tuple[UnitRef, ...]:
        """The valid units whose place one that is yet to come will take, over however many acts."""
        found = list(self._preceded.get(unit_id, ()))
        for each in found:
            found.extend(one for one in self._preceded.get(each, ()) if one not in found)
        return tuple(self._by_id[each] for each in found if each in self._by_id)

    def find(self, text: str) -> UnitRef | None:
        """The unit of a full name, of `parent/name`, or of a name that is unique."""
        found = self._by_text.get(text.strip().replace("／", "/"), [])
        return found[0] if len(found) == 1 else None

    def near(self, text: str) -> list[UnitRef]:
        """All units of that very name, or else those whose names resemble it."""
        wanted = text.strip()
        if exact := self._by_text.get(wanted):
            return list(exact)
        if heirs := self._heirs(wanted):
            return heirs
        within = [ref for ref in self._by_id.values() if wanted and wanted in ref.full_name]
        if within:
            return within[:_NEAR]
        close = difflib.get_close_matches(wanted, list(self._by_text), n=_NEAR, cutoff=0.5)
        found: dict[int, UnitRef] = {}
        for name in close:
            found.update({ref.id: ref for ref in self._by_text[name]})
        return list(found.values())[:_NEAR]

    def _heirs(self, name: str) -> list[UnitRef]:
        """The units that took over from those once called so."""
        gone = (ref.id for ref in self._former.values() if ref.name == name)
        heirs = (self.standing(unit_id) for unit_id in gone)
        return list({heir.id: heir for heir in heirs if heir is not None}.values())

    def children(self, unit_id: int) -> list[UnitRef]:
        return list(self._children.get(unit_id, []))

    def all(self, kinds: Collection[str] | None = None) -> list[UnitRef]:
        return [ref for ref in self._by_id.values() if kinds is None or ref.kind in kinds]

    def path(self, unit_id: int | None) -> tuple[int, ...]:
        """The unit that stands in its place and its ancestors, nearest first; empty where none does."""
        return tuple(ref.id for ref in self._climb(unit_id))

    def below(self, unit_id: int) -> tuple[int, ...]:
        """The unit that stands in its place, everything under it, and the former units whose place these have taken."""
        heir = self.standing(unit_id)
        found = [heir.id if heir is not None else unit_id]
        for each in found:
            found.extend(ref.id for ref in self._children.get(each, []))
        return (*found, *(former for each in found for former in self.former(each)))

    def _climb(self, unit_id: int | None) -> Iterator[UnitRef]:
        heir = self.standing(unit_id) if unit_id is not None else None
        unit_id = heir.id if heir is not None else None
        seen: set[int] = set()
        while unit_id is not None and unit_id not in seen and (ref := self._by_id.get(unit_id)):
            seen.add(unit_id)
            yield ref
            unit_id = ref.parent_id


_UNITS = sa.select(
    unit.c.id,
    unit.c.name,
    unit.c.kind,
    unit.c.parent_id,
    unit.c.successor_id,
    unit.c.valid_from,
    unit.c.valid_to,
).order_by(unit.c.position, unit.c.id)


def _above_then(db: sa.Connection, day: date) -> dict[int, int]:
    """The unit that stood over each of those that went to another with an act after the day."""
    facts = sa.select(reorganisation.c.facts).where(reorganisation.c.on_day > day)
    found: dict[int, int] = {}
    for each in db.execute(
        facts.order_by(reorganisation.c.on_day.desc(), reorganisation.c.id.desc())
    ).scalars():
        found.update(each.get("below", ()))
    return found


class DirectoryCache:
    """Directories by version counter and day; the last few are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, date], Directory] = OrderedDict()

    def get(self, db: sa.Connection, version: int, day: date) -> Directory:
        found = self._kept.get((version, day))
        if found is None:
            every = db.execute(_UNITS).all()
            above = _above_then(db, day)
            rows = [row for row in every if row.valid_from is None or row.valid_from <= day]
            gone = {row.id for row in rows if row.valid_to is not None and row.valid_to <= day}
            found = Directory(
                (
                    (row.id, row.name, row.kind, above.get(row.id, row.parent_id))
                    for row in rows
                    if row.id not in gone
                ),
                (tuple(row[:5]) for row in rows if row.id in gone),
                {row.id: row.successor_id for row in every if row.successor_id and row.id not in gone},
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


@dataclass(frozen=True)
class Posts:
    """Who stands where. `seats`: role -> the only unit it is in force for; `stand_ins`: username -> who took over."""

    seats: Mapping[str, int] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def holds(self, role: str, reach: Collection[int]) -> bool:
        """Whether a role is in force for an account whose unit has this path."""
        seat = self.seats.get(role)
        return seat is None or seat in reach

    def at_work(self, username: str) -> str:
        """The person who now does what a person was to do."""
        seen: set[str] = set()
        while username in self.stand_ins and username not in seen:
            seen.add(username)
            username = self.stand_ins[username]
        return username


class PostsCache:
    """Posts by version counter."""

    def __init__(self) -> None:
        self._version = -1
        self._posts = Posts()

    def get(self, db: sa.Connection, version: int) -> Posts:
        if version != self._version:
            taken = account.alias("taken")
            handed = sa.select(account.c.username, taken.c.username).join(
                taken, taken.c.id == account.c.stand_in_id
            )
            seats = db.execute(sa.select(role_seat.c.role, role_seat.c.unit_id))
            self._posts = Posts(dict(map(tuple, seats)), dict(map(tuple, db.execute(handed))))
            self._version = version
        return self._posts

    def forget(self) -> None:
        self._version = -1
