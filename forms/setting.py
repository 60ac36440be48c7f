"""What a form is filled in: time, units, mode, the values that stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from forms.faults import Refused

if TYPE_CHECKING:
    from forms.feel import World
    from forms.fields import Field

Mode = Literal["page", "table", "api"]


@dataclass(frozen=True)
class UnitRef:
    """A unit of the organisation tree as a form knows it. One that is no more (`valid` false) keeps its last name."""

    id: int
    name: str
    full_name: str
    kind: str
    parent_id: int | None = None
    valid: bool = True


class UnitDirectory(Protocol):
    """The organisation tree as it stood at a moment."""

    def get(self, unit_id: int) -> UnitRef | None:
        """Return the unit of an id, also one that is no more."""

    def standing(self, unit_id: int) -> UnitRef | None:
        """Return the valid unit of an id: itself, or the one that has taken over what it did."""

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

    def standing(self, unit_id: int) -> UnitRef | None:
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


@dataclass(frozen=True)
class Known:
    """What a register knows of a record that is being filled in.

    Attributes:
        values: stored values for fields that were left empty.
        refused: key of a field -> why what was given there contradicts the register.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, Refused] = field(default_factory=dict)


def _knows_no_attachment(attachment_id: int) -> Upload | None:
    return None


def _knows_no_record(form_key: str, values: Mapping[str, Any]) -> Known:
    return Known()


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
        acts_for: ids of the units in whose name the one who posts may fill in a form (property `in_name_of`),
            the own one first; None: any.
        look_up: what a register knows of a form's record, asked with the form's key and its good values.
        locale: language of the sentences on the page.
    """

    world: World
    units: UnitDirectory = field(default_factory=NoUnits)
    mode: Mode = "page"
    previous: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    locale: str = "zh"
    attachment: Callable[[int], Upload | None] = _knows_no_attachment
    acts_for: tuple[int, ...] | None = None
    look_up: Callable[[str, Mapping[str, Any]], Known] = _knows_no_record

    def may_name(self, spec: Field, unit_id: int) -> bool:
        """Tell whether a unit may be given in a field: any, or in whose name one posts, or what stands."""
        if self.acts_for is None or spec.properties.get("in_name_of") != "true":
            return True
        return unit_id in self.acts_for or unit_id == self.previous.get(spec.key)
