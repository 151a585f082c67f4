"""Access keys, the keyring, revocations, and whether the principal of a session still exists.

Secrets are opened here, once, and not again until something changes. Of an account that was closed, no key
and no principal exists any more.
"""

from dataclasses import dataclass, field

from watchword.facts.accounts import is_open
from watchword.facts.fact import Fact, Reading
from watchword.identity import secrets
from watchword.names.principal import Root, User
from watchword.proofs.keyring import Keyring
from watchword.sessions.revocation import Revoked, by_subject
from watchword.store import Topic, keyring, revocations
from watchword.store.iam import access_keys, password_policies, roles, service_credentials, users
from watchword.store.iam.service_credentials import ServiceCredential


@dataclass(frozen=True, slots=True)
class KeyFact:
    """A long-term access key, opened."""

    principal: User | Root
    active: bool
    secret: str = field(repr=False)


def _keyring(reading: Reading) -> Keyring:
    reading.depends_on(keyring.WHOLE)
    return reading.root_key.keyring(reading.tx)


def _access_key(reading: Reading, access_key_id: str) -> KeyFact | None:
    """Opened by the keyring of the same snapshot: one read earlier may lack the key that sealed it."""
    key = access_keys.by_id(reading.tx, access_key_id)
    if key is None:
        return None
    reading.depends_on(Topic("access_key", key.id), keyring.WHOLE)
    if not is_open(reading, key.account):
        return None
    principal: User | Root = Root(key.account, key.partition)
    if key.user_id is not None:
        user = users.by_id(reading.tx, key.user_id)
        if user is None:
            return None
        reading.depends_on(Topic("user", user.id))
        principal = user.principal
    return KeyFact(principal, key.active, secrets.open(key, reading.root_key.keyring(reading.tx)))


def _service_credential(reading: Reading, credential_id: str) -> ServiceCredential | None:
    found = service_credentials.by_id(reading.tx, credential_id)
    reading.depends_on(Topic(service_credentials.KIND, credential_id))
    return found


def _role_exists(reading: Reading, unique_id: str) -> bool | None:
    reading.depends_on(Topic("role", unique_id))
    role = roles.by_id(reading.tx, unique_id)
    return True if role and is_open(reading, role.account) else None


def _user(reading: Reading, unique_id: str) -> User | None:
    reading.depends_on(Topic("user", unique_id))
    user = users.by_id(reading.tx, unique_id)
    return user.principal if user and is_open(reading, user.account) else None


def _may_change_passwords(reading: Reading, account: str) -> bool | None:
    reading.depends_on(Topic("account", account))
    policy = password_policies.of(reading.tx, account)
    return True if policy and policy.users_may_change else None


def _revocations(reading: Reading, account: str) -> Revoked:
    reading.depends_on(Topic("revocation", account))
    return by_subject(revocations.of_account(reading.tx, account))


KEYRING = Fact("keyring", _keyring)
"""The keys that seal tokens and secrets."""
ACCESS_KEY = Fact("access-key", _access_key)
"""By access key id."""
SERVICE_CREDENTIAL = Fact(service_credentials.KIND, _service_credential)
"""By its id."""
USER_BY_ID = Fact("user-by-id", _user)
"""The user of a unique id, as it is called now: a user can be renamed."""
ROLE_EXISTS = Fact("role-exists", _role_exists)
"""By unique id. A role can't be renamed."""
MAY_CHANGE_PASSWORDS = Fact("may-change-passwords", _may_change_passwords)
"""Whether the users of an account may change their own passwords, whatever their policies allow."""
REVOCATIONS = Fact("revocations", _revocations)
"""Everything that was revoked in an account."""
