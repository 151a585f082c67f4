"""Identity pools: CreateIdentityPool and its siblings.

A pool is an issuer of tokens: its URL is below the server's, and its keys are its account's
(`identity.token_issuers`). The URL follows the setting `--issuer-url` when the pool is updated.
Source: Amazon Cognito Identity API Reference, CreateIdentityPool, UpdateIdentityPool; Amazon Cognito
Developer Guide, "Quotas in Amazon Cognito".
"""

import uuid
from collections.abc import Mapping
from typing import Any

from msgspec import structs

from watchword.access import Demand
from watchword.identity import token_keys
from watchword.identity.pools.errors import error
from watchword.identity.pools.logins import provider_names
from watchword.identity.token_issuers import ISSUERS
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.services.cognito_identity import pages, tags
from watchword.services.cognito_identity.attached import PREFIX
from watchword.services.cognito_identity.demands import on_anything, on_pool, pool_of
from watchword.services.issuer_keys import make_keys
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags as stored_tags
from watchword.store.cognito_identity import identities, pools
from watchword.store.cognito_identity.pools import KIND, Pool, PoolSettings, UserPool

MOST_POOLS = 1000
DEVELOPER_IS_ANOTHER = "The developer provider name is the name of another provider."
DEVELOPER_STAYS = "The developer provider name of an identity pool can't be changed."


def create_identity_pool(call: Call) -> Output:
    """CreateIdentityPool."""
    given = call.input.get("IdentityPoolTags", {})
    tags.check(given)
    if pools.count(call.tx, call.account) >= MOST_POOLS:
        raise error("LimitExceeded", f"An account has at most {MOST_POOLS} identity pools.")
    region = call.context.region
    pool_id = f"{region}:{uuid.UUID(bytes=call.world.randomness(16), version=4)}"
    pool = Pool(
        id=pool_id,
        account=call.account,
        region=region,
        name=call.input["IdentityPoolName"],
        issuer=_issuer(call, pool_id),
        settings=_settings(call),
        created=call.now,
        partition=call.partition,
    )
    pools.insert(call.tx, pool)
    stored_tags.put(call.tx, KIND, pool.id, given)
    token_keys.add(call.tx, call.account, call.prepared)
    return _shown(pool, given)


def update_identity_pool(call: Call) -> Output:
    """UpdateIdentityPool: what isn't given gets its default. Roles and maps of tags stay; so do the tags."""
    pool = pool_of(call)
    before, new = pool.settings, _settings(call)
    if before.developer and new.developer != before.developer:
        raise error("InvalidParameter", DEVELOPER_STAYS)
    kept = structs.replace(new, roles=before.roles, mappings=before.mappings, tag_maps=before.tag_maps)
    issuer = _issuer(call, pool.id)
    pool = structs.replace(pool, name=call.input["IdentityPoolName"], issuer=issuer, settings=kept)
    pools.update(call.tx, pool)
    if "IdentityPoolTags" in call.input:
        tags.check(call.input["IdentityPoolTags"])
        stored_tags.remove_all(call.tx, KIND, pool.id)
        stored_tags.put(call.tx, KIND, pool.id, call.input["IdentityPoolTags"])
    return _shown(pool, stored_tags.of(call.tx, KIND, pool.id))


def delete_identity_pool(call: Call) -> Output:
    """DeleteIdentityPool, with all identities in it. Sessions that it has begun go on until they expire."""
    pool = pool_of(call)
    identities.remove_all(call.tx, pool.id)
    pools.remove(call.tx, pool)
    return {}


def describe_identity_pool(call: Call) -> Output:
    """DescribeIdentityPool."""
    pool = pool_of(call)
    return _shown(pool, stored_tags.of(call.tx, KIND, pool.id))


def list_identity_pools(call: Call) -> Output:
    """ListIdentityPools: those of the region, sorted by id."""
    found, more = pools.page(
        call.tx,
        call.account,
        call.context.region,
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    listed = [{"IdentityPoolId": each.id, "IdentityPoolName": each.name} for each in found]
    return {"IdentityPools": listed, **pages.end(found[-1].id if found else "", more=more)}


def to_create(call: Call) -> tuple[Demand, ...]:
    """cognito-identity:CreateIdentityPool, with the tags of the request."""
    keys = tags.request_keys(call.input.get("IdentityPoolTags", {}))
    return (Demand(PREFIX + call.name, "*", call.account, keys),)


def _issuer(call: Call, pool_id: str) -> str:
    return f"{call.world.settings.issuer_url}{ISSUERS}{pool_id}"


def _settings(call: Call) -> PoolSettings:
    """What a request sets. Raises InvalidParameterException for a provider of another account."""
    given = call.input
    for member, noun in (
        ("OpenIdConnectProviderARNs", nouns.OIDC_PROVIDER),
        ("SamlProviderARNs", nouns.SAML_PROVIDER),
    ):
        for text in given.get(member, ()):
            arn = EntityArn.parse(text, noun)
            if arn is None or arn.account != call.account:
                raise error("InvalidParameter", f"{text} is not a provider of account {call.account}.")
    settings = PoolSettings(
        guests=given["AllowUnauthenticatedIdentities"],
        classic=given.get("AllowClassicFlow", False),
        developer=given.get("DeveloperProviderName", ""),
        logins=given.get("SupportedLoginProviders", {}),
        oidc=tuple(given.get("OpenIdConnectProviderARNs", ())),
        saml=tuple(given.get("SamlProviderARNs", ())),
        user_pools=tuple(map(_user_pool, given.get("CognitoIdentityProviders", ()))),
    )
    if settings.developer in provider_names(settings):
        raise error("InvalidParameter", DEVELOPER_IS_ANOTHER)
    return settings


def _user_pool(given: Mapping[str, Any]) -> UserPool:
    return UserPool(
        given.get("ProviderName", ""), given.get("ClientId", ""), given.get("ServerSideTokenCheck")
    )


def _shown(pool: Pool, its_tags: Mapping[str, str]) -> dict[str, object]:
    settings = pool.settings
    optional = {
        "SupportedLoginProviders": dict(settings.logins),
        "DeveloperProviderName": settings.developer,
        "OpenIdConnectProviderARNs": list(settings.oidc),
        "CognitoIdentityProviders": [_shown_user_pool(each) for each in settings.user_pools],
        "SamlProviderARNs": list(settings.saml),
    }
    return {
        "IdentityPoolId": pool.id,
        "IdentityPoolName": pool.name,
        "AllowUnauthenticatedIdentities": settings.guests,
        "AllowClassicFlow": settings.classic,
        **{name: value for name, value in optional.items() if value},
        "IdentityPoolTags": dict(its_tags),
    }


def _shown_user_pool(user_pool: UserPool) -> dict[str, object]:
    shown: dict[str, object] = {"ProviderName": user_pool.name, "ClientId": user_pool.client_id}
    if user_pool.checks_tokens is not None:
        shown["ServerSideTokenCheck"] = user_pool.checks_tokens
    return shown


OPERATIONS: dict[str, Operation] = {
    "CreateIdentityPool": writes(create_identity_pool, to_create, prepare=make_keys),
    "UpdateIdentityPool": writes(update_identity_pool, on_pool),
    "DeleteIdentityPool": writes(delete_identity_pool, on_pool),
    "DescribeIdentityPool": reads(describe_identity_pool, on_pool),
    "ListIdentityPools": reads(list_identity_pools, on_anything),
}
