"""The registry of matters and the catalogue.

Revision: admission_0001
"""

from __future__ import annotations

from alembic import op

import workflows.admission.tables  # noqa: F401  puts the tables on the metadata
from workflows.store.tables import metadata

revision = "admission_0001"
down_revision = None
branch_labels = ("admission",)
depends_on = "store_0001"

TABLES = [
    "matter",
    "matter_scope",
    "matter_version",
    "matter_receipt",
    "catalogue_edition",
    "catalogue_entry",
    "refresh_answer",
]


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
