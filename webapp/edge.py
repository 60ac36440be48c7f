"""What every page stands on: the request's transaction, the current actor, permissions.

A view declares who may open it (`@public`, `@signed_in` or `@requires("permission")`), asks for `tx()` and calls use
cases. The transaction is opened when it is first asked for: read only for GET, writing for all else. It is committed
when the view has answered below 400, and rolled back when it raised, or answered with an error.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from flask import Flask, Response, abort, current_app, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.i18n import _
from workflows.usecases import once, ready
from workflows.usecases.errors import PostedBefore

if TYPE_CHECKING:
    from workflows.usecases.actor import Actor
    from workflows.usecases.runtime import Runtime, Transaction

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


# --- who may open a page ---


@dataclass(frozen=True)
class Access:
    """Who may open a route: everybody, whoever is signed in, or a holder of one of the permissions."""

    kind: Literal["public", "signed_in", "permission"]
    permissions: frozenset[str] = frozenset()

    def admits(self, actor: Actor | None) -> bool:
        """Whether this actor (None: nobody is signed in) may open the route."""
        if self.kind == "public":
            return True
        if actor is None:
            return False
        return self.kind == "signed_in" or bool(self.permissions & actor.permissions)


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anybody may open this page."""
    return _declare(view, Access("public"))


def signed_in(view: View) -> View:
    """Whoever is signed in may open this page; the use case looks at the rest."""
    return _declare(view, Access("signed_in"))


def requires(*permissions: str) -> Callable[[View], View]:
    """Holders of any one of these permissions may open this page."""
    return lambda view: _declare(view, Access("permission", frozenset(permissions)))


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What a route declares, or None where it declares nothing (a test forbids that)."""
    if endpoint == "static":
        return Access("public")
    view = app.view_functions.get(endpoint)
    return getattr(view, "access", None)


def may(*permissions: str) -> bool:
    """Whether the current actor has one of the permissions (for templates and views)."""
    actor = actor_or_none()
    return actor is not None and bool(actor.permissions & frozenset(permissions))


def may_open(endpoint: str) -> bool:
    """Whether an endpoint exists and lets the current actor in: menus are built of this."""
    access = access_of(current_app, endpoint)
    return access is not None and access.admits(actor_or_none())


# --- the transaction ---


def runtime() -> Runtime:
    """The configured application this process serves."""
    return cast("Runtime", current_app.extensions["zhunru"])


def tx() -> Transaction:
    """The transaction of this request, opened now if it was not yet."""
    if "tx" not in g:
        opened: AbstractContextManager[Transaction]
        if request.method in SAFE_METHODS:
            opened = runtime().reading()
        else:
            if named := ready.meant(_named()):
                with reading() as before:  # it is compiled while nobody waits for this one
                    ready.make_ready(before, **named)
            opened = runtime().transaction()
        g.tx = opened.__enter__()
        g.tx_context = opened
        _take_key(g.tx)
    return cast("Transaction", g.tx)


def _named() -> dict[str, Any]:
    """What the address names. The API's external tasks are service jobs."""
    named = dict(request.view_args or {})
    if "/external-tasks/" in request.path and "task_id" in named:
        named["service_job_id"] = named.pop("task_id")
    return named


@contextmanager
def reading() -> Iterator[Transaction]:
    """A short read of its own, beside the request's transaction.

    Long work before a write (a workbook that is read, a form that is bound) belongs here, not into `tx()`: SQLite
    has one writer at a time.
    """
    with runtime().reading() as opened:
        yield opened


def commit() -> None:
    """End the request's transaction now; the next `tx()` opens another. For pages that go on to render at length."""
    _close(None)


def roll_back() -> None:
    """End the request's transaction now and keep nothing of it, before a page of faults is drawn at length."""
    try:
        _close(RolledBack())
    except RolledBack:
        pass


def keep() -> None:
    """Commit although the answer is an error (a failed sign-in is counted)."""
    g.keep = True


def _close(error: BaseException | None) -> None:
    context = g.pop("tx_context", None)
    g.pop("tx", None)
    if context is None:
        return
    if error is None:
        context.__exit__(None, None, None)
    else:
        context.__exit__(type(error), error, error.__traceback__)


class RolledBack(Exception):
    """The page answered with an error: nothing of the request is kept."""


class House(Flask):
    """Flask whose dispatch looks at permissions and closes the transaction before the answer leaves."""

    def dispatch_request(self) -> ResponseReturnValue:
        try:
            answer: ResponseReturnValue | None = self.guard()
            if answer is None:
                answer = super().dispatch_request()
            response = self.make_response(answer)
        except BaseException as error:
            self._roll_back(error)
            raise
        if response.status_code < 400 or g.pop("keep", False):
            _settle(response)
            _close(None)
        else:
            self._roll_back(RolledBack(response.status_code))
        return response

    def guard(self) -> Response | None:
        """Return an answer instead of the page where the actor may not open it. Set by `create_app`."""
        return None

    def _roll_back(self, error: BaseException) -> None:
        try:
            _close(error)
        except BaseException as again:
            if again is not error:
                raise


# --- forms that count once ---

ONCE = "_once"
"""Name of the field that holds a form's random key."""


def fresh_key() -> str:
    """A key for a form that is drawn now."""
    return secrets.token_urlsafe(16)


def _key() -> str:
    """The key a post brings: of its form, or of a program in the header `Idempotency-Key`."""
    if request.method in SAFE_METHODS or actor_or_none() is None:
        return ""
    return request.form.get(ONCE, "") or request.headers.get("Idempotency-Key", "")


def answer_repeated() -> None:
    """Lead a post that came before to what came of it; of two at the same moment `tx` finds the second."""
    if key := _key():
        with reading() as opened:
            try:
                once.look(opened, current_actor(), key)
            except PostedBefore as before:
                _lead_back(before)


def _take_key(opened: Transaction) -> None:
    """Take the post's key in the transaction of its deed."""
    if "once" not in g and (key := _key()):
        g.once = key
        try:
            once.take(opened, current_actor(), key)
        except PostedBefore as before:
            _lead_back(before)


def _lead_back(before: PostedBefore) -> None:
    address = before.facts["result"]
    if not address or request.blueprint == "api":
        raise before
    sentence = _("This form was sent before; here is what came of it. For another one open a new form.")
    flash(sentence, "warning")
    abort(redirect(address, 303))


def _settle(response: Response) -> None:
    """Note where the deed led, for a post that repeats it; of the API, else what it was answered."""
    if "tx_context" in g and g.get("once"):
        found = response.location or ""
        if not found and request.blueprint == "api":
            found = response.get_data(as_text=True) if response.is_json else str(response.status_code)
        once.settle(g.tx, current_actor(), g.once, found if len(found) <= once.LONGEST_RESULT else "")


# --- the actor and the time ---


def actor_or_none() -> Actor | None:
    """Who is signed in, or None."""
    if "actor" not in g:
        user = current_user._get_current_object() if current_user else None
        g.actor = getattr(user, "actor", None)
    return cast("Actor | None", g.actor)


def current_actor() -> Actor:
    """Who is signed in; only for routes that are not public."""
    actor = actor_or_none()
    if actor is None:
        raise RuntimeError("a route that is public asked for the actor")
    return actor


def now() -> datetime:
    """The time of this request, aware, Asia/Shanghai; the same all through."""
    if "tx" in g:
        return cast(datetime, g.tx.at)
    if "at" not in g:
        g.at = runtime().now()
    return cast(datetime, g.at)


def today() -> date:
    """The date of this request in Asia/Shanghai."""
    return now().date()


def is_htmx() -> bool:
    """Whether htmx asked: then a fragment is wanted, not a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"
