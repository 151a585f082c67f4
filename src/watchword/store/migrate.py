"""Creating and upgrading tables.

An empty database gets the newest tables at once. An older one is upgraded by the Alembic revisions in
`migrations`; a test holds both ways to the same result. Either is one transaction under a lock. So a start
that is killed leaves the database as it was, and of two first starts one waits for the other. A database of
another program, or of a newer version of this one, is refused unchanged.
"""

from sqlalchemy import Connection, Engine, inspect, text

from watchword.store.errors import CannotOpen, Missing
from watchword.store.migrations import NEWEST
from watchword.store.tables import METADATA

_UPGRADE_LOCK = int.from_bytes(b"wwopener")


def bring_up_to_date(engine: Engine, *, make: bool = True) -> None:
    """Creates or upgrades the tables. Raises CannotOpen for a database of another program or version.

    Where nothing is to be made, it raises Missing for a database without tables.
    """
    with engine.connect() as connection:
        found = _revision(connection)
        if found is None and not make:
            raise Missing(f"{_named(connection)} has no tables")
    if engine.dialect.name == "sqlite":
        _enable_wal(engine)
    if found == NEWEST:
        return
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
        found = _revision(connection)
        if found is None:
            _create(connection)
        elif found != NEWEST:
            _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """The revision of the tables, None when there are none."""
    present = set(inspect(connection).get_table_names())  # read once: another first start may commit now
    if "alembic_version" in present:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if theirs := sorted(present & set(METADATA.tables)):
        raise CannotOpen(f"{_named(connection)}: another program's tables are in it ({theirs[0]})")
    return None


def _create(connection: Connection) -> None:
    from watchword.store.schema import METADATA as ALL  # noqa: PLC0415 few commands need all tables

    ALL.create_all(connection)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
            " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": NEWEST})


def _upgrade(connection: Connection) -> None:
    # Importing Alembic takes longer than most commands, and it is rarely needed.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "watchword.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        revision = _revision(connection)
        raise CannotOpen(
            f"{_named(connection)}: made by a newer version of Watchword (revision {revision})"
        ) from None


def _enable_wal(engine: Engine) -> None:
    """Sets WAL mode, which the file keeps. This needs exclusive access for a moment."""
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # a mode can't be changed within a transaction
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _named(connection: Connection) -> str:
    return f"database {connection.engine.url.render_as_string(hide_password=True)}"
