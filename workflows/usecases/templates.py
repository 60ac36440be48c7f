"""Workbook templates: the table an office draws, checked against the forms that are printed on it, kept by versions.

What was uploaded is kept as it is; beside it stands what is filled: the same workbook with named cells, and what the
server remembers of each cell (`templates_xlsx.drawn`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

import sqlalchemy as sa

from forms.faults import Refused
from forms.schema import Form, load_form
from forms.secrecy import ConfidentialRefused
from templates_xlsx.application import fill_application
from templates_xlsx.converting import converted
from templates_xlsx.drawing import Drawing, look_at
from templates_xlsx.drawn import Drawn, by_names, drawn_from_json
from templates_xlsx.drawn_findings import DrawnFinding
from templates_xlsx.placeholders import Words
from templates_xlsx.sampling import sample_opinions, sample_values
from templates_xlsx.sheets import Book
from workflows.engine import FileReport, Finding, Source
from workflows.store.tables import workbook_template
from workflows.usecases.definition_rows import content, overview, versions
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView

PROPERTY = "template"
"""Form property that names the template: its file name without the suffix."""

GIVEN = {
    "application_number": ("受理编号", "受理号", "申请编号"),
    "filing_number": ("准入备案号", "备案编号", "备案号", "准入编号"),
    "exit_number": ("退出备案号", "终止备案号"),
    "change_number": ("变更备案号",),
    "document_number": ("发文字号", "文号"),
    "application_date": ("填表日期", "申请日期"),
}
"""Names the house fills in by itself, beside the fields of the form, with their words."""


def name_of(form: Form) -> str:
    """Name of the template a form is printed on; its own key where it names none."""
    return form.properties.get(PROPERTY) or form.key


def check_template(tx: Transaction, source: Source, beside: Iterable[Source]) -> FileReport:
    """Everything that is wrong or doubtful with a workbook as a template, each at its sheet and cell.

    Args:
        beside: what is given to be deployed with it; a form among it goes before the deployed one.

    Raises:
        ConfidentialRefused: it carries a secrecy mark; nothing of it may be kept.
    """
    return report(source, forms_on(tx, key_of(source), beside))


def report(source: Source, forms: Sequence[Form]) -> FileReport:
    """As `check_template`, for forms that are at hand."""
    try:
        drawing = look_at(source.content, source.name, Words(forms, GIVEN))
    except ConfidentialRefused:
        raise
    except Refused as refused:
        found = Finding(
            severity="error",
            rule="template.opens",
            element="",
            zh=refused.tell("zh"),
            en=refused.tell("en"),
        )
        return FileReport(source.name, (found,))
    if not forms:
        rule = "no_form" if any(each.rule == "unknown" for each in drawing.findings) else "unprinted"
        return FileReport(source.name, (finding_of(DrawnFinding(rule, facts={"name": key_of(source)})),))
    return FileReport(source.name, tuple(finding_of(each) for each in drawing.findings))


def finding_of(found: DrawnFinding) -> Finding:
    """A finding of a drawing as a deploy check tells it."""
    return Finding(
        severity=found.severity,
        rule=f"template.{found.rule}",
        element=found.where,
        zh=found.tell("zh"),
        en=found.tell("en"),
    )


def key_of(source: Source) -> str:
    """Key of the template a file is: its name without the suffix."""
    return PurePath(source.name).stem


def forms_on(tx: Transaction, key: str, beside: Iterable[Source] = ()) -> list[Form]:
    """Forms printed on a template; those given to be deployed with it go before the deployed ones."""
    given = [source for source in beside if source.kind == "form"]
    names = {source.name for source in given}
    deployed = [content(tx, view.resource_id) for view in overview(tx, "form") if view.file not in names]
    return printed_on((*given, *deployed), key)


def printed_on(sources: Iterable[Source], key: str) -> list[Form]:
    """Forms among files that are printed on a template."""
    found = []
    for source in sources:
        try:
            form = load_form(source.content, source.name)
        except Refused:  # its own report says what is wrong with it
            continue
        if name_of(form) == key:
            found.append(form)
    return found


def keep(tx: Transaction, definition_id: int, source: Source, version: int, beside: Iterable[Source]) -> None:
    """Turn a checked workbook into what is filled, and keep it beside the uploaded file."""
    key = key_of(source)
    forms = forms_on(tx, key, beside)
    if not forms:
        return  # known by its names, once a form is printed on it
    drawing = look_at(source.content, source.name, Words(forms, GIVEN))
    made = converted(drawing, key, version, newest(tx, key, before=version))
    tx.db.execute(
        sa.insert(workbook_template),
        {"definition_id": definition_id, "mapping": made.to_json(), "content": made.content},
    )


def newest(tx: Transaction, key: str, *, before: int | None = None) -> Drawn | None:
    """The newest version of a template, or the newest before a version; None where there is none."""
    for view in versions(tx, key, "template"):
        if before is None or view.version < before:
            return of_version(tx, view)
    return None


def of_version(tx: Transaction, view: DefinitionView) -> Drawn:
    """One version as it is filled; read once a process."""
    found = tx.runtime.templates.get(view.id)
    if found is None:
        query = sa.select(workbook_template).where(workbook_template.c.definition_id == view.id)
        row = tx.db.execute(query).one_or_none()
        if row is None:  # deployed before templates were converted: its names say all
            found = by_names(content(tx, view.resource_id).content)
        else:
            found = drawn_from_json(bytes(row.content), row.mapping, view.key, view.version)
        tx.runtime.templates[view.id] = found
    return found


def made_from(tx: Transaction, book: Book) -> Drawn | None:
    """The template a workbook says it was made from, where this installation has that version."""
    try:
        return version_of(tx, book.origin.template, book.origin.version) if book.origin.template else None
    except NotFound:
        return None


def version_of(tx: Transaction, key: str, version: int) -> Drawn:
    """A version by key and number. Raises `NotFound`."""
    for view in versions(tx, key, "template"):
        if view.version == version:
            return of_version(tx, view)
    raise NotFound(kind="template", key=f"{key} v{version}")


def drawing_of(tx: Transaction, view: DefinitionView) -> Drawing:
    """A deployed version looked at again, with the forms of today."""
    source = content(tx, view.resource_id)
    return look_at(source.content, source.name, words(tx, view.key))


def words(tx: Transaction, key: str) -> Words:
    """What the placeholders of a template may say."""
    return Words(forms_on(tx, key), GIVEN)


def sample(tx: Transaction, drawn: Drawn, form: Form) -> bytes:
    """A template filled with sample data, to be looked at."""
    day = tx.world.today
    numbers = {key: f"{labels[0]}(示例)" for key, labels in GIVEN.items() if not key.endswith("_date")}
    return fill_application(
        form,
        sample_values(form, day, tx.units),
        sample_opinions(form, day),
        units=tx.units,
        template=drawn,
        numbers={key: text for key, text in numbers.items() if key not in form},
    )
