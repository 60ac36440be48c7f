"""The running instances of the sample office go over to diagrams in which every element has another id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import sample_mould
from tests.moulds import Moulds
from tests.workflows.engine.test_migrating_unchanged import ENDING, renamed
from workflows.admission import package, shipped
from workflows.settings import Settings
from workflows.store.tables import instance, task
from workflows.usecases import accounts, definitions, instances, migrations, process_versions
from workflows.usecases.actor import SYSTEM
from workflows.usecases.runtime import Runtime

CALLED = ("apply", "review", "file", "hand_over")


@pytest.fixture
def office(tmp_path: Path, at: datetime, moulds: Moulds) -> Iterator[Runtime]:
    """The office with its stories: applications at every stage, in calls, among several subdistricts."""
    settings = Settings(data_dir=tmp_path, now=at, jobs="inline")
    sample_mould.cast(moulds, settings)
    opened = package.open_office(settings)
    yield opened
    opened.close()


def test_every_application_under_way_stands_where_it_stood(office: Runtime) -> None:
    drawn = {source.name: source for source in shipped.sources() if source.kind == "bpmn"}
    made = {name: renamed(source) for name, source in drawn.items()}
    opened = sa.select(task.c.id, task.c.element, task.c.key, task.c.assignee, task.c.due_at).join(
        instance, instance.c.id == task.c.instance_id
    )
    opened = opened.where(instance.c.process_key == "apply", task.c.state == "open").order_by(task.c.id)
    with office.transaction() as tx:
        before = tx.db.execute(opened).all()
        definitions.deploy(tx, [source for source, _ids in made.values()], SYSTEM)
        admin = accounts.actor_named(tx, "admin")
        plan = process_versions.plan(tx, "apply", 1, 2)
        mapping = {key: made[f"{key}.bpmn"][1] for key in CALLED}
        looked = migrations.prepare(tx, "apply", 1, 2, mapping, admin)
    assert {each.process for each in plan.places} == set(CALLED)
    assert {each.proposed for each in plan.places if each.proposed} <= {
        new for key in CALLED for new in mapping[key].values()
    }
    with office.transaction() as tx:
        migrations.accept(tx, looked, admin)
    with office.reading() as tx:
        view = migrations.progress(tx, looked, admin)
        assert set(view.counts) == {"moved"}
        assert view.counts["moved"] == plan.instances > 5
        after = tx.db.execute(opened).all()
        assert [each.element.removesuffix(ENDING) for each in after] == [each.element for each in before]
        assert [each[2:] for each in after] == [each[2:] for each in before]
        for each in migrations.items(tx, looked, admin, size=100).items:
            shown = instances.view(tx, each.instance_id, admin)
            marked = {element for marks in shown.diagrams for element in (*marks.done, *marks.active)}
            assert all(element.endswith(ENDING) for element in marked)
