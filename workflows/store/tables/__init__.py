"""The tables of the house, one file a noun, on one `metadata`.

The process package adds modules of its own on the same metadata (`workflows/admission/tables.py`).
"""

from workflows.store.tables.base import metadata
from workflows.store.tables.calendar import calendar_revision, calendar_year
from workflows.store.tables.definitions import (
    bundle,
    bundle_resource,
    definition,
    resource,
    workbook_template,
)
from workflows.store.tables.exports import export_job
from workflows.store.tables.files import attachment, attachment_link
from workflows.store.tables.imports import import_batch, import_record
from workflows.store.tables.instances import (
    copy,
    history,
    incident,
    instance,
    instance_part,
    instance_party,
    instance_state,
    opinion,
    submission,
)
from workflows.store.tables.jobs import (
    service_job,
    start_timer,
    task_reminder,
    timer,
    wait,
    worker_heartbeat,
)
from workflows.store.tables.machines import api_token, connection, delivery
from workflows.store.tables.memory import EVERY_UNIT, remembered_layout, remembered_value
from workflows.store.tables.migrations import instance_migration, instance_migration_item
from workflows.store.tables.numbers import number, number_rule, number_sequence
from workflows.store.tables.office import (
    account,
    account_role,
    audit,
    calendar_day,
    counter,
    list_choice,
    notice,
    password_used,
    planned_act,
    reorganisation,
    role_seat,
    unit,
)
from workflows.store.tables.requests import posted_once, tally, web_session
from workflows.store.tables.tasks import draft, task, task_candidate

__all__ = [
    "EVERY_UNIT",
    "account",
    "account_role",
    "api_token",
    "attachment",
    "attachment_link",
    "audit",
    "bundle",
    "bundle_resource",
    "calendar_day",
    "calendar_revision",
    "calendar_year",
    "connection",
    "copy",
    "counter",
    "definition",
    "delivery",
    "draft",
    "export_job",
    "history",
    "import_batch",
    "import_record",
    "incident",
    "instance",
    "instance_migration",
    "instance_migration_item",
    "instance_part",
    "instance_party",
    "instance_state",
    "list_choice",
    "metadata",
    "notice",
    "number",
    "number_rule",
    "number_sequence",
    "opinion",
    "password_used",
    "planned_act",
    "posted_once",
    "remembered_layout",
    "remembered_value",
    "reorganisation",
    "resource",
    "role_seat",
    "service_job",
    "start_timer",
    "submission",
    "tally",
    "task",
    "task_candidate",
    "task_reminder",
    "timer",
    "unit",
    "wait",
    "web_session",
    "workbook_template",
    "worker_heartbeat",
]
