"""The pages of the house: blueprints and the menu, as literal tables that tests walk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Blueprint, Flask, current_app, g, request, url_for

from webapp import edge
from webapp.i18n import _l
from webapp.lists import export_links

# "module:attribute" of every blueprint, registered in this order.
BLUEPRINTS: list[str] = [
    "webapp.health:bp",
    "webapp.sign_in:bp",
    "webapp.home:bp",
    "webapp.inbox:bp",
    "webapp.workbook_templates:bp",
    "webapp.definitions:bp",
    "webapp.migrations:bp",
    "webapp.organisation:bp",
    "webapp.reorganisation:bp",
    "webapp.statistics:bp",
    "webapp.accounts:bp",
    "webapp.api_tokens:bp",
    "webapp.connections:bp",
    "webapp.calendar:bp",
    "webapp.own_account:bp",
    "webapp.help:bp",
    "webapp.lists:bp",
    # work pages
    "webapp.work.start:bp",
    "webapp.work.offline_many:bp",
    "webapp.work.instance:bp",
    "webapp.work.matters:bp",
    "webapp.work.in_force:bp",
    "webapp.work.following:bp",
    "webapp.work.numbers:bp",
    "webapp.work.supervisions:bp",
    "webapp.work.exits:bp",
    "webapp.work.evaluations:bp",
    "webapp.work.funds:bp",
    "webapp.work.catalogue:bp",
    "webapp.portal.views:bp",
    "webapp.portal.views:making",
    "webapp.work.ledger_pages:bp",
    "webapp.work.certificates:bp",
    "webapp.work.imports:bp",
    "webapp.work.layouts:bp",
    "webapp.work.memory:bp",
    "webapp.work.import_after:bp",
    "webapp.work.withdrawals:bp",
    "webapp.work.exports:bp",
    "webapp.work.attachments:bp",
    "webapp.work.incidents:bp",
    "webapp.api.routes:bp",
]


@dataclass(frozen=True)
class MenuEntry:
    """One line of the side menu; shown to those whom its endpoint admits."""

    endpoint: str
    label: str
    group: str = ""
    count: str = ""  # key in the inbox counts, shown as a badge
    permissions: tuple[str, ...] = ()  # besides the endpoint's: one of them puts the line into the menu

    @property
    def here(self) -> bool:
        """Whether the page shown stands under this line."""
        room = request.blueprint or ""
        if room == "inbox":
            return request.endpoint == self.endpoint
        under = UNDER.get(room, room)
        return under == self.endpoint if "." in under else under == self.endpoint.partition(".")[0]


#: Who takes tables in as a matter of course; others find the way to it where they start a process.
IN_THE_MENU = (
    "imports.own_unit",
    "imports.every_unit",
    "matters.backlog",
    "units.manage",
    "accounts.manage",
    "calendar.manage",
)

MENU: list[MenuEntry] = [
    MenuEntry("home.show", _l("Home")),
    MenuEntry("inbox.todo", _l("To do"), count="todo"),
    MenuEntry("inbox.done", _l("Done")),
    MenuEntry("inbox.started", _l("Started by me")),
    MenuEntry("inbox.copies", _l("Copied to me"), count="copies"),
    MenuEntry("inbox.notices", _l("Notices"), count="notices"),
    MenuEntry("start.index", _l("Start an application"), _l("Work")),
    MenuEntry("imports.new", _l("Import tables"), _l("Work"), permissions=IN_THE_MENU),
    MenuEntry("matters.index", _l("Registry of matters"), _l("Work")),
    MenuEntry("catalogue.index", _l("Catalogue"), _l("Work")),
    MenuEntry("ledgers.index", _l("Permitted ledgers"), _l("Work"), permissions=("ledgers.fill",)),
    MenuEntry(
        "certificates.index", _l("Certificates and seal"), _l("Work"), permissions=("certificates.enter",)
    ),
    MenuEntry("supervisions.index", _l("Reports of breaches"), _l("Work")),
    MenuEntry("statistics.show", _l("Statistics"), _l("Work")),
    MenuEntry("definitions.index", _l("Processes"), _l("Administration")),
    MenuEntry("incidents.index", _l("Incidents"), _l("Administration")),
    MenuEntry("organisation.index", _l("Organisation"), _l("Administration")),
    MenuEntry("accounts.index", _l("Accounts"), _l("Administration")),
    MenuEntry("calendar.index", _l("Working days"), _l("Administration")),
    MenuEntry("api_tokens.index", _l("API tokens"), _l("Administration")),
    MenuEntry("connections.index", _l("Other systems"), _l("Administration")),
]


#: Rooms without a line of their own: the room, or the line, in which the menu shows them.
UNDER = {
    "tasks": "inbox.todo",
    "import_after": "imports",
    "layouts": "imports",
    "memory": "imports",
    "withdrawals": "imports",
    "in_force": "matters",
    "migrations": "definitions",
    "workbook_templates": "definitions",
    "reorganisation": "organisation",
}


def register(app: Flask) -> None:
    """Register every blueprint whose module exists."""
    for place in BLUEPRINTS:
        module, attribute = place.split(":")
        try:
            found = find_spec(module)
        except ModuleNotFoundError:
            found = None
        if found is None:
            app.logger.warning("no module %s yet", module)
            continue
        blueprint: Blueprint = getattr(import_module(module), attribute)
        app.register_blueprint(blueprint)


# Pages an account opens before it has replaced a password that somebody else set.
OPEN_TO_NEW_PASSWORDS = frozenset(
    {"own_account.show", "own_account.change_password", "sign_in.leave", "sign_in.set_locale"}
)


def menu() -> list[tuple[str, list[MenuEntry]]]:
    """The side menu of the current actor: (heading, entries) in order, only what may be opened."""
    groups: dict[str, list[MenuEntry]] = {}
    for entry in MENU:
        if edge.may_open(entry.endpoint) and (not entry.permissions or edge.may(*entry.permissions)):
            groups.setdefault(str(entry.group), []).append(entry)
    return list(groups.items())


def counts() -> dict[str, int]:
    """Open tasks and unread copies of the actor, once a request."""
    if "counts" not in g:
        g.counts = {}
        actor = edge.actor_or_none()
        if actor is not None:
            try:
                from workflows.usecases import inbox

                # A read of its own: an error page has no transaction any more.
                with edge.reading() as opened:
                    found = inbox.counts(opened, actor)
                g.counts = {
                    "todo": found.todo,
                    "copies": found.copied_unread,
                    "notices": found.notices_unread,
                }
            except Exception:
                # A badge must never keep a page, or an error page, from being shown.
                current_app.logger.exception("counts of the menu")
    return g.counts


class Frame:
    """What the base template needs besides the page; each part is read when it is asked for."""

    @property
    def menu(self) -> list[tuple[str, list[MenuEntry]]]:
        return menu()

    @property
    def counts(self) -> dict[str, int]:
        return counts()

    @property
    def search(self) -> str | None:
        """Address of the search: matters where the actor may see them, else the own inbox."""
        for endpoint in ("matters.index", "inbox.todo"):
            if edge.may_open(endpoint):
                return url_for(endpoint)
        return None


def page_url(number: int) -> str:
    """The address of the present page with another page number; other query values stay."""
    values: dict[str, Any] = {**request.view_args, **request.args.to_dict(flat=False)}  # type: ignore[dict-item]
    return url_for(request.endpoint or "home.show", **{**values, "page": number})


def page_numbers(page: int, pages: int) -> list[int | None]:
    """Numbers a pager shows: the ends and the neighbourhood; None is a gap."""
    wanted = {1, pages, *range(page - 1, page + 2)}
    shown: list[int | None] = []
    for number in sorted(n for n in wanted if 1 <= n <= pages):
        if shown and shown[-1] is not None and number - shown[-1] > 1:
            shown.append(None)
        shown.append(number)
    return shown


LAST_PAGE = 1_000_000
"""Beyond it lies nonsense, and numbers a database cannot count with."""


def asked_page() -> int:
    """The page number of the query, 1 where it is missing or nonsense."""
    return min(max(1, request.args.get("page", 1, type=int) or 1), LAST_PAGE)


def keys(texts: Iterable[str]) -> list[int]:
    """Ids as a page posts them; what can be none is left out."""
    return [int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19]


def init_frame(app: Flask) -> None:
    """Give every template the frame, the actor and the pager's words."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        return {
            "frame": Frame(),
            "actor": edge.actor_or_none(),
            "page_url": page_url,
            "page_numbers": page_numbers,
            "may": edge.may,
            "may_open": edge.may_open,
            "export_links": export_links,
            "fresh_key": edge.fresh_key,
            "now": edge.now,
        }
