"""Reading workbooks: how much faster than openpyxl in the same run, what it costs, how soon a table is recognised."""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import xlsxwriter

from forms.schema import load_form
from templates_xlsx.grid import Book, open_workbook
from templates_xlsx.readers import READERS
from templates_xlsx.reading import read_records

ROOT = Path(__file__).parents[2]
SINGLE = ROOT / "tests" / "data" / "tables" / "审批表-样式一.xlsx"
COLUMNS = 20


def ledger(rows: int) -> bytes:
    """A ledger of 20 columns as offices keep them: names and texts of their own, words that recur, dates, numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("台账")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for column in range(COLUMNS):
            sheet.write_string(0, column, f"栏目{column}")
        for row in range(1, rows + 1):
            for column in range(COLUMNS):
                if column in (5, 6):
                    sheet.write_datetime(row, column, datetime(2024, 1, 1) + timedelta(days=row % 700), day)
                elif column in (7, 8, 9):
                    sheet.write_number(row, column, row * 1.5 + column)
                elif column % 2:
                    sheet.write_string(row, column, f"第{row % 40}类{column}社区工作")
                else:
                    sheet.write_string(row, column, f"第{row}行内容{column}社区工作")
    return out.getvalue()


def walked(book: Book) -> int:
    return sum(1 for sheet in book.sheets for row in sheet.rows for value in row if value not in ("", None))


def _ours(content: bytes) -> float:
    begun = time.perf_counter()
    assert walked(open_workbook(content, "台账.xlsx")) > COLUMNS
    return time.perf_counter() - begun


def _openpyxl(content: bytes) -> float:
    begun = time.perf_counter()
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    assert sum(
        1 for row in book.worksheets[0].iter_rows(values_only=True) for each in row if each is not None
    )
    return time.perf_counter() - begun


_WRITE = """
import sys
from tests.bench.workbooks import ledger
open(sys.argv[1], "wb").write(ledger(int(sys.argv[2])))
"""
_ASK = """
import sys, time
from templates_xlsx.grid import open_workbook
from tests.bench.workbooks import SINGLE, walked
def now(): return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
walked(open_workbook(SINGLE.read_bytes(), "x"))
before, begun = now(), time.perf_counter()
walked(open_workbook(open(sys.argv[1], "rb").read(), "x"))
print(time.perf_counter() - begun, (now() - before) / 1024)
"""
_READ = """
import sys
from templates_xlsx import reader
reader.read(open(sys.argv[1], "rb").read(), "x", None, lambda *block: None)
print(int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024)
"""


def _memory(rows: int) -> tuple[float, float, float]:
    """Seconds, and MB at the peak for a ledger of so many rows: of the asking process beyond before, of the reader."""
    with tempfile.NamedTemporaryFile() as file:
        _told(_WRITE, file.name, str(rows))
        seconds, asking = map(float, _told(_ASK, file.name))
        (reading,) = map(float, _told(_READ, file.name))
    return seconds, asking, reading


def _told(code: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.split()


def _recognised() -> float:
    """Milliseconds of processor time to recognise one application in a workbook that is open."""
    form = load_form((ROOT / "forms" / "admission_application.form").read_bytes(), "x.form")
    book = open_workbook(SINGLE.read_bytes(), SINGLE.name)
    spent = []
    for _ in range(20):
        begun = time.process_time()
        assert len(read_records(book, form).records) == 1
        spent.append((time.process_time() - begun) * 1000)
    return statistics.median(spent)


def reading() -> dict[str, float]:
    """Ratios of 10 000 rows, medians of three runs with a warm reader; memory and seconds of 100 000 rows."""
    content = ledger(10_000)
    _ours(content)
    pairs = [(_ours(content), _openpyxl(content)) for _ in range(3)]
    small = SINGLE.read_bytes()
    begun = time.perf_counter()
    for _ in range(20):
        open_workbook(small, SINGLE.name)
    opened = (time.perf_counter() - begun) / 20 * 1000
    READERS.close()
    cold = time.perf_counter()
    open_workbook(small, SINGLE.name)
    cold = time.perf_counter() - cold
    seconds, asking, reader = _memory(100_000)
    return {
        "import.read.seconds": round(statistics.median(ours for ours, _ in pairs), 3),
        "import.read.openpyxl_seconds": round(statistics.median(theirs for _, theirs in pairs), 2),
        "import.read.ratio": round(statistics.median(theirs / ours for ours, theirs in pairs), 1),
        "import.read_100k.seconds": round(seconds, 2),
        "import.read_100k.server_mb": round(asking, 1),
        "import.read_100k.reader_mb": round(reader, 1),
        "import.recognise_single.cpu_ms": round(_recognised(), 1),
        "import.open_single.ms": round(opened, 1),
        "import.first_reader.seconds": round(cold, 3),
    }
