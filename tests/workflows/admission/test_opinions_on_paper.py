"""What stands in the opinion boxes of the official table."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl

from workflows.admission import official


def box(office: Any, instance_id: int, name: str) -> str:
    with office.reading() as tx:
        content = official.workbook(tx, instance_id, office.actor(tx, "clerk"))
    book = openpyxl.load_workbook(BytesIO(content))
    ((sheet, cell),) = book.defined_names[name].destinations
    return str(book[sheet][cell.replace("$", "")].value)


def test_the_conditions_of_an_admission_stand_in_the_box(office: Any) -> None:
    instance_id = office.apply()
    office.receive()
    office.do("clerk", "clerk", decision="agree", opinion="依据充分")
    office.do("chief", "chief", decision="agree")
    office.do("leader", "leader", decision="conditional", opinion="同意", conditions="经费到位后实施")
    said = office.view(instance_id).opinions[-1]
    assert (said.decision, said.text) == ("conditional", "同意\n准入条件：经费到位后实施")
    assert "准入条件：经费到位后实施" in box(office, instance_id, "F_bureau_opinion")


def test_who_decides_without_words_still_says_what(office: Any) -> None:
    instance_id = office.apply()
    assert "同意申报" in box(office, instance_id, "F_unit_opinion").splitlines()[0]
