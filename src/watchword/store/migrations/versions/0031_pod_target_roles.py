"""Target roles and session policies of pod identity associations."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """The associations that are there have neither."""
    for name in ("target_role_arn", "policy"):
        op.add_column("pod_associations", sa.Column(name, _WORD, nullable=False, server_default=""))
