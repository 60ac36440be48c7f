"""The lists everybody may read are read anew when something of them changes, and not for every page."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.admission import certificate_items, open_lists, reading
from workflows.usecases import units
from workflows.usecases.actor import SYSTEM
from workflows.usecases.import_targets import ImportItem


def names(office: Any) -> list[str]:
    with office.reading() as tx:
        return [each.name for each in open_lists.kept(tx).matters]


def test_the_lists_are_kept_until_something_of_them_changes(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[int] = []
    read = open_lists.read
    monkeypatch.setattr(open_lists, "read", lambda tx: readings.append(1) or read(tx))
    assert (names(office), names(office), len(readings)) == ([], [], 1)
    office.file(period_start="2026-03-16")
    assert (names(office), names(office)) == (["司法文书送达协助"], ["司法文书送达协助"])
    assert len(readings) == 2
    with office.runtime.transaction(at=office.at) as tx:
        units.create(tx, "新立新社区", "社区", tx.units.find("新立街道").id, SYSTEM)
    with office.reading() as tx:
        assert "新立新社区" in [each.name for each in open_lists.kept(tx).communities]
    with office.runtime.transaction(at=office.at) as tx:
        item = {"item_name": "居住证明", "permitted": "yes"}
        certificate_items.take_in(tx, [ImportItem(0, "", None, item)], SYSTEM)
    with office.reading() as tx:
        assert [each.name for each in open_lists.kept(tx).certificates] == ["居住证明"]
    office.later(days=1)
    assert names(office)
    assert len(readings) == 5


def test_a_town_is_a_subdistrict_to_the_rules_as_a_street_is(office: Any) -> None:
    with office.runtime.transaction(at=office.at) as tx:
        town = units.create(tx, "华明镇", "镇", None, SYSTEM)
        village = units.create(tx, "永和村村委会", "村", town, SYSTEM)
        assert reading.streets_of(tx, [village]) == [town]
        assert town in reading.streets_of(tx, [])
