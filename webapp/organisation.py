"""组织机构: the tree of units, search, and what an administrator may change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from forms.faults import Refused
from webapp import edge
from webapp.errors import status_of
from webapp.i18n import _, _l, locale_name
from workflows.usecases import accounts, definitions, reorganising, units
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import UnitView

bp = Blueprint("organisation", __name__, url_prefix="/organisation")

UNIT_FORM = "organisation_unit"  # the form whose `kind` names the kinds of units
SEARCH_RESULTS = 60


class UnitForm(FlaskForm):
    """A unit: its name, its kind, and the unit above it (by name; empty: none)."""

    name = StringField(_l("Name"), [InputRequired(_l("Please fill this in.")), Length(max=200)])
    kind = SelectField(_l("Kind"))
    parent = StringField(_l("Unit above"), render_kw={"list": "unit-names", "autocomplete": "off"})


class CloseForm(FlaskForm):
    """The first day on which a unit is no more."""

    on = DateField(_l("No longer valid from"), [Optional()])


@dataclass(frozen=True)
class Branch:
    """A unit in the tree with what stands below it."""

    unit: UnitView
    below: tuple[Branch, ...]
    open: bool

    @property
    def size(self) -> int:
        """Units below, all levels."""
        return sum(1 + branch.size for branch in self.below)


def tree_of(views: list[UnitView], chosen: int | None) -> tuple[Branch, ...]:
    """The units as a tree; open along the way to the chosen one."""
    children: dict[int | None, list[UnitView]] = defaultdict(list)
    known = {view.id: view for view in views}
    for view in views:
        children[view.parent_id if view.parent_id in known else None].append(view)
    way: set[int] = set()
    step = chosen
    while step in known and step not in way:
        way.add(step)
        step = known[step].parent_id

    def branch(view: UnitView) -> Branch:
        return Branch(view, tuple(branch(child) for child in children[view.id]), view.id in way)

    return tuple(branch(view) for view in children[None])


@dataclass(frozen=True)
class Group:
    """Units at the top of the tree that are of one kind."""

    kind: str
    branches: tuple[Branch, ...]
    open: bool


def groups_of(roots: tuple[Branch, ...]) -> list[Group]:
    """Parts of the tree by kind, the kinds that have units below first; open where the chosen unit is.

    Without a chosen unit the first group is open: the subdistricts, in an office that has them.
    """
    kinds: dict[str, list[Branch]] = {}
    for root in roots:
        kinds.setdefault(root.unit.kind, []).append(root)
    ordered = sorted(kinds.items(), key=lambda item: -sum(branch.size for branch in item[1]))
    chosen = any(root.open for root in roots)
    return [
        Group(kind, tuple(found), any(root.open for root in found) or (not chosen and place == 0))
        for place, (kind, found) in enumerate(ordered)
    ]


def kind_labels(tx: Transaction) -> dict[str, str]:
    """Kinds of units -> label, as the form of the units' table has them."""
    try:
        field = definitions.form(tx, UNIT_FORM).field("kind")
    except (Refused, KeyError):
        return {}
    return {choice.key: choice.label for choice in field.choices}


def unit_by_text(tx: Transaction, text: str) -> int | None:
    """The id of a unit given by full name; None where nothing is given. Raises ValueError with a sentence."""
    wanted = text.strip()
    if not wanted:
        return None
    found = tx.units.find(wanted)
    if found is not None:
        return found.id
    near = tx.units.near(wanted)[:3]
    told = _("There is no unit “%(name)s”.", name=wanted)
    if near:
        told += " " + _("Do you mean %(names)s?", names="、".join(unit.full_name for unit in near))
    raise ValueError(told)


def _form(tx: Transaction, view: UnitView | None, parent: str = "") -> UnitForm:
    labels = kind_labels(tx)
    if view is not None:
        labels.setdefault(view.kind, view.kind)
        above = tx.units.get(view.parent_id) if view.parent_id else None
        form = UnitForm(name=view.name, kind=view.kind, parent=above.full_name if above else "")
    else:
        form = UnitForm(parent=parent)
    form.kind.choices = list(labels.items())
    return form


@bp.get("")
@edge.signed_in
def index() -> ResponseReturnValue:
    """The tree, and beside it the chosen unit; `q` searches."""
    return _page()


@bp.post("/units")
@edge.requires("units.manage")
def create() -> ResponseReturnValue:
    """Add a unit."""
    tx = edge.tx()
    form = _form(tx, None)
    if form.validate():
        try:
            made = units.create(
                tx,
                str(form.name.data).strip(),
                form.kind.data,
                unit_by_text(tx, form.parent.data or ""),
                edge.current_actor(),
            )
        except ValueError as wrong:
            form.parent.errors = [str(wrong)]
        except Refused as refused:
            form.name.errors = [refused.tell(locale_name())]
            return _page(adding=form, status=status_of(refused))
        else:
            flash(_("“%(name)s” is added.", name=form.name.data))
            return redirect(url_for("organisation.index", unit=made), 303)
    return _page(adding=form, status=422)


@bp.post("/units/<int:unit_id>")
@edge.requires("units.manage")
def update(unit_id: int) -> ResponseReturnValue:
    """Rename or move a unit, or change its kind."""
    tx = edge.tx()
    form = _form(tx, units.get(tx, unit_id))
    if form.validate():
        try:
            units.update(
                tx,
                unit_id,
                edge.current_actor(),
                name=str(form.name.data).strip(),
                kind=form.kind.data,
                parent_id=unit_by_text(tx, form.parent.data or ""),
            )
        except ValueError as wrong:
            form.parent.errors = [str(wrong)]
        except Refused as refused:
            form.name.errors = [refused.tell(locale_name())]
            return _page(chosen=unit_id, editing=form, status=status_of(refused))
        else:
            flash(_("“%(name)s” is saved.", name=form.name.data))
            return redirect(url_for("organisation.index", unit=unit_id), 303)
    return _page(chosen=unit_id, editing=form, status=422)


@bp.post("/units/<int:unit_id>/close")
@edge.requires("units.manage")
def close(unit_id: int) -> ResponseReturnValue:
    """End a unit; it stays in everything that was done before."""
    tx = edge.tx()
    form = CloseForm()
    if not form.validate():
        return _page(chosen=unit_id, closing=form, status=422)
    view = units.get(tx, unit_id)
    units.close(tx, unit_id, form.on.data or edge.today(), edge.current_actor())
    flash(_("“%(name)s” is closed. What it did stays as it is.", name=view.name))
    return redirect(url_for("organisation.index", unit=view.parent_id), 303)


def _page(
    *,
    chosen: int | None = None,
    adding: UnitForm | None = None,
    editing: UnitForm | None = None,
    closing: CloseForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    edge.roll_back()
    with edge.reading() as tx:
        views = units.tree(tx)
        asked = chosen if chosen is not None else request.args.get("unit", type=int)
        view = next((each for each in views if each.id == asked), None)
        text = request.args.get("q", "").strip()
        found = [each for each in views if text in each.full_name][:SEARCH_RESULTS] if text else []
        labels = kind_labels(tx)
        manage = edge.may("units.manage")
        numbers: dict[str, int] = defaultdict(int)
        for each in views:
            numbers[each.kind] += 1
        page = render_template(
            "organisation/index.html",
            groups=groups_of(tree_of(views, asked)),
            total=len(views),
            numbers=[(labels.get(kind, kind), number) for kind, number in numbers.items()],
            labels=labels,
            view=view,
            below=[each for each in views if view is not None and each.parent_id == view.id],
            people=accounts.listing(tx, "", view.id, 1, 50) if view and edge.may("accounts.manage") else None,
            past=reorganising.acts(tx, view.id) if view else [],
            text=text,
            found=found,
            names=[each.full_name for each in views] if manage else [],
            adding=adding or (_form(tx, None, view.full_name if view else "") if manage else None),
            editing=editing or (_form(tx, view) if manage and view else None),
            closing=closing or (CloseForm() if manage and view else None),
            importing=edge.may_open("imports.new"),
            form_key=UNIT_FORM,
        )
    return make_response(page, status)
