"""Who a request's cookie stands for: the account of a session that still stands in the database."""

from __future__ import annotations

import secrets

from flask_login import UserMixin, login_user

from forms.faults import Refused
from webapp import edge
from webapp.security import login_manager
from workflows.usecases import accounts, sessions
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction


class User(UserMixin):
    """What the session library knows of an account; pages use the actor."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor = actor
        self.id = f"{actor.account_id}:{token}"


@login_manager.user_loader
def load(user_id: str) -> User | None:
    """The user of a session, or None where it was ended, or the account is disabled or signed in elsewhere since."""
    account, _colon, token = user_id.partition(":")
    if not (account.isascii() and account.isdigit() and len(account) < 19) or not token:
        return None
    try:
        with edge.reading() as tx:
            return User(accounts.actor_in_session(tx, int(account), token), token)
    except Refused:
        return None


def begin(tx: Transaction, actor: Actor) -> None:
    """Begin a session of an account in this browser; its sessions in other browsers end."""
    token = secrets.token_urlsafe(16)
    sessions.begin(tx, actor.account_id or 0, token)
    login_user(User(actor, token))
