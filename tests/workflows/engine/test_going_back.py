"""Going back (退回) where something besides the flow has moved: event subprocesses, compensation, transactions."""

# ruff: noqa: E501 - diagrams are written one element a line

from __future__ import annotations

from tests.workflows.engine.builders import Run, diagram
from tests.workflows.engine.coverage.case import MESSAGE, SIGNAL, event, inner, on_event, undone_by

UNDO = event("compensate")


def interrupted() -> Run:
    """A task is done, then a message stops all else in its scope."""
    run = Run(
        diagram(
            "start s\nuserTask a\nuserTask b\nend e\n"
            + on_event("v", event("message", "M"), "userTask c", "vs -> c")
            + "\n"
            + on_event("w", event("signal", "S"), "userTask d", "ws -> d", False),
            "s -> a -> b -> e",
            outside=MESSAGE + SIGNAL,
        )
    )
    run.do("a")
    assert run.message("go")
    assert (run.open, run.waiting) == (["c"], [])
    return run


def test_going_back_to_before_an_interruption_undoes_it_and_it_may_come_again() -> None:
    run = interrupted().back("a")
    assert (run.open, run.waiting) == (["a"], ["vs", "ws"])
    assert run.message("go")
    assert run.open == ["c"]
    run.do("c")
    assert run.status == "completed"


def test_going_back_from_an_interruption_that_is_over_inside_a_subprocess() -> None:
    run = Run(
        diagram(
            "start s\nsubProcess x | "
            + inner(
                "start xs\nuserTask a\nuserTask b\nend xe\n"
                + on_event("v", event("message", "M"), "userTask c", "vs -> c"),
                "xs -> a -> b -> xe",
            )
            + "\nuserTask z\nend e",
            "s -> x -> z -> e",
            outside=MESSAGE,
        )
    )
    run.do("a")
    run.message("go")
    run.do("c")
    assert run.open == ["z"]
    again = run.back("c")
    assert (again.open, again.waiting) == (["c"], [])
    run.do("c").back("a")
    assert (run.open, run.waiting) == (["a"], ["vs"])
    run.do("a").do("b").do("z")
    assert run.status == "completed"


def test_going_back_into_a_finished_subprocess_undoes_what_interrupted_the_scope_around_it() -> None:
    run = Run(
        diagram(
            "start s\nsubProcess x | "
            + inner("start xs\nuserTask a\nend xe", "xs -> a -> xe")
            + "\nuserTask z\nend e\n"
            + on_event("v", event("message", "M"), "userTask c", "vs -> c"),
            "s -> x -> z -> e",
            outside=MESSAGE,
        )
    )
    run.do("a")
    run.message("go")
    run.back("a")
    assert (run.open, run.waiting) == (["a"], ["vs"])


def test_going_back_stops_the_compensation_that_had_begun_and_it_may_begin_again() -> None:
    undoable = "\n".join(
        f"boundaryEvent c{key} attachedToRef='{key}' | {UNDO}\nuserTask u{key} isForCompensation='true'\n{undone_by('c' + key, 'u' + key)}"
        for key in ("a", "b")
    )
    run = Run(
        diagram(
            f"start s\nuserTask a\nuserTask b\nuserTask c\n{undoable}\nintermediateThrowEvent t | {UNDO}\nend e",
            "s -> a -> b -> c -> t -> e",
        )
    )
    run.do("a").do("b").do("c")
    assert run.open == ["ub"]
    run.back("c")
    assert run.open == ["c"]
    run.do("c").do("ub")
    assert run.open == ["ua"]
    run.back("c").do("c")
    assert run.open == ["ua"]
    run.do("ua")
    assert run.status == "completed"


def test_one_instance_that_cancels_ends_the_transaction_with_all_its_instances() -> None:
    run = Run(
        diagram(
            "start s\ntransaction t | <bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
            + inner(
                f"start ts\nuserTask a\nexclusiveGateway g default='g_te'\nend te\nend tx | {event('cancel')}",
                "ts -> a -> g; g -[wrong]-> tx; g -> te",
            )
            + f"\nboundaryEvent b attachedToRef='t' | {event('cancel')}\nuserTask h\nend e\nend z",
            "s -> t -> z; b -> h -> e",
        ),
        data={"wrong": False},
    )
    run.do("a", wrong=True)
    assert (run.open, run.path[-2:]) == (["h"], ["tx", "b"])
