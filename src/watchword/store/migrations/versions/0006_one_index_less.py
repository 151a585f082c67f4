"""Nobody looks for the audit events of an account, and each change paid for the index."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Drops the index."""
    op.drop_index("ix_audit_account", "audit")
