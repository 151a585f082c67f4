"""Organizations: their trees, members and policies; addresses and ends of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Creates their tables, and two columns of accounts."""
    op.add_column("accounts", sa.Column("email", _WORD))
    op.add_column("accounts", sa.Column("closed", sa.BigInteger()))
    op.create_table(
        "organizations",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("partition", _WORD, nullable=False),
        sa.Column("management", _WORD, nullable=False),
        sa.Column("root", _WORD, nullable=False),
        sa.Column("features", _WORD, nullable=False),
        sa.Column("policy_types", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["management"], ["accounts.id"], name="fk_organizations_management"),
        sa.PrimaryKeyConstraint("id", name="pk_organizations"),
        sa.UniqueConstraint("management", name="uq_organizations_management"),
        sa.UniqueConstraint("root", name="uq_organizations_root"),
    )
    op.create_table(
        "organizational_units",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("parent", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization"], ["organizations.id"], name="fk_organizational_units_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organizational_units"),
        sa.UniqueConstraint(
            "organization", "parent", "name", name="uq_organizational_units_organization_parent_name"
        ),
    )
    op.create_table(
        "organization_members",
        sa.Column("account", _WORD, nullable=False),
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("parent", _WORD, nullable=False),
        sa.Column("method", _WORD, nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_organization_members_account"),
        sa.ForeignKeyConstraint(
            ["organization"], ["organizations.id"], name="fk_organization_members_organization"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_organization_members"),
    )
    op.create_index("ix_organization_members_parent", "organization_members", ["organization", "parent"])
    op.create_table(
        "account_creations",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("account", _WORD),
        sa.Column("failure", _WORD),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization"], ["organizations.id"], name="fk_account_creations_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_creations"),
    )
    op.create_index("ix_account_creations_organization", "account_creations", ["organization"])
    op.create_table(
        "organization_policies",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("type", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization"], ["organizations.id"], name="fk_organization_policies_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organization_policies"),
        sa.UniqueConstraint(
            "organization", "type", "name", name="uq_organization_policies_organization_type_name"
        ),
    )
    op.create_table(
        "organization_attachments",
        sa.Column("position", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("organization", _WORD, nullable=False),
        sa.Column("type", _WORD, nullable=False),
        sa.Column("policy", _WORD, nullable=False),
        sa.Column("target", _WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization"], ["organizations.id"], name="fk_organization_attachments_organization"
        ),
        sa.PrimaryKeyConstraint("position", name="pk_organization_attachments"),
        sa.UniqueConstraint(
            "organization", "target", "policy", name="uq_organization_attachments_organization_target_policy"
        ),
        sqlite_autoincrement=True,
    )
