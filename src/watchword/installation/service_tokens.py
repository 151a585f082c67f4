"""Tokens for services on this host: each proves the name of a service, and nothing else.

A service has no credentials at rest. It gets a token of its account's issuer, valid for an hour at most, and
assumes a role with it (AssumeRoleWithWebIdentity), as pods of Kubernetes do. The role's trust policy names
the issuer, the audience, and the subject `service:NAME`. Only the administrator of the host can have tokens
issued (`administrator`), and each has an audit event.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from watchword.identity import token_issuers, token_keys
from watchword.installation.administrator import Refused, first_account
from watchword.installation.installation import Installation
from watchword.installation.operator_events import record_command
from watchword.names.moment import iso
from watchword.proofs import issued_token
from watchword.store import Transaction, accounts
from watchword.store.iam import account_settings
from watchword.store.iam.account_settings import AccountSettings

SUBJECT = "service:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """What a service is to prove. Raises Refused for a name that can't be one."""

    service: str
    audiences: Sequence[str]
    lifetime: timedelta
    algorithm: str
    account: str = ""
    """The first account if empty."""

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.service) is None:
            raise Refused(f"not a name for a service: {self.service!r}")
        if not all(each and each.isprintable() for each in self.audiences):
            raise Refused("an audience can't be empty")


def issue(installation: Installation, wanted: ServiceToken) -> tuple[str, datetime]:
    """The token, and when it expires. Raises Refused."""
    now = installation.clock.wall()
    account = wanted.account or first_account(installation)
    with installation.database.write(now) as tx:
        issuer = _issuer(tx, account)
        ring = installation.root_key.keyring(tx)
        key = token_keys.signing(token_keys.opened(tx, account, ring), wanted.algorithm, now)
        if key is None:
            raise Refused(f"account {account}'s issuer has no {wanted.algorithm} key")
        claims = token_issuers.registered(
            str(issuer.issuer_url),
            SUBJECT + wanted.service,
            wanted.audiences,
            (now, wanted.lifetime),
            installation.randomness,
        )
        given = {"service": wanted.service, "audience": " ".join(wanted.audiences)}
        made = {"jti": str(claims["jti"]), "keyId": key.id, "expiration": iso(now + wanted.lifetime)}
        record_command(installation, tx, "IssueServiceToken", account, given, made)
    return issued_token.sign(msgspec.json.encode(claims), key), now + wanted.lifetime


def _issuer(tx: Transaction, account: str) -> AccountSettings:
    if accounts.by_id(tx, account) is None:
        raise Refused(f"no such account: {account}")
    settings = account_settings.of(tx, account)
    if not settings.issues_tokens or settings.issuer_url is None:
        raise Refused(
            f"account {account} issues no tokens: first `aws iam enable-outbound-web-identity-federation`"
        )
    return settings
