"""The work pages on shipped forms, with use cases that answer from memory."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from work_desk import Desk, answer, make_task, make_view

from webapp.app import create_app
from workflows.settings import Settings


@pytest.fixture
def desk(tmp_path: Path, at: datetime) -> Desk:
    made = Desk(Settings(data_dir=tmp_path, sample=False), at)
    made.task, made.view = make_task(at), make_view(at)
    made.kept = {each.id: each for each in made.view.attachments}
    return made


@pytest.fixture
def app(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Flask:
    answer(desk, monkeypatch)
    return create_app(
        desk, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False, PROPAGATE_UNEXPECTED=True
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
