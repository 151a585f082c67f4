"""The first tables.

A revision stands for itself: it imports nothing of the store, whose tables go on changing.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates them, those that others refer to first."""
    _accounts()
    _users()
    _groups()
    _members()
    _roles()
    _policies()
    _policy_versions()
    _attachments()
    _inline_policies()
    _access_keys()
    _tags()
    _revocations()
    _buckets()
    _objects()
    _changes()
    _audit()
    _keyring()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("partition", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )


def _users() -> None:
    op.create_table(
        "users",
        *_entity(),
        sa.Column("boundary", _WORD),
        sa.Column("password_last_used", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("account", "folded", name="uq_users_account_folded"),
    )
    op.create_index("ix_users_boundary", "users", ["boundary"])


def _groups() -> None:
    op.create_table(
        "groups",
        *_entity(),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("account", "folded", name="uq_groups_account_folded"),
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("group_id", _WORD, nullable=False),
        sa.Column("user_id", _WORD, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_members_group_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_members_user_id"),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_members"),
    )
    op.create_index("ix_members_user_id", "members", ["user_id"])


def _roles() -> None:
    op.create_table(
        "roles",
        *_entity(),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("max_session", sa.Integer(), nullable=False),
        sa.Column("boundary", _WORD),
        sa.Column("last_used", sa.BigInteger()),
        sa.Column("last_used_region", _WORD),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("account", "folded", name="uq_roles_account_folded"),
    )
    op.create_index("ix_roles_boundary", "roles", ["boundary"])


def _policies() -> None:
    op.create_table(
        "policies",
        *_entity(),
        sa.Column("arn", _WORD, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("default_version", sa.Integer(), nullable=False),
        sa.Column("next_version", sa.Integer(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint("account", "folded", name="uq_policies_account_folded"),
        sa.UniqueConstraint("arn", name="uq_policies_arn"),
    )


def _policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("policy_id", _WORD, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name="fk_policy_versions_policy_id"),
        sa.PrimaryKeyConstraint("policy_id", "number", name="pk_policy_versions"),
    )


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("position", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("owner_kind", _WORD, nullable=False),
        sa.Column("owner_id", _WORD, nullable=False),
        sa.Column("policy_arn", _WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_attachments"),
        sa.UniqueConstraint(
            "owner_kind", "owner_id", "policy_arn", name="uq_attachments_owner_kind_owner_id_policy_arn"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachments_policy_arn", "attachments", ["policy_arn"])


def _inline_policies() -> None:
    op.create_table(
        "inline_policies",
        sa.Column("owner_kind", _WORD, nullable=False),
        sa.Column("owner_id", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_kind", "owner_id", "name", name="pk_inline_policies"),
    )


def _access_keys() -> None:
    op.create_table(
        "access_keys",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("account", _WORD, nullable=False),
        sa.Column("partition", _WORD, nullable=False),
        sa.Column("user_id", _WORD),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("sealing_key", _WORD, nullable=False),
        sa.Column("status", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("last_used", sa.BigInteger()),
        sa.Column("last_used_region", _WORD),
        sa.Column("last_used_service", _WORD),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_access_keys_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_keys"),
    )
    op.create_index("ix_access_keys_account", "access_keys", ["account"])
    op.create_index("ix_access_keys_sealing_key", "access_keys", ["sealing_key"])
    op.create_index("ix_access_keys_user_id", "access_keys", ["user_id"])


def _tags() -> None:
    op.create_table(
        "tags",
        sa.Column("owner_kind", _WORD, nullable=False),
        sa.Column("owner_id", _WORD, nullable=False),
        sa.Column("folded", _WORD, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_kind", "owner_id", "folded", name="pk_tags"),
    )


def _revocations() -> None:
    op.create_table(
        "revocations",
        sa.Column("account", _WORD, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("subject", _WORD, nullable=False),
        sa.Column("issued_before", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "subject", name="pk_revocations"),
    )


def _buckets() -> None:
    op.create_table(
        "buckets",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("partition", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("account", _WORD, nullable=False),
        sa.Column("region", _WORD, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_buckets"),
        sa.UniqueConstraint("partition", "name", name="uq_buckets_partition_name"),
    )
    op.create_index("ix_buckets_account", "buckets", ["account", "name"])


def _objects() -> None:
    op.create_table(
        "objects",
        sa.Column("bucket_id", _WORD, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("version", _WORD, nullable=False),
        sa.Column("blob", _WORD, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("etag", _WORD, nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("checksums", sa.Text(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bucket_id"], ["buckets.id"], name="fk_objects_bucket_id"),
        sa.PrimaryKeyConstraint("bucket_id", "key", "version", name="pk_objects"),
    )
    op.create_index("ix_objects_blob", "objects", ["blob"])


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account", _WORD, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
        sqlite_autoincrement=True,
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("event_id", _WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account", _WORD, nullable=False),
        sa.Column("request_id", _WORD, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sa.UniqueConstraint("event_id", name="uq_audit_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_account", "audit", ["account", "number"])
    op.create_index("ix_audit_request_id", "audit", ["request_id"])


def _keyring() -> None:
    op.create_table(
        "keyring",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keyring"),
    )


def _entity() -> list[sa.Column[Any]]:
    words = ("id", "account", "partition", "name", "folded", "path")
    return [
        *(sa.Column(name, _WORD, nullable=False) for name in words),
        sa.Column("created", sa.BigInteger(), nullable=False),
    ]
