"""The web application: `create_app(runtime)`."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, flash, redirect, request, session, url_for
from flask_login import logout_user
from werkzeug.routing import IntegerConverter

from webapp import edge, pages
from webapp.api.frame import guard as api_guard
from webapp.errors import answer, init_errors
from webapp.i18n import _, init_i18n
from webapp.security import init_security, secret_key, versioned_static
from webapp.wording import init_wording
from workflows.usecases.runtime import Runtime


def create_app(runtime: Runtime, **config: Any) -> Flask:
    """Build the application for an opened runtime.

    Args:
        runtime: opened; see `workflows.usecases.runtime`.
        config: Flask settings that override the house's (tests switch CSRF and the rate limit off).
    """
    app = HouseApp("webapp", static_folder="static", template_folder="templates")
    app.extensions["zhunru"] = runtime
    app.url_map.converters["int"] = Key
    settings = runtime.settings
    init_security(
        app,
        key=settings.secret_key.encode() or secret_key(settings.data_dir),
        secure_cookies=settings.secure_cookies,
        minutes=settings.session_minutes,
    )
    app.config.update(config)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    init_i18n(app)
    init_wording(app)
    init_errors(app)
    versioned_static(app)
    pages.register(app)
    pages.init_frame(app)
    return app


class Key(IntegerConverter):
    """The id of a row in an address: what no database can hold is an address of nothing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": 2**63 - 1, **options})


class HouseApp(edge.House):
    """The house with its guard: what a route declares is looked at before its view runs."""

    def guard(self) -> Response | None:
        endpoint = request.endpoint
        if endpoint is None or request.routing_exception is not None:
            return None
        access = edge.access_of(self, endpoint)
        if access is None:  # a route that declares nothing is open to nobody
            return self.make_response(answer(403, ""))
        if access.kind == "public":
            return None
        if request.blueprint == "api":
            return api_guard(access)
        actor = edge.actor_or_none()
        if actor is None:
            return self._ask_to_sign_in()
        if session.get("must_change") and endpoint not in pages.OPEN_TO_NEW_PASSWORDS:
            return redirect(url_for("own_account.show"), 303)  # type: ignore[return-value]
        if not access.admits(actor):
            return self.make_response(answer(403, ""))
        edge.answer_repeated()
        return None

    def _ask_to_sign_in(self) -> Response:
        if "_user_id" in session:  # disabled, or signed in elsewhere; an idle session is simply gone
            logout_user()
            flash(
                _("You were signed out: this account was signed in elsewhere, or it was changed."), "warning"
            )
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        address = url_for("sign_in.show", next=back)
        if edge.is_htmx():
            return self.response_class(status=401, headers={"HX-Redirect": address})
        return redirect(address, 303)  # type: ignore[return-value]
