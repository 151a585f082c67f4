"""Enrolling, listing and revoking hosts, as the administrator of the host does it.

1. A name is that of one host of the account. One that was revoked may be enrolled again, as another host.
2. Roles are of the account. Whether they exist, and trust the host, is asked when it wants a session.
3. The first host of an account and Region makes its authority, and the trust anchor that vouches for it. When
   the trust anchor was deleted, the next host makes another; hosts of the old one are cut off.
4. The token is told once, and only its digest is kept.
5. A revocation ends the host's sessions too, and all that came of them: those of roles that were assumed with
   them, and those of the pods of a node.

Each is recorded (`operator_events`).
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from msgspec import structs

from watchword.identity import private_keys
from watchword.installation.administrator import Refused, account_of
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.proofs.keyring import Keyring
from watchword.sessions.revocation import revoke
from watchword.store import Transaction
from watchword.store.rolesanywhere import host_authorities, hosts, trust_anchors
from watchword.store.rolesanywhere.host_authorities import HostAuthority
from watchword.store.rolesanywhere.hosts import Host
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor

AUTHORITY = "watchword-hosts"
TOKEN_PREFIX = "wwhost-"  # noqa: S105 what tokens begin with
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_ID_BYTES, _TOKEN_BYTES = 9, 32


class Enrolled(NamedTuple):
    """A host that was invited, and the token by which it joins."""

    host: Host
    token: str


def enroll(
    installation: Installation,
    name: str,
    roles: Sequence[str],
    *,
    account: str,
    region: str,
    valid: timedelta,
) -> Enrolled:
    """Invites a host. Raises Refused."""
    if not _NAME.fullmatch(name):
        raise Refused(f"a name of a host is 1 to 61 letters, digits, dots, hyphens and underscores: {name!r}")
    token = TOKEN_PREFIX + installation.randomness(_TOKEN_BYTES).hex()
    now, ring = installation.clock.now(), installation.keyring()
    with installation.database.write(now) as tx:
        account = account_of(tx, account)
        _check_roles(account, roles)
        _forget_revoked(tx, account, name)
        anchor = _anchor(installation, tx, account, region, ring)
        host = Host(
            f"i-{installation.randomness(_ID_BYTES).hex()[:17]}",
            account,
            region,
            name,
            anchor.id,
            tuple(roles),
            sha256(token.encode()).hexdigest(),
            now + valid,
            now,
            partition=anchor.partition,
        )
        hosts.insert(tx, host)
        given = {"name": name, "roles": " ".join(roles)}
        record_command(installation, tx, "EnrollHost", account, given, {"hostArn": host.arn})
    return Enrolled(host, token)


def enrolled(installation: Installation, account: str) -> list[Host]:
    """All hosts of an account."""
    with installation.database.read() as tx:
        return hosts.of_account(tx, account_of(tx, account))


def revoke_host(installation: Installation, name: str, account: str) -> Host:
    """Cuts a host off, and ends its sessions. Raises Refused."""
    with installation.database.write(installation.clock.now()) as tx:
        account = account_of(tx, account)
        host = hosts.named(tx, account, name)
        if host is None or host.revoked is not None:
            raise Refused(f"account {account} has no host {name}")
        host = structs.replace(host, revoked=tx.at, token=None)
        hosts.update(tx, host)
        revoke(tx, account, nouns.HOST, host.arn)
        record_command(installation, tx, "RevokeHost", account, {"name": name}, {"hostArn": host.arn})
    return host


def _check_roles(account: str, roles: Sequence[str]) -> None:
    for text in roles:
        role = EntityArn.parse(text, nouns.ROLE)
        if role is None or role.account != account:
            raise Refused(f"not the ARN of a role of account {account}: {text}")


def _forget_revoked(tx: Transaction, account: str, name: str) -> None:
    """Rule 1."""
    before = hosts.named(tx, account, name)
    if before is None:
        return
    if before.revoked is None and (before.joined is not None or before.token_expires > tx.at):
        raise Refused(f"account {account} has a host {name}: revoke it first")
    hosts.remove(tx, before)


def _anchor(
    installation: Installation, tx: Transaction, account: str, region: str, ring: Keyring
) -> TrustAnchor:
    """Rule 3."""
    for each in host_authorities.of_account(tx, account):
        anchor = trust_anchors.by_id(tx, each.anchor_id)
        if anchor is not None and anchor.region == region:
            return anchor
    return _new_anchor(installation, tx, account, region, ring)


def _new_anchor(
    installation: Installation, tx: Transaction, account: str, region: str, ring: Keyring
) -> TrustAnchor:
    from watchword.proofs import host_certificates  # noqa: PLC0415 most commands make no certificate

    now: datetime = installation.clock.wall()
    certificate, key = host_certificates.new_authority(f"Watchword hosts of {account}", now)
    anchor_id = str(UUID(bytes=installation.randomness(16), version=4))
    anchor = TrustAnchor(
        anchor_id, account, region, AUTHORITY, certificate, tx.at, tx.at, enabled=True, partition="aws"
    )
    trust_anchors.insert(tx, anchor)
    sealed = private_keys.seal(key, anchor_id, ring)
    authority = HostAuthority(anchor_id, account, sealed.secret, sealed.sealing_key, tx.at)
    host_authorities.insert(tx, authority)
    return anchor
