"""Accounts as issuers of tokens: where an account's issuer is, and what its tokens say in any case.

An issuer has a random id, and a URL below ISSUERS that its account gets when outbound federation is enabled.
The URL is kept with the account, so that it is the same in all tokens and in all processes. It follows the
setting `--issuer-url` only when the feature is enabled again.
Source: IAM API Reference, EnableOutboundWebIdentityFederation; RFC 7519, section 4.1; RFC 8414, section 3.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from watchword.names.ids import Randomness
from watchword.store import Transaction
from watchword.store.iam import account_settings
from watchword.store.iam.account_settings import AccountSettings

ISSUERS = "/_watchword/issuers/"
OF_PRINCIPALS = "https://sts.amazonaws.com/"
"""The claim that every token of GetWebIdentityToken has, and no other token of ours."""


def id_in(url: str) -> str:
    """The id of an issuer in its URL; empty if there is none."""
    _, found, issuer_id = url.partition(ISSUERS)
    return issuer_id if found else ""


def at_url(tx: Transaction, url: str) -> AccountSettings | None:
    """The settings of the account whose issuer is at that URL."""
    found = account_settings.of_issuer(tx, id_in(url))
    return found if found and found.issuer_url == url else None


def registered(
    issuer: str,
    subject: str,
    audiences: Sequence[str],
    times: tuple[datetime, timedelta],
    randomness: Randomness,
) -> dict[str, object]:
    """The registered claims. times: when the token is issued, and for how long."""
    now, lifetime = times
    issued = int(now.timestamp())
    return {
        "iss": issuer,
        "sub": subject,
        "aud": audiences[0] if len(audiences) == 1 else list(audiences),
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
        "jti": str(uuid.UUID(bytes=randomness(16), version=4)),
    }
