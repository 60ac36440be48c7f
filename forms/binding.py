"""The one door: a page, a table and the API become the same `Submission` here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import wtforms

from forms.faults import Fault
from forms.fields import Form
from forms.setting import Mode, NoUnits, Setting, UnitDirectory, UnitRef, Upload

__all__ = [
    "Bound",
    "Mode",
    "NoUnits",
    "Setting",
    "Submission",
    "UnitDirectory",
    "UnitRef",
    "Upload",
    "bind",
    "present",
]


@dataclass(frozen=True)
class Submission:
    """Values that passed every check, in their stored types. Fields without a value are left out."""

    form_key: str
    values: Mapping[str, Any]
    warnings: tuple[Fault, ...] = ()
    form: Form | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the values as plain JSON: dates ISO, money as decimal string, units and files as ids."""
        raise NotImplementedError


@dataclass(frozen=True)
class Bound:
    """A form that was filled.

    Attributes:
        form: the form.
        submission: None where an error stands; warnings alone do not stop.
        faults: all errors and warnings, in the order of the form.
        values: the good values, whether or not others are faulty (stored types; absent = left out).
        page: a WTForms form with what was posted, for drawing; each field has `.errors`, `.warnings`
            (sentences), `.spec` (the `Field`), `.kind`.
        hidden: keys that a condition hides.
        required: keys that must be given in this mode.
        stopped: the form stopped (涉密): nothing of what was posted is in here.
    """

    form: Form
    submission: Submission | None
    faults: tuple[Fault, ...]
    values: dict[str, Any]
    page: wtforms.Form
    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    stopped: bool = False


def bind(
    form: Form,
    posted: Any,
    setting: Setting,
    files: Mapping[str, list[Upload]] | None = None,
) -> Bound:
    """Fill a form with what was posted and judge it.

    Args:
        posted: a MultiDict, or a mapping key -> text or list of texts.
        files: uploads by field key, already kept.

    Raises:
        ConfidentialRefused: a line of a text carries a secrecy mark; in a table also a ticked 涉密.
    """
    raise NotImplementedError


def present(form: Form, setting: Setting, posted: Any = None) -> Bound:
    """Return a form nobody posted yet: previous values or defaults, or a draft's posted data. No faults."""
    raise NotImplementedError
