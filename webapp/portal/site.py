"""The public site: its pages by name, rendered of one reading of the lists. Plain HTML and CSS, links among themselves only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import Environment, PackageLoader

from forms.faults import Refused
from forms.written.dates import show_date
from workflows.admission import certificate_items, open_lists, permitted, states
from workflows.admission.open_lists import OpenLists

ASSETS = {"style.css": "text/css", "search.js": "text/javascript"}
PAGES = {"matters": "index.html"} | {key: f"{key}.html" for key in open_lists.NAMES if key != "matters"}
"""Open list -> its page."""
WORKBOOKS = {
    "matters": "in_force",
    "catalogue": "catalogue",
    "ledgers": "ledgers",
    "certificates": "certificate_items",
}
"""Open list -> the list of the house that is its workbook."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MANIFEST = "zhunru-site.json"
"""Names the files of the last publication, so that a community that is no more loses its page."""


class NotOurFolder(Refused):
    """The folder holds files that no publication made. Facts: folder."""

    zh: ClassVar[str] = "文件夹“{folder}”里有其他文件，不是公开页面的文件夹；请指定空的或上次发布用的文件夹"
    en: ClassVar[str] = (
        "The folder {folder} holds other files: name an empty one, or that of the last publication"
    )


class NotAFolder(Refused):
    """A file stands where the folder should be. Facts: folder."""

    zh: ClassVar[str] = "“{folder}”是一个文件，请指定文件夹"
    en: ClassVar[str] = "{folder} is a file: name a folder"


@cache
def _pages() -> Environment:
    found = Environment(
        loader=PackageLoader("webapp.portal", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    found.filters["day"] = lambda value: show_date(value) if value else ""
    found.filters["money"] = lambda value: f"{value:,.2f}" if value is not None else ""
    return found


def asset(name: str) -> tuple[bytes, str] | None:
    """A style sheet or script of the site and its type: the lists need not be read for it."""
    kind = ASSETS.get(name)
    return (files("webapp.portal").joinpath("pages", name).read_bytes(), kind) if kind else None


class Site:
    """The pages of one reading.

    Args:
        report: address of the form by which a matter that is not on the list is reported; "": none is offered.
        workbook: makes the workbook of a list of the house by its key; None: none is offered.
    """

    def __init__(
        self, lists: OpenLists, report: str = "", workbook: Callable[[str], bytes] | None = None
    ) -> None:
        self.lists, self.report, self._workbook = lists, report, workbook
        there = {"catalogue": lists.edition, "ledgers": lists.ledgers, "certificates": lists.certificates}
        self.shown = [key for key in PAGES if there.get(key, True)]
        """The lists that have a page: one of which the office has nothing has none."""
        self._books = {f"{key}.xlsx": WORKBOOKS[key] for key in self.shown if workbook and key in WORKBOOKS}

    def names(self) -> Iterator[str]:
        """Every file of the site."""
        yield from (PAGES[key] for key in self.shown)
        yield from (f"community-{each.id}.html" for each in self.lists.communities)
        yield from ASSETS
        yield from self._books
        yield from (f"open/{name}.{suffix}" for name in open_lists.NAMES for suffix in ("json", "csv"))

    def read(self, name: str) -> tuple[bytes, str] | None:
        """A file and its type; None where the site has no such page."""
        if found := asset(name):
            return found
        if name in self._books and self._workbook is not None:
            return self._workbook(self._books[name]), XLSX
        if name.startswith("open/"):
            return self._open(name.removeprefix("open/"))
        page = self._page(name)
        return (page.encode(), "text/html") if page is not None else None

    def _open(self, name: str) -> tuple[bytes, str] | None:
        stem, _, suffix = name.partition(".")
        if stem not in open_lists.NAMES or suffix not in ("json", "csv"):
            return None
        if suffix == "json":
            return open_lists.as_json(self.lists, stem), "application/json"
        return open_lists.as_csv(self.lists, stem), "text/csv"

    def _page(self, name: str) -> str | None:
        if name == "index.html":
            return self.render(name, matters=self.lists.matters)
        if name == "communities.html":
            return self.render(name, streets=self.lists.streets())
        if name == "catalogue.html" and self.lists.edition is not None:
            entries = groupby(self.lists.entries, key=lambda each: each.class_name)
            return self.render(name, classes=[(key, list(group)) for key, group in entries])
        if name == "ledgers.html" and self.lists.ledgers:
            units = groupby(self.lists.ledgers, key=lambda each: each.unit)
            return self.render(name, units=[(unit, list(group)) for unit, group in units])
        if name == "certificates.html" and self.lists.certificates:
            may = [each for each in self.lists.certificates if each.permitted]
            not_ = [each for each in self.lists.certificates if not each.permitted]
            return self.render(name, may=may, refused=not_)
        key = name.removeprefix("community-").removesuffix(".html")
        community = next(
            (each for each in self.lists.communities if name.endswith(".html") and str(each.id) == key), None
        )
        if community is None:
            return None
        return self.render("community.html", community=community, matters=self.lists.of(community))

    def render(self, name: str, **more: Any) -> str:
        """One of the site's templates."""
        return (
            _pages()
            .get_template(name)
            .render(
                lists=self.lists,
                report=self.report,
                pages={key: PAGES[key] for key in self.shown},
                books=set(self._books),
                executors=states.EXECUTORS,
                frequencies=permitted.FREQUENCIES,
                reasons=certificate_items.REASONS,
                open_names=open_lists.NAMES,
                **more,
            )
        )


def publish(site: Site, folder: Path) -> list[str]:
    """Write the site into a folder; what the last publication had and this one has not is removed. Returns the names.

    Each file is replaced whole, so that a reader never meets half a page. Raises `NotOurFolder`, `NotAFolder`.
    """
    if folder.exists() and not folder.is_dir():
        raise NotAFolder(folder=str(folder))
    manifest = folder / MANIFEST
    before = json.loads(manifest.read_text()) if manifest.is_file() else None
    if before is None and folder.is_dir() and any(folder.iterdir()):
        raise NotOurFolder(folder=str(folder))
    (folder / "open").mkdir(parents=True, exist_ok=True)
    names = list(site.names())
    for name in names:
        found = site.read(name)
        if found is not None:
            _replace(folder / name, found[0])
    for name in set(before or ()) - set(names):
        target = (folder / name).resolve()
        if target.is_relative_to(folder.resolve()):
            target.unlink(missing_ok=True)
    _replace(manifest, json.dumps(names, indent=1).encode())
    return names


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    part.replace(target)
