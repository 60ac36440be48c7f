"""表格模板: a template's blank form, its drawing with placeholders, a sample; a workbook drawn for a form."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from templates_xlsx.converting import placeheld
from templates_xlsx.placeholders import slots
from webapp import edge
from webapp.definitions import MEDIA_TYPES, findings_page
from webapp.i18n import _
from workflows.engine import Source
from workflows.usecases import definitions, templates
from workflows.usecases.errors import NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView

bp = Blueprint("workbook_templates", __name__, url_prefix="/definitions/templates")


def _view(tx: Transaction, key: str) -> DefinitionView:
    """The version asked for, the newest where none is."""
    versions = definitions.versions(tx, key, "template")
    asked = request.args.get("version", type=int)
    found = next((each for each in versions if asked in (None, each.version)), None)
    if found is None:
        raise NotFound(kind=_("definition"), key=key)
    return found


@bp.get("/<path:key>/blank.xlsx")
@edge.requires("definitions.see", "definitions.deploy")
def blank(key: str) -> ResponseReturnValue:
    """The template emptied: to be filled by hand, and read again by its names."""
    view = _view(edge.tx(), key)
    return _send(templates.of_version(edge.tx(), view).content, f"{view.title}-{_('blank form')}.xlsx")


@bp.get("/<path:key>/drawing.xlsx")
@edge.requires("definitions.see", "definitions.deploy")
def drawing(key: str) -> ResponseReturnValue:
    """The template with its placeholders: as it was uploaded, or drawn from its names."""
    tx = edge.tx()
    view = _view(tx, key)
    drawn = templates.of_version(tx, view)
    if any(slot.word for each in drawn.cells for slot in slots(each.pattern)):
        content = definitions.content(tx, view.resource_id).content
    else:
        content = placeheld(drawn, templates.words(tx, key))
    return _send(content, f"{view.title}.xlsx")


@bp.get("/<path:key>/sample.xlsx")
@edge.requires("definitions.see", "definitions.deploy")
def sample(key: str) -> ResponseReturnValue:
    """The template filled with sample data."""
    tx = edge.tx()
    view = _view(tx, key)
    forms = templates.forms_on(tx, key)
    if not forms:
        raise NotFound(kind=_("form"), key=key)
    content = templates.sample(tx, templates.of_version(tx, view), forms[0])
    return _send(content, f"{view.title}-{_('sample')}.xlsx")


@bp.post("/upload")
@edge.requires("definitions.deploy")
def upload() -> ResponseReturnValue:
    """Check a workbook drawn for a form, whatever the file is called; nothing is stored yet."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash(_("Please choose at least one file."), "error")
        return redirect(url_for("definitions.index", kind="template"), 303)
    with edge.reading() as tx:
        name = templates.name_of(definitions.form(tx, request.form.get("form", "")))
        source = Source(f"{name}.xlsx", file.read())
        reports = definitions.check(tx, [source])
    return findings_page([source], reports)


def _send(content: bytes, name: str) -> Response:
    return send_file(BytesIO(content), mimetype=MEDIA_TYPES[".xlsx"], as_attachment=True, download_name=name)
