"""The catalogue as a workbook: whose it is, and classes merged down."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook
from sample_office import Office

from templates_xlsx.grid import open_workbook


def test_the_catalogue_names_its_unit_and_merges_classes_down(office: Office) -> None:
    clerk = office.client("minzheng")
    address = re.search(r'href="(/lists/catalogue/export\.xlsx\?edition=\d+)"', clerk.get("/catalogue").text)
    assert address
    content = clerk.get(address[1]).data
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert sheet["A2"].value == "填报单位\uff1a区民政局"
    down = [each for each in sheet.merged_cells.ranges if each.min_col == each.max_col == 2]
    assert down
    assert all(each.min_row > 3 for each in down)
    assert len(open_workbook(content, "目录.xlsx").sheets) == 1
