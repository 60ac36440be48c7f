"""流程管理: processes, decisions, forms and templates, their versions, upload with findings, diagrams."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from secrets import token_urlsafe
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from forms.binding import Setting, present
from forms.fields import Form
from webapp import edge, template_looks
from webapp.difference_words import property_value, property_word
from webapp.differences import Difference, differences
from webapp.dmn_tables import decision_tables
from webapp.i18n import _, _l, locale_name, ngettext
from webapp.work import desk
from webapp.work.entries import Drawing
from webapp.work.paper import Paper, PaperMaker
from workflows.engine import FileReport, Source
from workflows.engine.diagram_tests import load_tests
from workflows.engine.profile import noted_of
from workflows.usecases import definitions, incident_view
from workflows.usecases.errors import DeploymentRefused, NotFound
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import DefinitionView

bp = Blueprint("definitions", __name__, url_prefix="/definitions")
bp.add_app_template_filter(property_word)
bp.add_app_template_filter(property_value)

KINDS = ("process", "decision", "form", "template", "tests")
SUFFIXES = (".bpmn", ".dmn", ".form", ".xlsx", ".test.yaml")
MEDIA_TYPES = {
    ".bpmn": "application/xml",
    ".dmn": "application/xml",
    ".form": "application/json",
    ".yaml": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KIND_NAMES = {  # kinds of form fields
    "text": _l("text"),
    "long_text": _l("long text"),
    "number": _l("number"),
    "money": _l("amount of money"),
    "phone": _l("telephone"),
    "date": _l("date"),
    "period": _l("period"),
    "choice": _l("one choice"),
    "choices": _l("several choices"),
    "yes_no": _l("yes or no"),
    "unit": _l("unit"),
    "units": _l("units"),
    "files": _l("files"),
    "rows": _l("rows"),
}
HIT_POLICIES = {
    "UNIQUE": _l("one rule at most fits (UNIQUE)"),
    "FIRST": _l("the first rule from above that fits (FIRST)"),
    "ANY": _l("all rules that fit agree (ANY)"),
    "PRIORITY": _l("the result of highest rank (PRIORITY)"),
    "COLLECT": _l("all rules that fit (COLLECT)"),
    "RULE ORDER": _l("all rules that fit, in order (RULE ORDER)"),
    "OUTPUT ORDER": _l("all rules that fit, by rank (OUTPUT ORDER)"),
}
EXPECTATIONS = {  # what a case of a diagram test expects
    "status": _l("state"),
    "end": _l("ends at"),
    "path": _l("the path exactly"),
    "passes": _l("passes"),
    "avoids": _l("avoids"),
    "waiting": _l("waits at"),
    "data": _l("data"),
    "error": _l("the error"),
}
STATUSES = {
    "completed": _l("came to its end"),
    "waiting": _l("still waits"),
    "incident": _l("stopped by an incident"),
    "refused": _l("is refused"),
}
KEPT_UPLOADS = 20  # checked and not yet deployed, in the memory of the serving process
MAX_FILES = 30


@dataclass(frozen=True)
class Checked:
    """Files somebody uploaded to have them checked, kept until they are deployed or pushed out by others."""

    account_id: int | None
    sources: tuple[Source, ...]


def _checked() -> OrderedDict[str, Checked]:
    kept: OrderedDict[str, Checked] = current_app.extensions.setdefault("zhunru-checked", OrderedDict())
    return kept


def _find_checked(token: str) -> Checked:
    found = _checked().get(token)
    if found is None or found.account_id != edge.current_actor().account_id:
        raise NotFound(kind=_("upload"), key=token)
    return found


@bp.get("")
@edge.requires("definitions.see", "definitions.deploy")
def index() -> ResponseReturnValue:
    """The newest version of everything deployed, by kind."""
    kind = request.args.get("kind", "process")
    kind = kind if kind in KINDS else "process"
    everything = definitions.overview(edge.tx())
    text = request.args.get("q", "").strip().lower()
    rows = [
        view
        for view in everything
        if view.kind == kind and (not text or text in f"{view.title} {view.key} {view.file}".lower())
    ]
    drawn = template_looks.listing(edge.tx()) if kind == "template" else []
    return render_template(
        "definitions/index.html",
        kind=kind,
        rows=rows,
        names=_names_of_tests(everything) if kind == "tests" else {},
        drawn=[each for each in drawn if each.view is None or each.view in rows],
        drawable=template_looks.drawable(edge.tx()) if kind == "template" else [],
        numbers={each: sum(view.kind == each for view in everything) for each in KINDS},
    )


def _names_of_tests(everything: Sequence[DefinitionView]) -> dict[str, str]:
    """Tests have no name of their own: they are called as the process they test."""
    return {view.key: view.title for view in everything if view.kind == "process"}


@bp.get("/<any(process, decision, form, template, tests):kind>/<path:key>")
@edge.requires("definitions.see", "definitions.deploy")
def show(kind: str, key: str) -> ResponseReturnValue:
    """One definition with its versions; `version` chooses which is shown."""
    tx = edge.tx()
    versions = definitions.versions(tx, key, kind)
    if not versions:
        raise NotFound(kind=_("definition"), key=key)
    asked = request.args.get("version", type=int)
    chosen = next((view for view in versions if view.version == asked), versions[0])
    content: dict[str, Any] = {}
    if kind == "form":
        form = definitions.form(tx, key, chosen.version)
        content = {"form": form, "preview": _preview(tx, form), "file_limit": desk.upload_limit()}
    elif kind == "decision":
        content["tables"] = decision_tables(definitions.content(tx, chosen.resource_id).content, key)
    elif kind == "process":
        content["noted"] = noted_of(definitions.content(tx, chosen.resource_id).content, key)
        content["state"] = (
            {"incident": incident_view.starts_standing(tx, key)} if chosen == versions[0] else {}
        )
    elif kind == "tests":
        content["cases"] = load_tests(definitions.content(tx, chosen.resource_id)).cases
        content["name"] = _names_of_tests(definitions.overview(tx, "process")).get(key)
    elif kind == "template":
        content = template_looks.shown(tx, chosen) | {"changes": _since(tx, chosen, versions)}
    return render_template(
        "definitions/show.html",
        kind=kind,
        view=chosen,
        versions=versions,
        kind_name=lambda name: KIND_NAMES.get(name, name),
        hit_policies=HIT_POLICIES,
        expectations=EXPECTATIONS,
        statuses=STATUSES,
        **content,
    )


def _preview(tx: Transaction, form: Form) -> Paper:
    """The form as a page draws it, empty."""
    setting = Setting(world=tx.world, units=tx.units, locale=locale_name())
    attachment = desk.attachments_of(tx)
    entries = Drawing(present(form, setting), tx.units, attachment, locale_name(), prefix="p").entries()
    typed = {key: entry for key, entry in entries.items() if not entry.spec.readonly}
    return PaperMaker(form, {}, tx.units, attachment, entries=typed, locale=locale_name()).paper()


def _since(tx: Transaction, chosen: DefinitionView, versions: Sequence[DefinitionView]) -> list[Difference]:
    """What a version of a workbook says otherwise than the one before it."""
    before = next((view for view in versions if view.version < chosen.version), None)
    if before is None:
        return []
    old, new = (definitions.content(tx, view.resource_id).content for view in (before, chosen))
    return differences(old, new, ".xlsx")


@bp.get("/files/<int:resource_id>")
@edge.requires("definitions.see", "definitions.deploy")
def download(resource_id: int) -> ResponseReturnValue:
    """A deployed file as it was uploaded; `show` gives it to the diagram viewer."""
    source = definitions.content(edge.tx(), resource_id)
    return _send(source, attachment="show" not in request.args)


@bp.get("/new")
@edge.requires("definitions.deploy")
def new() -> ResponseReturnValue:
    """Choose files."""
    return render_template("definitions/new.html", reports=(), sources=(), token=None)


@bp.post("/new")
@edge.requires("definitions.deploy")
def upload() -> ResponseReturnValue:
    """Check the chosen files and show every finding; nothing is stored yet."""
    sources = [
        Source(name=(file.filename or "").replace("\\", "/").rpartition("/")[2], content=file.read())
        for file in request.files.getlist("files")[:MAX_FILES]
        if file.filename
    ]
    if not sources:
        flash(_("Please choose at least one file."), "error")
        return render_template("definitions/new.html", reports=(), sources=(), token=None), 422
    with edge.reading() as tx:
        reports = definitions.check(tx, sources)
    return findings_page(sources, reports)


@bp.get("/checked/<token>/<path:name>")
@edge.requires("definitions.deploy")
def checked_file(token: str, name: str) -> ResponseReturnValue:
    """A file of a checked upload, for the diagram viewer."""
    for source in _find_checked(token).sources:
        if source.name == name:
            return _send(source, attachment=False)
    raise NotFound(kind=_("file"), key=name)


@bp.post("/checked/<token>")
@edge.requires("definitions.deploy")
def deploy(token: str) -> ResponseReturnValue:
    """Deploy a checked upload. What changed since the check is found again."""
    found = _find_checked(token)
    # Checking compiles and runs tests: it must not hold up those who write.
    with edge.reading() as reading:
        known = definitions.checked(reading, found.sources)
    try:
        done = definitions.deploy(edge.tx(), found.sources, edge.current_actor(), known=known)
    except DeploymentRefused as refused:
        edge.roll_back()
        return findings_page(found.sources, refused.reports)
    _checked().pop(token, None)
    if done.created:
        flash(
            ngettext(
                "%(num)d new version is deployed. Running instances keep theirs.",
                "%(num)d new versions are deployed. Running instances keep theirs.",
                len(done.created),
            )
        )
        first = done.created[0]
        return redirect(url_for("definitions.show", kind=first.kind, key=first.key), 303)
    flash(_("Nothing has changed: these very files are deployed already."), "blue")
    return redirect(url_for("definitions.index"), 303)


def findings_page(sources: Sequence[Source], reports: Sequence[FileReport]) -> ResponseReturnValue:
    """The findings page; the files are kept for the deploy button."""
    token = token_urlsafe(12)
    kept = _checked()
    kept[token] = Checked(edge.current_actor().account_id, tuple(sources))
    while len(kept) > KEPT_UPLOADS:
        kept.popitem(last=False)
    good = all(report.deployable for report in reports)
    with edge.reading() as tx:
        standing = {view.file: view for view in definitions.overview(tx)}
        changes = {each.name: _changes(tx, each, standing.get(each.name)) for each in sources}
    page = render_template(
        "definitions/new.html",
        reports=reports,
        sources=sources,
        token=token,
        deployable=good,
        changes=changes,
        states={report.file: _marks(report) for report in reports},
        sheets={
            report.file: template_looks.grids(
                source.content, template_looks.wrong_states(report, locale_name())
            )
            for source, report in zip(sources, reports, strict=True)
            if source.kind == "xlsx"
        },
    )
    return page, 200 if good else 422


def _changes(
    tx: Transaction, source: Source, standing: DefinitionView | None
) -> tuple[DefinitionView | None, bool, list[Difference]]:
    """The version a file would follow, whether it is that very file, and what differs."""
    if standing is None:
        return None, False, []
    old = definitions.content(tx, standing.resource_id).content
    suffix = "." + source.name.rpartition(".")[2].lower()
    return standing, old == source.content, differences(old, source.content, suffix)


def _marks(report: FileReport) -> dict[str, list[str]]:
    """What the viewer colours: elements with errors, and with warnings only."""
    wrong = [f.element for f in report.findings if f.severity == "error" and f.element]
    asked = [f.element for f in report.findings if f.severity != "error" and f.element]
    return {"incident": wrong, "current": [element for element in asked if element not in wrong]}


def _send(source: Source, *, attachment: bool) -> Response:
    suffix = "." + source.name.rpartition(".")[2].lower()
    return send_file(
        BytesIO(source.content),
        mimetype=MEDIA_TYPES.get(suffix, "application/octet-stream"),
        as_attachment=attachment,
        download_name=source.name,
    )
