"""Tag keys of managed policies and instance profiles are case-sensitive, so they are compared as written."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Compares those keys as they were written."""
    op.execute("UPDATE tags SET folded = key WHERE owner_kind IN ('policy', 'instance-profile')")
