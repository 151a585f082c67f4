"""Delegation requests."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table."""
    words = ("requestor", "workflow", "description", "message", "policy", "channel", "redirect_url", "state")
    op.create_table(
        "delegation_requests",
        sa.Column("id", _WORD, nullable=False),
        *(sa.Column(name, _WORD, nullable=False) for name in (*words, "notes", "rejection")),
        sa.Column("boundaries", sa.Text(), nullable=False),
        sa.Column("session_seconds", sa.Integer(), nullable=False),
        sa.Column("only_by_owner", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("created", "updated")),
        *(sa.Column(name, _WORD) for name in ("owner_account", "owner_arn", "owner_id", "approver_arn")),
        sa.Column("approver", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_delegation_requests"),
        sa.UniqueConstraint("requestor", "workflow", name="uq_delegation_requests_requestor_workflow"),
        sa.ForeignKeyConstraint(["requestor"], ["accounts.id"], name="fk_delegation_requests_requestor"),
    )
    op.create_index("ix_delegation_requests_owner_account", "delegation_requests", ["owner_account"])
