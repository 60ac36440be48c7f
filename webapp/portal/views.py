"""The public pages without sign-in, where the office switched them on; and the page that makes them as files."""

from __future__ import annotations

import io
import zipfile

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from webapp import edge
from webapp.portal.site import Site, asset
from webapp.security import limiter
from workflows.admission import open_lists, public_reports
from workflows.admission.unit_kinds import ANSWERABLE_KINDS, COMMUNITY_KINDS
from workflows.usecases import audit, lists
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Transaction

bp = Blueprint("public", __name__, url_prefix="/public")
making = Blueprint("publishing", __name__, url_prefix="/publish")

REPORT_PAGE = "report.html"
REPORTS_PER_ADDRESS = "6 per hour;20 per day"
PAGES_A_MINUTE = 120
"""A reader opens a few pages a minute, each with a style sheet and a script; an office shares an address."""


def site_of(tx: Transaction, report: str = "", lists_read: open_lists.OpenLists | None = None) -> Site:
    """The public site as it is now; `lists_read`: they are read already."""

    def workbook(key: str) -> bytes:
        out = io.BytesIO()
        lists.write(out, tx, key, SYSTEM)
        return out.getvalue()

    return Site(lists_read or open_lists.read(tx), report, workbook)


def _served(tx: Transaction) -> Site:
    """The site as readers get it page by page; its lists are not read anew for each."""
    return site_of(tx, REPORT_PAGE, open_lists.kept(tx))


def _require_switched_on() -> None:
    if not edge.runtime().settings.public_pages:
        abort(404)


# ------------------------------------------------------------------ without sign-in
@bp.get("/")
@edge.public
def home() -> ResponseReturnValue:
    """The first page."""
    _require_switched_on()
    return redirect(url_for("public.page", name="index.html"))


@bp.get("/<path:name>")
@edge.public
@limiter.limit(f"{PAGES_A_MINUTE} per minute")
def page(name: str) -> ResponseReturnValue:
    """A page, workbook or open list of the site."""
    _require_switched_on()
    found = asset(name) or _served(edge.tx()).read(name)
    if found is None:
        abort(404)
    content, kind = found
    return Response(content, content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)


@bp.get(f"/{REPORT_PAGE}")
@edge.public
def report() -> ResponseReturnValue:
    """The form by which a matter that is not on the list is reported."""
    _require_switched_on()
    return _report_page(edge.tx())


@bp.post(f"/{REPORT_PAGE}")
@edge.public
@limiter.limit(REPORTS_PER_ADDRESS)
def send_report() -> ResponseReturnValue:
    """Report it: it becomes a report like all others, without anybody's name."""
    _require_switched_on()
    tx = edge.tx()
    told = public_reports.report(tx, request.form)
    if told.faults:
        edge.roll_back()
        with edge.reading() as opened:
            return make_response(_report_page(opened, told), 422)
    return _report_page(tx, told)


def _report_page(tx: Transaction, told: public_reports.Reported | None = None) -> str:
    return _served(tx).render(
        REPORT_PAGE,
        done=told.verdict if told is not None else "",
        faults=told.faults if told is not None else (),
        given=request.form,
        token=generate_csrf(),
        units=[ref.full_name for ref in tx.units.all(ANSWERABLE_KINDS)],
    )


# ------------------------------------------------------------------ as files
@making.get("")
@edge.requires("catalogue.edit", "settings.manage")
def index() -> ResponseReturnValue:
    """What would be published, and how."""
    tx = edge.tx()
    return render_template(
        "work/publish.html",
        communities=len(tx.units.all(COMMUNITY_KINDS)),
        served=edge.runtime().settings.public_pages,
    )


@making.get("/site.zip")
@edge.requires("catalogue.edit", "settings.manage")
def download() -> ResponseReturnValue:
    """The whole site as an archive, to be unpacked on the district's portal."""
    out = io.BytesIO()
    site = site_of(edge.tx())
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in site.names():
            found = site.read(name)
            if found is not None:
                archive.writestr(name, found[0])
    with edge.runtime().transaction() as tx:
        audit.record(tx, edge.current_actor(), "site.published", "zip")
    out.seek(0)
    day = edge.today().isoformat()
    return send_file(out, mimetype="application/zip", as_attachment=True, download_name=f"公开页面-{day}.zip")
