"""Tokens for identity providers that provision people into an account's directory by SCIM.

Only the administrator of the host makes them (`administrator`), and each has an audit event. A directory has
two at most, so that one can be replaced by another without a pause.
Source: IAM Identity Center User Guide, "Provisioning users and groups from an external identity provider
using SCIM": two tokens, a year.
"""

import base64
import hashlib
from datetime import timedelta

from watchword.installation.administrator import Refused, first_account
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.names.ids import new_request_id
from watchword.names.moment import iso
from watchword.store import Transaction
from watchword.store.identity_center import instances, scim_tokens
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.scim_tokens import ScimToken

MOST = 2
LONGEST = timedelta(days=365)
_SECRET_BYTES = 32


def digest_of(secret: str) -> bytes:
    """What is kept of a token. Its secret has 256 bits, so nobody finds it by its digest."""
    return hashlib.sha256(secret.encode()).digest()


def make(installation: Installation, account: str, lifetime: timedelta) -> tuple[ScimToken, str]:
    """A new token, and its secret. Raises Refused."""
    secret = base64.urlsafe_b64encode(installation.randomness(_SECRET_BYTES)).decode().rstrip("=")
    now = installation.clock.wall()
    with installation.database.write(now) as tx:
        instance = _instance(tx, installation, account)
        living = [each for each in scim_tokens.of_directory(tx, instance.directory) if each.expires > now]
        if len(living) >= MOST:
            raise Refused(f"directory {instance.directory} has {MOST} tokens already: revoke one first")
        token_id = new_request_id(installation.randomness)
        token = ScimToken(token_id, instance.directory, digest_of(secret), now, now + lifetime)
        scim_tokens.insert(tx, token)
        made = {"tokenId": token.id, "expiration": iso(token.expires)}
        record_command(installation, tx, "MakeScimToken", instance.account, _about(instance), made)
    return token, secret


def listed(installation: Installation, account: str) -> list[ScimToken]:
    """All of an account's directory, expired ones too. Raises Refused."""
    with installation.database.read() as tx:
        return scim_tokens.of_directory(tx, _instance(tx, installation, account).directory)


def revoke(installation: Installation, account: str, token_id: str) -> ScimToken:
    """Ends a token, with the next request. Raises Refused."""
    with installation.database.write(installation.clock.wall()) as tx:
        instance = _instance(tx, installation, account)
        of_that_id = [
            each for each in scim_tokens.of_directory(tx, instance.directory) if each.id == token_id
        ]
        if not of_that_id:
            raise Refused(f"directory {instance.directory} has no token {token_id}")
        scim_tokens.remove(tx, of_that_id[0])
        given = _about(instance) | {"tokenId": token_id}
        record_command(installation, tx, "RevokeScimToken", instance.account, given, {})
    return of_that_id[0]


def _instance(tx: Transaction, installation: Installation, account: str) -> Instance:
    account = account or first_account(installation)
    found = instances.of_account(tx, account)
    if found is None:
        raise Refused(
            f"account {account} has no instance of Identity Center: first `aws sso-admin create-instance`"
        )
    return found


def _about(instance: Instance) -> dict[str, str]:
    return {"identityStoreId": instance.directory}
