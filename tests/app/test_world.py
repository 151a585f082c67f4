"""An ephemeral server forgets in one step, or not at all."""

from watchword.store import accounts
from watchword.store.iam import access_keys
from watchword.world import World


def furnished(world: World) -> bool:
    start = world.settings.ephemeral
    assert start
    with world.database.read() as tx:
        ring = world.root_key.keyring(tx)
        key = access_keys.by_id(tx, start.access_key_id)
        return bool(ring and key and accounts.by_id(tx, start.account))


def test_nobody_ever_sees_a_server_without_keys(ephemeral: World) -> None:
    seen: list[bool] = []
    ephemeral.database.subscribe(lambda _: seen.append(furnished(ephemeral)))
    ephemeral.reset()
    assert seen == [True]
