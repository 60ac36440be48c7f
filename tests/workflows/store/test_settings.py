"""Settings: each row of the table fills an attribute, says what it is in both languages, and is read."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from workflows.settings import SETTINGS, SettingRefused, SettingRow, Settings


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_every_setting_fills_an_attribute_and_is_explained(row: SettingRow) -> None:
    assert row.name.startswith("ZHUNRU_")
    assert row.attribute in {field.name for field in dataclasses.fields(Settings)}
    assert row.zh
    assert row.en
    assert row.zh != row.en


def test_every_attribute_has_its_setting() -> None:
    assert {row.attribute for row in SETTINGS} == {field.name for field in dataclasses.fields(Settings)}


def test_an_empty_environment_gives_the_defaults_of_the_class() -> None:
    assert Settings.from_environment({}) == Settings()


def test_values_are_typed() -> None:
    found = Settings.from_environment(
        {
            "ZHUNRU_DATA_DIR": "/srv/zhunru",
            "ZHUNRU_NOW": "2026-03-16T09:00:00",
            "ZHUNRU_SAMPLE": "yes",
            "ZHUNRU_MAX_UPLOAD_MB": "50",
        }
    )
    assert found.data_dir == Path("/srv/zhunru")
    assert found.now is not None
    assert found.now.isoformat() == "2026-03-16T09:00:00+08:00"
    assert found.sample is True
    assert found.max_upload_bytes == 50 * 1024 * 1024
    assert found.store_url == "sqlite:////srv/zhunru/zhunru.sqlite"
    assert found.jobs_url == "sqlite:////srv/zhunru/jobs.sqlite"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ZHUNRU_NOW", "yesterday"),
        ("ZHUNRU_SAMPLE", "maybe"),
        ("ZHUNRU_LOCK_AFTER", "many"),
        ("ZHUNRU_JOBS", "cron"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(name: str, given: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        Settings.from_environment({name: given})


def test_jobs_of_postgresql_stand_in_the_same_database() -> None:
    url = "postgresql://office@db/zhunru"
    assert Settings(database_url=url).jobs_url == url
