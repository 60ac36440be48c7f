"""What is dear to make and alike for every test is made once a run, by the worker that comes first, and copied."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from tests import postgres

Make = Callable[[str, Path], None]
"""Fills a database, given its URL and the folder for its files, and leaves nothing of it open."""


class Moulds:
    """Databases of one run. A mould is never used itself: each test works on a cast of it.

    Args:
        folder: shared by all workers of the run.
        server: gives the URL of the run's PostgreSQL server, and starts it where it does not run yet.
    """

    def __init__(self, folder: Path, server: Callable[[], str]) -> None:
        self._folder = folder
        self._server = server

    def cast(self, name: str, url: str, make: Make, files: Path | None = None) -> None:
        """Make the database at `url`, which is not there yet, a copy of the mould of this name.

        Args:
            make: makes the mould, should no worker have done so.
            files: where the files of the installation are copied to, if it has any.
        """
        target = sa.make_url(url)
        kind = target.get_backend_name()
        mould = self._made(f"{name}-{kind}", kind, make)
        if files is not None:
            shutil.copytree(
                mould, files, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sqlite*", "*.url")
            )
        if kind == "sqlite":
            Path(str(target.database)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(mould / "mould.sqlite", str(target.database))
        else:
            postgres.create(url, like=(mould / "mould.url").read_text())

    def _made(self, name: str, kind: str, make: Make) -> Path:
        """The folder of a mould. A maker that fails leaves none, and the next test fails of the same error."""
        folder = self._folder / name
        with (self._folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                part = folder.with_suffix(".part")
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                (self._on_sqlite if kind == "sqlite" else self._on_postgres)(part, make)
                part.rename(folder)
        return folder

    def _on_sqlite(self, part: Path, make: Make) -> None:
        file = part / "mould.sqlite"
        make(f"sqlite:///{file}", part)
        with closing(sqlite3.connect(file)) as made:
            made.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _on_postgres(self, part: Path, make: Make) -> None:
        url = postgres.name(self._server(), self._folder.name)
        postgres.create(url)
        make(url, part)
        (part / "mould.url").write_text(url)
