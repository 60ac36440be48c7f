"""A runtime without a database: the frame's own rules need none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from frame_office import open_office, sign_in

from tests.conftest import MORNING
from tests.moulds import Moulds
from webapp.app import create_app
from workflows.settings import Settings
from workflows.usecases.runtime import Runtime


@dataclass
class FakeTransaction:
    at: datetime
    kind: str
    readonly: bool = False


@dataclass
class FakeRuntime:
    """Counts what is opened, committed and rolled back."""

    settings: Settings
    at: datetime
    log: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        try:
            yield FakeTransaction(self.at, "writing")
        except BaseException:
            self.log.append("rolled back")
            raise
        self.log.append("committed")

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield FakeTransaction(self.at, "reading", readonly=True)
        self.log.append("read")


@pytest.fixture
def runtime(tmp_path: Path, at: datetime) -> FakeRuntime:
    return FakeRuntime(Settings(data_dir=tmp_path, sample=False), at)


@pytest.fixture
def app(runtime: FakeRuntime) -> Flask:
    return create_app(runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)


@pytest.fixture
def office(tmp_path: Path, at: datetime, moulds: Moulds) -> Iterator[Runtime]:
    opened = open_office(Settings(data_dir=tmp_path, now=at, jobs="inline"), moulds)
    yield opened
    opened.close()


@pytest.fixture
def office_app(office: Runtime) -> Flask:
    return create_app(office, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)


@pytest.fixture
def admin(office_app: Flask) -> FlaskClient:
    client = office_app.test_client()
    assert sign_in(client, "admin").status_code == 303
    return client


@pytest.fixture(scope="module")
def full_office(tmp_path_factory: pytest.TempPathFactory, moulds: Moulds) -> Iterator[Runtime]:
    """An office with everything that is shipped deployed; shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("office")
    opened = open_office(Settings(data_dir=folder, now=MORNING, jobs="inline"), moulds, deployed=True)
    yield opened
    opened.close()


@pytest.fixture
def full_admin(full_office: Runtime) -> FlaskClient:
    app = create_app(full_office, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    sign_in(client, "admin")
    return client
