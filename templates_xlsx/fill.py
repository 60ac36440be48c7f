"""Filling a template by its defined names: only the cells meant are rewritten, all else stays byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from forms.fields import Form
from forms.setting import UnitDirectory

FillValue = str | int | Decimal | None


def fill(template: bytes, values: Mapping[str, FillValue], *, strict: bool = False) -> bytes:
    """Put values into the cells named `F_<key>`.

    Args:
        template: an .xlsx whose cells are named.
        values: key (without `F_`) -> text or number; None and "" empty the cell. Text is written as text even
            when it begins with "=".
        strict: refuse keys that have no name, instead of leaving them out.

    Raises:
        WorkbookRefused: the template is no .xlsx, or (`strict`) has no such name (`name_lost`).
    """
    raise NotImplementedError


@dataclass(frozen=True)
class Opinion:
    """One decision as it stands in an opinion box of the official table.

    Attributes:
        box: the box, as in the defined name `F_<box>`, such as "bureau_opinion".
        text: the words, such as 同意准入。
        signer: who decided.
        signed_on: the day of the decision.
        recorded_by: who entered a decision made on paper (代录); "" otherwise.
    """

    box: str
    text: str
    signer: str
    signed_on: date
    recorded_by: str = ""


def fill_application(
    form: Form,
    values: Mapping[str, Any],
    opinions: Sequence[Opinion] = (),
    *,
    units: UnitDirectory,
    template: bytes | None = None,
    locale: str = "zh",
) -> bytes:
    """Return the official table of an application, filled, with the opinions in their boxes.

    Args:
        values: field key -> value as stored (`Submission.values`), or its JSON form.
        template: the office's own table; the official one of the form when None.
    """
    raise NotImplementedError
