"""A small office on both databases, a machine with a token, and its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from tests.workflows.usecases.conftest import PASSWORD, PERMISSIONS, Office, office, settings
from webapp.app import create_app
from workflows.usecases import accounts, api_tokens
from workflows.usecases.actor import SYSTEM

__all__ = ["office", "settings"]


@dataclass
class Machine:
    """A program outside with its token."""

    app: Flask
    token: str

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """Send a request; status and JSON."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        answer = self.app.test_client().open("/api/v1" + path, method=method, json=body, headers=headers)
        return answer.status_code, answer.get_json(silent=True)

    def get(self, path: str) -> tuple[int, Any]:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        return self.ask("POST", path, {} if body is None else body)


@pytest.fixture
def machine(office: Office) -> Machine:
    """The account 接口 is a clerk that may use the API."""
    able = {"api.use", "external_tasks.work", "messages.send"}
    office.runtime.permissions.update(machine=frozenset(able), **PERMISSIONS)
    office.runtime.permissions["admin"] |= {"api.use"}
    with office.transaction() as tx:
        accounts.create(
            tx,
            "robot",
            "接口",
            office.units["教育局"],
            ["machine", "clerk", "reviewer"],
            PASSWORD,
            SYSTEM,
            must_change=False,
        )
        token = api_tokens.issue(tx, "robot", "对接", 30, office.actor("root"))
    return Machine(create_app(office.runtime, TESTING=True), token)
