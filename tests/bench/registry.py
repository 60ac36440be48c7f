"""What a reader feels of a district of 400 communities and 150 matters: the pages of the registry and the catalogue."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from webapp.app import create_app
from webapp.house import open_runtime
from workflows.admission import catalogue, matters, package
from workflows.settings import SHANGHAI, Settings
from workflows.usecases import accounts, units
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Transaction

STREETS, COMMUNITIES, MATTERS, TIMES = 16, 25, 150, 30
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
PASSWORD = "Long-word-2026"


def _district(tx: Transaction) -> tuple[int, int]:
    """Units and matters: a third enters everywhere, a third some subdistricts, a third half of the communities by name."""
    unit = units.create(tx, "区民政局", "申请单位", None, SYSTEM)
    streets, communities = [], []
    for n in range(STREETS):
        streets.append(units.create(tx, f"第{n}街道", "街道", None, SYSTEM))
        communities += [
            units.create(tx, f"第{n}街道第{m}社区居民委员会", "社区", streets[-1], SYSTEM)
            for m in range(COMMUNITIES)
        ]
    for n in range(MATTERS):
        scope = ([], streets[n % 8 : n % 8 + 6], communities[n % 2 :: 2])[n % 3]
        values = {
            "name": f"社区工作事务第{n}项协助",
            "applicant_unit_id": unit,
            "applicant_unit_name": "区民政局",
            "by_community": True,
            "content": "协助入户宣传、登记并反馈结果。" * 4,
            "legal_basis": "《中华人民共和国城市居民委员会组织法》第三条",
            "class_name": f"第{n // 15}类",
            "filing_number": f"准〔2026〕{n:04d}号",
            "period_start": NOW.date(),
            "filed_on": NOW.date(),
            "scope_text": "有关街道、社区",
        }
        matters.create(tx, origin="apply", stage="filed", values=values, scope=scope, cause="filed")
    edition = catalogue.new_edition(tx, 2026, "refresh")
    catalogue.merge(tx, edition)
    catalogue.publish(tx, edition, None, by="区民政局")
    return communities[0], edition


def pages() -> dict[str, float]:
    """Median milliseconds a page, by the clock, and of the processor: request, database, template."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), now=NOW, jobs="inline", public_pages=True)
        runtime = open_runtime(settings, upgrade=True)
        package.set_up(runtime)
        with runtime.transaction() as tx:
            accounts.create(
                tx, "reader", "周志远", None, ["review_clerk"], PASSWORD, SYSTEM, must_change=False
            )
            community, edition = _district(tx)
        client = create_app(
            runtime, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False
        ).test_client()
        client.post("/sign-in", data={"username": "reader", "password": PASSWORD})
        found: dict[str, float] = {}
        for name, address in (
            ("edition", f"/catalogue/{edition}"),
            ("community", f"/in-force/communities/{community}"),
            ("in_force", f"/in-force?community={community}"),
            ("public_community", f"/public/community-{community}.html"),
        ):
            clock, processor = [], []
            for _ in range(TIMES):
                begun, worked = time.perf_counter(), time.process_time()
                answer = client.get(address)
                processor.append(time.process_time() - worked)
                clock.append(time.perf_counter() - begun)
                assert answer.status_code == 200, (name, answer.status_code, answer.location)
            found[f"registry.{name}.ms"] = round(statistics.median(clock) * 1000, 1)
            found[f"registry.{name}.cpu_ms"] = round(statistics.median(processor) * 1000, 1)
        runtime.close()
        return found
