"""The official table of an application, or the office's own template: filled with its values and opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from forms.fields import Form
from forms.setting import NoUnits, UnitDirectory
from templates_xlsx.drawn import Drawn, DrawnCell, by_names
from templates_xlsx.opinions import Opinion
from templates_xlsx.papertext import Saying
from templates_xlsx.rowshift import Shift
from templates_xlsx.sheets import position, reference
from templates_xlsx.template import Template

OFFICIAL_OF: dict[str, str] = {
    "admission_application": "审批表.xlsx",
    "emergency_application": "审批表.xlsx",
    "ledger_application": "台账准入审批表.xlsx",
    "board_application": "机构牌子准入审批表.xlsx",
    "assessment_application": "考核评比准入审批表.xlsx",
    "system_application": "信息系统准入审批表.xlsx",
    "certificate_request": "出具证明申请表.xlsx",
    "certificate": "社区证明.xlsx",
    "termination": "终止备案表.xlsx",
    "change_application": "变更申请表.xlsx",
    "supervision_report": "监督反馈表.xlsx",
}
"""Form key -> the official table that ships with the house."""


@cache
def official_table(form_key: str) -> bytes:
    """Return the official table of a form. Raises KeyError where none ships."""
    return resources.files("templates_xlsx").joinpath(OFFICIAL_OF[form_key]).read_bytes()


def fill_application(
    form: Form,
    values: Mapping[str, Any],
    opinions: Sequence[Opinion] = (),
    *,
    units: UnitDirectory | None = None,
    template: Drawn | bytes | None = None,
    numbers: Mapping[str, str] | None = None,
    locale: str = "zh",
) -> bytes:
    """Return the table of an application, filled, with the opinions in their boxes and its lists grown.

    Args:
        values: field key -> value as stored (`Submission.values`), or its JSON form; other keys are left out.
        opinions: in the order they were given; several may stand in one box.
        units: names the units that values hold as ids.
        template: the office's own table; bytes are known by their names; the official one of the form when None.
        numbers: further texts by the key of their name, such as application_number, filing_number.
        locale: language of the answers on the boxes.

    Raises:
        WorkbookRefused: the template is no .xlsx.
        KeyError: no template was given and none ships for this form.
    """
    if isinstance(template, Drawn):
        drawn, target = template, Template(template.content, checked=True)
    else:
        content = template if template is not None else official_table(form.key)
        target = Template(content)  # looked at before anything of it is read
        drawn = by_names(content)
    say = Saying(
        form, values, opinions, units or NoUnits(), numbers=numbers or {}, drawn=drawn.keys, locale=locale
    )
    for each in sorted(drawn.lists, key=lambda found: -found.row):
        cells = [cell for cell in drawn.cells if (cell.sheet, cell.row_of) == (each.sheet, each.key)]
        _fill_list(target, say, cells, each.row, each.spare)
    for cell in drawn.cells:
        if not cell.row_of and say.speaks(cell):
            sheet, where = target.places[cell.names[0]]
            target.write(sheet, where, say.value(cell, target.room_at(sheet, where)))
    return target.content()


def _fill_list(target: Template, say: Saying, cells: Sequence[DrawnCell], row: int, spare: int) -> None:
    """Write the rows of a list below each other; where the drawn ones do not suffice, more are made like them."""
    rows = say.rows(cells[0].row_of)
    sheet = cells[0].sheet
    lacking = len(rows) - 1 - spare
    if lacking > 0:
        target.insert_rows(Shift(sheet, row, row + spare, lacking))
    # From below upwards: a row that goes on in further rows moves only what is written already.
    for number, each in reversed(list(enumerate(rows))):
        for cell in cells:
            where = reference(row + number, position(cell.cell)[1])
            target.write(sheet, where, say.row_value(cell, each, number + 1))
