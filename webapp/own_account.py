"""我的账号: who one is, the last sign-in, the own password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from forms.faults import Refused
from webapp import edge, sessions
from webapp.accounts import role_label
from webapp.i18n import _, _l, locale_name
from workflows.usecases import accounts, passwords
from workflows.usecases.errors import SignInRefused
from workflows.usecases.views import SignIn

bp = Blueprint("own_account", __name__, url_prefix="/account")

NEEDED = InputRequired(_l("Please fill this in."))


class PasswordForm(FlaskForm):
    """The old password, and the new one twice."""

    old = PasswordField(_l("Present password"), [NEEDED], render_kw={"autocomplete": "current-password"})
    new = PasswordField(_l("New password"), [NEEDED], render_kw={"autocomplete": "new-password"})
    again = PasswordField(
        _l("New password again"),
        [NEEDED, EqualTo("new", _l("The two new passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


@dataclass(frozen=True)
class PreviousSignIn:
    """When and from where this account was signed in before this session."""

    at: datetime
    address: str


def remember_previous(result: SignIn) -> None:
    """Keep the sign-in before this one in the session, to be shown: a stranger's would be noticed."""
    if result.previous_sign_in_at is not None:
        session["previous"] = [result.previous_sign_in_at.isoformat(), result.previous_address or ""]


def previous_sign_in() -> PreviousSignIn | None:
    """The sign-in before this one, or None if this is the first."""
    kept = session.get("previous")
    return PreviousSignIn(datetime.fromisoformat(kept[0]), kept[1]) if kept else None


@bp.get("")
@edge.signed_in
def show() -> ResponseReturnValue:
    """The own account."""
    return _page(PasswordForm())


@bp.post("/password")
@edge.signed_in
def change_password() -> ResponseReturnValue:
    """Change the own password; faults stand at their field."""
    form = PasswordForm()
    if not form.validate():
        return _page(form), 422
    actor = edge.current_actor()
    try:
        with edge.reading() as tx:
            known = accounts.known_passwords(tx, actor.account_id or 0)
        new = passwords.changed(known, str(form.old.data), str(form.new.data))
        accounts.change_password(edge.tx(), actor, new)
    except Refused as refusal:
        field = form.old if isinstance(refusal, SignInRefused) else form.new
        told = _("The present password is wrong.") if field is form.old else refusal.tell(locale_name())
        field.errors = [*field.errors, told]
        return _page(form), 422
    sessions.begin(edge.tx(), actor)  # in this browser alone: whoever knew the old password is out
    session.pop("must_change", None)
    flash(_("Your password is changed."))
    return redirect(url_for("own_account.show"), 303)


def _page(form: PasswordForm) -> str:
    actor = edge.current_actor()
    with edge.reading() as tx:
        account = accounts.get(tx, actor.account_id or 0)
    return render_template(
        "own_account.html",
        form=form,
        account=account,
        must_change=session.get("must_change"),
        role_label=role_label,
        previous=previous_sign_in(),
    )
