"""Filling a template by its defined names: any template, and the official table of an application."""

from __future__ import annotations

from collections.abc import Mapping

from templates_xlsx.application import fill_application
from templates_xlsx.opinions import Opinion, read_opinions
from templates_xlsx.recognise import NAME_PREFIX
from templates_xlsx.refusals import WorkbookRefused
from templates_xlsx.template import FillValue, Template

__all__ = ["FillValue", "Opinion", "Template", "fill", "fill_application", "read_opinions"]


def fill(template: bytes, values: Mapping[str, FillValue], *, strict: bool = False) -> bytes:
    """Put values into the cells named `F_<key>`.

    Args:
        template: an .xlsx whose cells are named.
        values: key (without `F_`) -> text or number; None and "" empty the cell. Text is written as text even
            when it begins with "=". Different texts of keys that share a cell are joined by a space.
        strict: refuse keys that have no name, instead of leaving them out.

    Raises:
        WorkbookRefused: the template is no .xlsx, or (`strict`) has no such name (`name_lost`).
    """
    target = Template(template)
    by_place: dict[tuple[str, str], list[FillValue]] = {}
    for key, value in values.items():
        place = target.places.get(key)
        if place is not None:
            by_place.setdefault(place, []).append(value)
        elif strict:
            raise WorkbookRefused("name_lost", name="", given=NAME_PREFIX + key)
    for (sheet, cell), given in by_place.items():
        distinct = list(dict.fromkeys(each for each in given if each not in (None, "")))
        joined = distinct[0] if len(distinct) == 1 else " ".join(map(str, distinct))
        target.write(sheet, cell, joined)
    return target.content()
