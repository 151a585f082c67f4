"""Events that wait for functions, their settings, and what no destination took."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the tables."""
    _events()
    _configs()
    _dead_letters()


def _events() -> None:
    op.create_table(
        "function_events",
        *(sa.Column(name, _WORD, nullable=False) for name in ("id", "function_id", "account", "qualifier")),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("accepted", "due")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attempts", "throttled", "begun")),
        sa.Column("lease_owner", _WORD),
        sa.Column("lease_until", sa.BigInteger()),
        sa.ForeignKeyConstraint(["function_id"], ["functions.id"], name="fk_function_events_function_id"),
        sa.PrimaryKeyConstraint("id", name="pk_function_events"),
    )
    op.create_index("ix_function_events_due", "function_events", ["due"])
    op.create_index("ix_function_events_lease_owner", "function_events", ["lease_owner"])
    op.create_index("ix_function_events_account", "function_events", ["account", "size"])
    op.create_index("ix_function_events_function_id", "function_events", ["function_id"])


def _configs() -> None:
    op.create_table(
        "function_event_configs",
        *(sa.Column(name, _WORD, nullable=False) for name in ("function_id", "qualifier")),
        *(sa.Column(name, sa.Integer()) for name in ("retries", "seconds")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("on_success", "on_failure")),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["function_id"], ["functions.id"], name="fk_function_event_configs_function_id"
        ),
        sa.PrimaryKeyConstraint("function_id", "qualifier", name="pk_function_event_configs"),
    )


def _dead_letters() -> None:
    op.create_table(
        "function_dead_letters",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("account", _WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, _WORD, nullable=False) for name in ("function_arn", "request_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("destination", "reason")),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_function_dead_letters"),
    )
    op.create_index("ix_function_dead_letters_at", "function_dead_letters", ["at"])
    op.create_index("ix_function_dead_letters_account", "function_dead_letters", ["account", "id"])
