"""账号: who may sign in, with which roles, of which unit."""

from __future__ import annotations

import io
import secrets

from flask import Blueprint, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from forms.faults import Refused
from templates_xlsx.ledger_out import Column, Heading, write_ledger
from webapp import edge, sessions
from webapp.errors import status_of
from webapp.i18n import _, _l, locale_name
from webapp.lists import XLSX
from webapp.organisation import unit_by_text
from webapp.pages import asked_page
from workflows.admission.roles import ROLES
from workflows.usecases import accounts, accounts_table, handover, passwords, units
from workflows.usecases.errors import NotAllowed
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import AccountView

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

PAGE_SIZE = 50
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
NEEDED = InputRequired(_l("Please fill this in."))


def role_label(key: str) -> str:
    """A role as it is read."""
    role = ROLES.get(key)
    if role is None:
        return key
    return role.en if locale_name() == "en" else role.zh


def fresh_password(username: str) -> str:
    """A password for somebody else, to be read out once and changed at the first sign-in."""
    while True:
        made = "-".join("".join(secrets.choice(LETTERS) for _place in range(4)) for _group in range(3))
        if username.lower() not in made.lower():
            return made


class AccountForm(FlaskForm):
    """Name, unit and roles of an account."""

    name = StringField(_l("Full name"), [NEEDED, Length(max=100)])
    unit = StringField(_l("Unit"), render_kw={"list": "unit-names", "autocomplete": "off"})
    roles = SelectMultipleField(
        _l("Roles"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )


class NewAccountForm(AccountForm):
    """An account that is to be made."""

    username = StringField(
        _l("User name"),
        [
            NEEDED,
            Length(min=2, max=50),
            Regexp(r"^[\w.@-]+$", message=_l("Letters, digits, and . _ - @ only.")),
        ],
        render_kw={"autocomplete": "off"},
    )


def _with_roles(form: AccountForm) -> AccountForm:
    form.roles.choices = [(key, role_label(key)) for key in ROLES]
    return form


@bp.get("")
@edge.requires("accounts.manage")
def index() -> ResponseReturnValue:
    """All accounts; `q` searches names, user names and units."""
    tx = edge.tx()
    text = request.args.get("q", "").strip()
    unit_id = request.args.get("unit", type=int)
    return render_template(
        "accounts/index.html",
        page=accounts.listing(tx, text, unit_id, asked_page(), PAGE_SIZE),
        text=text,
        unit=units.get(tx, unit_id) if unit_id else None,
        role_label=role_label,
        at=edge.now(),
        waiting=len(accounts.without_password(tx)),
        form_key=accounts_table.FORM,
    )


COLUMNS = (
    Column("username", "用户名", width=18),
    Column("name", "姓名", width=14),
    Column("unit", "单位", width=26),
    Column("password", "初始密码", width=20),
)


@bp.post("/first-passwords")
@edge.requires("accounts.manage")
def first_passwords() -> ResponseReturnValue:
    """First passwords of the accounts that have none, as a workbook that is made this once."""
    actor = edge.current_actor()
    with edge.reading() as tx:
        waiting = accounts.without_password(tx)
    given = [(each, fresh_password(each.username)) for each in waiting]
    ready = [(each, password, passwords.hashed(each.username, password)) for each, password in given]
    tx = edge.tx()
    rows = [
        {"username": each.username, "name": each.name, "unit": each.unit_name, "password": password}
        for each, password, hashed in ready
        if accounts.give_first_password(tx, each.id, hashed, actor)
    ]
    if not rows:
        flash(_("No account waits for its first password."))
        return redirect(url_for("accounts.index"), 303)
    edge.commit()
    content = write_ledger(COLUMNS, rows, Heading("初始密码(首次登录须修改)", sheet="初始密码"))
    return send_file(
        io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name="初始密码.xlsx", max_age=0
    )


@bp.get("/new")
@edge.requires("accounts.manage")
def new() -> ResponseReturnValue:
    """An empty account."""
    unit_id = request.args.get("unit", type=int)
    with edge.reading() as tx:
        ref = tx.units.get(unit_id) if unit_id else None
    return _new_page(NewAccountForm(unit=ref.full_name if ref else ""))


@bp.post("/new")
@edge.requires("accounts.manage")
def create() -> ResponseReturnValue:
    """Make an account; its first password is shown once."""
    form = NewAccountForm()
    _with_roles(form)
    if not form.validate():
        return _new_page(form, 422)
    username = str(form.username.data).strip()
    password = fresh_password(username)
    hashed = passwords.hashed(username, password)
    tx = edge.tx()
    try:
        made = accounts.create(
            tx,
            username,
            str(form.name.data).strip(),
            unit_by_text(tx, form.unit.data or ""),
            form.roles.data or [],
            hashed,
            edge.current_actor(),
        )
    except ValueError as wrong:
        form.unit.errors = [str(wrong)]
        return _new_page(form, 422)
    except Refused as refused:
        form.username.errors = [refused.tell(locale_name())]
        return _new_page(form, status_of(refused))
    _tell_password(str(form.name.data), password)
    return redirect(url_for("accounts.show", account_id=made), 303)


@bp.get("/<int:account_id>")
@edge.requires("accounts.manage")
def show(account_id: int) -> ResponseReturnValue:
    """One account."""
    return _page(account_id)


@bp.post("/<int:account_id>")
@edge.requires("accounts.manage")
def update(account_id: int) -> ResponseReturnValue:
    """Save name, unit and roles."""
    form = _with_roles(AccountForm())
    if not form.validate():
        return _page(account_id, form, 422)
    tx, actor = edge.tx(), edge.current_actor()
    try:
        unit_id = unit_by_text(tx, form.unit.data or "")
    except ValueError as wrong:
        form.unit.errors = [str(wrong)]
        return _page(account_id, form, 422)
    accounts.update(tx, account_id, actor, name=str(form.name.data).strip(), unit_id=unit_id)
    accounts.set_roles(tx, account_id, form.roles.data or [], actor)
    flash(_("“%(name)s” is saved.", name=form.name.data))
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@bp.post("/<int:account_id>/password")
@edge.requires("accounts.manage")
def reset_password(account_id: int) -> ResponseReturnValue:
    """Give the account a new first password."""
    actor = edge.current_actor()
    with edge.reading() as tx:
        view = accounts.get(tx, account_id)
    password = fresh_password(view.username)
    hashed = passwords.hashed(view.username, password)
    accounts.reset_password(edge.tx(), account_id, hashed, actor)
    if account_id == actor.account_id:
        sessions.begin(edge.tx(), actor)
    _tell_password(view.name, password)
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@bp.post("/<int:account_id>/state")
@edge.requires("accounts.manage")
def set_state(account_id: int) -> ResponseReturnValue:
    """Disable the account, or enable it (which also unlocks it)."""
    enabled = request.form.get("enabled") == "1"
    if not enabled and account_id == edge.current_actor().account_id:
        flash(_("You cannot disable your own account."), "error")
        return redirect(url_for("accounts.show", account_id=account_id), 303)
    accounts.enable(edge.tx(), account_id, enabled, edge.current_actor())
    flash(_("The account is enabled.") if enabled else _("The account is disabled."))
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@bp.post("/<int:account_id>/hand-over")
@edge.requires(handover.PERMISSION)
def hand_over(account_id: int) -> ResponseReturnValue:
    """Give all the person's work to another, and disable the account where that is asked."""
    tx, actor = edge.tx(), edge.current_actor()
    wanted = request.form.get("to", "").strip()
    try:
        done = handover.hand_over(
            tx,
            account_id,
            accounts.actor_named(tx, wanted.partition(" ")[0]).account_id or 0,
            actor,
            disable=request.form.get("disable") == "1" and account_id != actor.account_id,
            reason=request.form.get("reason", "").strip()[:500],
        )
    except NotAllowed as refused:
        if not refused.facts.get("account"):
            raise
        return _page(
            account_id, status=422, sentence=_("“%(name)s” cannot take this work over.", name=wanted)
        )
    except Refused as refused:
        return _page(account_id, status=status_of(refused), sentence=refused.tell(locale_name()))
    flash(
        _(
            "Handed over: %(tasks)s open tasks, %(matters)s running matters; what comes later goes there too.",
            tasks=done.tasks,
            matters=done.matters,
        )
    )
    return redirect(url_for("accounts.show", account_id=account_id), 303)


@bp.post("/<int:account_id>/take-back")
@edge.requires(handover.PERMISSION)
def take_back(account_id: int) -> ResponseReturnValue:
    """What comes from now on is the person's own again."""
    handover.take_back(edge.tx(), account_id, edge.current_actor())
    flash(_("What comes from now on is the person's own again."))
    return redirect(url_for("accounts.show", account_id=account_id), 303)


def _tell_password(name: str, password: str) -> None:
    told = _(
        "First password of %(name)s: %(password)s — it is shown this once, and changed at the first sign-in.",
        name=name,
        password=password,
    )
    flash(told, "blue")


def _unit_names(tx: Transaction) -> list[str]:
    return [unit.full_name for unit in tx.units.all()]


def _new_page(form: NewAccountForm, status: int = 200) -> ResponseReturnValue:
    edge.roll_back()
    _with_roles(form)
    with edge.reading() as tx:
        return make_response(render_template("accounts/new.html", form=form, names=_unit_names(tx)), status)


def _page(
    account_id: int, form: AccountForm | None = None, status: int = 200, sentence: str = ""
) -> ResponseReturnValue:
    edge.roll_back()
    with edge.reading() as tx:
        view: AccountView = accounts.get(tx, account_id)
        if form is None:
            ref = tx.units.get(view.unit_id) if view.unit_id else None
            form = AccountForm(name=view.name, unit=ref.full_name if ref else "", roles=list(view.roles))
        _with_roles(form)
        page = render_template(
            "accounts/show.html",
            view=view,
            sentence=sentence,
            waiting=handover.waiting(tx, account_id),
            stand_in=accounts.get(tx, view.stand_in_id) if view.stand_in_id else None,
            people=accounts.colleagues(tx, size=500, near=view.unit_id),
            form=form,
            names=_unit_names(tx),
            role_label=role_label,
            locked=view.locked_until is not None and view.locked_until > edge.now(),
        )
    return make_response(page, status)
