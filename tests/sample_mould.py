"""The sample office, fresh from `zhunru init --sample`: made once a run for each day it is told to be."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.moulds import Moulds
from webapp.cli import zhunru
from workflows.settings import Settings

SAID = "init.txt"
"""File in the data directory: what the command said."""


def cast(moulds: Moulds, settings: Settings) -> None:
    """Make a copy of the sample office at the time of these settings, whose database is not there yet."""
    assert settings.now is not None
    name = f"sample-{settings.now:%Y-%m-%d}"
    moulds.cast(name, settings.store_url, partial(_make, now=settings.now), files=settings.data_dir)


def _make(url: str, folder: Path, now: datetime) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZHUNRU_DATABASE_URL", url)
        patch.setenv("ZHUNRU_DATA_DIR", str(folder))
        patch.setenv("ZHUNRU_NOW", now.isoformat())
        made = CliRunner().invoke(zhunru, ["init", "--sample"])
    assert made.exit_code == 0, made.output
    (folder / SAID).write_text(made.output, "utf-8")
