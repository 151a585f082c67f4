"""The keys of an account's issuer, made before the transaction that needs them begins."""

from watchword.facts.credentials import KEYRING
from watchword.identity import token_keys as keys
from watchword.services.operation import Call
from watchword.store.iam import token_keys
from watchword.store.iam.token_keys import TokenKey


def make_keys(call: Call) -> list[TokenKey]:
    """Those that the issuer lacks."""
    world, now = call.world, call.world.clock.wall()
    with world.database.read() as tx:
        due = keys.due(token_keys.of_account(tx, call.account), now)
    ring = world.facts.need(KEYRING)
    return [keys.new(algorithm, call.account, now, ring, world.randomness) for algorithm in due]
