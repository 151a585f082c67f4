"""The access portal: people's sessions, passwords and authenticator apps, and programs that wait for them."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the tables."""
    _sessions()
    _secrets()
    _device_authorizations()
    _proofs()


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _WORD, nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_user_id"
    return sa.ForeignKeyConstraint(["user_id"], ["directory_users.id"], name=name, ondelete="CASCADE")


def _of_session(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_session"
    return sa.ForeignKeyConstraint(["session"], ["portal_sessions.id"], name=name, ondelete="CASCADE")


def _index(table: str, *names: str) -> None:
    for name in names:
        op.create_index(f"ix_{table}_{name}", table, [name])


def _sessions() -> None:
    op.create_table(
        "portal_sessions",
        *_words("id", "account", "directory", "user_id", "source", "stage"),
        *_moments("created", "expires"),
        *_moments("password_set", "mfa_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_portal_sessions"),
        _of_person("portal_sessions"),
    )
    _index("portal_sessions", "user_id", "expires")


def _secrets() -> None:
    op.create_table(
        "portal_secrets",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        *_words("kind", "session", "bound_to"),
        *_moments("created", "expires"),
        *_moments("used", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_portal_secrets"),
        _of_session("portal_secrets"),
    )
    _index("portal_secrets", "session", "expires")


def _device_authorizations() -> None:
    table = "device_authorizations"
    op.create_table(
        table,
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("id", "user_code", "client")),
        *_words("client_name", "directory", "source"),
        *_moments("created", "expires"),
        *_moments("polled", nullable=True),
        sa.Column("session", _WORD),
        sa.Column("denied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("user_code", name=f"uq_{table}_user_code"),
        _of_session(table),
    )
    _index(table, "session", "source", "expires")


def _proofs() -> None:
    op.create_table(
        "portal_passwords",
        *_words("user_id", "hash"),
        *_moments("changed"),
        sa.PrimaryKeyConstraint("user_id", name="pk_portal_passwords"),
        _of_person("portal_passwords"),
    )
    table = "portal_authenticators"
    op.create_table(
        table,
        *_words("user_id", "sealing_key"),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        *_moments("created"),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("drift", sa.Integer(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=f"pk_{table}"),
        _of_person(table),
    )
    _index(table, "sealing_key")
