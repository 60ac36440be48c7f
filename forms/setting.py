"""What a form is filled in: time, units, mode, the values that stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from forms.feel import World

Mode = Literal["page", "table", "api"]


@dataclass(frozen=True)
class UnitRef:
    """A unit of the organisation tree as a form knows it."""

    id: int
    name: str
    full_name: str
    kind: str
    parent_id: int | None = None


class UnitDirectory(Protocol):
    """The organisation tree as it stood at a moment."""

    def get(self, unit_id: int) -> UnitRef | None:
        """Return the unit of an id."""

    def find(self, text: str) -> UnitRef | None:
        """Return the unit of a full name, or of a name that is unique."""

    def near(self, text: str) -> list[UnitRef]:
        """Return units whose name resembles the text, or is it (more than once: ambiguous)."""

    def children(self, unit_id: int) -> list[UnitRef]:
        """Return the units directly below one."""

    def all(self, kinds: Collection[str] | None = None) -> list[UnitRef]:
        """Return all units, or those of some kinds."""


class NoUnits:
    """A directory without units: for forms that name none."""

    def get(self, unit_id: int) -> UnitRef | None:
        return None

    def find(self, text: str) -> UnitRef | None:
        return None

    def near(self, text: str) -> list[UnitRef]:
        return []

    def children(self, unit_id: int) -> list[UnitRef]:
        return []

    def all(self, kinds: Collection[str] | None = None) -> list[UnitRef]:
        return []


@dataclass(frozen=True)
class Upload:
    """A file that came with the post and was inspected and kept already.

    The edge inspects and stores first (content-addressed, same transaction), so that a faulty form
    need not be uploaded again; the field holds the attachment's id.
    """

    attachment_id: int
    name: str
    size: int = 0
    kind: str = ""


def _knows_no_attachment(attachment_id: int) -> Upload | None:
    return None


@dataclass(frozen=True)
class Setting:
    """The circumstances of one filling of a form.

    Attributes:
        world: time and calendar.
        units: the organisation tree.
        mode: `page` asks for all that the page asks; `table` and `api` only for what an application
            needs, the rest warns.
        previous: values that stand, as stored (read-only fields are restored from them; a page that
            nobody posted shows them).
        variables: process variables, for conditions and defaults.
        attachment: tells of an attachment id that a page sends back; None where the one who posts
            may not use it. Ids in `previous` are always good.
        locale: language of the sentences on the page.
    """

    world: World
    units: UnitDirectory = field(default_factory=NoUnits)
    mode: Mode = "page"
    previous: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    locale: str = "zh"
    attachment: Callable[[int], Upload | None] = _knows_no_attachment
