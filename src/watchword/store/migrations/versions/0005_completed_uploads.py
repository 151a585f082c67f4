"""Of which upload an object was made."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the column; objects that are there have forgotten theirs."""
    op.add_column("objects", sa.Column("upload", _WORD))
