"""The pages of the house: blueprints and the menu, as literal tables that tests walk."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint, Flask

from webapp.i18n import _l

# "module:attribute" of every blueprint, registered in this order.
BLUEPRINTS: list[str] = [
    "webapp.sign_in:bp",
    "webapp.home:bp",
    "webapp.inbox:bp",
    "webapp.definitions:bp",
    "webapp.organisation:bp",
    "webapp.accounts:bp",
    "webapp.own_account:bp",
    # work pages
    "webapp.work.start:bp",
    "webapp.work.task:bp",
    "webapp.work.instance:bp",
    "webapp.work.matters:bp",
    "webapp.work.catalogue:bp",
    "webapp.work.imports:bp",
    "webapp.work.attachments:bp",
    "webapp.work.print:bp",
]


@dataclass(frozen=True)
class MenuEntry:
    """One line of the side menu; shown to those whom its endpoint admits."""

    endpoint: str
    label: str
    group: str = ""
    count: str = ""  # key in the inbox counts, shown as a badge


MENU: list[MenuEntry] = [
    MenuEntry("home.show", _l("Home")),
    MenuEntry("inbox.todo", _l("To do"), count="todo"),
    MenuEntry("inbox.done", _l("Done")),
    MenuEntry("inbox.started", _l("Started by me")),
    MenuEntry("inbox.copies", _l("Copied to me"), count="copies"),
    MenuEntry("start.choose", _l("Start an application"), _l("Work")),
    MenuEntry("imports.new", _l("Import tables"), _l("Work")),
    MenuEntry("matters.index", _l("Registry of matters"), _l("Work")),
    MenuEntry("catalogue.index", _l("Catalogue"), _l("Work")),
    MenuEntry("definitions.index", _l("Processes"), _l("Administration")),
    MenuEntry("organisation.index", _l("Organisation"), _l("Administration")),
    MenuEntry("accounts.index", _l("Accounts"), _l("Administration")),
]


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
        if edge.may_open(entry.endpoint):
            groups.setdefault(str(entry.group), []).append(entry)
    return list(groups.items())


def counts() -> dict[str, int]:
    """Open tasks and unread copies of the actor, once a request; in a read of its own on an error page."""
    if "counts" not in g:
        g.counts = {}
        actor = edge.actor_or_none()
        if actor is not None:
            try:
                with edge.reading() as opened:
                    g.counts = counts_of(inbox.counts(opened, actor))
            except Exception:
                # A badge must never keep a page, or an error page, from being shown.
                current_app.logger.exception("counts of the menu")
    return g.counts
