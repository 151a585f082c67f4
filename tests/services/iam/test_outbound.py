"""Outbound web identity federation: switched on and off; the issuer keeps its name."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from tests.services.iam.harness import A, Iam, refused

from watchword.facts.credentials import KEYRING
from watchword.identity import private_keys
from watchword.installation.installation import Clock
from watchword.services.sts.rotation import rotate
from watchword.store.cognito_identity import pools
from watchword.store.cognito_identity.pools import Pool, PoolSettings
from watchword.store.iam import token_keys
from watchword.store.iam.token_keys import TokenKey
from watchword.world import World

DISABLED = "Outbound identity federation is disabled for the account."


def test_enabled_and_disabled(iam: Iam, other: Iam) -> None:
    name = "GetOutboundWebIdentityFederationInfo"
    refused("FeatureDisabled", DISABLED, iam, name)
    said = "Outbound identity federation is already disabled for the account."
    refused("FeatureDisabled", said, iam, "DisableOutboundWebIdentityFederation")
    made = iam("EnableOutboundWebIdentityFederation")
    assert made["IssuerIdentifier"].startswith("https://localhost/_watchword/issuers/")
    assert iam(name) == made | {"JwtVendingEnabled": True}
    said = "Outbound identity federation is already enabled for the account."
    refused("FeatureEnabled", said, iam, "EnableOutboundWebIdentityFederation")
    assert iam("DisableOutboundWebIdentityFederation") == {}
    refused("FeatureDisabled", DISABLED, iam, name)
    assert iam("EnableOutboundWebIdentityFederation") == made
    assert other("EnableOutboundWebIdentityFederation") != made


def keys_of(world: World) -> list[TokenKey]:
    with world.database.read() as tx:
        return token_keys.of_account(tx, A)


def later(world: World, now: datetime, **ahead: float) -> World:
    """The same world, some time later."""
    moment = (now + timedelta(**ahead)).timestamp()
    return replace(world, clock=Clock(lambda: moment))


def test_keys_are_made_once_and_rotated(iam: Iam, world: World, now: datetime) -> None:
    """By whichever server comes first; the old ones go when they have been followed for long."""
    rotate(world)
    assert keys_of(world) == []
    for name in ("Enable", "Disable", "Enable"):
        iam(f"{name}OutboundWebIdentityFederation")
    first = {key.id for key in keys_of(world)}
    assert [key.algorithm for key in sorted(keys_of(world), key=attrgetter("algorithm"))] == [
        "ES384",
        "RS256",
    ]
    rotate(later(world, now, days=89))
    assert {key.id for key in keys_of(world)} == first
    for _ in range(2):
        rotate(later(world, now, days=90))
    second = {key.id for key in keys_of(world)} - first
    assert len(second) == 2
    rotate(later(world, now, days=180))
    assert {key.id for key in keys_of(world)} & (first | second) == second


def test_keys_are_rotated_where_only_identity_pools_need_them(world: World, now: datetime) -> None:
    with world.database.write(now) as tx:
        pools.insert(tx, Pool("us-east-1:1", A, "us-east-1", "app", "", PoolSettings(guests=True), now))
    rotate(world)
    first = {key.id for key in keys_of(world)}
    assert len(first) == 2
    rotate(later(world, now, days=90))
    assert len({key.id for key in keys_of(world)} - first) == 2


def test_the_keys_are_sealed(iam: Iam, world: World) -> None:
    iam("EnableOutboundWebIdentityFederation")
    for key in keys_of(world):
        assert b"PRIVATE KEY" not in key.sealed
        assert "PRIVATE KEY" in private_keys.open(key.sealed, key.id, world.facts.need(KEYRING))
