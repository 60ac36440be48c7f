"""What the reviewing office wants of its own matters it does not decide alone: an extension or a change goes up as a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from forms.binding import Known
from forms.faults import Refused
from workflows.admission import reading
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction

Row = Mapping[str, Any]


class OwnMatter(Refused):
    """The reviewing office would decide on its own matter by itself. Facts: name."""

    zh: ClassVar[str] = "“{name}”是审核单位自己的事项，延期、变更不由自己一家决定：请“申请变更”，报上级批准"
    en: ClassVar[str] = (
        "“{name}” is the reviewing office's own: it does not extend or change it alone; ask for a change, approved above"
    )


def changes_it(row: Row) -> bool:
    """Whether an answer to the refresh changes what is decided above; money alone goes up nowhere (`change_rules`)."""
    return row.get("answer") == "change" and bool(row.get("new_end") or row.get("new_content"))


def _known(wants: Callable[[Row], bool]) -> Callable[[Transaction, Actor | None, Row, Row], Known]:
    def known(tx: Transaction, actor: Actor | None, values: Row, variables: Row) -> Known:
        item = variables.get("item")
        row = next((each for each in values.get("rows") or () if wants(each)), None)
        if row is None or not isinstance(item, Mapping):
            return Known()
        if reading.level_of(tx, item.get("unit")) != "reviewer":
            return Known()
        return Known(
            refused={"rows": OwnMatter(name=row.get("matter_name") or row.get("filing_number") or "")}
        )

    return known


known_expiry = _known(lambda row: row.get("answer") == "extend")
"""Of a unit's answers before a period is over."""
known_refresh = _known(changes_it)
"""Of a unit's answers to the yearly refresh."""
