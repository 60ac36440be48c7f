"""Run the migrations, those of the process package included.

Every folder `workflows/<package>/migrations/versions` holds revisions: the store's own chain, and beside it
a branch a package, whose first revision says `down_revision = None`, `branch_labels = ("<package>",)` and
`depends_on = "<a revision of the store>"`. Nothing is imported from the floors above; the files are read.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

_HERE = Path(__file__).parent
_LOCK = 7_205_021  # advisory lock of PostgreSQL: two processes that start at once migrate one after the other


def locations() -> list[Path]:
    """Folders of revisions, the store's first."""
    packages = _HERE.parent.parent
    others = sorted(path for path in packages.glob("*/migrations/versions") if path != _HERE / "versions")
    return [_HERE / "versions", *others]


def config() -> Config:
    """The configuration of Alembic, as `alembic.ini` would give it."""
    made = Config()
    made.set_main_option("script_location", str(_HERE))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", "\n".join(str(path) for path in locations()))
    return made


def upgrade(engine: sa.Engine) -> None:
    """Bring the schema to the newest revisions of every branch, in one transaction."""
    made = config()
    heads = set(ScriptDirectory.from_config(made).get_heads())
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if set(MigrationContext.configure(connection).get_current_heads()) == heads:
            return
        made.attributes["connection"] = connection
        command.upgrade(made, "heads")
