"""Who reads what a form masks, and the name under which somebody stands who must not be known.

A form says it (`forms.masking`): some of its fields are for its readers and for whoever posted it, and the starter of
its process may be concealed. A concealed starter's name and unit are not written at all, neither with the instance nor in
its history: what nobody wrote down no list, search, export or answer can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import sqlalchemy as sa

from forms.binding import Submission
from forms.fields import Form
from forms.masking import bare, masked_keys, may_read, veiled, veiled_values
from workflows.store.tables import account, instance, task
from workflows.usecases import submissions
from workflows.usecases.actor import Actor
from workflows.usecases.runtime import Transaction
from workflows.usecases.views import SubmissionView

CONCEALED = "发起人(身份保密)"
"""Stands for the name of a starter who is not to be known. Rows say it: it is never to be reworded."""

ASSIGNEE_NAME = sa.case(
    (sa.and_(instance.c.initiator_name == CONCEALED, task.c.assignee == instance.c.initiator), CONCEALED),
    else_=account.c.name,
).label("assignee_name")
"""Of a task with its instance and its assignee's account: the name to be shown."""


class Started(Protocol):
    """Somebody started it: a row, or an instance in hand."""

    @property
    def initiator(self) -> str: ...

    @property
    def initiator_name(self) -> str: ...


def concealed(actor: Actor) -> Actor:
    """The actor as the instance knows them: an account without name and unit."""
    return replace(actor, name=CONCEALED, unit_id=None, unit_name="")


def is_concealed(started: Started, username: str | None) -> bool:
    """Whether this account is the concealed starter."""
    return started.initiator_name == CONCEALED and username == started.initiator


def shown_as(started: Started, actor: Actor) -> Actor:
    """The actor under the name that may be written down with this instance."""
    return concealed(actor) if is_concealed(started, actor.username) else actor


def public(started: Started, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Process variables without those that hold the account of a concealed starter."""
    if started.initiator_name != CONCEALED:
        return dict(variables)
    return {key: value for key, value in variables.items() if value != started.initiator}


# ------------------------------------------------------------------ fields
def reads(form: Form, started: Started, actor: Actor) -> bool:
    """Whether an actor may read all of a form: one of its readers, or who started the process."""
    return may_read(form, actor.groups()) or actor.username == started.initiator


def seen(found: SubmissionView, started: Started, actor: Actor) -> SubmissionView:
    """A posted form as the actor may read it."""
    if reads(found.form, started, actor):
        return found
    return replace(found, form=veiled(found.form), values=veiled_values(found.form, found.values))


def without_masked(form: Form, started: Started, actor: Actor) -> Form:
    """The form of a task as the actor may fill it in: what they may not read they do not write either."""
    return form if reads(form, started, actor) else bare(form)


def told(form: Form, values: Mapping[str, Any], started: Started, actor: Actor) -> dict[str, Any]:
    """Values of a form without those the actor may not read, for what a page takes over."""
    keys = frozenset() if reads(form, started, actor) else masked_keys(form)
    return {key: value for key, value in values.items() if key not in keys}


def kept(
    tx: Transaction, row: Any, form: Form | None, posted: Submission | None, actor: Actor
) -> Submission | None:
    """What is written of a posted form: where its poster may not read all of it, the masked values stay as they stand.

    `row`: of the instance.
    """
    if form is None or posted is None or reads(form, row, actor):
        return posted
    keys = masked_keys(form)
    standing = submissions.latest(tx, row.id, form.key) or {}
    values = {key: value for key, value in posted.values.items() if key not in keys}
    values |= {key: standing[key] for key in keys if standing.get(key) is not None}
    return replace(posted, values=values, form=form)


def hidden_files(tx: Transaction, instance_id: int, actor: Actor) -> frozenset[int]:
    """Ids of attachments of an instance that stand in fields the actor may not read, and in no others."""
    query = sa.select(instance.c.initiator, instance.c.initiator_name).where(instance.c.id == instance_id)
    started = tx.db.execute(query).one()
    hidden: set[int] = set()
    shown: set[int] = set()
    for each in submissions.posted(tx, instance_id):
        keys = frozenset() if reads(each.form, started, actor) else masked_keys(each.form)
        for field in each.form.fields:
            if field.kind == "files":
                (hidden if field.key in keys else shown).update(each.values.get(field.key) or ())
    return frozenset(hidden - shown)


def may_read_table(form: Form, actor: Actor) -> bool:
    """Whether somebody may look into a table of such forms that another brought."""
    return actor.is_system or may_read(form, actor.groups())
