"""Workbook templates: the table an office redraws, checked against the forms that are printed on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import PurePath

import orjson

from forms.faults import Refused
from forms.schema import Form, load_form
from templates_xlsx.template import Template
from workflows.engine import FileReport, Finding, Source
from workflows.usecases.definition_rows import content, overview
from workflows.usecases.runtime import Transaction

PROPERTY = "template"
"""Form property that names the template: its file name without the suffix."""

GIVEN = frozenset(
    {"application_number", "filing_number", "exit_number", "document_number", "application_date"}
)
"""Names the house fills in by itself, beside the fields of the form."""


def name_of(form: Form) -> str:
    """Name of the template a form is printed on; its own key where it names none."""
    return form.properties.get(PROPERTY) or form.key


def check_template(tx: Transaction, source: Source, beside: Iterable[Source]) -> FileReport:
    """Whether a workbook can be filled: it opens, has names `F_<field>`, and they are those of its form.

    Args:
        beside: what is given to be deployed with it; a form among it goes before the deployed one.
    """
    try:
        places = Template(source.content, source.name).places
    except Refused as refused:
        return FileReport(
            source.name, (_finding("error", "opens", "", refused.tell("zh"), refused.tell("en")),)
        )
    if not places:
        zh = "没有以“F_”开头的名称：请在 Excel 或 WPS 的名称管理器中为要填写的单元格命名，如 F_matter_name"
        en = "No name begins with “F_”: name the cells to be filled in, such as F_matter_name"
        return FileReport(source.name, (_finding("error", "names", "", zh, en),))
    key = PurePath(source.name).stem
    found: list[Finding] = []
    for form, boxes in _forms(tx, key, beside):
        found.extend(_compared(form, boxes, places))
    return FileReport(source.name, tuple(found))


def _finding(severity: str, rule: str, element: str, zh: str, en: str) -> Finding:
    return Finding(severity=severity, rule=f"template.{rule}", element=element, zh=zh, en=en)  # type: ignore[arg-type]


def _forms(tx: Transaction, key: str, beside: Iterable[Source]) -> list[tuple[Form, frozenset[str]]]:
    """Forms printed on a template, each with the keys of its opinion boxes."""
    given = [source for source in beside if source.kind == "form"]
    names = {source.name for source in given}
    deployed = [content(tx, view.resource_id) for view in overview(tx, "form") if view.file not in names]
    found = []
    for source in (*given, *deployed):
        try:
            form = load_form(source.content, source.name)
        except Refused:  # its own report says what is wrong with it
            continue
        if name_of(form) == key:
            found.append((form, _boxes(source.content)))
    return found


def _boxes(form: bytes) -> frozenset[str]:
    components = orjson.loads(form).get("components", ())
    return frozenset(filter(None, ((each.get("properties") or {}).get("opinion") for each in components)))


def _compared(form: Form, boxes: Collection[str], places: Collection[str]) -> list[Finding]:
    known = {field.key for field in form.fields} | GIVEN | set(boxes)
    strange = [
        _finding(
            "error",
            "unknown_name",
            f"F_{key}",
            f"名称“F_{key}”不是表单“{form.title}”的字段，请更正或删除该名称",
            f"The name “F_{key}” is no field of the form “{form.title}”",
        )
        for key in places
        if key not in known
    ]
    lacking = [
        _finding(
            "warning",
            "missing_name",
            f"F_{field.key}",
            f"没有名称“F_{field.key}”，“{field.label}”不会填到表中",
            f"There is no name “F_{field.key}”; {field.label} will not be filled in",
        )
        for field in form.fields
        if field.key not in places and field.kind != "files" and field.required
    ]
    return strange + lacking
