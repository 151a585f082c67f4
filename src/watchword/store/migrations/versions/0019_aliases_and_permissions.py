"""Aliases and resource policies of functions."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "function_aliases",
        *(sa.Column(name, _WORD, nullable=False) for name in ("function_id", "name")),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("description", "weights")),
        sa.Column("revision", _WORD, nullable=False),
        sa.ForeignKeyConstraint(["function_id"], ["functions.id"], name="fk_function_aliases_function_id"),
        sa.PrimaryKeyConstraint("function_id", "name", name="pk_function_aliases"),
    )
    op.create_table(
        "function_permissions",
        *(sa.Column(name, _WORD, nullable=False) for name in ("function_id", "qualifier")),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("revision", _WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["function_id"], ["functions.id"], name="fk_function_permissions_function_id"
        ),
        sa.PrimaryKeyConstraint("function_id", "qualifier", name="pk_function_permissions"),
    )
