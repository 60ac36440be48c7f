"""The organisation of 组织机构.xlsx as a unit directory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from forms.fields import Form
from forms.setting import UnitRef
from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records

TABLES = Path(__file__).parents[1] / "data" / "tables"


class OfficeUnits:
    """Units numbered by their row; a name that is not unique is known as 街道/名 only."""

    def __init__(self, form: Form) -> None:
        content = (TABLES / "组织机构.xlsx").read_bytes()
        records = read_records(open_workbook(content, "组织机构.xlsx"), form).records
        posted = [{key: str(value) for key, value in each.posted.items()} for each in records]
        count = Counter(each["name"] for each in posted)
        numbers = {each["name"]: number for number, each in enumerate(posted, 1)}
        self.units: dict[int, UnitRef] = {}
        for number, each in enumerate(posted, 1):
            name, parent = each["name"], each["parent"]
            full = name if count[name] == 1 else f"{parent}/{name}"
            self.units[number] = UnitRef(number, name, full, each["kind"], numbers.get(parent))

    def get(self, unit_id: int) -> UnitRef | None:
        return self.units.get(unit_id)

    def find(self, text: str) -> UnitRef | None:
        found = [each for each in self.units.values() if text in (each.full_name, each.name)]
        return found[0] if len(found) == 1 else None

    def standing(self, unit_id: int) -> UnitRef | None:
        return self.get(unit_id)

    def near(self, text: str) -> list[UnitRef]:
        return [each for each in self.units.values() if text in each.name or each.name in text]

    def children(self, unit_id: int) -> list[UnitRef]:
        return [each for each in self.units.values() if each.parent_id == unit_id]

    def all(self, kinds: Collection[str] | None = None) -> list[UnitRef]:
        return [each for each in self.units.values() if kinds is None or each.kind in kinds]
