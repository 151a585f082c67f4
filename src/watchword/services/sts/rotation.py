"""Rotating the keys of issuers: another is made when the newest is old (`identity.token_keys`, rule 4)."""

from datetime import timedelta

from watchword.facts.credentials import KEYRING
from watchword.identity import token_keys as rules
from watchword.installation.operator_events import record_command
from watchword.services.jobs import Job
from watchword.store.cognito_identity import pools
from watchword.store.iam import account_settings, token_keys
from watchword.world import World


def rotate(world: World) -> None:
    """Makes the keys that are due, of all accounts that issue tokens, themselves or by identity pools."""
    with world.database.read() as tx:
        issuing = [settings.account for settings in account_settings.issuing(tx)]
        accounts = {*issuing, *pools.accounts(tx)}
    for account in sorted(accounts):
        _rotate(world, account)


def _rotate(world: World, account: str) -> None:
    now, ring = world.clock.wall(), world.facts.need(KEYRING)
    with world.database.read() as tx:
        due = rules.due(token_keys.of_account(tx, account), now)
    made = [rules.new(algorithm, account, now, ring, world.randomness) for algorithm in due]
    if not made:
        return
    with world.database.write(now) as tx:  # another server may have made them meanwhile
        still_due = rules.due(token_keys.of_account(tx, account), now)
        added = [key for key in made if key.algorithm in still_due]
        rules.add(tx, account, added)
        for key in added:
            kid = {"keyId": key.id, "algorithm": key.algorithm}
            record_command(world, tx, "RotateTokenKey", account, {}, kid)


ROTATE = Job("rotate the keys of issuers", timedelta(hours=1), rotate)
