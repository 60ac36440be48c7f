"""Workbooks that went wrong in any way read as something or end in a sentence: no trace, no hang, no dead server."""

from __future__ import annotations

import random

import pytest
import xlsx_forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsx_mutations import MUTATIONS, sources

from forms.faults import Refused
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records

FORM = xlsx_forms.application()
#: What a changed file may be told to be; that its reader died is a finding.
DEAD = ("reader_died", "too_slow", "too_much_memory", "readers_busy")


def read(content: bytes) -> None:
    """Read as an import does; what must not happen raises."""
    try:
        book = open_workbook(content, "某表.xlsx", "123456")
        for sheet in book.sheets:
            sheet.preview()
        read_records(book, FORM)
    except Refused as refused:
        told, code = refused.tell("zh"), getattr(refused, "code", "")
    else:
        return
    assert told
    assert code not in DEAD


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", MUTATIONS)
@settings(max_examples=90, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(which=st.integers(0, len(sources()) - 1), seed=st.integers(0, 2**32))
def test_a_workbook_gone_wrong_reads_or_is_refused_in_a_sentence(
    kind: str, which: int, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    read(MUTATIONS[kind](sources()[which], random.Random(seed)))
    assert not caplog.records  # a reader logs what no parser is known to raise
