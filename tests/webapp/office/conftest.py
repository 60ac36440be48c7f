"""The sample office behind the pages: made once, copied for each test, so that no test sees another's acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sample_office import Office

from tests import sample_mould
from tests.moulds import Moulds
from webapp.app import create_app
from workflows.admission import package
from workflows.settings import SHANGHAI, Settings

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def office(moulds: Moulds, tmp_path: Path) -> Iterator[Office]:
    """A copy of the sample office with its pages."""
    settings = Settings(data_dir=tmp_path / "office", now=NOW, jobs="inline")
    sample_mould.cast(moulds, settings)
    runtime = package.open_office(settings)
    app = create_app(runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    yield Office(app, runtime)
    runtime.close()
