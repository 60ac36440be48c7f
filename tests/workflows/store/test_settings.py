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


NONSENSE = {
    "number": ["-1", "0", "many", "1.5", "1e3", "99999999", "٣x"],
    "flag": ["maybe", "2", "-1"],
    "time": ["yesterday", "2026-13-01", "25:00", "0001-01-01T00:00:00+23:59"],
    "address": [
        "nowhere",
        "mysql://root@db/zhunru",
        "postgresql://office@db:0/z",
        "postgresql://db:port/z",
        "postgresql://db:70000/z",
        "sqlite",
        "://x",
        "sqlite:///a\nb",
    ],
    "secret": ["short", "a-key-with-a-line-break\n"],
    "path": ["a\0b"],
    "text": ["two\nlines"],
    "hosts": ["https://oa.example/", "a\nb", "user@oa"],
}


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_nonsense_in_any_setting_is_a_sentence_that_names_it_and_what_is_wanted(row: SettingRow) -> None:
    for given in [*NONSENSE[row.type], *(["cron"] if row.choices else [])]:
        with pytest.raises(SettingRefused) as refused:
            Settings.from_environment({row.name: given})
        told = str(refused.value)
        assert told.startswith(f"{row.name}=")
        assert "wanted" in told, told


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_bounds_are_taken_and_hold_the_default(row: SettingRow) -> None:
    if row.type != "number":
        return
    assert 0 < row.least <= int(row.default) <= row.most
    for given in (row.least, row.most):
        assert getattr(Settings.from_environment({row.name: str(given)}), row.attribute) == given


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ZHUNRU_SECRET_KEY", "hush-hush"),
        ("ZHUNRU_DATABASE_URL", "mysql://root:hush-hush@db/zhunru"),
        ("ZHUNRU_JOBS_DATABASE_URL", "postgresql://office:hush-hush@db:0/zhunru"),
    ],
)
def test_a_refusal_quotes_no_secret(name: str, given: str) -> None:
    with pytest.raises(SettingRefused, match=name) as refused:
        Settings.from_environment({name: given})
    assert "hush" not in str(refused.value)


def test_jobs_of_postgresql_stand_in_the_same_database() -> None:
    url = "postgresql://office@db/zhunru"
    assert Settings(database_url=url).jobs_url == url
