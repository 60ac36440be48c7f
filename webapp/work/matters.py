"""事项台账: the registry of matters, one matter with its whole life, and the ledger as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.kinds import KINDS
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from webapp.wording import money
from webapp.work import words
from workflows.admission import (
    catalogue_lists,
    changes,
    evaluating,
    evaluations,
    exit_answers,
    following,
    funds,
    kinds,
    official,
    registry,
    states,
    supervisions,
    verdicts,
    versions,
)
from workflows.admission.registry import Filters, LifeEvent, Matter
from workflows.admission.unit_kinds import COMMUNITY_KINDS, STREET_KINDS
from workflows.usecases import definitions, instances
from workflows.usecases.errors import NotAllowed, NotFound
from workflows.usecases.views import InstanceView, OpinionView

if TYPE_CHECKING:
    from workflows.usecases.runtime import Transaction

bp = Blueprint("matters", __name__, url_prefix="/matters")

PAGE_SIZE = 20
TERMINATE, CHANGE = "terminate", "change"


@bp.app_template_filter("lookup_in")
def lookup_in(key: str, words: Mapping[str, str]) -> str:
    """The word for a key, the key itself where there is none; for `map` in templates."""
    return words.get(key, key)


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """The registry, sifted."""
    tx = edge.tx()
    actor = edge.current_actor()
    filters = Filters.from_query(request.args)
    units = tx.units.all()
    streets = [unit for unit in units if unit.kind in STREET_KINDS]
    left_out = STREET_KINDS | COMMUNITY_KINDS
    classes = registry.class_names(tx)
    shown = {unit.id for unit in units}
    return render_template(
        "work/matters.html",
        page=registry.search(tx, actor, filters, asked_page(), PAGE_SIZE),
        counts=registry.counts(tx, actor, filters),
        filters=filters,
        street_choices=[(unit.id, unit.name) for unit in streets],
        unit_choices=[(unit.id, unit.name) for unit in units if unit.kind not in left_out],
        classes=classes,
        lists=catalogue_lists.names(tx),
        class_choices=[(name, name) for name in classes],
        kinds=[(kind, url_for("matters.index", kind=kind.key)) for kind in kinds.KINDS.values()],
        states=states.STATES,
        shown_states=states.REGISTRY_STATES,
        executors=words.executors(),
        state_url=state_url,
        followed=following.follows(tx, "unit", filters.unit_id, actor) if filters.unit_id in shown else None,
    )


def state_url(key: str) -> str:
    """The address of the list in one state (`expiring`: 即将到期; '': all), the other filters kept."""
    query: dict[str, Any] = {
        name: values
        for name, values in request.args.to_dict(flat=False).items()
        if name not in ("state", "expiring", "page")
    }
    if key:
        query["expiring" if key == "expiring" else "state"] = "1" if key == "expiring" else key
    return url_for("matters.index", **query)


@bp.get("/<int:matter_id>")
@edge.signed_in
def show(matter_id: int) -> ResponseReturnValue:
    """One matter with its whole life: paper, opinions, filing, hand-over, catalogue, versions, exit."""
    tx, actor = edge.tx(), edge.current_actor()
    matter = registry.matter(tx, matter_id, actor)
    admission = _instance(tx, matter.instance_id)
    exits = _instance(tx, matter.exit_instance_id)
    return render_template(
        "work/matter.html",
        matter=matter,
        kind=kinds.KINDS[matter.values["kind"]],
        details=_details(tx, matter),
        about=words.labelled(matter.values, *ABOUT),
        filing=[*words.labelled(matter.values, *FILING)],
        leaving=words.labelled(matter.values, *LEAVING),
        admission=admission,
        exits=exits,
        admission_table=official.table_name(tx, admission.submissions) if admission else "",
        exit_table=official.table_name(tx, exits.submissions) if exits else "",
        said=spoken(admission) + spoken(exits),
        waiting=[] if matter.state == "pending" else unsigned(tx.units, matter),
        editions=versions.editions_of(tx, matter_id),
        money=funds.sums_of(tx, [matter_id], actor=actor).get(matter_id),
        money_entries=funds.entries(tx, actor, matter_id),
        money_kinds=words.spoken(funds.KINDS),
        may_enter_money=any(each.key == "funds" for each in definitions.startable(tx, actor)),
        scored=evaluations.of_matter(tx, matter_id),
        aspects=words.spoken(evaluating.ASPECTS),
        treatments=words.spoken(evaluating.TREATMENTS),
        reports=supervisions.of_matter(tx, actor, matter_id),
        versions=[each for each in versions.versions(tx, matter_id) if each.changes],
        life=[(tell(event), event) for event in registry.life(tx, matter_id)],
        followed=following.follows(tx, "matter", matter_id, actor),
        leave_url=start_url(tx, matter, TERMINATE),
        change_url=start_url(tx, matter, CHANGE),
        asked_changes=changes.of_matter(tx, matter_id),
        change_states=changes.STATES,
        change_fields=words.spoken(changes.FIELDS),
        states=states.STATES,
        executors=words.executors(),
        durations=words.durations(),
        outcomes=words.outcomes(),
        exit_kinds=words.exit_kinds(),
        raised_by=words.raised_by(),
        stopping=exit_answers.tally(tx, exits.id) if exits else {},
        receipt_kinds=words.receipts(),
        field_labels=words.fields(),
        report_states=supervisions.STATES,
        findings=words.spoken(verdicts.FINDINGS),
        problems=words.spoken(supervisions.PROBLEMS),
        sources=words.spoken(supervisions.SOURCES),
        plain=plain,
        receipts=[(each, communities(tx.units, each.communities)) for each in matter.receipts],
    )


def _details(tx: Transaction, matter: Matter) -> list[tuple[str, str]]:
    """Label and words of what only the form of its kind asks for."""
    kind = kinds.KINDS[matter.values["kind"]]
    stored = matter.values["details"]
    if not stored:
        return []
    form = definitions.form(tx, kind.form)
    values = kinds.details(form, kind, stored)
    locale = locale_name()
    return [
        (form.field(key).label, KINDS[form.field(key).kind].show(value, form.field(key), tx.units, locale))
        for key, value in values.items()
        if key in form
    ]


ABOUT = (
    "class_name",
    "legal_basis",
    "reason",
    "content",
    "target_group",
    "authority",
    "staff_equipment",
    "funds_source",
    "opinions_heard",
    "unit_head",
    "contact_name",
    "contact_phone",
    "remarks",
)
FILING = (
    "application_number",
    "filing_number",
    "document_number",
    "application_date",
    "received_on",
    "decided_on",
    "filed_on",
    "approved_by",
    "higher_approval",
    "conditions",
    "dispatch_number",
)
LEAVING = ("exit_number", "exit_asked_on", "ended_on", "exit_reason")
MAY_START = {
    TERMINATE: frozenset({"not_yet", "in_force", "expired"}),
    CHANGE: frozenset({"not_yet", "in_force"}),
}
"""Process -> states in which a matter may be what it is about."""


def _instance(tx: Transaction, instance_id: int | None) -> InstanceView | None:
    """The process of a matter, or None where there is none or this reader may not see it."""
    if instance_id is None:
        return None
    try:
        return instances.view(tx, instance_id, edge.current_actor(), locale_name())
    except (NotAllowed, NotFound):
        return None


def spoken(view: InstanceView | None) -> list[OpinionView]:
    """The opinions of a process that say or decide something."""
    return [each for each in view.opinions if each.text or each.decision] if view is not None else []


def unsigned(units: Any, matter: Matter) -> list[str]:
    """Names of subdistricts the matter enters that have not signed for it; none where no process hands over."""
    if matter.instance_id is None or "community" not in matter.executor:
        return []
    signed = {each.unit_id for each in matter.receipts if each.kind == "hand_over"}
    names: dict[str, None] = {}
    for unit_id in matter.scope:
        unit = units.get(unit_id)
        if unit is not None and unit.kind in COMMUNITY_KINDS:
            unit = units.get(unit.parent_id) if unit.parent_id else None
        if unit is not None and unit.kind in STREET_KINDS and unit.id not in signed:
            names.setdefault(unit.name)
    return list(names)


def start_url(tx: Transaction, matter: Matter, process: str) -> str:
    """The address of 申请变更 or 申请退出 with this matter filled in; '' where this actor may not ask for it."""
    actor = edge.current_actor()
    own = matter.applicant_unit_id in actor.unit_path or edge.may("instances.start_for")
    if matter.state not in MAY_START[process] or not own:
        return ""
    if not any(each.key == process for each in definitions.startable(tx, actor)):
        return ""
    asked: dict[str, Any] = {
        "applicant_unit": matter.applicant_unit_id,
        "filing_number": matter.values.get("filing_number"),
        "matter_name": matter.name,
    }
    if process == TERMINATE and matter.filed_on:
        asked["admitted_on"] = matter.filed_on.isoformat()
    return url_for("start.show", process_key=process, **{key: text for key, text in asked.items() if text})


def plain(key: str, value: Any) -> str:
    """A value of a version as it is read."""
    if isinstance(value, bool) or value is None:
        return _("Yes") if value else "—"
    if key == "duration_class":
        return words.durations().get(value, value)
    return money(value) if isinstance(value, Decimal) else str(value)


def tell(event: LifeEvent) -> str:
    """A line of a matter's life in the reader's language."""
    return event.en if locale_name() == "en" else event.zh


def communities(units: Any, ids: tuple[int, ...]) -> str:
    """Names of communities, in a row."""
    return "、".join(unit.name for each in ids if (unit := units.get(each)) is not None)


@bp.get("/<int:matter_id>/versions/<int:number>")
@edge.signed_in
def version(matter_id: int, number: int) -> ResponseReturnValue:
    """One version of a matter, whole."""
    tx = edge.tx()
    registry.matter(tx, matter_id, edge.current_actor())
    found = versions.version(tx, matter_id, number)
    labels = words.fields()
    shown = [(labels[key], plain(key, found.values.get(key))) for key in labels if found.values.get(key)]
    return render_template("work/matter_version.html", matter_id=matter_id, found=found, shown=shown)


@bp.get("/backlog")
@edge.requires("matters.backlog")
def backlog() -> ResponseReturnValue:
    """存量补录: what is in force already goes in by a table."""
    return redirect(url_for("imports.new", form="matter_backlog"), 303)
