"""Accounts as issuers of tokens: whose an issuer is, and its keys. Private keys are opened here, once."""

from watchword.facts.fact import Fact, Reading
from watchword.identity import token_issuers
from watchword.identity import token_keys as rules
from watchword.proofs.issued_token import SigningKey
from watchword.store import Topic, keyring
from watchword.store.iam import account_settings, token_keys
from watchword.store.iam.account_settings import AccountSettings

OF_A_KEY = 8192
"""Bytes of a private key that was opened."""


def _issuer(reading: Reading, issuer_id: str) -> AccountSettings | None:
    found = account_settings.of_issuer(reading.tx, issuer_id)
    reading.depends_on(Topic("account", found.account if found else ""))
    return found


def _issuer_at(reading: Reading, url: str) -> AccountSettings | None:
    found = token_issuers.at_url(reading.tx, url)
    reading.depends_on(Topic("account", found.account if found else ""))
    return found


def _token_keys(reading: Reading, account: str) -> tuple[SigningKey, ...]:
    reading.depends_on(Topic(token_keys.KIND, account), keyring.WHOLE)
    found = rules.opened(reading.tx, account, reading.root_key.keyring(reading.tx))
    reading.weigh(OF_A_KEY * len(found))
    return found


ISSUER = Fact("issuer", _issuer)
"""The settings of an account, by the id of its issuer."""
ISSUER_AT = Fact("issuer-at", _issuer_at)
"""The same by the issuer's URL."""
TOKEN_KEYS = Fact(token_keys.KIND, _token_keys)
"""The keys of an account's issuer, oldest first."""
