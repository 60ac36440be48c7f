"""事项台账: the registry of matters, one matter with its whole life, and the ledger as a workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from webapp import edge
from webapp.i18n import _, locale_name
from webapp.pages import asked_page
from workflows.admission import ledger, registry, states
from workflows.admission.registry import Filters, LifeEvent

bp = Blueprint("matters", __name__, url_prefix="/matters")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE_SIZE = 20
COMMUNITY_KINDS = frozenset({"社区", "村", "community", "village"})
STREET_KINDS = frozenset({"街道", "镇", "乡", "street", "town"})


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
    return render_template(
        "work/matters.html",
        page=registry.search(tx, actor, filters, asked_page(), PAGE_SIZE),
        counts=registry.counts(tx, actor, filters),
        filters=filters,
        street_choices=[(unit.id, unit.name) for unit in streets],
        unit_choices=[(unit.id, unit.name) for unit in units if unit.kind not in left_out],
        classes=classes,
        class_choices=[(name, name) for name in classes],
        states=states.STATES,
        shown_states=states.REGISTRY_STATES,
        executors=states.EXECUTORS,
        query=request.args.to_dict(flat=False),
        state_url=state_url,
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
    """One matter: what it is, who signed for it, what happened to it."""
    tx = edge.tx()
    matter = registry.matter(tx, matter_id, edge.current_actor())
    return render_template(
        "work/matter.html",
        matter=matter,
        facts=facts(matter.values),
        life=[(tell(event), event) for event in registry.life(tx, matter_id)],
        states=states.STATES,
        executors=states.EXECUTORS,
        durations=states.DURATIONS,
        outcomes=states.OUTCOMES,
        exit_kinds=states.EXIT_KINDS,
        receipts=[(each, communities(tx.units, each.communities)) for each in matter.receipts],
    )


def tell(event: LifeEvent) -> str:
    """A line of a matter's life in the reader's language."""
    return event.en if locale_name() == "en" else event.zh


def communities(units: Any, ids: tuple[int, ...]) -> str:
    """Names of communities, in a row."""
    return "、".join(unit.name for each in ids if (unit := units.get(each)) is not None)


def facts(values: Any) -> list[tuple[str, Any]]:
    """Return label and value of what is known, empty ones left out."""
    labels = {
        "legal_basis": _("Legal basis"),
        "content": _("Content"),
        "target_group": _("Target group"),
        "authority": _("Authority"),
        "staff_equipment": _("Staff and equipment"),
        "funds_source": _("Source of funds"),
        "contact_name": _("Contact"),
        "contact_phone": _("Phone"),
        "approved_by": _("Approved by"),
        "document_number": _("Document number"),
        "remarks": _("Remarks"),
    }
    return [(label, values[key]) for key, label in labels.items() if values.get(key)]


@bp.get("/export.xlsx")
@edge.requires("matters.export")
def export() -> ResponseReturnValue:
    """The 备案登记台账 of what the filters show."""
    tx = edge.tx()
    actor = edge.current_actor()
    filters = Filters.from_query(request.args)
    content = ledger.workbook(tx, actor, filters)
    name = f"备案登记台账-{(filters.day or edge.today()).isoformat()}.xlsx"
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/backlog")
@edge.requires("matters.backlog")
def backlog() -> ResponseReturnValue:
    """存量补录: what is in force already goes in by a table."""
    return redirect(url_for("imports.new", form="matter_backlog"), 303)
