"""Statements of the hot path: written in SQLAlchemy Core, compiled once a database, handed to the driver as text.

A step of a process is a handful of short statements, and Core spends several times as long on preparing each of
them anew as the database on answering. What binds and reads the values is Core's own, taken from the types of the columns.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

Values = Mapping[str, Any]
Processor = Callable[[Any], Any]


class Statement:
    """One statement with named parameters.

    Args:
        build: the statement, or a function that writes it for a dialect's name (`sqlite`, `postgresql`).
        columns: of an INSERT, the names each row has; all of them, always.

    IN with a list and LIMIT are rendered anew for each execution by Core and do not belong here.
    """

    def __init__(self, build: Any, columns: Iterable[str] = ()) -> None:
        self._build = build
        self._columns = list(columns) or None
        self._texts: WeakKeyDictionary[sa.Dialect, _Text] = WeakKeyDictionary()

    def run(self, db: sa.Connection, values: Values) -> int:
        """Execute once; how many rows it changed."""
        text = self._text(db)
        return send(db, text.sql, text.bound(values)).rowcount

    def run_many(self, db: sa.Connection, rows: Sequence[Values]) -> int:
        """Execute for each row in one go (no rows, no execution); how many rows it changed."""
        if not rows:
            return 0
        text = self._text(db)
        if len(rows) == 1:
            return send(db, text.sql, text.bound(rows[0])).rowcount
        return send(db, text.sql, [text.bound(row) for row in rows], many=True).rowcount

    def fetch(self, db: sa.Connection, values: Values) -> list[Any]:
        """The rows it answers, as named tuples."""
        text = self._text(db)
        return [text.read(row) for row in send(db, text.sql, text.bound(values)).fetchall()]

    def _text(self, db: sa.Connection) -> _Text:
        dialect = db.dialect
        text = self._texts.get(dialect)
        if text is None:
            built = self._build(dialect.name) if callable(self._build) else self._build
            text = self._texts[dialect] = _Text(built, dialect, self._columns)
        return text


def send(db: sa.Connection, sql: str, parameters: Any = (), *, many: bool = False) -> Any:
    """The driver's cursor once it has executed a statement in the transaction that has begun.

    Core's own result would be made ready to find columns by name, type and table, whatever is asked of it. Who listens
    to statements hears of these too, and what the driver raises comes as an error of SQLAlchemy.
    """
    driver = db.connection
    try:
        cursor = driver.cursor()
        for heard in db.engine.dispatch.before_cursor_execute:
            sql, parameters = heard(db, cursor, sql, parameters, None, many)
        (cursor.executemany if many else cursor.execute)(sql, parameters)
    except db.dialect.loaded_dbapi.Error as error:
        lost = db.dialect.is_disconnect(error, driver.dbapi_connection, None)
        if lost:
            db.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            sql,
            parameters,
            error,
            db.dialect.loaded_dbapi.Error,
            hide_parameters=db.engine.hide_parameters,
            connection_invalidated=lost,
            dialect=db.dialect,
            ismulti=many,
        ) from error
    return cursor


class _Text:
    """A statement as one dialect has it: SQL, how its parameters go in, how its rows come out."""

    def __init__(self, statement: Any, dialect: sa.Dialect, columns: list[str] | None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self.positional = bool(compiled.positional)
        self.names: list[str] = list(compiled.positiontup if self.positional else compiled.binds)
        self.constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        makers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self.makers = [
            (place, made) for place, name in enumerate(self.names) if (made := makers[name]) is not None
        ]
        answered = list(statement.exported_columns) if compiled._result_columns else []
        self.shape: Any = namedtuple("Row", [each.key for each in answered])  # type: ignore[misc]
        readers = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in answered]
        self.readers = [(place, made) for place, made in enumerate(readers) if made is not None]

    def bound(self, values: Values) -> Any:
        """The parameters as the driver takes them. Raises KeyError for one that is missing."""
        constants = self.constants
        listed = [constants[name] if name in constants else values[name] for name in self.names]
        for place, make in self.makers:
            listed[place] = make(listed[place])
        return tuple(listed) if self.positional else dict(zip(self.names, listed, strict=True))

    def read(self, row: Sequence[Any]) -> Any:
        """A row with its values as their types give them."""
        if not self.readers:
            return self.shape._make(row)
        listed = list(row)
        for place, read in self.readers:
            listed[place] = read(listed[place])
        return self.shape._make(listed)


def pairs(dialect: str, left: Any, right: Any) -> Any:
    """An aggregate: JSON text of all [left, right] of a group."""
    if dialect == "postgresql":
        return sa.cast(sa.func.json_agg(sa.func.json_build_array(left, right)), sa.Text)
    return sa.func.json_group_array(sa.func.json_array(left, right), type_=sa.Text)
