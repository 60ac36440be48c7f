"""A district's yearly refresh: 80 units answer for 10,000 matters, an edition is published and compared with the one before."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNITS, MATTERS = 80, 10_000

_RUN = """
import json, sys, time
from pathlib import Path
from tests.bench import lifecycle
print(json.dumps(lifecycle.run(Path(sys.argv[1]))))
"""


def refresh() -> dict[str, float]:
    """Seconds by the clock of the whole, of publishing and of comparing, and MB of the process at its peak."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _RUN, folder], capture_output=True, text=True, check=True, cwd=ROOT
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(folder: Path) -> dict[str, float]:
    """The whole in this process; called in one of its own, whose memory is then its own too."""
    import time

    import sqlalchemy as sa

    from forms.binding import bind
    from workflows.admission import catalogue, comparing, package
    from workflows.admission.tables import matter, matter_scope
    from workflows.settings import Settings
    from workflows.store.tables import account, account_role
    from workflows.usecases import accounts, definitions, inbox, instances, tasks, units
    from workflows.usecases.actor import SYSTEM

    runtime = package.open_office(Settings(data_dir=folder, jobs="inline"), upgrade=True)
    package.set_up(runtime, admin_password="Bench-2026-office")
    at = runtime.now()
    people: dict[str, tuple[str, int]] = {}
    with runtime.transaction() as tx:
        bureau = units.create(tx, "区民政局", "审核单位", None, SYSTEM)
        people |= {role: (role, bureau) for role in ("review_clerk", "review_chief", "review_leader")}
        street = units.create(tx, "新立街道", "街道", None, SYSTEM)
        offices = [units.create(tx, f"区第{n}局", "申请单位", None, SYSTEM) for n in range(UNITS)]
        people |= {f"unit{each}": ("unit_clerk", each) for each in offices}
        for username, (role, unit_id) in people.items():
            row = {"username": username, "name": username, "unit_id": unit_id, "password_hash": "-"}
            row |= {"password_changed_at": at, "must_change": False, "enabled": True, "created_at": at}
            made = tx.db.execute(account.insert().returning(account.c.id), row).scalar_one()
            tx.db.execute(account_role.insert(), {"account_id": made, "role": role})
        rows = [
            {
                "name": f"第{number}项社区工作事务协助",
                "origin": "backlog",
                "stage": "filed",
                "applicant_unit_id": offices[number % UNITS],
                "applicant_unit_name": f"区第{number % UNITS}局",
                "class_name": f"第{number % 9}类",
                "duration_class": "long_term",
                "by_community": True,
                "legal_basis": f"《社区工作条例》第{number % 90}条",
                "content": "协助开展入户登记、宣传、统计和回访，每季度汇总一次，按时报送街道。",
                "period_start": at.date() - timedelta(days=number % 900),
                "filing_number": f"准〔2026〕{number:06d}号",
                "filed_on": at.date(),
                "created_at": at,
                "updated_at": at,
            }
            for number in range(MATTERS)
        ]
        tx.db.execute(sa.insert(matter), rows)
        ids = tx.db.execute(sa.select(matter.c.id)).scalars()
        tx.db.execute(sa.insert(matter_scope), [{"matter_id": each, "unit_id": street} for each in ids])
        before = catalogue.new_edition(tx, at.year - 1, "import")
        catalogue.merge(tx, before)
        catalogue.publish(tx, before, None)

    def act(who: str, element: str, **posted: str) -> float:
        begun = time.perf_counter()
        with runtime.transaction() as tx:
            actor = accounts.actor_named(tx, who)
            found = next(each for each in inbox.todo(tx, actor, None, 1, 50).items if each.element == element)
            view = tasks.open_task(tx, found.task_id, actor)
            bound = bind(view.form, posted, tasks.setting(tx, view))
            assert bound.submission is not None, [each.tell() for each in bound.faults]
            tasks.complete(tx, view.id, bound.submission, actor, version=view.version)
        return time.perf_counter() - begun

    begun = time.perf_counter()
    with runtime.transaction() as tx:
        clerk = accounts.actor_named(tx, "review_clerk")
        form = definitions.start_form(tx, "annual_refresh")
        assert form is not None
        setting = instances.start_setting(tx, "annual_refresh", clerk)
        instances.start(tx, "annual_refresh", bind(form, {"year": str(at.year)}, setting).submission, clerk)
    each_unit = MATTERS // UNITS
    for office in offices:
        posted = {f"rows-{row}-answer": "continue" for row in range(each_unit)}
        posted |= {"rows-0-answer": "end", "rows-0-note": "任务完成", "rows-1-answer": "change"}
        act(f"unit{office}", "answer", **posted, **{"rows-1-new_content": "协助宣传和回访。"})
    act("review_clerk", "merge", decision="agree")
    act("review_chief", "secrecy", decision="agree", secrecy_checked="checked")
    act("review_leader", "sign", decision="agree")
    published = act(
        "review_clerk", "issue", document_number="丽民发〔2026〕8号", issued_on=at.date().isoformat()
    )
    whole = time.perf_counter() - begun
    begun, used = time.perf_counter(), time.process_time()
    with runtime.reading() as tx:
        found = comparing.compare(tx, *comparing.pair(tx))
        assert found.counts() == {"added": 0, "changed": UNITS, "ended": UNITS}
        assert catalogue.edition(tx, found.new.id).entries == MATTERS - UNITS
    compared, compared_cpu = time.perf_counter() - begun, time.process_time() - used
    with runtime.transaction() as tx:  # publishing alone, without the 80 exits that begin with it
        draft = catalogue.new_edition(tx, at.year + 1, "refresh")
        alone, used = time.perf_counter(), time.process_time()
        catalogue.merge(tx, draft)
        catalogue.publish(tx, draft, None)
        alone, alone_cpu = time.perf_counter() - alone, time.process_time() - used
    runtime.close()
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    return {
        "refresh.80_units.seconds": round(whole, 1),
        "refresh.80_units.mb": round(peak, 1),
        "edition.10k.publish_seconds": round(alone, 2),
        "edition.10k.publish_cpu_seconds": round(alone_cpu, 2),
        "edition.10k.compare_seconds": round(compared, 2),
        "edition.10k.compare_cpu_seconds": round(compared_cpu, 2),
        "edition.10k.with_80_exits_seconds": round(published, 2),
    }
