"""识别: where the fields stand is shown on the table, pointed at, confirmed once, and asked no more."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import pytest
from sample_office import Office, words

from tests.odd_tables import (
    PLACES,
    THREE_PLACES,
    named_table,
    odd_ledger,
    odd_table,
    stretched_table,
    three_tables,
)
from workflows.usecases import imports

REMEMBER = {"remember": "yes"}


def upload(office: Office, content: bytes, username: str = "minzheng", name: str = "报送.xlsx") -> str:
    """Bring a table to the page; the address it leads to."""
    answer = office.client(username).post(
        "/imports/new",
        data={"form": "admission_application", "not_secret": "yes", "table": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def posted(page: str) -> dict[str, str]:
    """What a browser without scripts would post of the page of step 识别."""
    found = dict(re.findall(r'<input type="hidden" name="((?:sheet|unlocked)-\d+)" value="([^"]*)">', page))
    found |= dict(re.findall(r'<input type="radio" name="(kind-\d+)" value="(\w+)" checked>', page))
    for name, options in re.findall(r'<select [^>]*name="(place-[^"]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'name="((?:top|bottom)-\d+)" value="(\d+)"', page))
    return {key: unescape(value) for key, value in found.items()}


def pointed(page: str, places: dict[str, str], sheet: int = 0) -> dict[str, str]:
    """The same with the fields given to other places."""
    return posted(page) | {f"place-{sheet}-{key}": place for key, place in places.items()}


def confirm(office: Office, address: str, username: str = "minzheng", **said: str) -> str:
    """Point at every field of the odd table and confirm; where it leads."""
    client = office.client(username)
    data = pointed(client.get(address).text, PLACES) | (said or REMEMBER)
    answer = client.post(address, data=data)
    assert answer.status_code == 303, words(answer.text)
    return str(answer.location)


def test_an_odd_table_is_confirmed_by_pointing_and_the_next_needs_no_question(office: Office) -> None:
    client = office.client("minzheng")
    address = upload(office, odd_table("法治宣传进楼栋"))
    assert address.endswith("/layout")
    page = client.get(address).text
    assert "没有认出" in words(page) or "请指定" in words(page)
    check = confirm(office, address)
    assert "已记住这种版式" in words(client.get(check).text)
    client.post(f"{check}/accept")
    with office.runtime.reading() as tx:
        (record,) = imports.records(tx, int(check.rpartition("/")[2]), office.actor("minzheng"))
    assert (record.state, record.shown["matter_name"]) == ("done", "法治宣传进楼栋")
    assert record.shown["contact_phone"] == "022-84905580"
    assert record.shown["period_end"] == "2027年9月30日"
    later = upload(office, odd_table("法律咨询日", content="每月一次"), name="又一张.xlsx")
    assert re.fullmatch(r"/imports/\d+", later)
    assert "法律咨询日" in client.get(later).text
    assert "1可以导入" in words(client.get(later).text)


def test_every_recognised_cell_is_outlined_and_named_on_the_table_itself(office: Office) -> None:
    address = upload(office, odd_table("法治宣传进楼栋"))
    confirm(office, address)
    page = office.client("minzheng").get(address).text
    cell = re.search(r'<td [^>]*data-cell="B4"[^>]*>(.*?)</td>', page)
    assert cell
    assert 'colspan="3"' in cell[0]
    assert "sure" in cell[0]
    assert words(cell[1]) == "工作事务名称法治宣传进楼栋"
    assert "按已记住的版式识别" in words(page)
    assert page.count("<col width=") == 5


def test_a_ledger_is_told_to_be_one_and_its_columns_are_pointed_at(office: Office) -> None:
    client = office.client("minzheng")
    address = upload(office, odd_ledger(["法治宣传进楼栋", "法律咨询日"]), name="一览.xlsx")
    told = posted(client.get(address).text) | {"kind-0": "ledger", "redraw": "0"}
    drawn = client.post(address, data=told)
    assert drawn.status_code == 200
    again = posted(drawn.text)
    assert (again["top-0"], again["bottom-0"]) == ("3", "3")
    columns = zip(
        ("matter_name", "applicant_unit", "duration_class", "executor", "period_start", "contact_phone"),
        "ABCDEF",
        strict=True,
    )
    rest = {"content": "G", "legal_basis": "H", "contact_name": "I"}
    answer = client.post(address, data=pointed(drawn.text, dict(columns) | rest) | REMEMBER)
    assert answer.status_code == 303, words(answer.text)
    assert "2可以导入" in words(client.get(answer.location).text)
    later = upload(office, odd_ledger(["巡回审判", "送法上门", "以案说法"]), name="又一览.xlsx")
    assert "3可以导入" in words(client.get(later).text)


def test_what_was_guessed_is_not_taken_in_before_somebody_confirmed_it(office: Office) -> None:
    client = office.client("minzheng")
    content = odd_table("法治宣传进楼栋")
    address = upload(office, content)
    check = confirm(office, address, remember="no")
    with office.runtime.transaction() as tx:  # as if what was confirmed had been a guess
        tx.db.exec_driver_sql("UPDATE import_batch SET unconfirmed = '[\"报送表\"]'")
    answer = client.post(f"{check}/accept")
    assert answer.status_code >= 400
    assert "版式还没有确认" in words(answer.text)
    assert client.get(check).location == address


def test_for_this_table_only_is_not_remembered(office: Office) -> None:
    confirm(office, upload(office, odd_table("法治宣传进楼栋")), remember="no")
    assert upload(office, odd_table("法律咨询日"), name="又.xlsx").endswith("/layout")


@pytest.mark.parametrize(
    ("forged", "sentence"),
    [
        ({"place-0-matter_name": "ZZ9999"}, "ZZ9999"),
        ({"place-0-matter_name": "'; DROP"}, "不是本工作表的单元格"),
        ({"kind-0": "ledger", "top-0": "9", "bottom-0": "2"}, "表头"),
        ({"kind-0": "ledger", "top-0": "1", "bottom-0": "999999999999"}, "表头"),
        ({"place-0-matter_name": "B4", "place-0-contact_name": "B4"}, "只指定其中一项"),
    ],
)
def test_nonsense_is_refused_in_a_sentence_and_what_was_pointed_at_stays(
    office: Office, forged: dict[str, str], sentence: str
) -> None:
    client = office.client("minzheng")
    address = upload(office, odd_table("法治宣传进楼栋"))
    data = pointed(client.get(address).text, PLACES) | REMEMBER | forged
    answer = client.post(address, data=data)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert client.get("/imports/memory").text.count("/forget") == 0


def test_a_sheet_that_is_not_in_the_table_is_refused(office: Office) -> None:
    client = office.client("minzheng")
    address = upload(office, odd_table("法治宣传进楼栋"))
    data = pointed(client.get(address).text, PLACES) | {"sheet-0": "别的表"}
    answer = client.post(address, data=data)
    assert answer.status_code == 422
    assert "未找到：工作表 别的表" in words(answer.text)


def test_another_units_table_and_memory_stay_closed(office: Office) -> None:
    address = upload(office, odd_table("法治宣传进楼栋"), "fayuan")
    stranger = office.client("chengguan")
    assert stranger.get(address).status_code == 403
    assert stranger.post(address, data={"sheet-0": "报送表", "kind-0": "single"}).status_code == 403
    confirm(office, address, "fayuan")
    assert upload(office, odd_table("法律咨询日"), "fayuan", "又.xlsx").endswith("/layout") is False
    assert upload(office, odd_table("法律咨询日"), "chengguan", "又.xlsx").endswith("/layout")
    own = office.client("fayuan").get("/imports/memory").text
    forget = re.search(r'action="(/imports/memory/layout/\d+/forget)"', own)
    assert forget
    assert "/forget" not in stranger.get("/imports/memory").text
    assert stranger.post(forget[1]).status_code == 403
    assert "/forget" not in office.client("xinli").get("/imports/memory").text
    assert office.client("minzheng").post(forget[1]).status_code == 303
    assert upload(office, odd_table("以案说法"), "fayuan", "三.xlsx").endswith("/layout")


def test_the_check_leads_back_and_a_corrected_place_is_read(office: Office) -> None:
    client = office.client("minzheng")
    address = upload(office, odd_table("法治宣传进楼栋"))
    check = confirm(office, address)
    assert f'href="{address}"' in client.get(check).text
    swapped = pointed(client.get(address).text, {"matter_name": "B8", "content": "B4"}) | REMEMBER
    assert client.post(address, data=swapped).status_code == 303
    with office.runtime.reading() as tx:
        (record,) = imports.records(tx, int(check.rpartition("/")[2]), office.actor("minzheng"))
    assert (record.shown["matter_name"], record.shown["content"]) == ("张贴宣传画", "法治宣传进楼栋")


def test_an_unknown_unit_is_asked_for_on_the_check_and_remembered(office: Office) -> None:
    client = office.client("minzheng")
    check = confirm(office, upload(office, odd_table("法治宣传进楼栋", unit="区教委", term="阶段性")))
    page = client.get(check).text
    assert len(re.findall("<legend>“区教委”", page)) == 1
    near = re.search(r'name="meaning-0" value="(\d+)"> 区教育局', page)
    assert near
    asked = dict(re.findall(r'name="((?:field|word)-\d)" value="([^"]*)"', page))
    term = next(key[-1] for key, word in asked.items() if word == "阶段性")
    data = asked | {"questions": "2", "meaning-0": near[1], f"other-{term}": "short_term", "remember": "yes"}
    assert client.post(f"{check}/words", data=data).status_code == 303
    assert "1可以导入" in words(client.get(check).text)
    later = upload(office, odd_table("法律咨询日", unit="区教委", term="阶段性"), name="又.xlsx")
    said = words(client.get(later).text)
    assert "1可以导入" in said
    assert "区教委→ 区教育局" in said
    assert "这些名称指的是" not in said
    listed = words(client.get("/imports/memory").text)
    assert "区教委区教育局" in listed
    forged = data | {"word-0": "区教委", "meaning-0": "99999999"}
    client.post(f"{later}/words", data=forged)
    assert "1可以导入" in words(client.get(later).text)


def test_a_value_over_several_cells_is_one_place_and_stays_whole_when_confirmed(office: Office) -> None:
    client = office.client("minzheng")
    address = upload(office, stretched_table("法治宣传进楼栋", "张贴宣传画", "每月讲一次"))
    page = client.get(address).text
    shown = posted(page)
    assert (shown["place-0-content"], shown["place-0-duration_class"]) == ("B5:B6", "B3:D3")
    assert re.search(r'data-cell="B6"[^>]* class="also', page)
    answer = client.post(address, data=shown | REMEMBER)
    assert answer.status_code == 303, words(answer.text)
    later = upload(office, stretched_table("法律咨询日", "设点", "接待"), name="又.xlsx")
    for place, said in ((answer.location, "张贴宣传画\n每月讲一次"), (later, "设点\n接待")):
        with office.runtime.reading() as tx:
            number = int(str(place).rpartition("/")[2])
            (record,) = imports.records(tx, number, office.actor("minzheng"))
        assert (record.values["content"], record.values["duration_class"]) == (said, "short_term")


def names_read(office: Office, check: str) -> list[tuple[str | None, ...]]:
    with office.runtime.reading() as tx:
        found = imports.records(tx, int(check.rpartition("/")[2]), office.actor("minzheng"))
    return [(each.shown.get("matter_name"), each.shown.get("contact_name")) for each in found]


def test_pointing_at_the_first_of_three_applications_on_a_sheet_makes_all_three_right(office: Office) -> None:
    client = office.client("minzheng")
    address = upload(office, three_tables(["法治宣传", "法律咨询", "以案说法"]))
    assert address.endswith("/layout")
    page = client.get(address).text
    assert "这张工作表上有 3 张" in words(page)
    for cell in ("B4", "B12", "B20"):
        assert "工作事务名称" in words(re.search(rf'<td [^>]*data-cell="{cell}"[^>]*>(.*?)</td>', page)[1])  # type: ignore[index]
    answer = client.post(address, data=pointed(page, THREE_PLACES) | REMEMBER)
    assert answer.status_code == 303, words(answer.text)
    check = str(answer.location)
    assert names_read(office, check) == [("法治宣传", "吴桂1"), ("法律咨询", "吴桂2"), ("以案说法", "吴桂3")]
    assert "3可以导入" in words(client.get(check).text)
    later = upload(office, three_tables(["巡回审判", "送法上门"]), name="又.xlsx")
    assert names_read(office, later) == [("巡回审判", "吴桂1"), ("送法上门", "吴桂2")]


def test_an_application_that_is_drawn_unlike_the_first_is_told_and_never_passed_over(office: Office) -> None:
    client = office.client("minzheng")
    address = upload(office, three_tables(["法治宣传", "法律咨询", "以案说法"], last="谁来管"))
    answer = client.post(address, data=pointed(client.get(address).text, THREE_PLACES) | REMEMBER)
    assert answer.status_code == 303, words(answer.text)
    said = words(client.get(answer.location, follow_redirects=True).text)
    assert "第 3 张与第一张画得不一样(A19 处应为“对口的人”)" in said
    assert names_read(office, str(answer.location)) == [
        ("法治宣传", "吴桂1"),
        ("法律咨询", "吴桂2"),
        ("以案说法", None),
    ]


def test_names_that_stand_at_the_wrong_cells_are_unlocked_and_what_is_pointed_at_holds(
    office: Office,
) -> None:
    client = office.client("minzheng")
    wrong = PLACES | {"matter_name": "B8", "content": "B4"}
    check = upload(office, named_table("法治宣传进楼栋", wrong))
    address = f"{check.removesuffix('/layout')}/layout"
    page = client.get(address).text
    assert "解锁改正" in words(page)
    assert re.search(r'name="place-0-matter_name" disabled', page)
    data = posted(page) | {"unlock": "0"}
    unlocked = client.post(address, data=data)
    assert unlocked.status_code == 200
    assert "已解锁" in words(unlocked.text)
    assert "disabled" not in re.search(r'<select [^>]*name="place-0-matter_name"[^>]*>', unlocked.text)[0]  # type: ignore[index]
    right = pointed(unlocked.text, {"matter_name": "B4", "content": "B8"}) | REMEMBER
    answer = client.post(address, data=right)
    assert answer.status_code == 303, words(answer.text)
    assert names_read(office, str(answer.location)) == [("法治宣传进楼栋", "吴桂玉")]
    later = upload(office, named_table("法律咨询日", wrong), name="又.xlsx")
    assert names_read(office, later) == [("法律咨询日", "吴桂玉")]


LOOKS = Path(__file__).parents[2] / "data" / "looks"
STYLES = Path(__file__).parents[3] / "webapp" / "static" / "css" / "layout.css"


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_the_table_is_shown_with_its_row_heights_and_fonts(office: Office, ending: str) -> None:
    content = (LOOKS / f"呈报表.{ending}").read_bytes()
    page = office.client("minzheng").get(upload(office, content, name=f"呈报表.{ending}")).text
    (row,) = re.findall(r'<tr height="(\d+)"><th scope="row" data-row="1">', page)
    (tall,) = re.findall(r'<tr height="(\d+)"><th scope="row" data-row="7">', page)
    assert int(tall) / int(row) == pytest.approx(120 / 48, abs=0.1)
    classes = {cell: set(said.split()) for said, cell in _classes(page)}
    assert {"bold", "h-center", "v-middle"} <= classes["A1"]
    assert {"italic", "underline"} <= classes["B5"]
    assert "red" in classes["C4"]
    assert "upright" in classes["A7"]
    size = {
        cell: int(next(each for each in said if re.fullmatch(r"f\d+", each))[1:])
        for cell, said in classes.items()
        if cell in ("A1", "A3", "B3")
    }
    assert size["A1"] > size["B3"] > size["A3"]
    assert "style=" not in page  # nothing inline: the content policy would drop it
    rules = STYLES.read_text("utf-8")
    for each in set().union(*classes.values()):
        assert re.search(rf"td(?:\.[\w-]+)*\.{each}\b", rules), each


def _classes(page: str) -> list[tuple[str, str]]:
    """(classes, cell) of the cells that have some."""
    found = re.findall(r'<td id="[^"]*" data-cell="([A-Z]+\d+)"[^>]*? class="([^"]*)"', page)
    return [(said, cell) for cell, said in found]
