"""Lists of their own within the catalogue: the three of Beijing, the two of Daxing and Panzhihua.

A place says it in its form `catalogue_entry`: the field `class` is a choice marked `separate_lists`, and each answer is a
list with its own register, edition, workbook and sheet to print, titled by its name. Without the mark there is one
catalogue, and classes are headings within it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from forms.faults import Refused
from workflows.admission import catalogue
from workflows.admission.catalogue import TITLE, Difference, Edition, Entry
from workflows.usecases import definitions
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction

FORM, FIELD, MARK = "catalogue_entry", "class", "separate_lists"


class NoSuchList(Refused):
    """The place has no list of this name. Facts: name, known."""

    zh: ClassVar[str] = "没有“{name}”这张清单；本地的清单有：{known}"
    en: ClassVar[str] = "There is no list “{name}” here; there are: {known}"


def names(tx: Transaction) -> tuple[str, ...]:
    """The lists of the place, in its order; none where the catalogue is one."""
    try:
        form = definitions.form(tx, FORM)
    except NotFound:
        return ()
    if FIELD not in form or form.field(FIELD).properties.get(MARK) != "true":
        return ()
    return tuple(each.label for each in form.field(FIELD).choices)


def wanted(tx: Transaction, query: Mapping[str, Any]) -> str:
    """The list an address asks for (`list`), "" for all. Raises `NoSuchList`."""
    name = str(query.get("list") or "").strip()[:200]
    known = names(tx)
    if name and name not in known:
        raise NoSuchList(name=name, known="、".join(known) or "无")
    return name


def entries(tx: Transaction, edition_id: int, name: str = "") -> list[Entry]:
    """The entries of an edition, or of one of its lists, counted from one."""
    found = catalogue.entries(tx, edition_id)
    return of_list(found, name) if name else found


def of_list(found: Iterable[Entry], name: str) -> list[Entry]:
    """The entries of one list, counted from one."""
    kept = (each for each in found if each.class_name == name)
    return [Entry(**{**each.__dict__, "position": at}) for at, each in enumerate(kept, start=1)]


def within(found: Difference, name: str) -> Difference:
    """What of a difference is of one list; all where none is named. An entry that changed its list is of the new one."""
    if not name:
        return found
    return Difference(
        added=tuple(each for each in found.added if each.class_name == name),
        removed=tuple(each for each in found.removed if each.class_name == name),
        changed=tuple(pair for pair in found.changed if pair[1].class_name == name),
    )


def counted(found: Iterable[Entry]) -> Counter[str]:
    """How many entries each list has."""
    return Counter(each.class_name for each in found)


def title(edition: Edition, name: str) -> str:
    """《社区任务清单(2026年版)》, or the edition's own title."""
    return TITLE.format(name=name, year=edition.year) if name else edition.title


def heading(tx: Transaction, edition_id: int | None, name: str) -> dict[str, Any]:
    """The heading of the workbook of an edition, or of one of its lists."""
    found = catalogue.heading(tx, edition_id)
    if not name:
        return found
    return {**found, "title": title(catalogue.asked(tx, edition_id), name), "sheet": name[:31]}


def register_title(tx: Transaction, query: Mapping[str, Any]) -> str:
    """The title of the register's workbook where the address sifts by a list; else ""."""
    name = str(query.get("class_name") or "")
    return f"{name}备案登记台账" if name in names(tx) else ""
