"""What organizations give to services and to member accounts; handshakes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _of_organization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organization"], ["organizations.id"], name=f"fk_{table}_organization")


def upgrade() -> None:
    """Creates their tables, and a column of organizations."""
    op.add_column("organizations", sa.Column("root_features", sa.Text()))
    op.create_table(
        "organization_services",
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("service", _WORD, nullable=False),
        sa.Column("enabled", sa.BigInteger(), nullable=False),
        _of_organization("organization_services"),
        sa.PrimaryKeyConstraint("organization", "service", name="pk_organization_services"),
    )
    op.create_table(
        "organization_delegations",
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("account", _WORD, nullable=False),
        sa.Column("service", _WORD, nullable=False),
        sa.Column("enabled", sa.BigInteger(), nullable=False),
        _of_organization("organization_delegations"),
        sa.PrimaryKeyConstraint("organization", "account", "service", name="pk_organization_delegations"),
    )
    op.create_table(
        "organization_resource_policies",
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("id", _WORD, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _of_organization("organization_resource_policies"),
        sa.PrimaryKeyConstraint("organization", name="pk_organization_resource_policies"),
        sa.UniqueConstraint("id", name="uq_organization_resource_policies_id"),
    )
    op.create_table(
        "organization_handshakes",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("management", _WORD, nullable=False),
        sa.Column("action", _WORD, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("target", _WORD, nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["management"], ["accounts.id"], name="fk_organization_handshakes_management"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organization_handshakes"),
    )
    op.create_index("ix_organization_handshakes_organization", "organization_handshakes", ["organization"])
    op.create_index("ix_organization_handshakes_target", "organization_handshakes", ["target"])
