"""Signing in and out, sessions, own password; on a real store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from frame_office import PASSWORD, sign_in

from webapp.app import create_app
from webapp.organisation import kind_labels
from workflows.admission import package
from workflows.store.counters import Counters
from workflows.usecases import accounts, units
from workflows.usecases.runtime import Runtime


@pytest.fixture
def app(office_app: Flask) -> Flask:
    return office_app


def test_a_clerk_signs_in_and_lands_where_they_wanted(app: Flask) -> None:
    client = app.test_client()
    answer = sign_in(client, "zhou", next="/account")
    assert (answer.status_code, answer.location) == (303, "/account")
    page = client.get("/account").text
    assert "周志远" in page
    assert "准入审核经办" in page


def test_the_sign_in_leads_nowhere_else(app: Flask) -> None:
    assert sign_in(app.test_client(), "zhou", next="//evil.example/").location == "/"


def test_a_wrong_password_says_so_and_is_counted(app: Flask, office: Runtime) -> None:
    client = app.test_client()
    for _try in range(office.settings.lock_after - 1):
        answer = sign_in(client, "zhou", "wrong")
        assert answer.status_code == 401
        assert "用户名或密码不正确" in answer.text
    assert "账号已锁定" in sign_in(client, "zhou", "wrong").text
    assert "账号已锁定" in sign_in(client, "zhou").text


def test_an_unknown_name_says_the_same(app: Flask) -> None:
    assert "用户名或密码不正确" in sign_in(app.test_client(), "nobody").text


def test_too_many_failures_of_one_name_are_slowed_down(office: Runtime) -> None:
    app = create_app(office, TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    statuses = [sign_in(client, "nobody").status_code for _try in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[10:] == [429, 429]
    assert sign_in(client, "zhou").status_code == 303  # others at the same address may go on


def test_a_second_sign_in_ends_the_first(app: Flask) -> None:
    first, second = app.test_client(), app.test_client()
    sign_in(first, "zhou")
    sign_in(second, "zhou")
    gone = first.get("/account")
    assert gone.status_code == 303
    assert "已在别处登录" in first.get(gone.location).text
    assert second.get("/account").status_code == 200


def test_signing_out_ends_the_session(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "zhou")
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/account").status_code == 303


def test_a_copied_cookie_opens_nothing_after_the_sign_out(app: Flask) -> None:
    client, thief = app.test_client(), app.test_client()
    sign_in(client, "zhou")
    cookie = client.get_cookie("zhunru")
    assert cookie is not None
    thief.set_cookie("zhunru", cookie.value)
    assert thief.get("/account").status_code == 200
    client.post("/sign-out")
    assert thief.get("/account").status_code == 303


def test_a_password_set_anew_by_the_administrator_ends_the_sessions(app: Flask) -> None:
    client, admin = app.test_client(), app.test_client()
    sign_in(client, "zhou")
    sign_in(admin, "admin")
    with app.extensions["zhunru"].reading() as tx:
        account_id = accounts.actor_named(tx, "zhou").account_id
    assert client.get("/account").status_code == 200
    admin.post(f"/accounts/{account_id}/password")
    assert client.get("/account").status_code == 303
    assert admin.get("/account").status_code == 200


def test_an_idle_session_is_over(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    sign_in(client, "zhou")
    import itsdangerous.timed

    later = itsdangerous.timed.time.time() + 31 * 60
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: later)
    assert client.get("/account").status_code == 303


def test_a_disabled_account_is_out_at_once(app: Flask, admin: FlaskClient) -> None:
    client = app.test_client()
    sign_in(client, "zhou")
    assert admin.post("/accounts/2/state", data={"enabled": "0"}).status_code == 303
    assert client.get("/account").status_code == 303
    assert "已停用" in sign_in(client, "zhou").text


def test_nobody_disables_their_own_account(app: Flask, admin: FlaskClient) -> None:
    admin.post("/accounts/1/state", data={"enabled": "0"})
    assert admin.get("/accounts").status_code == 200


def test_the_own_password_is_changed(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "zhou")
    change = {"old": PASSWORD, "new": "Rainy-day-2026", "again": "Rainy-day-2026"}
    assert client.post("/account/password", data={**change, "again": "other"}).status_code == 422
    assert "当前密码不正确" in client.post("/account/password", data={**change, "old": "x"}).text
    assert "密码至少" in client.post("/account/password", data={**change, "new": "a", "again": "a"}).text
    assert client.post("/account/password", data=change).status_code == 303
    assert sign_in(app.test_client(), "zhou", "Rainy-day-2026").status_code == 303


def test_a_first_password_is_changed_before_anything_else(app: Flask, admin: FlaskClient) -> None:
    import re

    data = {"username": "sun", "name": "孙洋", "unit": "社区科", "roles": ["review_clerk"]}
    answer = admin.post("/accounts/new", data=data, follow_redirects=True)
    told = re.search(r"孙洋 的初始密码：(\S+?)\(", answer.text)
    assert told
    client = app.test_client()
    assert sign_in(client, "sun", told[1]).location == "/account"
    assert client.get("/inbox/todo").location == "/account"
    change = {"old": told[1], "new": "Rainy-day-2026", "again": "Rainy-day-2026"}
    client.post("/account/password", data=change)
    assert client.get("/organisation").status_code == 200


def test_an_account_needs_a_unit_that_exists(admin: FlaskClient) -> None:
    data = {"username": "sun", "name": "孙洋", "unit": "社区", "roles": []}
    answer = admin.post("/accounts/new", data=data)
    assert answer.status_code == 422
    assert "没有单位“社区”" in answer.text


def test_a_user_name_is_given_once(admin: FlaskClient) -> None:
    answer = admin.post("/accounts/new", data={"username": "zhou", "name": "周", "unit": ""})
    assert answer.status_code == 409
    assert "已存在" in answer.text


def test_roles_are_saved_and_count_at_once(app: Flask, admin: FlaskClient) -> None:
    client = app.test_client()
    sign_in(client, "zhou")
    assert client.get("/accounts").status_code == 403
    admin.post("/accounts/2", data={"name": "周志远", "unit": "社区科", "roles": ["admin"]})
    assert client.get("/accounts").status_code == 200


def test_clerks_do_not_manage(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "zhou")
    for path in ("/accounts/new", "/definitions/new", "/accounts/1"):
        assert client.get(path).status_code == 403, path
    for path in ("/organisation/units", "/accounts/1/password", "/definitions/new", "/accounts/1"):
        assert client.post(path).status_code == 403, path


def test_units_are_added_renamed_and_closed(admin: FlaskClient, office: Runtime) -> None:
    with office.reading() as tx:
        kinds = {label: key for key, label in kind_labels(tx).items()}
    street = {"name": "新立街道", "kind": kinds["街道"], "parent": ""}
    added = admin.post("/organisation/units", data=street)
    assert added.status_code == 303
    assert "已新增“新立街道”" in admin.get(added.location).text
    assert "已存在" in admin.post("/organisation/units", data=street).text
    place = added.location.rpartition("=")[2]
    assert (
        admin.post(f"/organisation/units/{place}", data={**street, "parent": "没有的局"}).status_code == 422
    )
    admin.post(f"/organisation/units/{place}", data={**street, "name": "新立街"})
    with office.reading() as tx:
        assert units.get(tx, int(place)).name == "新立街"
    admin.post(f"/organisation/units/{place}/close", data={"on": ""})
    assert "新立街" not in admin.get("/organisation?q=新立").text.partition("tree-box")[2]


def test_a_unit_is_found_by_a_part_of_its_name(admin: FlaskClient) -> None:
    page = admin.get("/organisation?q=民政").text
    assert "区民政局" in page
    assert "没有名称含此内容的单位" in admin.get("/organisation?q=xyz").text


def test_sample_accounts_are_shown_by_the_sample_office_only(office: Runtime, office_app: Flask) -> None:
    assert "示例账号" not in office_app.test_client().get("/sign-in").text
    with office.transaction() as tx:
        Counters.touch(tx.db, package.SAMPLE)  # as init --sample does
    page = office_app.test_client().get("/sign-in").text
    assert "示例账号" in page
    assert 'data-sample="fayuan_kz"' in page
    office.settings = replace(office.settings, sample=False)
    assert "示例账号" not in office_app.test_client().get("/sign-in").text
