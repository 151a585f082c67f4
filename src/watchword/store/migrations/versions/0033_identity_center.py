"""Identity Center: instances, their directories, permission sets and assignments."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """An empty Identity Center."""
    _instances()
    _people()
    _memberships()
    _permission_sets()
    _assignments()
    _requests()


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _WORD, nullable=False) for name in names]


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _id(table: str) -> tuple[sa.Column[str], sa.PrimaryKeyConstraint]:
    return sa.Column("id", _WORD, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=f"uq_{table}_{'_'.join(names)}")


def _instances() -> None:
    table = "identity_center_instances"
    op.create_table(
        table,
        *_id(table),
        *_words("account", "region", "directory", "name", "partition"),
        _moment("created"),
        _unique(table, "account"),
        _unique(table, "directory"),
    )


def _people() -> None:
    table = "directory_users"
    op.create_table(
        table,
        *_id(table),
        *_words("directory", "name", "folded", "created_by", "updated_by"),
        sa.Column("folded_email", _WORD),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("attributes", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        _moment("created"),
        _moment("updated"),
        _unique(table, "directory", "folded"),
        _unique(table, "directory", "folded_email"),
    )
    table = "directory_groups"
    op.create_table(
        table,
        *_id(table),
        *_words("directory", "name", "folded", "created_by", "updated_by"),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        _moment("created"),
        _moment("updated"),
        _unique(table, "directory", "folded"),
    )
    table = "directory_external_ids"
    key = ("directory", "kind", "issuer", "external_id")
    op.create_table(table, *_words(*key, "owner_id"), sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"))
    op.create_index(f"ix_{table}_owner_id", table, ["owner_id"])


def _memberships() -> None:
    table = "directory_memberships"
    op.create_table(
        table,
        *_id(table),
        *_words("directory", "group_id", "user_id", "created_by"),
        _moment("created"),
        _foreign(table, "group_id", "directory_groups"),
        _foreign(table, "user_id", "directory_users"),
        _unique(table, "group_id", "user_id"),
    )
    for name in ("group_id", "user_id"):
        op.create_index(f"ix_{table}_{name}", table, [name, "id"])


def _permission_sets() -> None:
    table = "permission_sets"
    texts = ("description", "inline", "managed", "customer_managed")
    op.create_table(
        table,
        *_id(table),
        *_words("instance_id", "name", "duration", "relay_state", "boundary"),
        _moment("created"),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("revision", sa.Integer, nullable=False),
        _foreign(table, "instance_id", "identity_center_instances"),
        _unique(table, "instance_id", "name"),
    )


def _assignments() -> None:
    table = "account_assignments"
    words = ("permission_set_id", "account", "principal_type", "principal_id")
    op.create_table(
        table,
        sa.Column("position", _SERIAL, nullable=False, autoincrement=True),
        *_words(*words),
        _moment("created"),
        sa.PrimaryKeyConstraint("position", name=f"pk_{table}"),
        _foreign(table, "permission_set_id", "permission_sets"),
        sa.UniqueConstraint(*words, name=f"uq_{table}"),
        sqlite_autoincrement=True,
    )
    for name in ("account", "principal_id"):
        op.create_index(f"ix_{table}_{name}", table, [name])
    table = "provisioned_permission_sets"
    op.create_table(
        table,
        *_words("permission_set_id", "account", "role_id"),
        sa.Column("revision", sa.Integer, nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("permission_set_id", "account", name=f"pk_{table}"),
        _foreign(table, "permission_set_id", "permission_sets"),
        _foreign(table, "role_id", "roles"),
    )
    op.create_index(f"ix_{table}_role_id", table, ["role_id"])
    op.create_index(f"ix_{table}_account", table, ["account", "permission_set_id"])


def _requests() -> None:
    table = "identity_center_requests"
    more = ("permission_set_arn", "account", "principal_type", "principal_id")
    op.create_table(
        table,
        *_id(table),
        *_words("instance_id", "kind", "failure", *more),
        _moment("made"),
        _foreign(table, "instance_id", "identity_center_instances"),
    )
    op.create_index(f"ix_{table}_instance_id", table, ["instance_id", "kind", "id"])
