"""Signing in to the sample office, and finding one's way in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from workflows.admission.sample import PASSWORD
from workflows.admission.tables import matter
from workflows.usecases import accounts, inbox
from workflows.usecases.actor import Actor
from workflows.usecases.inbox import Filters
from workflows.usecases.runtime import Runtime


@dataclass(frozen=True)
class Office:
    app: Flask
    runtime: Runtime
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def client(self, username: str) -> FlaskClient:
        """A browser of this account; it stays signed in, a second sign-in would end the first."""
        if username in self.clients:
            return self.clients[username]
        client = self.clients[username] = self.app.test_client()
        answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def anew(self, username: str) -> FlaskClient:
        """The same account in another browser, signed in again."""
        self.clients.pop(username, None)
        return self.client(username)

    def actor(self, username: str) -> Actor:
        with self.runtime.reading() as tx:
            found = accounts.colleagues(tx, username, 5)
            return accounts.actor(tx, next(each.id for each in found if each.username == username))

    def account_id(self, username: str) -> int:
        found = self.actor(username).account_id
        assert found is not None
        return found

    def number_of(self, name: str) -> str:
        """The filing number of a matter."""
        with self.runtime.reading() as tx:
            query = sa.select(matter.c.filing_number).where(matter.c.name == name)
            return str(tx.db.execute(query).scalar_one())

    def task(self, username: str, name: str = "") -> Any:
        """The first open task of this account, or that of a step's name."""
        with self.runtime.reading() as tx:
            page = inbox.todo(tx, self.actor(username), Filters(), 1, 100)
        return next(each for each in page.items if not name or each.task_name == name)


def words(page: str) -> str:
    """The text of a page without its tags, spaces closed up."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
