"""A browser, and a server with a copy of the sample office for each journey."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from people import launch
from playwright.sync_api import Browser, sync_playwright
from serving import NOW, Served

from tests import sample_mould
from tests.moulds import Moulds
from workflows.settings import Settings


@pytest.fixture(scope="module")
def own_browser(chromium: str) -> Iterator[Browser]:
    """The browser of a story; another story's is closed by then (one at a time may run in a process)."""
    with sync_playwright() as playwright:
        opened = launch(playwright, chromium)
        yield opened
        opened.close()


@pytest.fixture
def make_office(moulds: Moulds, tmp_path: Path) -> Iterator[Callable[[str], Served]]:
    """Give an installation with the sample office, not yet started; empty address: on SQLite.

    An address is that of a database which is not there yet.
    """
    made: list[Served] = []

    def make(database_url: str = "", now: str = NOW) -> Served:
        folder = tmp_path / f"office{len(made)}"
        settings = Settings(database_url=database_url, data_dir=folder, now=datetime.fromisoformat(now))
        sample_mould.cast(moulds, settings)
        served = Served(folder, database_url, {"ZHUNRU_NOW": now})
        made.append(served)
        return served

    yield make
    for served in made:
        served.stop()


@pytest.fixture(scope="session")
def shared_office(moulds: Moulds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample office on SQLite, served to several stories; each has matters of its own and leaves the clock alone.

    Those who share it are of one group (`journeys-shared`), so that it is started once.
    """
    folder = tmp_path_factory.mktemp("shared") / "office"
    sample_mould.cast(moulds, Settings(data_dir=folder, now=datetime.fromisoformat(NOW)))
    served = Served(folder, settings={"ZHUNRU_NOW": NOW}).start()
    yield served
    served.stop()


@pytest.fixture
def office(make_office: Callable[[str], Served]) -> Served:
    """The sample office on SQLite, served."""
    return make_office("").start()
