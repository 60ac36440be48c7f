"""Headers, cookies, keys."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import webapp
from webapp.security import secret_key

PACKAGE = Path(webapp.__file__).parent
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))


def test_every_answer_carries_the_policy(app: Flask) -> None:
    headers = app.test_client().get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_static_files_are_cached_by_their_version(app: Flask) -> None:
    page = app.test_client().get("/sign-in").text
    address = re.search(r'href="(/static/css/frame\.css\?v=[0-9a-f]+)"', page)
    assert address
    answer = app.test_client().get(address[1])
    assert answer.status_code == 200
    assert "max-age=2592000" in answer.headers["Cache-Control"]


def test_no_template_breaks_the_policy() -> None:
    broken = []
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
        if scripts or re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", text):
            broken.append(path.name)
    assert broken == []


def test_forms_that_post_carry_the_token() -> None:
    lacking = []
    for path in TEMPLATES:
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text("utf-8"), re.S):
            if not re.search(r"csrf|_form\.html|hidden_parts", form):
                lacking.append((path.name, form[:80]))
    assert lacking == []


def test_styles_and_scripts_stay_within_chromium_86() -> None:
    newer = r":has\(|:is\(|:where\(|color-mix|@container|@layer|\binset:|aspect-ratio|\?\?=|structuredClone|\.at\(|replaceAll"
    for path in [*(PACKAGE / "static" / "css").glob("*.css")]:
        assert not re.search(newer, path.read_text("utf-8")), path.name


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = secret_key(tmp_path)
    assert len(first) == 32
    assert secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "session.key").stat().st_mode) == 0o600


def test_session_cookies_are_not_for_scripts(app: Flask) -> None:
    assert app.config["SESSION_COOKIE_HTTPONLY"]
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert app.permanent_session_lifetime.total_seconds() == 30 * 60


def test_what_is_asked_for_beside_a_page_does_not_take_its_messages_away(app: Flask) -> None:
    client = app.test_client()
    for _again in range(2):  # the sign-in library writes into a new session once more
        client.get("/sign-in", headers={"Accept": "text/html"})
    assert client.get_cookie("zhunru")
    style = client.get("/static/css/frame.css", headers={"Accept": "text/css,*/*;q=0.1"})
    assert "Set-Cookie" not in style.headers
    part = client.get("/sign-in", headers={"Accept": "text/html", "HX-Request": "true"})
    assert "Set-Cookie" not in part.headers


@pytest.mark.parametrize("path", ["/tasks/{}", "/instances/{}", "/attachments/{}", "/matters/{}"])
def test_an_id_no_database_can_hold_is_an_address_of_nothing(admin: FlaskClient, path: str) -> None:
    assert admin.get(path.format(10**20)).status_code == 404
    assert admin.get(path.format(2**63 - 1)).status_code == 404


def test_a_page_number_beyond_all_bounds_is_an_empty_page(admin: FlaskClient) -> None:
    assert admin.get(f"/matters?page={10**20}").status_code == 200
