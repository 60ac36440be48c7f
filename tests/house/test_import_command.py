"""`zhunru import --dry-run` shows what a table says, also one that the office took in long ago."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msoffcrypto.format.ooxml import OOXMLFile

from tests import sample_mould
from tests.conftest import MORNING
from tests.moulds import Moulds
from tests.odd_tables import stretched_table
from webapp.cli import zhunru
from workflows.settings import Settings


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, moulds: Moulds) -> Iterator[Path]:
    """A sample office on SQLite."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("sample"), now=MORNING)
    sample_mould.cast(moulds, settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZHUNRU_DATA_DIR", str(settings.data_dir))
        yield settings.data_dir


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    answer = CliRunner().invoke(zhunru, ["import", *arguments, "--as", "admin", "--json"])
    return answer.exit_code, json.loads(answer.stdout)


def plain(value: Any) -> Any:
    return "、".join(value) if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "form_key"), [("指导目录-2025年版", "catalogue_entry"), ("组织机构", "organisation_unit")]
)
def test_a_table_the_sample_office_holds_already_still_reads_as_its_truth_file(
    sample: Path, tables: Path, name: str, form_key: str
) -> None:
    status, document = run(str(tables / f"{name}.xlsx"), "--form", form_key, "--dry-run")
    expected = json.loads((tables / f"{name}.truth.json").read_text("utf-8"))
    assert status == 0
    assert [record["row"] for record in document["records"]] == [each["row"] for each in expected]
    for record, wanted in zip(document["records"], expected, strict=True):
        assert record["faults"] == []
        got = {key: plain(record["values"].get(key, "")) for key in wanted["values"]}
        assert got == wanted["values"]


@pytest.mark.parametrize("name", ["审批表-样式一", "审批表-五个事项"])
def test_what_a_single_table_posts_is_what_its_truth_file_says_and_nothing_else(
    sample: Path, tables: Path, name: str
) -> None:
    _status, document = run(str(tables / f"{name}.xlsx"), "--form", "admission_application", "--dry-run")
    expected = json.loads((tables / f"{name}.truth.json").read_text("utf-8"))
    read = [{key: plain(value) for key, value in record["values"].items()} for record in document["records"]]
    assert read == [each["values"] for each in expected]


def test_a_table_taken_in_before_says_so_and_goes_in_no_second_time(sample: Path, tables: Path) -> None:
    table = str(tables / "指导目录-2025年版.xlsx")
    _status, document = run(table, "--form", "catalogue_entry", "--dry-run")
    assert "不再重复导入" in document["already"]
    status, refused = run(table, "--form", "catalogue_entry")
    assert status == 1
    assert "records" not in refused
    _status, fresh = run(str(tables / "审批表-样式一.xlsx"), "--form", "admission_application", "--dry-run")
    assert fresh["already"] is None


def test_a_protected_table_is_taken_with_its_password_and_refused_in_a_sentence_without(
    sample: Path, tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = tmp_path / "有密码.xlsx"
    with sealed.open("wb") as target, (tables / "组织机构.xlsx").open("rb") as plain_file:
        OOXMLFile(plain_file).encrypt("口令 1", target)
    arguments = (str(sealed), "--form", "organisation_unit", "--dry-run")
    status, refused = run(*arguments)
    assert (status, refused["kind"]) == (1, "WorkbookRefused")
    assert "密码" in refused["error"]
    status, document = run(*arguments, "--password", "口令 1")
    assert status == 0
    assert document["records"]
    monkeypatch.setenv("ZHUNRU_WORKBOOK_PASSWORD", "口令 1")
    assert run(*arguments)[1]["records"] == document["records"]


def test_a_layout_that_was_guessed_is_told_and_nothing_is_taken_in(sample: Path, tmp_path: Path) -> None:
    table = tmp_path / "报送.xlsx"
    table.write_bytes(stretched_table("法治宣传进楼栋", "张贴宣传画"))
    arguments = (str(table), "--form", "admission_application")
    status, document = run(*arguments, "--dry-run")
    assert (status, document["confirm"]) == (1, ["Sheet"])
    status, document = run(*arguments)
    assert status == 1
    assert "版式还没有确认" in document["error"]
    assert "batch" not in document


def test_how_far_a_long_table_is_stands_on_standard_error_alone(
    sample: Path, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.commands.output.Progress.FROM", 50)
    asked = [
        "import",
        str(tables / "申请汇总表-120行.xlsx"),
        "--form",
        "admission_application",
        "--as",
        "admin",
    ]
    answer = CliRunner().invoke(zhunru, [*asked, "--json"])
    assert json.loads(answer.stdout)["started"] == 120
    lines = answer.stderr.splitlines()
    checked = [int(each.split()[1].partition("/")[0]) for each in lines if each.startswith("checked: ")]
    assert len(checked) == 10
    assert checked == sorted(checked)
    assert lines[-1] == "taken in: 120/120 (100%)"
