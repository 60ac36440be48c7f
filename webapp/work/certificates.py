"""证明与印章: what may be certified, what was asked for at the counters, uses of the seal, and the look-up of a number."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from forms.faults import Refused
from webapp import edge
from webapp.i18n import _, locale_name
from webapp.lists import XLSX
from webapp.pages import asked_page
from webapp.security import limiter
from webapp.work import desk, words
from workflows.admission import certificate_items, certificates, seal_uses
from workflows.usecases import definitions

bp = Blueprint("certificates", __name__, url_prefix="/certificates")

PROCESS = "certificate"
SEEN_BY = ("certificates.enter", certificates.SEE_ALL)
LOOK_UPS = "20 per minute"


def _may_start() -> bool:
    return any(each.key == PROCESS for each in definitions.startable(edge.tx(), edge.current_actor()))


@bp.get("")
@edge.requires(*SEEN_BY)
def index() -> ResponseReturnValue:
    """What was asked for, latest first."""
    tx = edge.tx()
    return render_template(
        "work/certificates.html",
        page=certificates.search(tx, edge.current_actor(), request.args, asked_page()),
        text=request.args.get("q", ""),
        state=request.args.get("state", ""),
        states=certificates.STATES,
        stated=[
            (key, each.en if locale_name() == "en" else each.zh) for key, each in certificates.STATES.items()
        ],
        findings=words.spoken(certificate_items.FINDINGS),
        may_start=_may_start(),
    )


@bp.get("/seal-uses")
@edge.requires(*SEEN_BY)
def list_seal_uses() -> ResponseReturnValue:
    """用印登记."""
    tx, actor = edge.tx(), edge.current_actor()
    return render_template(
        "work/seal_uses.html",
        page=seal_uses.uses(tx, actor, request.args, asked_page()),
        text=request.args.get("q", ""),
        kind=request.args.get("kind", ""),
        kinds=words.spoken(seal_uses.KINDS),
        may_enter=any(each.key == seal_uses.FORM for each in definitions.startable(tx, actor)),
    )


@bp.get("/items")
@edge.signed_in
def list_items() -> ResponseReturnValue:
    """证明事项清单; a name that is not in it is told so."""
    tx = edge.tx()
    text = request.args.get("q", "").strip()[:200]
    found = certificate_items.listing(tx, text)
    return render_template(
        "work/certificate_items.html",
        items=found,
        looked=certificate_items.look(tx, text) if text and not found else None,
        text=text,
        reasons=words.spoken(certificate_items.REASONS),
        may_start=_may_start(),
    )


@bp.get("/<int:certificate_id>")
@edge.requires(*SEEN_BY)
def show(certificate_id: int) -> ResponseReturnValue:
    """One request with what came of it."""
    return _page(certificate_id)


def _page(certificate_id: int, sentence: str = "") -> str:
    actor = edge.current_actor()
    with edge.reading() as tx:
        line = certificates.one(tx, certificate_id, actor)
        return render_template(
            "work/certificate.html",
            line=line,
            used=[each for each in seal_uses.uses(tx, actor, {"q": line.number}).items if line.number],
            states=certificates.STATES,
            findings=words.spoken(certificate_items.FINDINGS),
            may_handle=certificates.may_handle(tx, line, actor),
            sentence=sentence,
        )


@bp.get("/<int:certificate_id>/printed.xlsx")
@edge.requires("certificates.enter")
def printed(certificate_id: int) -> ResponseReturnValue:
    """The certificate as a table, ready for the seal."""
    name, content = certificates.printed(edge.tx(), certificate_id, edge.current_actor())
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.post("/<int:certificate_id>/cancel")
@edge.requires("certificates.enter")
def cancel(certificate_id: int) -> ResponseReturnValue:
    """作废."""
    try:
        certificates.cancel(edge.tx(), certificate_id, request.form.get("reason", ""), edge.current_actor())
    except Refused as error:
        if not desk.again(error):
            raise
        edge.roll_back()
        return _page(certificate_id, error.tell(locale_name())), 422
    flash(_("The certificate is cancelled; its number is never given again."), "message")
    return redirect(url_for("certificates.show", certificate_id=certificate_id), 303)


@bp.get("/check")
@edge.public
@limiter.limit(LOOK_UPS)
def check() -> ResponseReturnValue:
    """证明查验: whether a certificate is good, for who has its number and its check code.

    Without sign-in only where the office switched it on. Numbers follow one another: by a number alone nothing is told.
    """
    if edge.actor_or_none() is None and not edge.runtime().settings.public_lookup:
        return redirect(url_for("sign_in.show", next=request.full_path), 303)
    text, code = (request.args.get(name, "").strip()[:100] for name in ("number", "code"))
    with edge.reading() as tx:
        found = certificates.verify(tx, text, code) if text and code else None
    return render_template(
        "work/certificate_check.html",
        text=text,
        code=code,
        found=found,
        verified=words.spoken(certificates.VERIFIED),
    )
