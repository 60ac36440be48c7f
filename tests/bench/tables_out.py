"""Lists that go out: a ledger of 100,000 matters from the database into a workbook, and what memory it takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from datetime import timedelta
from pathlib import Path

import openpyxl
import sqlalchemy as sa
from lxml import etree

from templates_xlsx.ledger_out import SHEET_ROWS
from workflows.admission import package
from workflows.admission.tables import matter
from workflows.settings import Settings

ROOT = Path(__file__).parents[2]
ROWS = 100_000
MILLION = 1_050_000

_WRITE = """
import sys, time
from pathlib import Path
from workflows.admission import package
from workflows.settings import Settings
from workflows.usecases import lists
from workflows.usecases.actor import SYSTEM
def peak(): return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
runtime = package.open_office(Settings(data_dir=Path(sys.argv[1])))
with runtime.reading() as tx, open(sys.argv[2], "wb") as out:
    lists.write(out, tx, "definitions", SYSTEM)
before, begun, used = peak(), time.perf_counter(), time.process_time()
with runtime.reading() as tx, open(sys.argv[2], "wb") as out:
    rows = lists.write(out, tx, "registry", SYSTEM)
print(rows, time.perf_counter() - begun, time.process_time() - used, peak(), peak() - before)
"""


_MANY = """
import sys, time
from templates_xlsx.ledger_out import Column, Heading, write_ledger_to
def peak(): return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
columns = [
    Column("number", "备案编号"), Column("name", "工作事务名称", "long_text"), Column("unit", "申请单位"),
    Column("begins", "起始日期", "date"), Column("funds", "工作经费(元)", "money", total=True),
    Column("scope", "进入范围"), Column("phone", "联系电话"),
]
def rows(count):
    for number in range(count):
        yield {
            "number": f"准〔2026〕{number:07d}号", "name": f"第{number}项社区工作事务协助", "unit": f"区第{number % 70}局",
            "begins": "2026-03-02", "funds": number % 50_000, "scope": "新立街道、军粮城街道", "phone": "022-24390000",
        }
heading = Heading("社区工作事务准入备案登记台账", "区民政局", "2026年3月2日")
with open(sys.argv[2], "wb") as out:
    write_ledger_to(out, columns, rows(100), heading)
before, begun, used = peak(), time.perf_counter(), time.process_time()
with open(sys.argv[2], "wb") as out:
    done = write_ledger_to(out, columns, rows(int(sys.argv[1])), heading)
print(done, time.perf_counter() - begun, time.process_time() - used, peak(), peak() - before)
"""


def _matters(folder: Path, rows: int) -> None:
    """An office with so many matters in force, texts as long as offices write them."""
    runtime = package.open_office(Settings(data_dir=folder), upgrade=True)
    at = runtime.now()
    with runtime.transaction() as tx:
        for start in range(0, rows, 5000):
            tx.db.execute(
                sa.insert(matter),
                [
                    {
                        "name": f"第{number}项社区工作事务协助",
                        "origin": "backlog",
                        "stage": "filed",
                        "applicant_unit_name": f"区第{number % 70}局",
                        "duration_class": "long_term",
                        "by_community": True,
                        "legal_basis": f"《社区工作条例》第{number % 90}条、区政府文件〔2026〕{number % 300}号",
                        "content": "协助开展入户登记、宣传、统计和回访，每季度汇总一次，按时报送街道。",
                        "target_group": "辖区居民",
                        "authority": "协助",
                        "period_start": at.date() - timedelta(days=number % 900),
                        "scope_text": "新立街道、军粮城街道、万新街道",
                        "funds_amount": number % 50_000,
                        "filing_number": f"准〔2026〕{number:06d}号",
                        "filed_on": at.date(),
                        "contact_name": "李敏",
                        "contact_phone": "022-24390000",
                        "created_at": at,
                        "updated_at": at,
                    }
                    for number in range(start, min(start + 5000, rows))
                ],
            )
    runtime.close()


def _sound(target: Path, rows: int) -> None:
    """Assert that the workbook opens, that its sheets are whole, and that they hold so many numbered rows."""
    book = openpyxl.load_workbook(target, read_only=True)
    first = next(iter(book.worksheets[0].iter_rows(min_row=4, max_row=4, values_only=True)))
    assert any("项社区工作事务协助" in str(value) for value in first), first
    book.close()
    numbered = 0
    with zipfile.ZipFile(target) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(parts) == -(-rows // (SHEET_ROWS - 10)), parts
        for part in parts:
            count = 0
            with archive.open(part) as stream:
                for _, row in etree.iterparse(stream, tag="{*}row"):
                    count += 1
                    numbered += any(
                        cell.get("r", "").startswith("A") and cell.get("t") != "inlineStr" for cell in row
                    )
                    row.clear()
                    while row.getprevious() is not None:
                        del row.getparent()[0]
            assert count <= SHEET_ROWS, (part, count)
    assert rows <= numbered <= rows + 20, numbered


def ledger() -> dict[str, float]:
    """100,000 matters: seconds by the clock and of the processor; MB at its peak, and beyond what it took before."""
    with tempfile.TemporaryDirectory() as folder:
        _matters(Path(folder), ROWS)
        target = Path(folder) / "out.xlsx"
        figures = _run(_WRITE, folder, str(target))
        assert figures.pop("rows") == ROWS
        figures["file_mb"] = round(target.stat().st_size / 1024 / 1024, 1)
    return {f"export.ledger_100k.{name}": figure for name, figure in figures.items()}


def million() -> dict[str, float]:
    """The writer alone, of rows made as they go, a little over a million: they go on in a second sheet. Takes minutes."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.xlsx"
        figures = _run(_MANY, str(MILLION), str(target))
        assert figures.pop("rows") == MILLION
        _sound(target, MILLION)
        figures["file_mb"] = round(target.stat().st_size / 1024 / 1024, 1)
    return {f"export.ledger_1m.{name}": figure for name, figure in figures.items()}


def _run(program: str, *arguments: str) -> dict[str, float]:
    """What a process of its own tells: rows, seconds, seconds of the processor, MB at its peak, MB more than before."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    names = ("rows", "seconds", "cpu_seconds", "mb", "more_mb")
    return {name: round(float(said), 1) for name, said in zip(names, done.stdout.split(), strict=True)}
