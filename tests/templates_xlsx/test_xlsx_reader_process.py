"""Reading happens in a process of its own: what a file does to it ends in a sentence, and the next table is read."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from templates_xlsx.grid import open_workbook, unlocked
from templates_xlsx.readers import Limits, Readers
from templates_xlsx.refusals import WorkbookRefused

TABLES = Path(__file__).parents[1] / "data" / "tables"
GOOD = (TABLES / "审批表-样式一.xlsx").read_bytes()


@pytest.fixture
def readers() -> Iterator[Readers]:
    pool = Readers()
    yield pool
    pool.close()


def code_of(content: bytes, readers: Readers, password: str | None = None) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(content, "某表.xlsx", password, readers=readers)
    assert "某表.xlsx" in refused.value.tell("zh")
    return refused.value.code


def still_reads(readers: Readers) -> bool:
    return open_workbook(GOOD, "x.xlsx", readers=readers).sheets[0].value(3, 2) == "区人民法院"


def wide_open() -> bytes:
    """Five kilobytes whose two cells make a reader reserve the rectangle between them, just within the guard."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "x")
        sheet.write("Z190000", "y")
    return out.getvalue()


def slow_to_open() -> bytes:
    """A protected workbook that demands a million rounds for its password, where Excel's own demand 100 000."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(GOOD)).encrypt("123456", out)
    assert b'spinCount="100000"' in out.getvalue()
    return out.getvalue().replace(b'spinCount="100000"', b'spinCount="999999"')


def test_a_file_that_crashes_its_reader_ends_in_a_sentence_and_the_next_is_read() -> None:
    readers = Readers(Limits(memory_mb=100))
    try:
        assert code_of(wide_open(), readers) == "reader_died"
        assert still_reads(readers)
    finally:
        readers.close()


@pytest.mark.parametrize(
    "limits", [Limits(cpu_seconds=0), Limits(wall_seconds=0.4)], ids=["processor", "clock"]
)
def test_a_file_that_keeps_its_reader_busy_is_stopped(limits: Limits) -> None:
    readers = Readers(limits)
    try:
        assert code_of(slow_to_open(), readers, "123456") == "too_slow"
    finally:
        readers.close()


def test_a_reader_that_is_killed_while_it_waits_is_replaced(readers: Readers) -> None:
    assert still_reads(readers)
    (process,) = readers.processes
    os.kill(process, signal.SIGSEGV)
    assert still_reads(readers)
    assert readers.processes != (process,)


def test_a_reader_that_ends_just_as_a_table_comes_costs_the_table_nothing(readers: Readers) -> None:
    assert still_reads(readers)
    (process,) = readers.processes
    os.kill(process, signal.SIGSTOP)  # it takes the file in and does nothing
    timer = threading.Timer(0.2, os.kill, (process, signal.SIGKILL))
    timer.start()
    assert still_reads(
        readers
    )  # a reader that was idle may have been ending: the file gets a second, fresh one
    timer.join()
    assert readers.processes != (process,)


def test_no_reader_is_started_before_the_first_table_and_one_answers_many(readers: Readers) -> None:
    assert readers.processes == ()
    with pytest.raises(WorkbookRefused):
        open_workbook(b"%PDF-1.7", "x.xlsx", readers=readers)
    assert readers.processes == ()  # what the first bytes tell needs no reader
    for _ in range(3):
        assert still_reads(readers)
    assert len(readers.processes) == 1


def test_many_at_once_share_two_readers_and_each_gets_its_own_table(readers: Readers) -> None:
    names = ["审批表-样式一", "审批表-样式二", "组织机构", "审批表-五个事项"] * 3
    contents = [(TABLES / f"{name}.xlsx").read_bytes() for name in names]
    with ThreadPoolExecutor(6) as threads:
        books = list(threads.map(lambda each: open_workbook(each, "x", readers=readers), contents))
    expected = [openpyxl.load_workbook(io.BytesIO(each)).sheetnames for each in contents]
    assert [[sheet.name for sheet in book.sheets] for book in books] == expected
    assert 1 <= len(readers.processes) <= 2


def test_when_all_readers_are_taken_for_long_the_clerk_is_asked_to_wait() -> None:
    readers = Readers(Limits(wall_seconds=0.3), most=0)
    assert code_of(GOOD, readers) == "readers_busy"


def test_a_reader_knows_nothing_of_the_server(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUNRU_SECRET_KEY", "a key that is nobody's business")
    assert still_reads(readers)
    (process,) = readers.processes
    here = Path(f"/proc/{process}")
    assert b"ZHUNRU" not in (here / "environ").read_bytes()
    assert os.readlink(here / "cwd") == "/"
    assert len(list((here / "fd").iterdir())) <= 6
    limits = (here / "limits").read_text()
    assert "Max address space         1073741824" in limits
    assert "Max file size             0" in limits


def test_a_reader_ends_with_its_server() -> None:
    code = (
        "import sys, os, signal\n"
        "from templates_xlsx.grid import open_workbook\n"
        "from templates_xlsx.readers import READERS\n"
        "open_workbook(open(sys.argv[1], 'rb').read(), 'x')\n"
        "print(*READERS.processes, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(TABLES / "审批表-样式一.xlsx")], capture_output=True, text=True
    )
    process = int(told.stdout)
    for _ in range(100):
        if (
            not Path(f"/proc/{process}").exists()
            or "State:\tZ" in Path(f"/proc/{process}/status").read_text()
        ):
            return
        time.sleep(0.05)
    pytest.fail("the reader outlived its server by five seconds")


def test_a_protected_table_is_kept_without_its_protection(readers: Readers) -> None:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(GOOD)).encrypt("口令 1", out)
    assert unlocked(out.getvalue(), "x", "口令 1", readers=readers) == GOOD
    assert unlocked(GOOD, "x", "not needed", readers=readers) == GOOD
    with pytest.raises(WorkbookRefused) as refused:
        unlocked(out.getvalue(), "x", "口令 2", readers=readers)
    assert refused.value.code == "wrong_password"


def test_rows_come_as_they_stand_whatever_their_number(readers: Readers) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row in range(2, 1502):
            sheet.write_row(row, 2, (row, f"第{row}行", row % 2 == 0))
    rows = open_workbook(out.getvalue(), "x", readers=readers).sheets[0].rows
    assert len(rows) == 1502
    assert list(rows[0]) == ["", "", "", "", ""] or not any(rows[0])
    assert list(rows[1501])[2:] == [1501.0, "第1501行", False]
    assert list(rows[-1]) == list(rows[1501])
    assert [row[2] for row in rows[998:1002]] == [998.0, 999.0, 1000.0, 1001.0]
    assert sum(1 for row in rows if row[3]) == 1500
    with pytest.raises(IndexError):
        rows[1502]


def test_a_file_that_wants_more_memory_than_a_file_may_have_is_told_so() -> None:
    # An encoding of four bytes a sign: text of 30 MB grows beyond what a reader of 150 MB has.
    readers = Readers(Limits(memory_mb=150))
    try:
        assert code_of("序号,事务名称\n".encode() * 2_000_000, readers) == "too_much_memory"
        assert still_reads(readers)
    finally:
        readers.close()
