"""Sign-ins: sessions of the console, and what comes before them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("user_id", _WORD),
        sa.Column("password_set", sa.BigInteger()),
        sa.Column("token", _WORD, nullable=False),
        sa.Column("role_token", _WORD, nullable=False),
        sa.Column("bound_to", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_expires", "sign_ins", ["expires"])
