"""Workbooks -> PDF by LibreOffice, where it is installed: a process of its own, one at a time, within a time limit.

Each run has a folder and a user profile of its own, which are gone afterwards: no run sees another's documents, and a
LibreOffice somebody has open is not touched.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from forms.faults import Refused

START_SECONDS, EACH_SECONDS = 60, 6
"""Time for a start (the first one makes a profile), and for each workbook."""
_ONE = threading.Lock()


class NoPrinter(Refused):
    """LibreOffice is not installed here, or switched off."""

    zh: ClassVar[str] = "本机没有安装 LibreOffice，不能生成 PDF；请下载工作簿，或用打印页"
    en: ClassVar[str] = (
        "LibreOffice is not installed here, so no PDF can be made; take the workbook or the print page"
    )


class PrintFailed(Refused):
    """LibreOffice made no PDF. Facts: name."""

    zh: ClassVar[str] = "“{name}”没有转成 PDF，请下载工作簿后自行打印"
    en: ClassVar[str] = "“{name}” could not be made a PDF; take the workbook and print it"


def printer(setting: str) -> str | None:
    """Return the path of LibreOffice; None where it is missing, or the setting is `off`."""
    return None if setting in ("", "off") else shutil.which(setting)


def as_pdf(setting: str, files: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """Return a PDF for each workbook (name, bytes), in their order.

    Raises:
        NoPrinter: there is no LibreOffice.
        PrintFailed: it made none of one of them, or took too long.
    """
    program = printer(setting)
    if program is None:
        raise NoPrinter
    with _ONE, tempfile.TemporaryDirectory(prefix="zhunru-pdf-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        for number, (_name, content) in enumerate(files):
            (place / f"{number:05}.xlsx").write_bytes(content)
        _run(program, place, len(files), files[0][0])
        found = []
        for number, (name, _content) in enumerate(files):
            made = place / "out" / f"{number:05}.pdf"
            if not made.exists():
                raise PrintFailed(name=name)
            found.append(made.read_bytes())
        return found


def _run(program: str, place: Path, count: int, name: str) -> None:
    command = [
        program,
        f"-env:UserInstallation=file://{place}/profile",
        *("--headless", "--nologo", "--nodefault", "--norestore", "--convert-to", "pdf"),
        *("--outdir", str(place / "out")),
        *sorted(str(each) for each in place.glob("*.xlsx")),
    ]
    environment = {
        "HOME": str(place), "PATH": os.defpath, "LANG": "zh_CN.UTF-8", "TMPDIR": str(place), "SAL_USE_VCLPLUGIN": "svp"
    }  # fmt: skip
    with subprocess.Popen(  # noqa: S603  the program is the setting, the arguments our own
        command,
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # soffice starts others, which end with it
    ) as process:
        try:
            process.wait(START_SECONDS + EACH_SECONDS * count)
        except subprocess.TimeoutExpired:
            raise PrintFailed(name=name) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def joined(documents: Sequence[bytes]) -> bytes:
    """Return one PDF with the pages of several."""
    if len(documents) == 1:
        return documents[0]
    import pypdf  # much memory, for those who join documents only

    writer = pypdf.PdfWriter()
    for each in documents:
        writer.append(io.BytesIO(each))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
