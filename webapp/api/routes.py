"""The blueprint of the API with all its routes."""

from webapp.api import events, external, imports, ledgers, migrations, registry, tables, work
from webapp.api.frame import bp
from webapp.security import csrf

csrf.exempt(bp)  # no cookie is looked at, so there is nothing to forge

__all__ = ["bp", "events", "external", "imports", "ledgers", "migrations", "registry", "tables", "work"]
