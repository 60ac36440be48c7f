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

from webapp.app import create_app
from workflows.settings import Settings


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
    return FakeRuntime(Settings(data_dir=tmp_path), at)


@pytest.fixture
def app(runtime: FakeRuntime) -> Flask:
    return create_app(runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
