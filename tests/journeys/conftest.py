"""A browser, and a sample office that is made once a worker; each journey has a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from people import launch
from playwright.sync_api import Browser, sync_playwright
from serving import NOW, Served


@pytest.fixture(scope="module")
def own_browser(chromium: str) -> Iterator[Browser]:
    """The browser of a story; another story's is closed by then (one at a time may run in a process)."""
    with sync_playwright() as playwright:
        opened = launch(playwright, chromium)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data directory of a sample office, fresh from `zhunru init --sample`. Copy it, do not use it."""
    folder = tmp_path_factory.mktemp("sample")
    Served(folder, settings={"ZHUNRU_NOW": NOW}).command("init", "--sample")
    return folder


@pytest.fixture
def make_office(sample_folder: Path, tmp_path: Path) -> Iterator[Callable[[str], Served]]:
    """Give an installation with the sample office, not yet started; empty address: a copy on SQLite."""
    made: list[Served] = []

    def make(database_url: str = "", now: str = NOW) -> Served:
        folder = tmp_path / f"office{len(made)}"
        if database_url:
            folder.mkdir()
            served = Served(folder, database_url, {"ZHUNRU_NOW": now})
            served.command("init", "--sample")
        else:
            shutil.copytree(sample_folder, folder)
            served = Served(folder, settings={"ZHUNRU_NOW": now})
        made.append(served)
        return served

    yield make
    for served in made:
        served.stop()


@pytest.fixture
def office(make_office: Callable[[str], Served]) -> Served:
    """The sample office on SQLite, served."""
    return make_office("").start()
