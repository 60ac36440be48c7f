"""What one more application of a table costs the database; ten thousand of them cost ten thousand times that."""

from __future__ import annotations

from forms.binding import bind
from tests.workflows.admission.conftest import APPLICATION, Office
from tests.workflows.usecases.test_statements import statements
from workflows.usecases import definitions, instances
from workflows.usecases.instances import StartItem

LIMIT = 14
"""Two services, each in a savepoint, read the form's version and write the matter, its scope and a version of it."""


def items(office: Office, count: int) -> list[StartItem]:
    """Applications of the court, each of a name of its own, as the bureau enters them from paper."""
    with office.runtime.reading(at=office.at) as tx:
        form = definitions.start_form(tx, "apply")
        assert form is not None
        setting = instances.start_setting(tx, "apply", office.actor(tx, "clerk"))
        court = tx.units.find("区人民法院")
        assert court is not None
        found = []
        for number in range(count):
            bound = bind(form, {**APPLICATION, "matter_name": f"事项{number}"}, setting)
            assert bound.submission is not None, [fault.tell() for fault in bound.faults]
            found.append(StartItem(submission=bound.submission, entered_for=court.id))
    return found


def asked(office: Office, count: int) -> list[str]:
    """What the database is asked to start so many at once."""
    started = items(office, count)
    with statements(office.runtime) as sent, office.runtime.transaction(at=office.at) as tx:
        ids = instances.start_many(tx, "apply", started, office.actor(tx, "clerk"))
    assert len(ids) == count
    return sent


def test_one_more_application_costs_a_few_statements(office: Office) -> None:
    asked(office, 1)
    few, many = asked(office, 2), asked(office, 12)
    assert len(many) - len(few) <= 10 * LIMIT, many[-(len(many) - len(few)) // 10 :]
