"""Rules of the house that a look at the tree can check."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def committed() -> list[str]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    return [name for name in answer.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_the_top_level_is_what_the_plan_says() -> None:
    wanted = {"workflows", "forms", "webapp", "templates_xlsx", "tests", "docs", "pyproject.toml", "Makefile"}
    wanted |= {"README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE"}
    assert wanted <= {path.name for path in ROOT.iterdir()}


def test_each_module_of_tests_has_a_name_of_its_own() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []  # pytest would collect none at all


def test_no_lock_names_where_a_package_was_downloaded() -> None:
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())
    assert lock["packages"]
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
    for path in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links|file:", path.read_text()), path.name


def test_every_requirement_is_pinned_with_a_hash() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        lines = path.read_text().replace("\\\n", " ").splitlines()
        pins = [line for line in lines if line and not line.lstrip().startswith("#")]
        assert pins
        assert [line for line in pins if "==" not in line or "--hash=sha256:" not in line] == []


def test_each_dependency_is_pinned_and_its_choice_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = (ROOT / "requirements/run.txt").read_text().lower()
    reasons = (ROOT / "docs/DEPENDENCIES.md").read_text().lower()
    for line in project["dependencies"]:
        name = re.split(r"[\[<>=~ ]", line)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[[a-z,]+\])?==", pins, re.M), name
        known_as = {"psycopg": "psycopg 3", "python-calamine": "python-calamine"}.get(name, name)
        assert known_as in reasons, name


def test_built_third_party_files_are_not_committed() -> None:
    assert not [
        name for name in committed() if name.startswith("webapp/static/dist") or "node_modules" in name
    ]


def test_licence_texts_of_what_is_named_in_the_notice_are_there() -> None:
    notice = (ROOT / "NOTICE").read_text()
    named = set(re.findall(r"licenses/[\w.-]+\.txt", notice))
    assert {"SpiffWorkflow", "psycopg", "bpmn.io"} <= set(
        re.findall(r"SpiffWorkflow|psycopg|bpmn\.io", notice)
    )
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
