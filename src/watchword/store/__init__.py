"""Floor 3: the store. Tables and transactions.

Every function takes an open transaction first and gives frozen records. Nothing here reads a clock, draws
a random number, or knows what the records mean.

The nouns are modules: `from watchword.store import users`, then `users.named(tx, account, name)`.
"""

from watchword.store import (
    access_keys,
    accounts,
    attachments,
    audit,
    buckets,
    changes,
    groups,
    holders,
    inline,
    instance_profiles,
    keyring,
    listing,
    objects,
    parts,
    policies,
    revocations,
    roles,
    tags,
    uploads,
    used_signatures,
    users,
    versions,
)
from watchword.store.cache import Cache
from watchword.store.database import Database
from watchword.store.errors import CannotOpen, Conflict, Dangling, StoreError, Unavailable
from watchword.store.freshness import Watch
from watchword.store.transaction import EVERYTHING, Topic, Transaction

__all__ = [
    "EVERYTHING",
    "Cache",
    "CannotOpen",
    "Conflict",
    "Dangling",
    "Database",
    "StoreError",
    "Topic",
    "Transaction",
    "Unavailable",
    "Watch",
    "access_keys",
    "accounts",
    "attachments",
    "audit",
    "buckets",
    "changes",
    "groups",
    "holders",
    "inline",
    "instance_profiles",
    "keyring",
    "listing",
    "objects",
    "parts",
    "policies",
    "revocations",
    "roles",
    "tags",
    "uploads",
    "used_signatures",
    "users",
    "versions",
]
