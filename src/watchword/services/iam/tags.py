"""Tags of users, roles, instance profiles and managed policies: added, taken away, listed."""

from collections.abc import Callable
from functools import partial

from watchword.identity import managed_policies
from watchword.identity import tags as tag_rules
from watchword.services.iam import demands, pages
from watchword.services.iam.kinds import INSTANCE_PROFILE, ROLE, USER, AnyKind
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags

Owner = Callable[[Call], tuple[str, str]]
"""What the input names, as the store calls the owner of tags: its kind and its id."""


def _entity(kind: AnyKind) -> Owner:
    return lambda call: (kind.noun, kind.of(call).id)


def _policy(call: Call) -> tuple[str, str]:
    return "policy", managed_policies.known(call.tx, call.account, call.input["PolicyArn"]).id


def _own_policy(call: Call) -> tuple[str, str]:
    return "policy", managed_policies.own(call.tx, call.account, call.input["PolicyArn"]).id


def add(owner: Owner, call: Call) -> Output:
    """TagUser, TagRole, TagInstanceProfile, TagPolicy."""
    kind, owner_id = owner(call)
    given = tag_rules.read(call.input["Tags"])
    tag_rules.check_total(tags.of(call.tx, kind, owner_id), given)
    tags.put(call.tx, kind, owner_id, given)
    return {}


def remove(owner: Owner, call: Call) -> Output:
    """UntagUser, UntagRole, UntagInstanceProfile, UntagPolicy."""
    tags.remove(call.tx, *owner(call), call.input["TagKeys"])
    return {}


def list_tags(owner: Owner, call: Call) -> Output:
    """ListUserTags and its siblings. Pages count: a key can be too long for a marker."""
    written = enumerate(tag_rules.written(tags.of(call.tx, *owner(call))))
    shown, end = pages.page(call, written, lambda numbered: f"{numbered[0]:04}")
    return {"Tags": [tag for _, tag in shown], **end}


OPERATIONS: dict[str, Operation] = {
    "TagUser": writes(partial(add, _entity(USER)), demands.on(USER)),
    "UntagUser": writes(partial(remove, _entity(USER)), demands.on(USER)),
    "ListUserTags": reads(partial(list_tags, _entity(USER)), demands.on(USER)),
    "TagRole": writes(partial(add, _entity(ROLE)), demands.on(ROLE)),
    "UntagRole": writes(partial(remove, _entity(ROLE)), demands.on(ROLE)),
    "ListRoleTags": reads(partial(list_tags, _entity(ROLE)), demands.on(ROLE)),
    "TagInstanceProfile": writes(partial(add, _entity(INSTANCE_PROFILE)), demands.on(INSTANCE_PROFILE)),
    "UntagInstanceProfile": writes(partial(remove, _entity(INSTANCE_PROFILE)), demands.on(INSTANCE_PROFILE)),
    "ListInstanceProfileTags": reads(
        partial(list_tags, _entity(INSTANCE_PROFILE)), demands.on(INSTANCE_PROFILE)
    ),
    "TagPolicy": writes(partial(add, _own_policy), demands.on_own_policy),
    "UntagPolicy": writes(partial(remove, _own_policy), demands.on_own_policy),
    "ListPolicyTags": reads(partial(list_tags, _policy), demands.on_policy),
}
