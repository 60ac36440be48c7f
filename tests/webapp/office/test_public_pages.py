"""The public pages: as files, without sign-in where switched on, without anybody's name; reports by anybody."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sample_office import Office, words

from webapp.app import create_app
from webapp.portal import site, views
from workflows.admission import open_lists, supervisions
from workflows.admission.tables import matter
from workflows.settings import SETTINGS
from workflows.usecases import units
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime

REPORT = {
    "matter_name": "居民用水用电数据日报",
    "accused_unit": "区城市管理委员会",
    "community": "新立东园社区居民委员会",
    "details": "微信群要求每日报送。",
}


@pytest.fixture
def opened(office: Office) -> FlaskClient:
    """A reader of an office that switched the pages on; nobody is signed in."""
    runtime = Runtime(
        replace(office.runtime.settings, public_pages=True),
        office.runtime.engine,
        office.runtime.services,
        office.runtime.permissions,
        office.runtime.titles,
        registers=office.runtime.registers,
    )
    return create_app(runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True).test_client()


def made(office: Office, folder: Path, report: str = "") -> list[str]:
    with office.runtime.reading() as tx:
        return site.publish(views.site_of(tx, report), folder)


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for key, value in attrs if key in ("href", "src") and value != "data:,"]


def test_the_files_hang_together_without_a_server_and_name_nobody(office: Office, tmp_path: Path) -> None:
    names = made(office, tmp_path / "site")
    with office.runtime.reading() as tx:
        rows = tx.db.execute(sa.select(matter.c.contact_name, matter.c.contact_phone, matter.c.unit_head))
        personal = {text for row in rows for text in row if text}
    assert personal
    pages = [name for name in names if name.endswith(".html")]
    assert len(pages) > 100  # one for each community
    for name in pages:
        text = (tmp_path / "site" / name).read_text()
        for link in Links(text).found:
            assert not link.startswith(("/", "http")), link
            assert (tmp_path / "site" / link).is_file(), link
        assert "style=" not in text
        assert [each for each in personal if each in text] == []
    index = words((tmp_path / "site" / "index.html").read_text())
    assert "厨余垃圾分类入户指导" in index
    assert "司法文书送达协助" in index  # its exit is asked for and not registered yet
    assert "违法建设线索报告" not in index  # it ended


def test_open_lists_and_the_workbook_hold_what_is_in_force(office: Office, tmp_path: Path) -> None:
    made(office, tmp_path / "site")
    told = json.loads((tmp_path / "site/open/matters.json").read_text())
    assert told["in_force_on"] == "2026-11-20"
    assert set(told["items"][0]) == set(told["fields"])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "site/open/matters.csv").read_text("utf-8-sig"))))
    assert [row["name"] for row in rows] == [each["name"] for each in told["items"]]
    communities = json.loads((tmp_path / "site/open/communities.json").read_text())["items"]
    ids = {each["id"] for each in told["items"]}
    assert all(set(each["matters"]) <= ids for each in communities)
    sheet = load_workbook(tmp_path / "site/matters.xlsx").active
    assert sum(isinstance(row[0].value, int) for row in sheet.iter_rows()) == len(rows)


def test_what_may_be_certified_and_the_permitted_ledgers_are_published_too(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    made(office, folder)
    index = (folder / "index.html").read_text()
    assert {"ledgers.html", "certificates.html"} <= set(Links(index).found)
    page = words((folder / "certificates.html").read_text())
    told = json.loads((folder / "open/certificates.json").read_text())["items"]
    assert {each["permitted"] for each in told} == {True, False}
    refused = next(each for each in told if not each["permitted"] and each["go_to"])
    assert all(refused[key] in page for key in ("name", "reason_class", "go_to"))
    assert "不在清单内的，社区不予出具" in page
    (ledger, *_others) = json.loads((folder / "open/ledgers.json").read_text())["items"]
    page = words((folder / "ledgers.html").read_text())
    assert all(each in page for each in (ledger["name"], ledger["unit"], "、".join(ledger["columns"])))
    for name in ("matters", "catalogue", "ledgers", "certificates"):
        assert load_workbook(folder / f"{name}.xlsx").active.max_row > 4, name


def test_a_list_of_which_an_office_has_nothing_has_no_page(office: Office) -> None:
    with office.runtime.reading() as tx:
        lists = replace(open_lists.read(tx), edition=None, entries=(), ledgers=(), certificates=())
        bare = views.site_of(tx, lists_read=lists)
        assert not {"catalogue.html", "ledgers.html", "certificates.html", "ledgers.xlsx"} & set(bare.names())
        assert bare.read("ledgers.html") is bare.read("certificates.html") is None
        index = bare.read("index.html")
    assert index is not None
    assert "证明事项清单</a>" not in index[0].decode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_office_programs_take_for_a_formula_stays_text(start: str) -> None:
    assert open_lists._cell(f"{start}1+1") == f"'{start}1+1"
    assert open_lists._cell(["甲", "乙"]) == "甲、乙"


def test_a_second_publication_drops_the_page_of_a_community_that_is_no_more(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    before = made(office, folder)
    with office.runtime.transaction() as tx:
        gone = tx.units.find("金桥李庄村村民委员会")
        assert gone is not None
        units.close(tx, gone.id, tx.world.today, SYSTEM)
    after = made(office, folder)
    assert set(before) - set(after) == {f"community-{gone.id}.html"}
    assert not (folder / f"community-{gone.id}.html").exists()


def test_a_folder_with_other_files_is_refused_and_stays_as_it_was(office: Office, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("甲")
    with pytest.raises(site.NotOurFolder) as refused:
        made(office, tmp_path)
    assert "里有其他文件" in refused.value.tell("zh")
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["mine.txt"]
    with pytest.raises(site.NotAFolder):
        made(office, tmp_path / "mine.txt")


def test_unless_switched_on_nothing_is_there(office: Office) -> None:
    assert next(row for row in SETTINGS if row.name == "ZHUNRU_PUBLIC_PAGES").default == "0"
    client = office.app.test_client()
    for path in ("/public/", "/public/index.html", "/public/report.html", "/public/open/matters.json"):
        assert client.get(path).status_code == 404, path
    assert client.post("/public/report.html", data=REPORT).status_code == 404


def test_anybody_reads_the_same_pages_and_finds_nothing_else(opened: FlaskClient) -> None:
    page = opened.get("/public/", follow_redirects=True).text
    assert "厨余垃圾分类入户指导" in page
    for link in set(Links(page).found):
        answer = opened.get(f"/public/{link}")
        assert answer.status_code == 200, link
    assert opened.get("/public/open/matters.json").content_type == "application/json"
    for path in (
        "/public/community-999999.html",
        "/public/open/accounts.json",
        "/public/../etc/passwd",
        "/public/base.html",
    ):
        assert opened.get(path).status_code == 404, path
    assert opened.get("/matters").status_code == 303  # to the sign-in


def test_reading_page_after_page_reads_the_registry_once(
    opened: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[int] = []
    read = open_lists.read
    monkeypatch.setattr(open_lists, "read", lambda tx: readings.append(1) or read(tx))
    pages = [
        opened.get(f"/public/{name}").status_code
        for name in ("index.html", "communities.html", "report.html")
    ]
    assert (pages, len(readings)) == ([200, 200, 200], 1)


def test_a_report_by_anybody_is_compared_at_once_and_goes_the_usual_way(
    opened: FlaskClient, office: Office
) -> None:
    told = opened.post("/public/report.html", data=REPORT)
    assert told.status_code == 200
    assert "社区有权拒绝" in words(told.text)
    assert "监督反馈：居民用水用电数据日报" in office.client("minzheng").get("/inbox/todo?q=用水用电").text
    with office.runtime.reading() as tx:
        found = supervisions.search(tx, office.actor("minzheng"), supervisions.Filters(text="居民用水用电"))
    assert [(each.source, each.finding) for each in found.items] == [("other", "not_admitted")]
    page = office.client("chengguan").get(f"/instances/{found.items[0].instance_id}")
    assert "新立东园" not in page.text


def test_a_report_learns_nothing_of_applications_that_are_not_decided(
    opened: FlaskClient, office: Office
) -> None:
    with office.runtime.reading() as tx:
        row = tx.db.execute(sa.select(matter).where(matter.c.stage == "pending").limit(1)).one()
    for name in (row.name, f"{row.name}工作"):
        told = opened.post("/public/report.html", data={**REPORT, "matter_name": name})
        assert told.status_code == 200
        said = words(told.text)
        assert "社区有权拒绝" in said
        for secret in ("正在申请", "名称相近", row.applicant_unit_name, row.application_number or "受理编号"):
            assert secret not in said.replace(name, ""), secret


def test_who_reads_without_end_is_stopped_too(opened: FlaskClient) -> None:
    assert {opened.get("/public/style.css").status_code for _ in range(views.PAGES_A_MINUTE)} == {200}
    assert opened.get("/public/style.css").status_code == 429


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"matter_name": ""}, "下派事务名称"),
        ({"details": " "}, "情况说明"),
        ({"community": "没有的社区"}, "没有的社区"),
    ],
)
def test_a_faulty_report_is_said_and_starts_nothing(
    opened: FlaskClient, office: Office, changed: dict[str, Any], sentence: str
) -> None:
    answer = opened.post("/public/report.html", data={**REPORT, **changed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "微信群要求每日报送" in answer.text or "details" in changed
    with office.runtime.reading() as tx:
        found = supervisions.search(tx, office.actor("minzheng"), supervisions.Filters(text="居民用水用电"))
    assert found.total == 0


def test_who_reports_without_end_is_stopped(opened: FlaskClient) -> None:
    answers = [
        opened.post("/public/report.html", data={**REPORT, "matter_name": ""}).status_code for _ in range(8)
    ]
    assert answers[:6] == [422] * 6
    assert answers[6:] == [429] * 2


def test_the_bureau_takes_the_pages_as_an_archive(office: Office) -> None:
    clerk = office.client("minzheng")
    assert "/publish" in clerk.get("/catalogue").text
    assert "不含任何人的姓名和电话" in clerk.get("/publish").text
    answer = clerk.get("/publish/site.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {"index.html", "style.css", "search.js", "open/matters.json"} <= set(archive.namelist())
        assert re.search(r"共 \d+ 项", archive.read("index.html").decode())
    assert office.client("fayuan").get("/publish/site.zip").status_code == 403
