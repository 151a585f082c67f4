"""Whether there is an account, and it isn't closed. Facts of every other subject depend on it."""

from watchword.facts.fact import Fact, Reading
from watchword.store import Topic, accounts


def is_open(reading: Reading, account_id: str) -> bool:
    """For facts that are untrue of a closed account."""
    reading.depends_on(Topic("account", account_id))
    account = accounts.by_id(reading.tx, account_id)
    return account is not None and account.closed is None


def _account_is_open(reading: Reading, account: str) -> bool | None:
    return True if is_open(reading, account) else None


ACCOUNT_IS_OPEN = Fact("account-is-open", _account_is_open)
