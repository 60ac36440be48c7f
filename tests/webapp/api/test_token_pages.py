"""接口令牌 in the browser: made, shown once, ended; for who manages accounts."""

from __future__ import annotations

import re

from tests.webapp.api.test_incident_pages import browser
from tests.workflows.usecases.conftest import Office
from workflows.usecases import api_tokens


def test_a_token_is_shown_once_and_ended(office: Office) -> None:
    root = browser(office, "root")
    made = root.post("/api-tokens", data={"username": "gao", "name": "对接", "days": "90"})
    assert made.headers["Cache-Control"] == "no-store"
    (token,) = re.findall(r"zr_[\w-]{43}", made.text)
    with office.reading() as tx:
        actor = api_tokens.actor_of(tx, token)
        (listed,) = api_tokens.listing(tx, office.actor("root"))
    assert actor is not None
    assert actor.username == "gao"
    page = root.get("/api-tokens").text
    assert "对接" in page
    assert token not in page
    assert root.post(f"/api-tokens/{listed.id}/revoke").status_code == 303
    assert "已停用" in root.get("/api-tokens").text
    with office.reading() as tx:
        assert api_tokens.actor_of(tx, token) is None


def test_what_lacks_for_a_token_is_told(office: Office) -> None:
    root = browser(office, "root")
    for given, sentence in (
        ({"username": "ghost", "name": "对接", "days": "30"}, "没有可用的账号“ghost”"),
        ({"username": "gao", "name": " ", "days": "30"}, "请写明令牌的用途"),
        ({"username": "gao", "name": "对接", "days": "99999"}, "请选择有效期"),
    ):
        answer = root.post("/api-tokens", data=given)
        assert answer.status_code == 422
        assert sentence in answer.text
    with office.reading() as tx:
        assert api_tokens.listing(tx, office.actor("root")) == []


def test_only_who_manages_accounts_makes_tokens(office: Office) -> None:
    gao = browser(office, "gao")
    assert gao.get("/api-tokens").status_code == 403
    assert gao.post("/api-tokens", data={"username": "gao", "name": "x", "days": "30"}).status_code == 403
    assert gao.post("/api-tokens/1/revoke").status_code == 403
