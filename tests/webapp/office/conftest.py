"""The sample office behind the pages: made once, copied for each test, so that no test sees another's acts."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sample_office import Office

from webapp.app import create_app
from workflows.admission import package
from workflows.settings import SHANGHAI, Settings

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sample office that was loaded once."""
    folder = tmp_path_factory.mktemp("sample")
    runtime = package.open_office(Settings(data_dir=folder, now=NOW, jobs="inline"), upgrade=True)
    package.set_up(runtime, sample=True)
    runtime.close()
    with closing(sqlite3.connect(folder / "zhunru.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Iterator[Office]:
    """A copy of the sample office with its pages."""
    folder = tmp_path / "office"
    shutil.copytree(made, folder)
    runtime = package.open_office(Settings(data_dir=folder, now=NOW, jobs="inline"))
    app = create_app(runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    yield Office(app, runtime)
    runtime.close()
