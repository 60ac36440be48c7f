"""The official tables are deployed like forms, and an office's own is checked before it takes their place."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from templates_xlsx.grid import open_workbook
from templates_xlsx.reading import read_records
from workflows.admission import official, shipped
from workflows.engine import Source
from workflows.usecases import definitions, templates
from workflows.usecases.actor import SYSTEM
from workflows.usecases.errors import DeploymentRefused


def redrawn(*names: str) -> bytes:
    """A workbook an office drew: one named cell a row."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "表"
    for row, name in enumerate(names, start=1):
        page.cell(row, 1, name)
        book.defined_names[name] = DefinedName(name, attr_text=f"'表'!$B${row}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_shipped_tables_are_deployed_and_without_findings_that_stop(office: Any) -> None:
    with office.reading() as tx:
        listed = definitions.overview(tx, "template")
    tables = {source.name.removesuffix(".xlsx") for source in shipped.sources() if source.kind == "xlsx"}
    assert {view.key for view in listed} == tables
    assert {"审批表", "终止备案表", "变更申请表", "监督反馈表"} <= tables


def test_the_offices_own_table_takes_the_place_of_the_shipped_one(office: Any) -> None:
    instance_id = office.apply()
    own = redrawn("F_matter_name", "F_applicant_unit")
    with office.runtime.transaction(at=office.at) as tx:
        made = definitions.deploy(tx, [Source("审批表.xlsx", own)], SYSTEM)
    (report,) = made.reports
    assert {finding.severity for finding in report.findings} == {"warning"}
    assert any("必填的“联系电话”在表中没有填写的位置" in finding.zh for finding in report.findings)
    with office.reading() as tx:
        filled = official.workbook(tx, instance_id, office.actor(tx, "clerk"))
    page = openpyxl.load_workbook(io.BytesIO(filled))["表"]
    assert [page["B1"].value, page["B2"].value] == ["司法文书送达协助", "区人民法院"]


def test_the_sample_fills_units_of_the_kinds_a_form_takes(office: Any) -> None:
    with office.reading() as tx:
        (view,) = [each for each in definitions.overview(tx, "template") if each.key == "审批表"]
        drawn = templates.of_version(tx, view)
        content = templates.sample(tx, drawn, definitions.form(tx, "admission_application"))
        (record,) = read_records(
            open_workbook(content, "x.xlsx"), definitions.form(tx, "admission_application")
        ).records
        scope = [tx.units.find(name) for name in str(record.posted["scope"]).split("、")]
        applicant = tx.units.find(str(record.posted["applicant_unit"]))
    assert [each.kind for each in scope if each] == ["街道", "街道"]
    assert applicant is not None
    assert applicant.kind == "申请单位"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"no workbook", "template.opens"),
        (redrawn("matter_name"), "template.names"),
        (redrawn("F_matter_name", "F_mater_name"), "template.unknown_name"),
    ],
)
def test_a_table_that_cannot_be_filled_is_refused_with_a_sentence(
    office: Any, content: bytes, rule: str
) -> None:
    with (
        pytest.raises(DeploymentRefused) as told,
        office.runtime.transaction(at=office.at) as tx,
    ):
        definitions.deploy(tx, [Source("审批表.xlsx", content)], SYSTEM)
    (wrong,) = [each for each in told.value.reports[0].findings if each.severity == "error"]
    assert wrong.rule == rule
    assert wrong.zh
    assert wrong.en
