"""What workers are called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workflows.usecases import worker_names


def test_two_workers_of_one_name_on_one_host_are_told_apart(tmp_path: Path) -> None:
    first, second = worker_names.take(tmp_path, "night"), worker_names.take(tmp_path, "night")
    assert first.text != second.text
    assert first.text.startswith("night-")
    unnamed = worker_names.take(tmp_path)
    assert unnamed.text not in (first.text, second.text)


def test_a_worker_that_comes_back_has_its_old_name(tmp_path: Path) -> None:
    first = worker_names.take(tmp_path, "night")
    first.release()
    assert worker_names.take(tmp_path, "night").text == first.text


def test_the_name_of_a_killed_worker_is_free_again(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from workflows.usecases import worker_names; "
        "kept = worker_names.take(Path(sys.argv[1]), 'night'); print(kept.text, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    theirs = process.stdout.readline().strip()
    other = worker_names.take(tmp_path, "night")
    assert other.text != theirs
    process.kill()
    process.wait()
    process.stdout.close()
    assert worker_names.take(tmp_path, "night").text == theirs


def test_the_same_name_on_another_host_is_another_worker(tmp_path: Path) -> None:
    here, there = (worker_names.take(tmp_path / each, "night") for each in ("here", "there"))
    assert here.text != there.text


def test_a_name_fits_its_column(tmp_path: Path) -> None:
    assert len(worker_names.take(tmp_path, "长" * 300).text) <= 100
