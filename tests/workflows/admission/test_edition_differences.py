"""What a reader calls a change between two editions."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from workflows.admission import catalogue
from workflows.admission.catalogue import Entry


def entry(**said: Any) -> Entry:
    blank = {each.name: "" for each in fields(Entry)}
    return Entry(**{**blank, "matter_id": 1, "matter_name": "文书送达", "executor": (), **said})


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ({"period_text": ""}, {"period_text": "长期"}, False),
        ({"flow": "一"}, {"flow": "二", "remarks": "未反馈", "no_feedback": True}, False),
        ({"content": "送达 文书"}, {"content": "送达文书"}, False),
        ({"period_text": "长期"}, {"period_text": "2026-04-13 至 2027-12-31"}, True),
        ({"duty": "联系"}, {"duty": "联系、送达"}, True),
    ],
)
def test_only_what_a_reader_would_call_a_change_counts(
    monkeypatch: pytest.MonkeyPatch, old: Any, new: Any, differs: bool
) -> None:
    editions = {1: [entry(**old)], 2: [entry(**new)]}
    monkeypatch.setattr(catalogue, "entries", lambda tx, edition_id: editions[edition_id])
    found = catalogue.difference(None, 1, 2)  # type: ignore[arg-type]
    assert bool(found.changed) is differs
