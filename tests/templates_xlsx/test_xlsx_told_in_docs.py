"""docs/WORKBOOKS.md says of every kind of file what comes of it: each row names a test, each refusal has a row."""

from __future__ import annotations

import re
from pathlib import Path

from templates_xlsx.refusals import WORKBOOK_SENTENCES

HERE = Path(__file__).parent
DOCUMENT = (HERE.parents[1] / "docs" / "WORKBOOKS.md").read_text("utf-8")
ROWS = [line.split("|")[1:-1] for line in DOCUMENT.splitlines() if line.startswith("| ") and "`" in line]


def test_every_row_names_a_test_that_is_there() -> None:
    there = {
        name
        for path in HERE.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)
    }
    named = {row[-1].strip().strip("`") for row in ROWS}
    assert len(ROWS) > 40
    assert named - there == set()


def test_every_refusal_has_a_row() -> None:
    told = {code for row in ROWS for code in re.findall(r"`(\w+)`", row[1])}
    assert set(WORKBOOK_SENTENCES) - told == set()
