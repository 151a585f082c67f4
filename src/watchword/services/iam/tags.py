"""Tags of everything in IAM that has tags."""

from functools import partial

from watchword.identity import tags as tag_rules
from watchword.services.iam import demands, pages
from watchword.services.iam.entity_types import (
    INSTANCE_PROFILE,
    MFA,
    OIDC_PROVIDER,
    POLICY,
    ROLE,
    SAML_PROVIDER,
    SERVER_CERTIFICATE,
    USER,
    AnyEntityType,
    Entity,
)
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags


def put_given(kind: AnyEntityType, call: Call, made: Entity) -> dict[str, str]:
    """Stores the tags in the input for a new entity, and returns them."""
    given = tag_rules.read(kind.noun, call.input.get("Tags", ()))
    tags.put(call.tx, kind.noun, made.id, given)
    return given


def add(kind: AnyEntityType, call: Call) -> Output:
    """TagUser and its siblings."""
    owner, given = kind.of(call), tag_rules.read(kind.noun, call.input["Tags"])
    tag_rules.check_total(kind.noun, tags.of(call.tx, kind.noun, owner.id), given)
    tags.put(call.tx, kind.noun, owner.id, given)
    return {}


def remove(kind: AnyEntityType, call: Call) -> Output:
    """UntagUser and its siblings."""
    tags.remove(call.tx, kind.noun, kind.of(call).id, call.input["TagKeys"])
    return {}


def list_tags(kind: AnyEntityType, call: Call) -> Output:
    """ListUserTags and its siblings. Markers are numbers, because a key can be too long for a marker."""
    written = enumerate(tag_rules.written(tags.of(call.tx, kind.noun, kind.of(call).id)))
    shown, end = pages.page(call, written, lambda numbered: f"{numbered[0]:04}")
    return {"Tags": [tag for _, tag in shown], **end}


_ON_OIDC, _ON_SAML = demands.on_provider(OIDC_PROVIDER), demands.on_provider(SAML_PROVIDER)

OPERATIONS: dict[str, Operation] = {
    "TagUser": writes(partial(add, USER), demands.on(USER)),
    "UntagUser": writes(partial(remove, USER), demands.on(USER)),
    "ListUserTags": reads(partial(list_tags, USER), demands.on(USER)),
    "TagRole": writes(partial(add, ROLE), demands.on(ROLE)),
    "UntagRole": writes(partial(remove, ROLE), demands.on(ROLE)),
    "ListRoleTags": reads(partial(list_tags, ROLE), demands.on(ROLE)),
    "TagInstanceProfile": writes(partial(add, INSTANCE_PROFILE), demands.on(INSTANCE_PROFILE)),
    "UntagInstanceProfile": writes(partial(remove, INSTANCE_PROFILE), demands.on(INSTANCE_PROFILE)),
    "ListInstanceProfileTags": reads(partial(list_tags, INSTANCE_PROFILE), demands.on(INSTANCE_PROFILE)),
    "TagServerCertificate": writes(partial(add, SERVER_CERTIFICATE), demands.on(SERVER_CERTIFICATE)),
    "UntagServerCertificate": writes(partial(remove, SERVER_CERTIFICATE), demands.on(SERVER_CERTIFICATE)),
    "ListServerCertificateTags": reads(
        partial(list_tags, SERVER_CERTIFICATE), demands.on(SERVER_CERTIFICATE)
    ),
    "TagPolicy": writes(partial(add, POLICY), demands.on_own_policy),
    "UntagPolicy": writes(partial(remove, POLICY), demands.on_own_policy),
    "ListPolicyTags": reads(partial(list_tags, POLICY), demands.on_policy),
    "TagOpenIDConnectProvider": writes(partial(add, OIDC_PROVIDER), _ON_OIDC),
    "UntagOpenIDConnectProvider": writes(partial(remove, OIDC_PROVIDER), _ON_OIDC),
    "ListOpenIDConnectProviderTags": reads(partial(list_tags, OIDC_PROVIDER), _ON_OIDC),
    "TagSAMLProvider": writes(partial(add, SAML_PROVIDER), _ON_SAML),
    "UntagSAMLProvider": writes(partial(remove, SAML_PROVIDER), _ON_SAML),
    "ListSAMLProviderTags": reads(partial(list_tags, SAML_PROVIDER), _ON_SAML),
    "TagMFADevice": writes(partial(add, MFA), demands.on_device),
    "UntagMFADevice": writes(partial(remove, MFA), demands.on_device),
    "ListMFADeviceTags": reads(partial(list_tags, MFA), demands.on_device),
}
