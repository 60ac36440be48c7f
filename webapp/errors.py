"""Errors become a status and a sentence, in one place."""

from __future__ import annotations

import secrets

from flask import Flask, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from forms.faults import Refused
from webapp import edge
from webapp.i18n import _, locale_name

# Class name of an error of the inner floors -> status. The nearest name in its ancestry counts; 422 is for what
# was understood and is wrong.
STATUS: dict[str, int] = {
    "NotAllowed": 403,
    "NotFound": 404,
    "TaskNotOpen": 409,
    "TaskHeld": 409,
    "TaskTaken": 409,
    "StaleVersion": 409,
    "InstanceEnded": 409,
    "NobodyWaits": 409,
    "AmbiguousMessage": 409,
    "IncidentOver": 409,
    "LockLost": 409,
    "NotNow": 409,
    "AlreadyImported": 409,
    "AlreadyExists": 409,
    "PostedBefore": 409,
    "StillInUse": 409,
    "NumberTaken": 409,
    "FileTooLarge": 413,
    "SignInRefused": 401,
    "AccountLocked": 403,
    "AccountDisabled": 403,
    "Refused": 422,
}


API = "/api/"


def status_of(error: Refused) -> int:
    """The HTTP status of an error of the house."""
    for ancestor in type(error).__mro__:
        if ancestor.__name__ in STATUS:
            return STATUS[ancestor.__name__]
    return 422


def titles() -> dict[int, str]:
    """Heading of the error page by status."""
    return {
        400: _("The request could not be read"),
        403: _("You may not do this"),
        404: _("This is not here"),
        405: _("This address is not meant for that"),
        409: _("Somebody was faster"),
        413: _("The file is too large"),
        422: _("This could not be accepted"),
        429: _("Too many attempts"),
        500: _("Something went wrong"),
    }


def sentences() -> dict[int, str]:
    """What a clerk reads where the error itself carries no sentence."""
    return {
        400: _("Please go back, reload the page and try again."),
        403: _("Your account has no permission for this page. Ask your administrator if you need it."),
        404: _("The address is wrong, or the thing was removed."),
        405: _("Please use the buttons of the page."),
        413: _("One upload may hold 64 MB. Please send fewer or smaller files."),
        429: _("Please wait a minute before you try again."),
        500: _(
            "Nothing of this step was kept. Please try again; if it fails again, tell your administrator this number."
        ),
    }


def answer(status: int, sentence: str, reference: str = "", code: str = "") -> ResponseReturnValue:
    """The error page, a fragment where htmx asked, or JSON of the API."""
    if request.path.startswith(API):
        body = {"code": code or f"Http{status}", "message": sentence or sentences().get(status, "")}
        if reference:
            body["reference"] = reference
        return {"error": body}, status
    known = titles()
    template = "errors/fragment.html" if edge.is_htmx() else "errors/page.html"
    page = render_template(
        template,
        status=status,
        title=known.get(status, known[422 if status < 500 else 500]),
        sentence=sentence or sentences().get(status, ""),
        reference=reference,
    )
    response = make_response(page, status)
    if edge.is_htmx():
        response.headers["HX-Reswap"] = "innerHTML"
        response.headers["HX-Retarget"] = "#messages"
    return response


def init_errors(app: Flask) -> None:
    """Register the handlers. None of them shows a trace."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return answer(status_of(error), error.tell(locale_name()), code=type(error).__name__)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> ResponseReturnValue:
        access = edge.access_of(app, request.endpoint or "")
        if access is not None and access.kind != "public" and edge.actor_or_none() is None:
            # The session ended while somebody was typing: the token went with it.
            flash(
                _("You were signed out after a while without a click. Please sign in and send it again."),
                "warning",
            )
            address = url_for("sign_in.show")
            if edge.is_htmx():
                return "", 401, {"HX-Redirect": address}
            return redirect(address, 303)
        return answer(400, _("The page was open for too long. Please reload it and send it again."))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        return answer(error.code, "")

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        reference = secrets.token_hex(4).upper()
        app.logger.exception("error %s at %s %s", reference, request.method, request.path)
        if app.config.get("PROPAGATE_UNEXPECTED"):
            raise error
        return answer(500, "", reference)
