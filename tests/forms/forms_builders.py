"""Builders for the tests of forms: a world, an organisation tree, forms from plain components."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forms.feel import World, china
from forms.fields import Form
from forms.schema import load_form
from forms.setting import Setting, UnitRef

FORMS = Path(__file__).parents[2] / "forms"
MONDAY = datetime(2026, 3, 16, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


class Units:
    """An organisation tree in memory; 先锋社区 exists in two subdistricts."""

    def __init__(self) -> None:
        rows = [
            (1, "区人民法院", "区人民法院", "申请单位", None),
            (2, "区民政局", "区民政局", "审核单位", None),
            (10, "新立街道", "新立街道", "街道", None),
            (11, "军粮城街道", "军粮城街道", "街道", None),
            (12, "金桥街道", "金桥街道", "街道", None),
            (20, "先锋社区", "新立街道/先锋社区", "社区", 10),
            (21, "先锋社区", "金桥街道/先锋社区", "社区", 12),
            (22, "詹庄社区", "詹庄社区", "社区", 10),
        ]
        self.units = [UnitRef(*row) for row in rows]

    def get(self, unit_id: int) -> UnitRef | None:
        return next((each for each in self.units if each.id == unit_id), None)

    def find(self, text: str) -> UnitRef | None:
        found = [each for each in self.units if text.strip() in (each.full_name, each.name)]
        return found[0] if len(found) == 1 else None

    def standing(self, unit_id: int) -> UnitRef | None:
        return self.get(unit_id)

    def near(self, text: str) -> list[UnitRef]:
        return [
            each for each in self.units if each.name == text or (len(text) > 1 and text[:2] in each.full_name)
        ]

    def children(self, unit_id: int) -> list[UnitRef]:
        return [each for each in self.units if each.parent_id == unit_id]

    def all(self, kinds: Collection[str] | None = None) -> list[UnitRef]:
        return [each for each in self.units if not kinds or each.kind in kinds]


def setting(mode: str = "page", at: datetime = MONDAY, **rest: Any) -> Setting:
    """A setting on a Monday, with the units above."""
    return Setting(World(at=at, calendar=china()), Units(), mode, **rest)  # type: ignore[arg-type]


def shipped(key: str) -> Form:
    """A form as it is shipped."""
    return load_form((FORMS / f"{key}.form").read_bytes(), f"{key}.form")


def file_of(components: list[dict[str, Any]], key: str = "sample", **root: Any) -> bytes:
    """The content of a form file."""
    return json.dumps(
        {"schemaVersion": 19, "type": "default", "id": key, "components": components, **root}
    ).encode()


def form_of(*components: dict[str, Any], **root: Any) -> Form:
    """A form of some components."""
    return load_form(file_of(list(components), **root), "sample.form")


def part(type: str, key: str, label: str = "", **rest: Any) -> dict[str, Any]:
    """A component; keyword `properties` and all other keys of form-js as they are."""
    return {"type": type, "key": key, "label": label or key, **rest}


def application(**changes: str | None) -> dict[str, Any]:
    """A good application, the unit by its name as a table posts it too; None takes a key away."""
    posted: dict[str, Any] = {
        "confidential": "no",
        "applicant_unit": "区人民法院",
        "contact_name": "吴桂玉",
        "contact_phone": "022-84908838",
        "matter_name": "司法文书送达协助",
        "duration_class": "long_term",
        "executor": ["community"],
        "legal_basis": "《民事诉讼法》第63条",
        "content": "协助送达,登记并反馈结果。",
        "period_start": "2026-04-13",
        "period_end": "2029-04-12",
    }
    posted.update(changes)
    return {key: value for key, value in posted.items() if value is not None}
