"""编号: the page that lists what was given and cancelled, and where the office sets its patterns."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook
from sample_office import Office, words


def test_an_administrator_sets_the_pattern_and_the_next_number_follows_it(office: Office) -> None:
    admin = office.client("admin")
    page = words(admin.get("/numbers").text)
    for label in ("受理编号", "准入备案号", "变更备案号", "退出备案号", "发文字号"):
        assert label in page, label
    answer = admin.post(
        "/numbers/filing/rule", data={"pattern": "津丽准〔{year}〕{seq:03d}号"}, follow_redirects=True
    )
    assert "下一个编号起按新规则" in words(answer.text)
    assert re.search(r"津丽准〔2026〕\d{3}号", answer.text)
    wrong = admin.post("/numbers/exit/rule", data={"pattern": "退{year}"})
    assert wrong.status_code == 422
    assert "缺少 {year} 或 {seq}" in words(wrong.text)
    assert 'value="退{year}"' in wrong.text


def test_a_clerk_reads_them_and_sets_nothing(office: Office) -> None:
    clerk = office.client("minzheng")
    page = clerk.get("/numbers?sequence=application&state=cancelled")
    assert page.status_code == 200
    assert "编号规则</label>" not in page.text
    assert clerk.post("/numbers/filing/rule", data={"pattern": "x{year}{seq}"}).status_code == 403
    assert office.client("fayuan").get("/numbers").status_code == 403
    sheet = load_workbook(io.BytesIO(clerk.get("/lists/numbers/export.xlsx?year=2026").data)).active
    text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "准〔2026〕变0001号" in text
