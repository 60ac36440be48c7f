"""Sign-in, sign-out and the choice of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from forms.faults import Refused
from webapp import edge, sessions
from webapp.errors import status_of
from webapp.i18n import LOCALE_COOKIE, LOCALES, _, locale_name
from webapp.own_account import remember_previous
from webapp.security import limiter, sign_in_key
from workflows.admission import package
from workflows.usecases import accounts, passwords

if TYPE_CHECKING:
    from workflows.admission.sample import SampleAccount

bp = Blueprint("sign_in", __name__)

FAILURES_PER_MINUTE = "10 per minute"
TRIES_PER_ADDRESS = "300 per minute"


def _next() -> str:
    """Where to go after the sign-in: a page of this house only."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    inside = (
        wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
    )
    return wanted if inside else url_for("home.show")


def _page(status: int = 200, sentence: str = "") -> ResponseReturnValue:
    shown, password = samples()
    page = render_template(
        "sign_in.html",
        sentence=sentence,
        username=request.form.get("username", ""),
        next=request.values.get("next", ""),
        samples=shown,
        password=password,
    )
    return make_response(page, status)


def samples() -> tuple[list[tuple[str, list[SampleAccount]]], str]:
    """The sample office's accounts by unit, and their password; nothing where the office is not the sample."""
    if not edge.runtime().settings.sample:
        return [], ""
    with edge.reading() as tx:
        if not package.is_sample(tx):
            return [], ""
    from workflows.admission import sample

    groups: dict[str, list[SampleAccount]] = {}
    for each in sample.ACCOUNTS:
        street = each.roles == ("street_clerk",)
        groups.setdefault(_("Subdistricts") if street else each.unit or each.name, []).append(each)
    return list(groups.items()), sample.PASSWORD


@bp.get("/sign-in")
@edge.public
def show() -> ResponseReturnValue:
    """The sign-in page; whoever is signed in already goes on."""
    if edge.actor_or_none() is not None:
        return redirect(_next(), 303)
    return _page()


@bp.post("/sign-in")
@edge.public
@limiter.limit(TRIES_PER_ADDRESS)
@limiter.limit(
    FAILURES_PER_MINUTE, key_func=sign_in_key, deduct_when=lambda response: response.status_code >= 400
)
def enter() -> ResponseReturnValue:
    """Sign in. The try is stored either way: the use case counts towards the lock."""
    username = request.form.get("username", "").strip()
    with edge.reading() as tx:
        stored = accounts.stored_hash(tx, username)
    # Hashing takes a tenth of a second: before the write transaction, which everybody waits for on SQLite.
    proof = passwords.verify(stored, request.form.get("password", ""))
    result = accounts.sign_in(edge.tx(), username, proof, request.remote_addr or "")
    if result.refusal is not None or result.account_id is None:
        edge.commit()
        refusal = result.refusal
        if isinstance(refusal, Refused):
            return _page(status_of(refusal), refusal.tell(locale_name()))
        return _page(401)
    actor = accounts.actor(edge.tx(), result.account_id)
    address = _next()
    session.clear()
    sessions.begin(edge.tx(), actor)
    session.permanent = True  # the idle time-out applies
    remember_previous(result)
    if result.must_change:
        session["must_change"] = True
        return redirect(url_for("own_account.show"), 303)
    return redirect(address, 303)


@bp.post("/sign-out")
@edge.public
def leave() -> ResponseReturnValue:
    """Sign out, also where the session is over already."""
    actor = edge.actor_or_none()
    if actor is not None:
        accounts.sign_out(edge.tx(), actor, request.remote_addr or "")
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.show"), 303)


@bp.post("/language")
@edge.public
def set_locale() -> ResponseReturnValue:
    """Keep the chosen language in a cookie for a year."""
    response = redirect(_next(), 303)
    chosen = request.form.get("locale", "")
    if chosen in LOCALES:
        response.set_cookie(LOCALE_COOKIE, chosen, max_age=365 * 86400, httponly=True, samesite="Lax")
    return response
