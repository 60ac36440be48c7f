"""代录 and what else a page lets one do with another's task."""

from __future__ import annotations

from sample_office import Office, words

from workflows.usecases import inbox


def test_a_clerk_finds_and_opens_what_may_be_recorded(office: Office) -> None:
    with office.runtime.reading() as tx:
        items = inbox.recordable(tx, office.actor("minzheng"), None, 1, 50).items
    assert items
    clerk = office.client("minzheng")
    assert "可代录" in words(clerk.get("/inbox/todo").text)
    assert items[0].title in clerk.get("/inbox/recordable").text
    page = clerk.get(f"/tasks/{items[0].task_id}")
    assert page.status_code == 200
    assert "您在此代录领导在纸上的签批" in page.text
    assert "周志远代录" in page.text
    answer = clerk.post(f"/tasks/{items[0].task_id}", data={"decision": "agree", "opinion": "同意"})
    assert answer.status_code == 422


def test_a_chief_may_open_and_transfer_anybodys_task(office: Office) -> None:
    task = office.task("fayuan")
    chief = office.client("minzheng_kz")
    page = chief.get(f"/tasks/{task.task_id}")
    assert page.status_code == 200
    assert "转办" in page.text
    to = office.account_id("fayuan_kz")
    answer = chief.post(f"/tasks/{task.task_id}/transfer", data={"account": to, "words": "请假"})
    assert answer.status_code == 303
    assert task.title in office.client("fayuan_kz").get("/inbox/todo").text


def test_start_cards_say_what_a_process_is_for(office: Office) -> None:
    page = words(office.client("minzheng").get("/start").text)
    assert "申请单位报送《社区工作事务准入审批表》" in page
