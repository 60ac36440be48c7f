"""What an office finds after `zhunru init` ran again, and what an old ledger says of matters that have left."""

from __future__ import annotations

from datetime import date
from typing import Any

from templates_xlsx.ledger_out import Heading, write_ledger
from workflows.admission import ledger, package, registry, shipped
from workflows.engine import Source
from workflows.usecases import definitions, imports
from workflows.usecases.actor import SYSTEM


def version_of(office: Any, key: str) -> int:
    with office.reading() as tx:
        return next(view.version for view in definitions.overview(tx) if view.key == key)


def test_setting_up_again_leaves_what_the_office_has_changed(office: Any) -> None:
    (limits,) = (source for source in shipped.sources() if source.name == "time_limits.dmn")
    longer = limits.content.replace(b"<text>10</text>", b"<text>15</text>")
    assert longer != limits.content
    with office.runtime.transaction(at=office.at) as tx:
        admin = office.actor(tx, "clerk")
        admin = type(admin)(**{**admin.__dict__, "permissions": frozenset({"definitions.deploy"})})
        definitions.deploy(tx, [Source("time_limits.dmn", longer)], admin)
    done = package.set_up(office.runtime)
    assert (done.kept, done.definitions) == (("time_limits.dmn",), 0)
    assert "time_limits.dmn" in "".join(done.lines())
    assert (version_of(office, "time_limits"), version_of(office, "routing")) == (2, 1)


def test_setting_up_again_brings_what_is_new_in_the_rest(office: Any) -> None:
    (routing,) = (source for source in shipped.sources() if source.name == "routing.dmn")
    with office.runtime.transaction(at=office.at) as tx:
        older = routing.content.replace("两者都需".encode(), "都需".encode())
        definitions.deploy(tx, [Source("routing.dmn", older)], SYSTEM)
    assert package.set_up(office.runtime).definitions == 1
    assert version_of(office, "routing") == 3


def test_what_an_old_ledger_calls_ended_is_not_in_force(office: Any) -> None:
    office.file()
    with office.reading() as tx:
        (row,) = registry.ledger_rows(tx, office.actor(tx, "clerk"), registry.Filters())
    started = {"period_start": date(2019, 1, 1), "period_end": None, "filed_on": date(2018, 12, 1)}
    rows = [
        row | started | {"filing_number": "旧〔2019〕1号", "name": "旧事项甲", "state": "终止"},
        row | started | {"filing_number": "旧〔2019〕2号", "name": "旧事项乙", "state": "有效"},
    ]
    rows[0]["ended_on"], rows[0]["exit_reason"] = date(2022, 5, 1), "任务完成"
    content = write_ledger(ledger.columns(ledger.COLUMNS), rows, Heading("台账", numbered=False))
    with office.runtime.transaction(at=office.at) as tx:
        clerk = office.actor(tx, "clerk")
        imports.accept(
            tx,
            imports.keep(tx, imports.preview(tx, content, "台账.xlsx", "matter_backlog", clerk), clerk),
            clerk,
        )
    with office.reading() as tx:
        clerk = office.actor(tx, "clerk")
        found = registry.search(tx, clerk, registry.Filters(text="旧事项")).items
        assert {each.name: each.state for each in found} == {"旧事项甲": "ended", "旧事项乙": "in_force"}
