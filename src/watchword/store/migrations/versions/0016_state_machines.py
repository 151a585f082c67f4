"""State machines and their executions."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _WORD, nullable=False) for name in names]


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "state_machines",
        *_words("id", "account", "partition", "region", "name", "type"),
        sa.Column("created", sa.BigInteger(), nullable=False),
        *_words("revision_id"),
        sa.Column("deleting", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_state_machines"),
        sa.UniqueConstraint("account", "region", "name", name="uq_state_machines_account_region_name"),
    )
    op.create_index("ix_state_machines_deleting", "state_machines", ["deleting"])
    op.create_table(
        "state_machine_revisions",
        *_words("id", "machine_id"),
        sa.Column("definition", sa.Text(), nullable=False),
        *_words("role_arn"),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["machine_id"], ["state_machines.id"], name="fk_state_machine_revisions_machine_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_state_machine_revisions"),
    )
    op.create_index("ix_state_machine_revisions_machine_id", "state_machine_revisions", ["machine_id"])
    _executions()
    _parts_of_executions()


def _executions() -> None:
    op.create_table(
        "executions",
        *_words("id", "machine_id", "revision_id", "arn", "account", "name", "type"),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("trace_header", sa.Text()),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("stopped", sa.BigInteger()),
        *_words("status"),
        *(sa.Column(name, sa.Text()) for name in ("output", "error", "cause")),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger()),
        sa.Column("lease_owner", _WORD),
        sa.Column("lease_until", sa.BigInteger()),
        sa.ForeignKeyConstraint(["machine_id"], ["state_machines.id"], name="fk_executions_machine_id"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["state_machine_revisions.id"], name="fk_executions_revision_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_executions"),
        sa.UniqueConstraint("arn", name="uq_executions_arn"),
    )
    op.create_index("ix_executions_due", "executions", ["due"])
    op.create_index("ix_executions_lease_owner", "executions", ["lease_owner"])
    op.create_index("ix_executions_machine_id", "executions", ["machine_id", "started", "id"])
    op.create_index("ix_executions_stopped", "executions", ["stopped"])


def _parts_of_executions() -> None:
    op.create_table(
        "execution_events",
        *_words("execution_id"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("number", "previous")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_words("type"),
        sa.Column("details", sa.Text()),
        sa.ForeignKeyConstraint(["execution_id"], ["executions.id"], name="fk_execution_events_execution_id"),
        sa.PrimaryKeyConstraint("execution_id", "number", name="pk_execution_events"),
    )
    op.create_table(
        "task_tokens",
        *_words("token", "execution_id"),
        sa.ForeignKeyConstraint(["execution_id"], ["executions.id"], name="fk_task_tokens_execution_id"),
        sa.PrimaryKeyConstraint("token", name="pk_task_tokens"),
    )
    op.create_index("ix_task_tokens_execution_id", "task_tokens", ["execution_id"])
    op.create_table(
        "task_signals",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        *_words("execution_id"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("run", "attempt")),
        *_words("kind"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("output", "error", "cause")),
        sa.ForeignKeyConstraint(["execution_id"], ["executions.id"], name="fk_task_signals_execution_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task_signals"),
    )
    op.create_index("ix_task_signals_execution_id", "task_signals", ["execution_id"])
