"""Rules that every page keeps: declared access, translated messages, a menu without dead ends."""

from __future__ import annotations

from flask import Flask

from webapp import edge, i18n, pages
from workflows.admission.roles import PERMISSIONS


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    silent = {
        rule.endpoint for rule in app.url_map.iter_rules() if edge.access_of(app, rule.endpoint) is None
    }
    assert silent == set()


def test_permissions_of_routes_exist(app: Flask) -> None:
    asked: set[str] = set()
    for rule in app.url_map.iter_rules():
        access = edge.access_of(app, rule.endpoint)
        asked |= access.permissions if access else frozenset()
    assert asked <= set(PERMISSIONS)


SWITCHED_ON_BY_A_SETTING = {
    "public.home",
    "public.page",
    "public.report",
    "public.send_report",
    "certificates.check",
}
"""Pages that an office may open to everybody; unless it does, they are closed."""


def test_only_the_sign_in_is_open_to_all_and_what_an_office_opens(app: Flask) -> None:
    open_to_all = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (access := edge.access_of(app, rule.endpoint)) and access.kind == "public"
    }
    sign_in = {"sign_in.show", "sign_in.enter", "sign_in.leave", "sign_in.set_locale"}
    assert open_to_all == {"static", "health.show", *sign_in, *SWITCHED_ON_BY_A_SETTING}


def test_every_message_has_chinese() -> None:
    assert i18n.missing_messages() == {}


def test_every_blueprint_is_there(app: Flask) -> None:
    assert len(app.blueprints) == len(set(pages.BLUEPRINTS))


def test_the_menu_leads_somewhere(app: Flask) -> None:
    assert [entry.endpoint for entry in pages.MENU if entry.endpoint not in app.view_functions] == []
