"""The command line: every command has help, stands in the manual, and keeps its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import sample_mould
from tests.conftest import MORNING
from tests.moulds import Moulds
from webapp.cli import COMMANDS, zhunru
from workflows.settings import SETTINGS, Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_and_a_place_in_the_manual(name: str) -> None:
    answer = CliRunner().invoke(zhunru, [name, "--help"])
    assert answer.exit_code == 0, answer.output
    manual = (ROOT / "docs/COMMANDS.md").read_text()
    assert f"## zhunru {name}" in manual
    command = zhunru.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    section = manual.split(f"## zhunru {name}\n")[1].split("\n## ")[0]
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert option in section, option


def test_every_setting_stands_in_the_manual() -> None:
    manual = (ROOT / "docs/SETTINGS.md").read_text()
    assert [row.name for row in SETTINGS if f"`{row.name}`" not in manual] == []


@pytest.mark.parametrize(
    "arguments", [["check"], ["nonsense"], ["decide", "no-such-file.dmn"], ["try", "gone.bpmn"]]
)
def test_wrong_usage_ends_with_status_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(zhunru, arguments).exit_code == 2


@pytest.mark.parametrize("answer", ["nowhere={}", "nowhere", "nowhere=[1]", "nowhere={"])
def test_an_answer_that_cannot_be_meant_is_wrong_usage_and_says_so(answer: str) -> None:
    told = CliRunner().invoke(zhunru, ["try", str(ROOT / "docs/examples/leave.bpmn"), "--answer", answer])
    assert told.exit_code == 2
    assert "nowhere" in told.stderr


def test_a_diagram_without_tests_says_where_they_are_to_be_written() -> None:
    told = CliRunner().invoke(zhunru, ["test", str(ROOT / "docs/examples/leave.bpmn")])
    assert told.exit_code == 2
    assert "leave.bpmn has no tests: write them in leave.test.yaml" in told.output


def test_a_file_that_is_no_diagram_is_refused_with_one_json_document(tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_bytes(b"\x00 this is no diagram")
    answer = CliRunner().invoke(zhunru, ["check", str(broken), "--json"])
    assert answer.exit_code == 1
    (report,) = json.loads(answer.stdout)["files"]
    assert not report["deployable"]
    assert report["findings"]
    assert report["findings"][0]["message"]


def test_check_leaves_the_database_and_the_web_unimported() -> None:
    code = (
        "import sys; from webapp.cli import zhunru\n"
        "try: zhunru(['check', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('flask', 'sqlalchemy', 'dbos', 'holidays', 'openpyxl') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "workflows/routing.dmn")],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_a_table_with_faults_tells_each_at_its_cell_and_stores_nothing(
    tmp_path: Path, tables: Path, monkeypatch: pytest.MonkeyPatch, moulds: Moulds
) -> None:
    sample_mould.cast(moulds, Settings(data_dir=tmp_path, now=MORNING))
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    table = str(tables / "申请汇总表-有错.xlsx")
    said = run(zhunru, ["import", table, "--form", "admission_application", "--as", "admin", "--json"])
    assert said.exit_code == 1
    document = json.loads(said.stdout)
    faults = [
        fault for record in document["records"] for fault in record["faults"] if fault["severity"] == "error"
    ]
    assert {fault["cell"] for fault in faults} >= {"Q10"}
    assert len(faults) == 8
    assert "未导入" in document["error"]
    spoken = run(zhunru, ["import", table, "--form", "admission_application", "--as", "admin"])
    assert spoken.stdout.count(" error: ") == 8
    right = run(
        zhunru,
        ["import", table, "--form", "admission_application", "--as", "admin", "--only-right", "--json"],
    )
    assert json.loads(right.stdout)["started"] == 52
    again = run(zhunru, ["import", table, "--form", "admission_application", "--as", "admin", "--json"])
    assert again.exit_code == 1
    assert "已于" in json.loads(again.stdout)["error"]


def test_a_command_without_a_database_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHUNRU_DATA_DIR", str(tmp_path))
    said = CliRunner().invoke(zhunru, ["deploy", str(ROOT / "docs/examples/leave.bpmn")])
    assert said.exit_code == 2
    assert "zhunru init" in said.output
    monkeypatch.setenv("ZHUNRU_DATABASE_URL", "mysql://nowhere")
    said = CliRunner().invoke(zhunru, ["init"])
    assert said.exit_code == 2
    assert "ZHUNRU_DATABASE_URL" in said.output
