"""Where the parts are put together: a runtime with the admission package's services and roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from workflows.settings import SettingRefused, Settings
from workflows.usecases.runtime import Runtime


def open_runtime(settings: Settings | None = None, *, upgrade: bool = False) -> Runtime:
    """The runtime of this installation: settings, database, services, roles.

    Args:
        settings: without them, those of the environment.
        upgrade: bring the schema to the newest migration first.

    Raises:
        SettingRefused: an environment variable cannot be read.
    """
    from workflows.admission.package import open_office

    return open_office(settings or Settings.from_environment(), upgrade=upgrade)


@contextmanager
def command_runtime(*, upgrade: bool = False, inline: bool = False) -> Iterator[Runtime]:
    """A runtime for one command; a setting or a database that cannot be used is a usage error.

    Args:
        inline: jobs run in this process after the commit; the job store need not exist.
    """
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, ProgrammingError

    try:
        settings = Settings.from_environment()
        runtime = open_runtime(replace(settings, jobs="inline") if inline else settings, upgrade=upgrade)
    except SettingRefused as error:
        raise click.UsageError(str(error)) from error
    except OperationalError as error:
        raise click.UsageError(f"the database cannot be opened: {error.orig}") from error
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise click.UsageError("ZHUNRU_DATABASE_URL: not an address of a database") from error
    except OSError as error:
        raise click.UsageError(f"ZHUNRU_DATA_DIR: {error.filename}: {error.strerror}") from error
    try:
        yield runtime
    except (OperationalError, ProgrammingError) as error:
        if "no such table" not in str(error.orig) and "does not exist" not in str(error.orig):
            raise
        where = runtime.engine.url.render_as_string(hide_password=True)
        raise click.UsageError(
            f"{where} is no database of zhunru: run `zhunru init` first, or set ZHUNRU_DATA_DIR or ZHUNRU_DATABASE_URL"
        ) from error
    finally:
        runtime.close()
