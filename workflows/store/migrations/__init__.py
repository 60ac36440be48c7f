"""Alembic migrations. `run.upgrade` needs no alembic.ini: everything stands in `run.py`."""
