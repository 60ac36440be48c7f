"""A matter's page: the whole life, and the way out of the communities."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from sample_office import Office, words


def matter(office: Office, username: str, name: str) -> str:
    """The page of a matter of the registry."""
    page = office.client(username).get(f"/matters?q={name}").text
    found = re.search(r'href="(/matters/\d+)"', page)
    assert found, name
    return office.client(username).get(found[1]).text


def test_a_filed_matter_shows_opinions_numbers_and_who_signed(office: Office) -> None:
    page = words(matter(office, "fayuan", "巡回法庭进社区便民服务"))
    for part in (
        "审批与备案",
        "准入备案号",
        "收件日期",
        "对接下派",
        "金钟街道",
        "董洁",
        "王振华",
        "历次变更",
    ):
        assert part in page, part


def test_a_matter_of_last_years_catalogue_names_its_edition(office: Office) -> None:
    page = words(matter(office, "fayuan", "人民陪审员候选人推荐协助"))
    assert "列入指导目录" in page
    assert "2025" in page.partition("列入指导目录")[2]


def test_the_unit_asks_for_the_end_with_the_matter_filled_in(office: Office) -> None:
    page = matter(office, "fayuan", "巡回法庭进社区便民服务")
    found = re.search(r'href="(/start/terminate\?[^"]+)"', page)
    assert found
    address = found[1].replace("&amp;", "&")
    asked = parse_qs(urlsplit(address).query)
    form = office.client("fayuan").get(address).text
    assert f'name="filing_number" value="{asked["filing_number"][0]}"' in form
    assert 'name="matter_name" value="巡回法庭进社区便民服务"' in form


def test_who_may_not_end_it_is_not_offered_it(office: Office) -> None:
    assert "/start/terminate" not in matter(office, "jinzhong", "巡回法庭进社区便民服务")
    assert "/start/terminate" not in matter(office, "minzheng_ld", "巡回法庭进社区便民服务")
    assert "/start/terminate" not in matter(office, "fayuan", "司法文书送达协助")  # it leaves already


def test_an_address_fills_only_fields_that_can_be_typed(office: Office) -> None:
    page = office.client("fayuan").get("/start/terminate?matter_name=甲&exit_on=no-date&nothing=1").text
    assert 'name="matter_name" value="甲"' in page
    assert 'value="no-date"' not in page


def test_the_done_list_says_what_was_decided(office: Office) -> None:
    page = words(office.client("minzheng").get("/inbox/done").text)
    assert "办理结果" in page
    assert "退回补正" in page
    english = office.client("minzheng")
    english.set_cookie("locale", "en")
    assert "Decision" in english.get("/inbox/done").text


def test_the_official_table_carries_its_number(office: Office) -> None:
    import io

    import openpyxl

    task = office.task("minzheng", "经办初审")
    answer = office.client("minzheng").get(f"/instances/{task.instance_id}/application.xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    texts = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value]
    assert any(str(task.business_key) in text for text in texts)
