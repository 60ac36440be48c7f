"""Layouts nobody has seen: whatever office draws the table, the same values are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from xlsx_layouts import Drawn, draw_ledger, draw_single

from forms.fields import Form
from forms.schema import load_form
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form((ROOT / "forms" / "admission_application.form").read_bytes(), "x.form")


def check(drawn: Drawn, form: Form) -> None:
    reading = read_records(open_workbook(drawn.content, "x.xlsx"), form)
    assert len(reading.records) == len(drawn.truth)
    for record, wanted in zip(reading.records, drawn.truth, strict=True):
        got = {key: record.posted.get(key, "") for key in wanted}
        if isinstance(got["funds_amount"], str):
            got["funds_amount"] = got["funds_amount"].removesuffix("元")
        assert got == wanted
        assert [each for each in record.faults if each.severity == "error"] == []
    assert [each for each in reading.faults if each.severity == "error"] == []


@pytest.mark.parametrize("seed", range(120))
def test_a_single_table_reads_in_any_layout(seed: int, form: Form) -> None:
    check(draw_single(seed, form), form)


@pytest.mark.parametrize("seed", range(60))
def test_a_ledger_reads_in_any_layout(seed: int, form: Form) -> None:
    check(draw_ledger(seed, form), form)
