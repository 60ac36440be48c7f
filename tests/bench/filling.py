"""Filling templates: one table, and 500 tables of applications as one archive, read from the store."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

from forms.schema import Form
from forms.setting import NoUnits
from templates_xlsx.drawn import Drawn
from templates_xlsx.fill import Opinion, fill_application
from templates_xlsx.sampling import sample_opinions, sample_values
from webapp.house import open_runtime
from workflows.admission import package, registry
from workflows.admission.registry import Filters
from workflows.settings import Settings
from workflows.usecases import accounts, definitions, exports, templates
from workflows.usecases import imports as tables

TABLE = Path(__file__).parents[1] / "data" / "tables" / "申请汇总表-120行.xlsx"
TABLES = 500


def _one(form: Form, drawn: Drawn, opinions: list[Opinion], values: dict[str, object]) -> float:
    """Milliseconds to fill the official table, long texts in it, median of 60."""
    spent = []
    for _ in range(60):
        begun = time.perf_counter()
        fill_application(form, values, opinions, template=drawn)
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


def filling() -> dict[str, float]:
    """One table; then 500: the 120 applications of the summary table and the sample office's, over and over."""
    with tempfile.TemporaryDirectory() as folder:
        runtime = open_runtime(Settings(data_dir=Path(folder), jobs="inline"), upgrade=True)
        package.set_up(runtime, sample=True)
        with runtime.reading() as tx:
            actor = accounts.actor_named(tx, "admin")
            found = tables.preview(tx, TABLE.read_bytes(), TABLE.name, "admission_application", actor)
        with runtime.transaction() as tx:
            batch = tables.accept(tx, found, actor)
        left = 1
        while left:
            with runtime.transaction() as tx:
                left = tables.run_chunk(tx, batch)
        with runtime.reading() as tx:
            form = definitions.form(tx, "admission_application")
            drawn = templates.newest(tx, templates.name_of(form))
            assert drawn is not None
            day = tx.world.today
            one = _one(form, drawn, sample_opinions(form, day), sample_values(form, day, NoUnits()))
            known = registry.instance_ids(tx, actor, Filters())
            chosen = (known * (TABLES // len(known) + 1))[:TABLES]
        begun = time.perf_counter()
        with runtime.reading() as tx:
            _suffix, content = exports.now(tx, chosen, "zip", actor)
        spent = time.perf_counter() - begun
        assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == TABLES
        runtime.close()
    return {"export.fill.ms": round(one, 1), "export.zip_500.seconds": round(spent, 2)}
