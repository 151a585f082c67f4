"""One-time links by which people of IAM Identity Center set their password. An operator prints one for them.

At AWS people get it by mail. The proof is access to the data directory, as for every command of the
administrator. Who has the link sets the password, once, within VALID; nobody is signed in by it.
"""

import base64
import hashlib
from datetime import timedelta

from watchword.installation.administrator import Refused
from watchword.installation.endpoint import kept_endpoint
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.names.ids import Prefix, new_access_key_id
from watchword.store import Transaction
from watchword.store.identity_center import instances, users
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.users import User
from watchword.store.portal import authenticators, secrets, sessions
from watchword.store.portal.secrets import Held, Kind
from watchword.store.portal.sessions import PortalSession, Stage

VALID = timedelta(days=1)
PATH = "/start/password?secret="
_SECRET_BYTES = 32


def new_link(
    installation: Installation, name: str, directory: str, endpoint: str, *, without_authenticator: bool
) -> str:
    """The address of a link for the directory's user of that name. Raises Refused.

    directory: its id; empty for that of the first instance. without_authenticator: their app is forgotten,
    since they lost it.
    """
    secret = base64.urlsafe_b64encode(installation.randomness(_SECRET_BYTES)).rstrip(b"=").decode()
    with installation.database.write(installation.clock.now()) as tx:
        instance, user = _user(tx, name, directory)
        if without_authenticator:
            authenticators.remove(tx, user.id)
        key = new_access_key_id(Prefix.SESSION_KEY, instance.account, installation.randomness)
        operator, until = installation.operator.host, tx.at + VALID
        made = PortalSession(
            key, instance.account, user.directory, user.id, operator, Stage.LINK.value, tx.at, until
        )
        sessions.insert(tx, made)
        digest = hashlib.sha256(secret.encode()).digest()
        secrets.insert(tx, Held(digest, Kind.LINK.value, made.id, tx.at, until))
        given = {"userId": user.id, "withoutAuthenticator": str(without_authenticator).lower()}
        record_command(installation, tx, "CreatePasswordLink", instance.account, given, {})
    return f"{endpoint or kept_endpoint(installation.settings)}{PATH}{secret}"


def _user(tx: Transaction, name: str, directory: str) -> tuple[Instance, User]:
    instance = instances.of_directory(tx, directory) if directory else instances.earliest(tx)
    if instance is None:
        raise Refused(f"no directory {directory}" if directory else "there is no instance of Identity Center")
    user = users.named(tx, instance.directory, name)
    if user is None:
        raise Refused(f"the directory {instance.directory} has no user {name!r}")
    return instance, user
