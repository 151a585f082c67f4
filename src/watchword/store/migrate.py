"""Bringing a database to the tables of this code, by the Alembic revisions in `migrations`.

Everything happens in one transaction that nobody else can hold at the same time, so a start that is
killed leaves the database as it was, and of two first starts one waits for the other. A database whose
revision this code doesn't know was made by a newer one and is left alone.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from watchword.store.errors import CannotOpen

_OPENERS = int.from_bytes(b"wwopener")


def bring_up_to_date(engine: Engine) -> None:
    """Creates or upgrades the tables; raises CannotOpen for a database that is newer than the code."""
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    if engine.dialect.name == "sqlite":
        _write_ahead(engine)
    with engine.connect() as connection:
        if _is_current(connection, scripts):
            return
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_OPENERS})"))
        if not _is_current(connection, scripts):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "watchword.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _write_ahead(engine: Engine) -> None:
    """The mode stays with the file; changing it needs the file to itself for a moment."""
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # a mode can't be changed within a transaction
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _is_current(connection: Connection, scripts: ScriptDirectory) -> bool:
    known = {script.revision for script in scripts.walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if unknown := present - known:
        raise CannotOpen(
            f"database {connection.engine.url.render_as_string(hide_password=True)}: made by a newer "
            f"version of Watchword (revision {', '.join(sorted(unknown))})"
        )
    return present == set(scripts.get_heads())
