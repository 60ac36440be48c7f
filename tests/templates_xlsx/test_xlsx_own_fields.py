"""Fields that an office adds to a shipped form, on its table."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook

from forms.schema import load_form
from templates_xlsx.fill import Template, fill_application

FORM = Path(__file__).parents[2] / "forms" / "termination.form"


def test_a_number_stands_on_the_table_as_a_number() -> None:
    document = json.loads(FORM.read_text("utf-8"))
    for component in document["components"]:
        if component.get("key") == "funds_settlement":
            component["type"] = "number"
    form = load_form(json.dumps(document).encode(), "termination.form")
    content = fill_application(form, {"funds_settlement": Decimal("12.5"), "matter_name": "甲"})
    sheet, cell = Template(content).places["funds_settlement"]
    assert load_workbook(io.BytesIO(content))[sheet][cell].value == 12.5
