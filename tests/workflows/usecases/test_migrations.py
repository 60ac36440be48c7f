"""Running instances go over to another version: looked at first, then moved, each once, with all that belongs to it."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflows.engine.builders import document, process
from tests.workflows.usecases.conftest import Office, posted
from tests.workflows.usecases.test_jobs import Process, wait_for
from workflows.engine import Source
from workflows.store.tables import (
    draft,
    history,
    incident,
    instance,
    instance_part,
    instance_state,
    number,
    service_job,
    task,
    task_candidate,
    timer,
    wait,
)
from workflows.usecases import (
    definitions,
    incidents,
    instances,
    migrations,
    moves,
    process_versions,
    task_handing,
    tasks,
)
from workflows.usecases.actor import SYSTEM, Actor
from workflows.usecases.errors import InstanceEnded, NotAllowed, NotFound, StaleVersion, TaskNotOpen
from workflows.usecases.history import path_taken, sentences

FIVE_DAYS = (
    "<bpmn:timerEventDefinition><bpmn:timeDuration>P5D</bpmn:timeDuration></bpmn:timerEventDefinition>"
)
WITHDRAW = '<bpmn:messageEventDefinition messageRef="M"/>'
MESSAGE = '<bpmn:message id="M" name="withdraw"/>'


def form(key: str, *fields: str) -> Source:
    components = [{"type": "textfield", "key": each, "id": each, "label": each} for each in fields]
    content = {
        "type": "default",
        "id": key,
        "schemaVersion": 19,
        "components": components,
        "properties": {"title": key},
    }
    return Source(f"{key}.form", json.dumps(content).encode())


def drawn(elements: str, connected: str, outside: str = "") -> Source:
    return Source("move.bpmn", document(process(elements, connected, key="move", outside=outside)))


FIRST = drawn(
    f"""
    start s camunda:formKey="ask"
    userTask a name="审核" camunda:formKey="note" camunda:candidateGroups="reviewer" camunda:dueDate="P3D"
    boundaryEvent t attachedToRef="a" | {FIVE_DAYS}
    userTask b name="签发" camunda:candidateGroups="chief"
    end e
    """,
    "s -> a -> b -> e; t -> b",
)
SECOND = drawn(
    f"""
    start s camunda:formKey="ask"
    userTask k name="核对" camunda:formKey="note" camunda:candidateGroups="clerk" camunda:priority="80"
    boundaryEvent t attachedToRef="k" | {FIVE_DAYS}
    boundaryEvent w name="撤回" attachedToRef="k" | {WITHDRAW}
    exclusiveGateway g default="g_b"
    userTask n name="加签" camunda:candidateGroups="chief"
    userTask b name="签发" camunda:candidateGroups="chief"
    end e
    """,
    's -> k -> g -> b -> e; t -> b; w -> e; g -[amount = "much"]-> n -> b',
    MESSAGE,
)
FORMS = (form("ask", "subject", "amount"), form("note", "remark", "opinion"))
RENAMED = {"move": {"a": "k"}}


def deploy(office: Office, *sources: Source) -> None:
    with office.transaction() as tx:
        definitions.deploy(tx, sources, SYSTEM)


def begin(office: Office, **texts: str) -> int:
    asked = posted("ask", office, **{"subject": "调研", **texts})
    with office.transaction() as tx:
        return instances.start(tx, "move", asked, office.actor("gao"))


def mover(office: Office) -> Actor:
    actor = office.actor("root")
    return dataclasses.replace(actor, permissions=actor.permissions | {migrations.PERMISSION})


@pytest.fixture
def ready(office: Office) -> Office:
    """The small office with the first version of the process."""
    deploy(office, FIRST, *FORMS)
    return office


def look(office: Office, mapping: Any = RENAMED, source: int = 1, target: int = 2) -> int:
    with office.transaction() as tx:
        return migrations.prepare(tx, "move", source, target, mapping, mover(office), reason="统一办理")


def accept(office: Office, migration_id: int) -> migrations.MigrationView:
    with office.transaction() as tx:
        migrations.accept(tx, migration_id, mover(office))
    return seen(office, migration_id)


def seen(office: Office, migration_id: int) -> migrations.MigrationView:
    with office.reading() as tx:
        return migrations.progress(tx, migration_id, mover(office))


def found(office: Office, migration_id: int) -> list[migrations.ItemView]:
    with office.reading() as tx:
        return list(migrations.items(tx, migration_id, mover(office)).items)


def open_task(office: Office, instance_id: int, element: str = "") -> Any:
    with office.reading() as tx:
        query = sa.select(task).where(task.c.instance_id == instance_id, task.c.state == "open")
        if element:
            query = query.where(task.c.element == element)
        return tx.db.execute(query.order_by(task.c.id)).first()


def complete(office: Office, instance_id: int, username: str, element: str = "", **texts: str) -> None:
    row = open_task(office, instance_id, element)
    form_key = row.form_key
    given = posted(form_key, office, **texts) if form_key else None
    with office.transaction() as tx:
        tasks.complete(tx, row.id, given, office.actor(username))


def everything(office: Office) -> list[Any]:
    """All rows that a move would touch."""
    tables = (instance, instance_state, instance_part, task, task_candidate, timer, wait, history, incident)
    with office.reading() as tx:
        return [tx.db.execute(sa.select(each).order_by(*each.primary_key)).all() for each in tables]


# ---------------------------------------------------------------- looking
def test_the_look_changes_nothing_and_tells_of_each_instance(ready: Office) -> None:
    first, second = begin(ready), begin(ready)
    complete(ready, second, "zhou")
    deploy(ready, SECOND)
    before = everything(ready)
    looked = look(ready, mapping={})
    assert everything(ready) == before
    view = seen(ready, looked)
    assert (view.state, view.total, dict(view.counts)) == ("checked", 2, {"unfit": 1, "fit": 1})
    by_id = {each.instance_id: each for each in found(ready, looked)}
    assert [each.rule for each in by_id[first].findings] == ["migration.removed"]
    assert "审核" in by_id[first].findings[0].zh
    assert by_id[second].state == "fit"
    with ready.reading() as tx:
        said = migrations.said(tx, looked, mover(ready))
    assert (said[0][0].element, said[0][1]) == ("a", 1)


def test_versions_are_listed_with_how_many_run_on_them(ready: Office) -> None:
    begin(ready)
    deploy(ready, SECOND)
    begin(ready)
    with ready.reading() as tx:
        lines = process_versions.standing(tx, "move")
    assert [(each.version, each.running, each.newest, each.target) for each in lines] == [
        (2, 1, True, True),
        (1, 1, False, True),
    ]
    with ready.reading() as tx:
        plan = process_versions.plan(tx, "move", 1, 2)
    assert [(each.element, each.proposed) for each in plan.places] == [("a", "")]
    assert [each.key for each in plan.files] == ["move"]


def test_newer_forms_alone_are_taken_up_by_a_move_to_the_same_version(ready: Office) -> None:
    started = begin(ready)
    deploy(ready, form("note", "opinion", "place"))
    with ready.reading() as tx:
        (line,) = process_versions.standing(tx, "move")
    assert (line.running, line.behind) == (1, 1)
    old = open_task(ready, started).form_id
    assert accept(ready, look(ready, {}, 1, 1)).counts == {"moved": 1}
    assert open_task(ready, started).form_id > old


# ---------------------------------------------------------------- moving
def test_an_open_task_keeps_its_holder_draft_and_due_time_and_takes_the_rest_of_the_new_version(
    ready: Office,
) -> None:
    started = begin(ready)
    before = open_task(ready, started)
    with ready.transaction() as tx:
        task_handing.claim(tx, before.id, ready.actor("zhou"))
        task_handing.save_draft(
            tx, before.id, {"remark": ["留底"], "opinion": ["拟同意"]}, ready.actor("zhou")
        )
    stale = open_task(ready, started).version
    deploy(ready, SECOND, form("note", "opinion", "place"))
    view = accept(ready, look(ready))
    assert (view.state, dict(view.counts)) == ("done", {"moved": 1})
    after = open_task(ready, started)
    assert (after.id, after.key, after.assignee, after.due_at) == (
        before.id,
        before.key,
        "zhou",
        before.due_at,
    )
    assert (after.element, after.name, after.priority) == ("k", "核对", 80)
    assert after.form_id > before.form_id
    with ready.reading() as tx:
        groups = tx.db.execute(sa.select(task_candidate.c.value).where(task_candidate.c.task_id == after.id))
        assert list(groups.scalars()) == ["clerk"]
        assert tx.db.execute(sa.select(draft.c.posted)).scalar_one()["opinion"] == ["拟同意"]
        line = tx.db.execute(sa.select(history).where(history.c.event == "migrated")).one()
        assert line.facts["mapping"] == RENAMED
        assert line.facts["left_out"][0]["values"] == {"remark": ["留底"]}
        (told,) = [each for each in sentences(tx, started) if each.event == "migrated"]
        assert (told.text, told.detail) == ("管理将流程由第1版迁移到第2版", "统一办理")
        assert tx.db.execute(sa.select(timer.c.element, timer.c.due_at)).all() == [
            ("t", tx.at + timedelta(days=5))
        ]
        assert tx.db.execute(sa.select(wait.c.element, wait.c.name)).all() == [("w", "撤回")]
        shown = instances.view(tx, started, ready.actor("zhou"))
    (marks,) = shown.diagrams
    assert marks.active == ("k",)
    with pytest.raises(StaleVersion), ready.transaction() as tx:
        tasks.complete(tx, before.id, None, ready.actor("zhou"), version=stale)


def test_the_way_that_was_gone_is_shown_on_the_new_diagram(ready: Office) -> None:
    started = begin(ready)
    complete(ready, started, "zhou")
    deploy(ready, SECOND)
    accept(ready, look(ready))
    with ready.reading() as tx:
        assert path_taken(tx, started)["move"] == ["s", "k"]
    complete(ready, started, "wang")
    with ready.reading() as tx:
        assert tx.db.execute(sa.select(instance.c.status)).scalar_one() == "completed"


def test_what_only_the_new_version_reads_comes_from_the_forms_that_were_filled_in(ready: Office) -> None:
    much, little = begin(ready, amount="much"), begin(ready, amount="little")
    deploy(ready, SECOND)
    accept(ready, look(ready))
    for started in (much, little):
        complete(ready, started, "gao")
    assert open_task(ready, much).element == "n"
    assert open_task(ready, little).element == "b"


def test_who_does_not_fit_stays_and_the_others_are_moved(ready: Office) -> None:
    stays, goes = begin(ready), begin(ready)
    complete(ready, goes, "zhou")
    deploy(ready, SECOND)
    assert accept(ready, look(ready, mapping={})).counts == {"unfit": 1, "moved": 1}
    with ready.reading() as tx:
        rows = tx.db.execute(sa.select(instance.c.id, instance.c.bundle_id))
        bundles = {row.id: row.bundle_id for row in rows}
        versions = process_versions.versions_of(tx, "move")
    assert (versions[bundles[stays]], versions[bundles[goes]]) == (1, 2)
    complete(ready, stays, "zhou")
    complete(ready, stays, "wang")


def test_what_an_instance_is_when_it_is_moved_counts(ready: Office) -> None:
    first, second, third = begin(ready), begin(ready), begin(ready)
    deploy(ready, SECOND)
    looked = look(ready)
    complete(ready, first, "zhou")
    with ready.transaction() as tx:
        instances.cancel(tx, second, ready.actor("zhou"), "重复")
    assert accept(ready, looked).counts == {"moved": 2, "over": 1}
    assert open_task(ready, first).element == "b"
    assert open_task(ready, third).element == "k"


def test_of_a_move_and_a_completion_at_once_neither_is_lost(ready: Office) -> None:
    started = begin(ready)
    row = open_task(ready, started)
    deploy(ready, SECOND)
    looked = look(ready)
    gate = threading.Barrier(2)
    done: list[bool] = []

    def completing() -> None:
        gate.wait()
        try:
            with ready.transaction() as tx:
                given = posted("note", ready)
                tasks.complete(tx, row.id, given, ready.actor("zhou"), version=row.version)
            done.append(True)
        except (StaleVersion, NotAllowed, TaskNotOpen):
            done.append(False)

    other = threading.Thread(target=completing)
    other.start()
    gate.wait()
    view = accept(ready, looked)
    other.join()
    assert view.counts == {"moved": 1}
    assert open_task(ready, started).element == ("b" if done[0] else "k")


def test_an_incident_is_found_under_its_new_element_and_mended(ready: Office) -> None:
    broken = drawn(
        'start s camunda:formKey="ask"\nserviceTask x name="取号" camunda:topic="broken"\nuserTask b\nend e',
        "s -> x -> b -> e",
    )
    mended = drawn(
        'start s camunda:formKey="ask"\nserviceTask y name="编号" camunda:topic="give_number"\nuserTask b\nend e',
        "s -> y -> b -> e",
    )
    deploy(ready, broken)
    started = begin(ready)
    deploy(ready, mended)
    assert accept(ready, look(ready, {"move": {"x": "y"}}, 2, 3)).counts == {"moved": 1}
    with ready.reading() as tx:
        row = tx.db.execute(sa.select(incident)).one()
    assert (row.element, row.name, row.resolved_at) == ("y", "编号", None)
    with ready.transaction() as tx:
        incidents.retry(tx, row.id, ready.actor("zhou"))
    assert open_task(ready, started).element == "b"


def test_work_for_outside_is_offered_by_the_new_version_or_done_here(ready: Office) -> None:
    def version(key: str, service: str) -> Source:
        return drawn(
            f'start s camunda:formKey="ask"\nserviceTask {key} name="{key}" {service}\n'
            'userTask b camunda:candidateGroups="chief"\nend e',
            f"s -> {key} -> b -> e",
        )

    deploy(ready, version("x", 'camunda:type="external" camunda:topic="archive"'))
    started = begin(ready)
    deploy(ready, version("y", 'camunda:type="external" camunda:topic="keep" camunda:taskPriority="9"'))
    accept(ready, look(ready, {"move": {"x": "y"}}, 2, 3))
    with ready.reading() as tx:
        job = tx.db.execute(sa.select(service_job)).one()
    assert (job.element, job.name, job.topic, job.priority, job.kind) == ("y", "y", "keep", 9, "external")
    deploy(ready, version("y", 'camunda:topic="give_number"'))
    accept(ready, look(ready, {}, 3, 4))
    assert open_task(ready, started).element == "b"
    with ready.reading() as tx:
        assert tx.db.execute(sa.select(service_job)).all() == []
        assert tx.db.execute(sa.select(instance.c.business_key)).scalar_one() == "准〔2026〕1号"


def test_a_call_under_way_moves_with_its_open_task(ready: Office) -> None:
    def version(key: str) -> Source:
        outer = process(
            'start s camunda:formKey="ask"\ncallActivity c calledElement="inside"\nend e',
            "s -> c -> e",
            key="move",
        )
        called = process(
            f'start qs\nuserTask {key} camunda:candidateGroups="reviewer"\nend qe',
            f"qs -> {key} -> qe",
            key="inside",
        )
        return Source("move.bpmn", document(outer, called))

    deploy(ready, version("m"))
    started = begin(ready)
    deploy(ready, version("x"))
    with ready.reading() as tx:
        (place,) = process_versions.plan(tx, "move", 2, 3).places
    assert (place.process, place.element) == ("inside", "m")
    accept(ready, look(ready, {"inside": {"m": "x"}}, 2, 3))
    assert (open_task(ready, started).process, open_task(ready, started).element) == ("inside", "x")
    complete(ready, started, "zhou")
    with ready.reading() as tx:
        assert tx.db.execute(sa.select(instance.c.status)).scalar_one() == "completed"
        assert path_taken(tx, started)["inside"] == ["qs", "x", "qe"]


def test_a_task_that_waits_for_an_opinion_is_moved_with_the_question(ready: Office) -> None:
    started = begin(ready)
    asking = open_task(ready, started)
    with ready.transaction() as tx:
        other = ready.actor("li").account_id
        task_handing.claim(tx, asking.id, ready.actor("zhou"))
        task_handing.consult(tx, asking.id, other, "可行否", ready.actor("zhou"))
    deploy(ready, SECOND)
    accept(ready, look(ready))
    question = open_task(ready, started)
    assert (question.kind, question.element) == ("consultation", "k")
    with ready.transaction() as tx:
        task_handing.answer_consultation(tx, question.id, "可行", ready.actor("li"))
    assert (open_task(ready, started).id, open_task(ready, started).element) == (asking.id, "k")


def test_twenty_instances_of_a_task_kept_apart_move_together(ready: Office) -> None:
    loop = "bpmn:multiInstanceLoopCharacteristics"
    many = f"<{loop}><bpmn:loopCardinality>20</bpmn:loopCardinality></{loop}>"

    def version(key: str) -> Source:
        return drawn(
            f'start s camunda:formKey="ask"\nuserTask {key} camunda:candidateGroups="reviewer" | {many}\nend e',
            f"s -> {key} -> e",
        )

    deploy(ready, version("m"))
    started = begin(ready)
    complete(ready, started, "zhou")
    deploy(ready, version("x"))
    assert accept(ready, look(ready, {"move": {"m": "x"}}, 2, 3)).counts == {"moved": 1}
    for _ in range(19):
        complete(ready, started, "zhou", "x")
    with ready.reading() as tx:
        assert tx.db.execute(sa.select(instance.c.status)).scalar_one() == "completed"


# ---------------------------------------------------------------- who may, and when
def test_only_who_has_the_right_moves_instances(ready: Office) -> None:
    begin(ready)
    deploy(ready, SECOND)
    with pytest.raises(NotAllowed), ready.transaction() as tx:
        migrations.prepare(tx, "move", 1, 2, {}, ready.actor("zhou"))


def test_what_cannot_be_asked_is_refused_in_words(ready: Office) -> None:
    with pytest.raises(NotFound), ready.transaction() as tx:
        migrations.prepare(tx, "move", 1, 7, {}, mover(ready))
    with pytest.raises(migrations.NobodyToMove, match="move"):
        look(ready, {}, 1, 1)
    begin(ready)
    deploy(ready, SECOND)
    with pytest.raises(migrations.WrongMapping, match="nowhere"):
        look(ready, {"move": {"a": "nowhere"}})
    looked = look(ready, {})
    with pytest.raises(migrations.NobodyToMove), ready.transaction() as tx:
        migrations.accept(tx, looked, mover(ready))
    with ready.transaction() as tx:
        migrations.discard(tx, looked, mover(ready))
    with pytest.raises(migrations.NotNow), ready.transaction() as tx:
        migrations.accept(tx, looked, mover(ready))


def test_one_instance_can_be_looked_at_by_itself(ready: Office) -> None:
    started = begin(ready)
    deploy(ready, SECOND)
    with ready.reading() as tx:
        bundle_id, bundle = process_versions.target(tx, "move", 2)
        target = moves.Target("move", 1, 2, bundle_id, bundle, {})
        assert [each.element for each in moves.outlook(tx, started, target) or ()] == ["a"]
    with ready.transaction() as tx:
        instances.cancel(tx, started, ready.actor("zhou"), "不办了")
    with pytest.raises(InstanceEnded), ready.reading() as tx:
        moves.outlook(tx, started, target)


# ---------------------------------------------------------------- the job
JOINING = drawn(
    'start s camunda:formKey="ask"\nparallelGateway f\nuserTask a camunda:candidateGroups="reviewer"\n'
    'userTask b\nparallelGateway j\nserviceTask n camunda:topic="give_number"\nend e',
    "s -> f -> a -> j -> n -> e; f -> b -> j",
)
PARTING = drawn(
    'start s camunda:formKey="ask"\nparallelGateway f\nuserTask a camunda:candidateGroups="reviewer"\n'
    'userTask b\nparallelGateway j\nserviceTask n camunda:topic="give_number"\nend e\nend e2\nend e3',
    "s -> f -> a -> j -> n -> e; j -> e3; f -> b -> e2",
)
MANY = 50


def test_a_batch_killed_in_the_middle_goes_on_and_moves_each_once(ready: Office) -> None:
    deploy(ready, JOINING)
    started = [begin(ready, subject=f"第{index}件") for index in range(MANY)]
    for each in started:
        complete(ready, each, "zhou", "a")
    deploy(ready, PARTING)
    looked = look(ready, {}, 2, 3)
    assert seen(ready, looked).counts == {"fit": MANY}
    ready.runtime.settings = dataclasses.replace(ready.runtime.settings, jobs="external")
    accept(ready, looked)
    first = Process(ready.runtime, "w1")
    wait_for(lambda: seen(ready, looked).counts.get("moved", 0) >= 5, 60)
    first.kill()
    assert seen(ready, looked).counts.get("moved", 0) < MANY
    second = Process(ready.runtime, "w1")
    try:
        wait_for(lambda: seen(ready, looked).state == "done", 90)
    finally:
        second.kill()
    assert seen(ready, looked).counts == {"moved": MANY}
    with ready.reading() as tx:
        lines = sa.select(history.c.instance_id).where(history.c.event == "migrated")
        assert sorted(tx.db.execute(lines).scalars()) == started
        numbers = sa.select(sa.func.count(), sa.func.count(sa.distinct(number.c.text)))
        assert tuple(tx.db.execute(numbers).one()) == (MANY, MANY)


def test_a_stopped_batch_moves_nobody_until_it_is_taken_up_again(ready: Office) -> None:
    begin(ready)
    deploy(ready, SECOND)
    looked = look(ready)
    with ready.transaction() as tx:
        migrations.accept(tx, looked, mover(ready))
        migrations.stop(tx, looked, mover(ready))
    assert seen(ready, looked).counts == {"waiting": 1}
    with ready.transaction() as tx:
        migrations.go_on(tx, looked, mover(ready))
    assert (seen(ready, looked).state, seen(ready, looked).counts) == ("done", {"moved": 1})
