"""`zhunru decide`: one JSON document of one shape, whatever the file is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from webapp.cli import zhunru

ROOT = Path(__file__).parents[3]


def decide(*arguments: str) -> tuple[int, dict[str, Any]]:
    answer = CliRunner().invoke(zhunru, ["decide", *arguments, "--json"])
    return answer.exit_code, json.loads(answer.stdout)


def test_a_decision_is_told_with_its_result() -> None:
    code, told = decide(str(ROOT / "workflows" / "time_limits.dmn"))
    assert (code, told["errors"]) == (0, [])
    assert told["result"]["decide"] == 10


@pytest.mark.parametrize("content", [b"", b"<a/>", bytes(range(256)), b"<!DOCTYPE a><a/>"])
def test_a_file_that_is_no_decision_has_no_result_and_says_why(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.dmn"
    file.write_bytes(content)
    code, told = decide(str(file))
    assert (code, told["result"]) == (1, None)
    assert told["errors"]


def test_an_unknown_decision_is_an_error_beside_no_result() -> None:
    code, told = decide(str(ROOT / "workflows" / "routing.dmn"), "--decision", "nowhere")
    assert (code, told["result"]) == (1, None)
    assert "nowhere" in told["errors"][0]
