"""Which claims become tags of sessions: SetPrincipalTagAttributeMap, GetPrincipalTagAttributeMap.

Source: Amazon Cognito Identity API Reference; Amazon Cognito Developer Guide, "Using attributes for access
control".
"""

from msgspec import structs

from watchword.identity.pools.errors import error
from watchword.identity.pools.tokens import check_tags
from watchword.services.cognito_identity.demands import on_anything, on_pool, pool_of
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.cognito_identity import pools
from watchword.store.cognito_identity.pools import TagMap

MOST_PROVIDERS = 50


def set_principal_tag_attribute_map(call: Call) -> Output:
    """SetPrincipalTagAttributeMap. One without defaults and without tags is none."""
    pool, provider = pool_of(call), call.input["IdentityProviderName"]
    made = TagMap(call.input.get("UseDefaults", False), call.input.get("PrincipalTags", {}))
    check_tags(dict.fromkeys(made.tags, ""))
    maps = {**pool.settings.tag_maps, provider: made}
    if not made.defaults and not made.tags:
        del maps[provider]
    if len(maps) > MOST_PROVIDERS:
        raise error("InvalidParameter", f"A pool has maps of at most {MOST_PROVIDERS} providers.")
    pools.update(call.tx, structs.replace(pool, settings=structs.replace(pool.settings, tag_maps=maps)))
    return _shown(pool.id, provider, made)


def get_principal_tag_attribute_map(call: Call) -> Output:
    """GetPrincipalTagAttributeMap."""
    pool, provider = pool_of(call), call.input["IdentityProviderName"]
    return _shown(pool.id, provider, pool.settings.tag_maps.get(provider, TagMap()))


def _shown(pool_id: str, provider: str, tag_map: TagMap) -> dict[str, object]:
    return {
        "IdentityPoolId": pool_id,
        "IdentityProviderName": provider,
        "UseDefaults": tag_map.defaults,
        "PrincipalTags": dict(tag_map.tags),
    }


OPERATIONS: dict[str, Operation] = {
    "SetPrincipalTagAttributeMap": writes(set_principal_tag_attribute_map, on_anything),
    "GetPrincipalTagAttributeMap": reads(get_principal_tag_attribute_map, on_pool),
}
