"""The registry of matters (事项台账): search, one matter, its life, and the rows of the ledger.

Who sees a matter: holders of `matters.see_all`, the applicant unit and its sub-units, and the
subdistricts and communities it enters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from workflows.usecases.runtime import Actor, Transaction

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. `page` counts from 1."""

    items: tuple[T, ...]
    total: int
    page: int = 1
    size: int = 20

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.size, self.total)


@dataclass(frozen=True)
class Filters:
    """What a clerk looks for; everything empty finds the whole registry."""

    text: str = ""  # name, unit or number
    states: tuple[str, ...] = ()  # keys of states.STATES
    unit_id: int | None = None  # applicant unit
    scope_id: int | None = None  # subdistrict or community it enters
    executor: str = ""  # community | grid
    duration_class: str = ""
    class_name: str = ""  # 事项类别
    year: int | None = None  # of filing
    expiring: bool = False  # 即将到期
    day: date | None = None  # states as on this day; none: today
    sort: str = "-updated"  # name unit number start end updated, - for descending

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Filters:
        """Read the filters of a URL's query; what cannot be read is left out."""
        raise NotImplementedError


@dataclass(frozen=True)
class MatterRow:
    """A line of the list."""

    id: int
    name: str
    applicant_unit_id: int | None
    applicant_unit: str
    number: str  # 准入备案号, else 受理编号, else ''
    duration_class: str
    executor: tuple[str, ...]  # community, grid
    period_start: date | None
    period_end: date | None
    scope_text: str
    funds_amount: Decimal | None
    state: str  # key of states.STATES
    expiring: bool
    filed_on: date | None
    instance_id: int | None


@dataclass(frozen=True)
class Matter(MatterRow):
    """A matter with all that is known of it. `values` holds every column of the row by name."""

    values: Mapping[str, Any] = field(default_factory=dict)
    scope: tuple[int, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    exit_instance_id: int | None = None


@dataclass(frozen=True)
class Receipt:
    """A subdistrict signed for the matter, the grid centre dispatched it, or a subdistrict answered at its end."""

    kind: str  # hand_over | dispatch | exit_notice
    unit_id: int | None
    unit: str
    signed_by: str
    signed_on: date | None
    communities: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class LifeEvent:
    """A line of a matter's life, oldest first."""

    at: datetime
    kind: str  # version | number | receipt | catalogue
    zh: str
    en: str
    actor: str = ""
    note: str = ""
    instance_id: int | None = None


def search(tx: Transaction, actor: Actor, filters: Filters, page: int = 1, size: int = 20) -> Page[MatterRow]:
    """Return the matters `actor` may see that meet `filters`, states as on `filters.day` or today."""
    raise NotImplementedError


def counts(tx: Transaction, actor: Actor, filters: Filters) -> dict[str, int]:
    """Return how many matters stand in each registry state, and `expiring`; `filters.states` does not count."""
    raise NotImplementedError


def matter(tx: Transaction, matter_id: int, actor: Actor | None = None) -> Matter:
    """Return one matter.

    Raises:
        NotFound: there is none. NotAllowed: `actor` is given and may not see it.
    """
    raise NotImplementedError


def life(tx: Transaction, matter_id: int) -> list[LifeEvent]:
    """Return what happened to a matter, oldest first."""
    raise NotImplementedError


def of_instance(tx: Transaction, instance_id: int) -> int | None:
    """Return the id of the matter that an admission or exit instance is about."""
    raise NotImplementedError


def in_force(tx: Transaction, day: date, unit_id: int | None = None) -> list[Matter]:
    """Return the matters in force on `day`, of one applicant unit or of all, by unit and name."""
    raise NotImplementedError


def ledger_rows(tx: Transaction, actor: Actor, filters: Filters) -> Iterator[dict[str, Any]]:
    """Yield the rows of the 备案登记台账: keys of `ledger.COLUMNS`, dates as `date`, amounts as Decimal."""
    raise NotImplementedError


def class_names(tx: Transaction) -> Sequence[str]:
    """Return the 事项类别 in use, for the filter."""
    raise NotImplementedError
