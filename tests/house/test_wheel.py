"""What is installed is whole: diagrams, forms, tables, pages, translations, migrations and licences are in the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("workflows", "forms", "webapp", "templates_xlsx")
LEFT_OUT = {".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        env={**os.environ, "ZHUNRU_SKIP_FRONTEND": "1"},
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("zhunru-*.whl")
    return zipfile.ZipFile(built).namelist()


def test_every_file_of_the_packages_is_in_the_wheel(wheel: list[str]) -> None:
    listed = subprocess.run(["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    assert len(files) > 200
    assert [name for name in files if name not in set(wheel) and Path(name).suffix not in LEFT_OUT] == []


@pytest.mark.parametrize("suffix", [".bpmn", ".dmn", ".form", ".xlsx", ".po", ".html", ".css", ".js"])
def test_each_kind_of_file_an_office_needs_is_there(wheel: list[str], suffix: str) -> None:
    assert [name for name in wheel if name.endswith(suffix)]


def test_licence_texts_ship(wheel: list[str]) -> None:
    shipped = {name.split(".dist-info/licenses/", 1)[1] for name in wheel if ".dist-info/licenses/" in name}
    wanted = {"LICENSE", "NOTICE"} | {f"licenses/{path.name}" for path in (ROOT / "licenses").iterdir()}
    assert wanted <= shipped


def test_nothing_of_the_tests_or_the_workshop_ships(wheel: list[str]) -> None:
    roots = {name.split("/")[0] for name in wheel}
    assert {root for root in roots if not root.endswith(".dist-info")} == set(PACKAGES)
