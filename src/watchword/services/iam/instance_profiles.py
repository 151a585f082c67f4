"""Instance profiles. Each holds one role at most.

A role in an instance profile is for programs on a machine. So adding one needs iam:PassRole on the role.
Source: IAM API Reference, CreateInstanceProfile and its siblings; IAM User Guide, "Instance profiles" (the
quota of one role can't be raised).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from watchword.access import Demand
from watchword.identity import removal
from watchword.identity.refusals import limit_exceeded, missing
from watchword.services.iam import demands, pages, shapes, trust
from watchword.services.iam.entity_types import INSTANCE_PROFILE, ROLE
from watchword.services.iam.tags import put_given
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store import tags
from watchword.store.iam import instance_profiles, roles
from watchword.store.iam.instance_profiles import InstanceProfile

PASSED_TO = "ec2.amazonaws.com"


def create_instance_profile(call: Call) -> Output:
    """CreateInstanceProfile."""
    profile = InstanceProfile(**INSTANCE_PROFILE.new_entity(call))
    instance_profiles.insert(call.tx, profile)
    given = put_given(INSTANCE_PROFILE, call, profile)
    return {"InstanceProfile": shown_profile(call, profile) | shapes.tagged(given)}


def get_instance_profile(call: Call) -> Output:
    """GetInstanceProfile."""
    profile = INSTANCE_PROFILE.of(call)
    held = tags.of(call.tx, INSTANCE_PROFILE.noun, profile.id)
    return {"InstanceProfile": shown_profile(call, profile) | shapes.all_tags(held)}


def list_instance_profiles(call: Call) -> Output:
    """ListInstanceProfiles."""
    found, more = instance_profiles.page(
        call.tx,
        call.account,
        path_prefix=call.input.get("PathPrefix", "/"),
        after=pages.start_of(call),
        limit=pages.size_of(call),
    )
    return _listed(call, found, more=more)


def list_instance_profiles_for_role(call: Call) -> Output:
    """ListInstanceProfilesForRole."""
    after, size = pages.start_of(call), pages.size_of(call)
    found, more = instance_profiles.page_of_role(call.tx, ROLE.of(call).id, after=after, limit=size)
    return _listed(call, found, more=more)


def add_role_to_instance_profile(call: Call) -> Output:
    """AddRoleToInstanceProfile: only to an empty one."""
    profile, role = INSTANCE_PROFILE.of(call), ROLE.of(call)
    if profile.role_id:
        raise limit_exceeded("InstanceSessionsPerInstanceProfile", 1)
    instance_profiles.set_role(call.tx, profile, role.id)
    return {}


def remove_role_from_instance_profile(call: Call) -> Output:
    """RemoveRoleFromInstanceProfile."""
    profile, role = INSTANCE_PROFILE.of(call), ROLE.other_entity(call)
    if profile.role_id != role.id:
        raise missing("role", call.input["RoleName"])
    instance_profiles.set_role(call.tx, profile, None)
    return {}


def delete_instance_profile(call: Call) -> Output:
    """DeleteInstanceProfile."""
    removal.remove_instance_profile(call.tx, INSTANCE_PROFILE.of(call))
    return {}


def shown_profile(call: Call, profile: InstanceProfile) -> shapes.Shape:
    """InstanceProfile, as in a list."""
    role = roles.by_id(call.tx, profile.role_id) if profile.role_id else None
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": shapes.second(profile.created),
        "Roles": [shapes.role(role, trust.shown(call.tx, role.trust))] if role else [],
    }


def to_add_role(call: Call) -> tuple[Demand, ...]:
    """On the instance profile, and iam:PassRole on the role."""
    (on_role,) = demands.on(ROLE)(call)
    context = {**on_role.context, "iam:PassedToService": PASSED_TO}
    passing = replace(on_role, action="iam:PassRole", context=context)
    return (*demands.on(INSTANCE_PROFILE)(call), passing)


def _listed(call: Call, found: Sequence[InstanceProfile], *, more: bool) -> Output:
    end = pages.end(found[-1].name if found else "", more=more)
    return {"InstanceProfiles": [shown_profile(call, profile) for profile in found], **end}


OPERATIONS: dict[str, Operation] = {
    "CreateInstanceProfile": writes(
        create_instance_profile, demands.on_new(INSTANCE_PROFILE, tagging="iam:TagInstanceProfile")
    ),
    "GetInstanceProfile": reads(get_instance_profile, demands.on(INSTANCE_PROFILE)),
    "ListInstanceProfiles": reads(list_instance_profiles, demands.on_all(INSTANCE_PROFILE.noun)),
    "ListInstanceProfilesForRole": reads(list_instance_profiles_for_role, demands.on(ROLE)),
    "AddRoleToInstanceProfile": writes(add_role_to_instance_profile, to_add_role),
    "RemoveRoleFromInstanceProfile": writes(remove_role_from_instance_profile, demands.on(INSTANCE_PROFILE)),
    "DeleteInstanceProfile": writes(delete_instance_profile, demands.on(INSTANCE_PROFILE)),
}
