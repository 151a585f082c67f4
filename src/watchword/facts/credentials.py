"""Access keys, the keyring, revocations, and whether the principal of a session still exists.

Secrets are opened here, once, and not again until something changes.
"""

from dataclasses import dataclass, field

from watchword.facts.loaded import Loaded, loaded
from watchword.identity import secrets
from watchword.installation.installation import RootKey
from watchword.names.principal import Root, User
from watchword.proofs.keyring import Keyring
from watchword.sessions import Session
from watchword.store import Topic, Transaction, accounts, keyring, revocations
from watchword.store.iam import (
    access_keys,
    roles,
    users,
)
from watchword.store.revocations import Revocation


@dataclass(frozen=True, slots=True)
class KeyFact:
    """A long-term access key, opened."""

    principal: User | Root
    active: bool
    secret: str = field(repr=False)


def load_keyring(tx: Transaction, root: RootKey) -> Loaded[Keyring]:
    return loaded(root.keyring(tx), keyring.WHOLE)


def load_key(tx: Transaction, access_key_id: str, root: RootKey) -> Loaded[KeyFact]:
    """Opened by the keyring of the same snapshot: one read before may be without the key that sealed it."""
    key = access_keys.by_id(tx, access_key_id)
    if key is None:
        return loaded(None)
    topics = [Topic("access_key", key.id), keyring.WHOLE]
    principal: User | Root = Root(key.account, key.partition)
    if key.user_id is not None:
        user = users.by_id(tx, key.user_id)
        if user is None:
            return loaded(None)
        topics.append(Topic("user", user.id))
        principal = User(user.account, user.name, user.id, user.path, user.partition)
    return loaded(KeyFact(principal, key.active, secrets.open(key, root.keyring(tx))), *topics)


def load_existence(tx: Transaction, session: Session) -> Loaded[bool]:
    """True when the session's own user, role or account is there."""
    match session.kind:
        case "role":
            found = roles.by_id(tx, session.unique_id) is not None
            topic = Topic("role", session.unique_id)
        case "user":
            found = users.by_id(tx, session.unique_id) is not None
            topic = Topic("user", session.unique_id)
        case "root" | "federated":
            found = accounts.by_id(tx, session.account) is not None
            topic = Topic("account", session.account)
    return loaded(True if found else None, topic)


def load_revocations(tx: Transaction, account: str) -> Loaded[list[Revocation]]:
    return loaded(revocations.of_account(tx, account), Topic("revocation", account))
