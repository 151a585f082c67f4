"""Whose identity it is: logins are compared with those that are linked to it, and new ones are linked.

1. Logins that are linked to two identities are refused.
2. An identity to which a login was ever linked takes a login that is linked to it, or its own token. One from
   which all were taken away belongs to no user, and isn't a guest's again.
3. A guest's identity takes whatever is proved: its id is all that a guest has.
4. The other logins are linked to it. It has one user of a provider at most, but any number of developers'
   users; MOST_LOGINS in all.
5. An assertion of a SAML provider is good for GetId, and for one session or token.

Source: Amazon Cognito Identity API Reference, GetId, GetOpenIdToken, MergeDeveloperIdentities,
UnlinkDeveloperIdentity; Amazon Cognito Developer Guide, "Identity pools authentication flow".
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from watchword.identity.pools.errors import NO_MATCH, TAKEN, error, forbidden, no_identity, wrong_login
from watchword.identity.pools.logins import COGNITO, Login, VouchedForPool
from watchword.identity.used_assertions import use
from watchword.names import AwsError
from watchword.names.ids import Randomness
from watchword.store import Conflict, Transaction
from watchword.store.cognito_identity import identities
from watchword.store.cognito_identity.identities import Identity
from watchword.store.cognito_identity.identities import Login as Linked
from watchword.store.cognito_identity.pools import Pool

MOST_LOGINS = 20


def find_or_make(tx: Transaction, vouched: VouchedForPool, randomness: Randomness) -> Identity:
    """The identity of these logins, or a new one. A guest always gets a new one."""
    found = {owner for each in vouched.logins if (owner := _owner(tx, vouched.pool, each))}
    if len(found) > 1:
        raise error("ResourceConflict", TAKEN)  # 1.
    identity = identity_of(tx, vouched.pool, found.pop()) if found else _new(tx, vouched.pool, randomness)
    link(tx, vouched.pool, identity, vouched.logins)
    return identity


def claim(tx: Transaction, vouched: VouchedForPool, identity_id: str) -> Identity:
    """The identity of that id, which is the caller's. Raises NotAuthorized, ResourceNotFound and others."""
    identity = identity_of(tx, vouched.pool, identity_id)
    owners = {_owner(tx, vouched.pool, each) for each in vouched.logins}
    if identity.known and not vouched.logins:
        raise forbidden(identity_id)
    if identity.known and identity_id not in owners:
        raise error("NotAuthorized", NO_MATCH)  # 2.
    link(tx, vouched.pool, identity, vouched.logins)
    return identity


def use_up(tx: Transaction, vouched: VouchedForPool, now: datetime) -> None:
    """Uses up what is good for one session or token: rule 5. Raises NotAuthorized when it was used."""
    for each in vouched.logins:
        if each.once:
            try:
                use(tx, each.provider, each.once.assertion_id, each.once.issued, now)
            except AwsError as used:
                raise wrong_login(used.said, used.meant) from None


def link(tx: Transaction, pool: Pool, identity: Identity, logins: Sequence[Login]) -> None:
    """Links the logins that aren't yet to the identity, which is the caller's: rule 4."""
    linked = identities.logins(tx, identity.id)
    for login in logins:
        owner = _owner(tx, pool, login)
        if owner == identity.id:
            continue
        another = login.provider != pool.settings.developer and any(
            each.provider == login.provider for each in linked
        )
        if owner or another or login.provider == COGNITO:
            raise error("ResourceConflict", TAKEN)
        if len(linked) >= MOST_LOGINS:
            raise error("ResourceConflict", f"An identity has at most {MOST_LOGINS} logins.")
        made = Linked(pool.id, login.provider, login.subject, identity.id)
        try:
            identities.link(tx, made)
        except Conflict:  # it was linked in the same moment
            raise error("ResourceConflict", TAKEN) from None
        linked.append(made)


def identity_of(tx: Transaction, pool: Pool, identity_id: str) -> Identity:
    """The identity of that id in that pool. Raises ResourceNotFound."""
    found = identities.by_id(tx, identity_id)
    if found is None or found.pool_id != pool.id:
        raise no_identity(identity_id)
    return found


def _owner(tx: Transaction, pool: Pool, login: Login) -> str:
    """The id of the identity that the login belongs to; empty for a new one."""
    if login.provider == COGNITO:
        return login.subject
    linked = identities.linked(tx, pool.id, login.provider, login.subject)
    return linked.identity_id if linked else ""


def _new(tx: Transaction, pool: Pool, randomness: Randomness) -> Identity:
    identity_id = f"{pool.region}:{uuid.UUID(bytes=randomness(16), version=4)}"
    identity = Identity(identity_id, pool.id, tx.at, tx.at)
    identities.insert(tx, identity)
    return identity
