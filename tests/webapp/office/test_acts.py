"""What one does with a task beside deciding: each act goes through the pages and stands in the history as a sentence."""

from __future__ import annotations

from sample_office import Office, words


def story(office: Office, instance_id: int, username: str = "minzheng") -> str:
    page = office.client(username).get(f"/instances/{instance_id}")
    assert page.status_code == 200
    return words(page.text)


def test_a_claimed_task_is_one_persons_until_it_is_given_back(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    assert clerk.post(f"/tasks/{task.task_id}/claim").status_code == 303
    assert "周志远签收了“经办初审”" in story(office, task.instance_id)
    assert clerk.post(f"/tasks/{task.task_id}/unclaim").location == "/inbox/todo"
    assert "周志远取消签收“经办初审”" in story(office, task.instance_id)


def test_a_transferred_task_leaves_one_list_and_stands_in_the_others(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    to = office.account_id("minzheng_kz")
    answer = clerk.post(f"/tasks/{task.task_id}/transfer", data={"account": to, "words": "出差"})
    assert answer.location == "/inbox/todo"
    assert task.title not in clerk.get("/inbox/todo").text
    assert task.title in office.client("minzheng_kz").get("/inbox/todo").text
    told = story(office, task.instance_id)
    assert "周志远将“经办初审”转办给林秀英" in told
    assert "出差" in told


def test_transferring_to_nobody_is_asked_again(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    answer = office.client("minzheng").post(f"/tasks/{task.task_id}/transfer", data={"words": "出差"})
    assert answer.status_code == 422
    assert "请选择" in answer.text


def test_a_question_holds_the_task_until_it_is_answered(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    asked = {"account": office.account_id("wangge"), "words": "网格力量够不够？"}
    assert clerk.post(f"/tasks/{task.task_id}/consult", data=asked).status_code == 303
    assert "撤回加签" in clerk.get(f"/tasks/{task.task_id}").text
    question = office.task("wangge", "征求意见：经办初审")
    assert question.kind == "consultation"
    other = office.client("wangge")
    page = other.get(f"/tasks/{question.task_id}").text
    assert "网格力量够不够？" in page
    answer = other.post(f"/tasks/{question.task_id}", data={"answer": "够。"})
    assert answer.status_code == 303
    told = story(office, task.instance_id)
    assert "周志远就“经办初审”征求刘洋的意见" in told
    assert "刘洋答复了“" in told
    assert "够。" in told


def test_a_question_can_be_taken_back(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    asked = {"account": office.account_id("wangge"), "words": "看一下"}
    clerk.post(f"/tasks/{task.task_id}/consult", data=asked)
    assert clerk.post(f"/tasks/{task.task_id}/withdraw-question").status_code == 303
    assert "周志远撤回了“" in story(office, task.instance_id)


def test_a_copy_is_read_by_somebody_who_could_not_open_it_before(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    reader = office.client("zhangguizhuang")
    assert reader.get(f"/instances/{task.instance_id}").status_code in (403, 404)
    copy = {"account": office.account_id("zhangguizhuang"), "words": "请知悉"}
    assert office.client("minzheng").post(f"/tasks/{task.task_id}/copy", data=copy).status_code == 303
    assert task.title in reader.get("/inbox/copies").text
    assert "周志远抄送给冯超" in words(reader.get(f"/instances/{task.instance_id}").text)


def test_a_reminder_reaches_those_who_are_waited_for(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    starter = "chengguan" if "城市管理" in task.initiator_unit_name else "fayuan"
    answer = office.client(starter).post(f"/tasks/{task.task_id}/remind", data={"words": "急"})
    assert answer.status_code == 303
    assert "催办“经办初审”" in story(office, task.instance_id)
    assert task.title in office.client("minzheng").get("/inbox/notices").text


def test_a_task_is_returned_to_an_earlier_step_with_its_reason(office: Office) -> None:
    task = office.task("minzheng", "经办初审")
    clerk = office.client("minzheng")
    page = clerk.get(f"/tasks/{task.task_id}/return").text
    target = page.partition('name="target" value="')[2].partition('"')[0]
    refused = clerk.post(f"/tasks/{task.task_id}/return", data={"target": target, "words": ""})
    assert refused.status_code == 422
    answer = clerk.post(f"/tasks/{task.task_id}/return", data={"target": target, "words": "日期登记有误"})
    assert answer.status_code == 303
    told = story(office, task.instance_id)
    assert "周志远将“经办初审”退回到“" in told
    assert "日期登记有误" in told
