"""Opening a database: made, found again, brought up to date, or refused in one line."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from watchword.names import nouns
from watchword.store import CannotOpen, Database, accounts, migrate, migrations, tags
from watchword.store.accounts import Account
from watchword.store.engines import engine_for
from watchword.store.schema import METADATA

A = "111111111111"


def test_what_was_written_is_there_when_opened_again(database_url: str, now: datetime) -> None:
    database = Database.open(database_url)
    with database.write(now) as tx:
        accounts.insert(tx, Account(A, "main", now))
    database.close()
    database = Database.open(database_url)
    with database.read() as tx:
        assert accounts.count(tx) == 1
    database.close()


def upgraded(engine: Engine, revision: str) -> None:
    """Tables as they were at that revision."""
    with engine.execution_options(writes=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", "watchword.store:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def constraints(connection: Connection) -> dict[str, list[object]]:
    """Of each table its keys, checks and indexes, by name."""
    made = inspect(connection)
    kinds = (made.get_foreign_keys, made.get_unique_constraints, made.get_check_constraints, made.get_indexes)
    return {
        table: [made.get_pk_constraint(table), *(sorted(map(str, kind(table))) for kind in kinds)]
        for table in made.get_table_names()
    }


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("begin", ["", "0001", migrations.NEWEST])
def test_the_tables_are_those_of_the_code_however_they_were_made(
    new_database_url: Callable[[str], str], dialect: str, begin: str
) -> None:
    """At once, from the first revision on, and by all revisions."""
    created = Database.open(new_database_url(dialect))
    url = new_database_url(dialect)
    if begin:
        older = engine_for(url, durable=True)
        upgraded(older, begin)
        older.dispose()
    database = Database.open(url)
    with created.engine.connect() as expected, database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert constraints(connection) == constraints(expected)
    database.close()
    created.close()


def test_the_newest_revision_is_the_one_the_code_names() -> None:
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_heads() == [migrations.NEWEST]


def test_postgresql_compares_words_by_code_point(new_database_url: Callable[[str], str]) -> None:
    database = Database.open(new_database_url("postgresql"))
    with database.engine.connect() as connection:
        loose = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS NULL"
            )
        ).all()
    database.close()
    freely_written = {"description", "trust", "document", "policy", "event", "key", "value", "content_type"}
    freely_written |= {"body", "chain", "content", "notes", "dead_letters", "handler"}
    freely_written |= {"definition", "input", "output", "error", "cause", "details"}
    freely_written |= {"checkpoint", "trace_header", "name"}
    freely_written |= {"on_success", "on_failure", "destination", "reason"}
    freely_written |= {"certificate", "certificates"}
    kept_as_json = {"headers", "metadata", "checksums", "client_ids", "thumbprints", "properties"}
    kept_as_json |= {"approver", "boundaries", "policy_types", "root_features", "weights", "settings"}
    kept_as_json |= {"cors", "tags", "object_lock"}
    kept_as_json |= {"mappings", "notifications", "policy_arns", "role_arns"}
    kept_as_json |= {"attributes", "customer_managed", "inline", "managed"}
    never_compared = {"by", "parts"}
    assert {column for _, column in loose} <= freely_written | kept_as_json | never_compared


def test_a_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    database = Database.open(f"sqlite:///{file}")
    modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    database.close()
    assert modes == dict.fromkeys(modes, 0o600)
    assert "w.db" in modes


def test_sqlite_is_told_to_keep_what_it_acknowledges(tmp_path: Path) -> None:
    for durable, synchronous in ((True, 2), (False, 0)):
        database = Database.open(f"sqlite:///{tmp_path}/w.db", durable=durable)
        with database.engine.connect() as connection:
            asked = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        database.close()
        assert asked == ["wal", synchronous, 1]


def test_a_first_start_that_fails_leaves_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create = migrate._create

    def fail_at_the_end(connection: Connection) -> None:
        create(connection)
        raise KeyError

    with monkeypatch.context() as patch:
        patch.setattr(migrate, "_create", fail_at_the_end)
        with pytest.raises(KeyError):
            Database.open(database_url)
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    Database.open(database_url).close()


START = """
import sys
from watchword.store import Database
print("ready", flush=True)
sys.stdin.readline()
Database.open(sys.argv[1]).close()
"""


def test_first_starts_at_the_same_time_all_succeed(database_url: str) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    starts = [
        subprocess.Popen([sys.executable, "-c", START, database_url], text=True, **pipes) for _ in range(3)
    ]
    for start in starts:
        assert start.stdout
        assert start.stdout.readline() == "ready\n"
    for start in starts:
        assert start.stdin
        start.stdin.write("go\n")
        start.stdin.flush()
    said = [start.communicate()[1] for start in starts]
    assert [start.returncode for start in starts] == [0] * 3, said


def refusal(url: str) -> str:
    with pytest.raises(CannotOpen) as refused:
        Database.open(url)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/name", "'mysql'"),
        ("sqlite+aiosqlite:///file", "'sqlite+aiosqlite'"),
        ("watchword.db", "expected sqlite:///FILE"),
        ("", "expected sqlite:///FILE"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////nowhere/at/all/w.db", "/nowhere/at/all/w.db: No such file or directory"),
        ("sqlite:////dev/null/w.db", "/dev/null/w.db: Not a directory"),
        ("sqlite:////", "Is a directory"),
        ("postgresql://u:hidden@127.0.0.1:1/name", "127.0.0.1"),
        ("postgresql://u:hidden@127.0.0.1:port/name", "expected sqlite:///FILE"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line(url: str, said: str) -> None:
    message = refusal(url)
    assert said in message
    assert "hidden" not in message


def test_an_unwritable_directory_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        assert "w.db: " in refusal("sqlite:////proc/w.db")
    else:
        tmp_path.chmod(0o500)
        assert "Permission denied" in refusal(f"sqlite:///{tmp_path}/w.db")


def test_what_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    file.write_bytes(b"my only copy of something else\n" * 50)
    assert "not a database" in refusal(f"sqlite:///{file}")
    assert file.read_bytes() == b"my only copy of something else\n" * 50


def test_a_database_of_somebody_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    with sqlite3.connect(file) as theirs:
        theirs.execute("CREATE TABLE users (name)")
    theirs.close()
    before = file.read_bytes()
    assert "another program's tables are in it (users)" in refusal(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_newer_database_is_refused_and_left_as_it_is(database_url: str) -> None:
    database = Database.open(database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    assert "newer version of Watchword (revision 9999)" in refusal(database_url)


def test_tag_keys_of_policies_get_back_their_case(database_url: str, now: datetime) -> None:
    """Revision 0006 compared them without case."""
    older = engine_for(database_url, durable=True)
    upgraded(older, "0006")
    with older.execution_options(writes=True).begin() as connection:
        for noun, owner in ((nouns.POLICY, "ANPA1"), (nouns.USER, "AIDA1")):
            row = {"owner_kind": noun, "owner_id": owner, "folded": "team", "key": "Team", "value": "red"}
            connection.execute(tags.TAGS.insert(), row)
    older.dispose()
    database = Database.open(database_url)
    with database.write(now) as tx:
        for noun, owner in ((nouns.POLICY, "ANPA1"), (nouns.USER, "AIDA1")):
            tags.put(tx, noun, owner, {"TEAM": "blue"})
        assert tags.of(tx, nouns.POLICY, "ANPA1") == {"TEAM": "blue", "Team": "red"}
        assert tags.of(tx, nouns.USER, "AIDA1") == {"TEAM": "blue"}
    database.close()


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "w.db"
    Database.open(f"sqlite:///{file}").close()
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xff" * (4096 - 100)
    file.write_bytes(content)
    assert "malformed" in refusal(f"sqlite:///{file}")
