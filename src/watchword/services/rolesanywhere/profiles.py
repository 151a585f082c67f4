"""Profiles: which roles holders of certificates may ask for, and within which limits.

1. Roles are of the caller's own account. Whether they exist isn't asked; a session asks their trust policies.
2. A session policy is a valid one.
3. A new profile is disabled unless the request says otherwise, and maps the attributes of
   `identity.certificate_attributes.DEFAULT`.
4. PutAttributeMapping replaces the rules of one field of a certificate, DeleteAttributeMapping takes some of
   them away, or all.

iam:PassRole isn't demanded: AWS demands it of nobody who makes a profile, and each role's trust policy names
the certificates that may have it.
Source: IAM Roles Anywhere API Reference, CreateProfile and its siblings, PutAttributeMapping.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import structs

from watchword.identity import certificate_attributes
from watchword.names import AwsError, nouns
from watchword.names.entity_arn import EntityArn
from watchword.policy.checking.validate import DocumentKind, validate
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.rolesanywhere import made, pages, tags
from watchword.services.rolesanywhere.errors import invalid
from watchword.services.rolesanywhere.named import current, on, on_everything
from watchword.store import tags as stored_tags
from watchword.store.rolesanywhere import profiles
from watchword.store.rolesanywhere.profiles import Profile

KIND = nouns.PROFILE
MEMBERS = {
    "name": "name",
    "roleArns": "role_arns",
    "managedPolicyArns": "policy_arns",
    "sessionPolicy": "policy",
    "durationSeconds": "duration",
    "enabled": "enabled",
    "acceptRoleSessionName": "takes_session_names",
    "requireInstanceProperties": "needs_properties",
}


def create_profile(call: Call) -> Output:
    """CreateProfile."""
    empty = Profile(
        made.new_id(call),
        call.account,
        call.context.region,
        call.input["name"],
        (),
        certificate_attributes.DEFAULT,
        call.now,
        call.now,
        partition=call.partition,
    )
    profile, added = _with_input(call, empty), tags.given(call, KIND)
    made.write(call, profiles.insert, profile)
    stored_tags.put(call.tx, KIND, profile.id, added)
    return _detail(profile)


def get_profile(call: Call) -> Output:
    """GetProfile."""
    return _detail(current(call, KIND))


def list_profiles(call: Call) -> Output:
    """ListProfiles."""
    return pages.listed(call, profiles.page, "profiles", described)


def update_profile(call: Call) -> Output:
    """UpdateProfile."""
    before: Profile = current(call, KIND)
    profile = _with_input(call, before)
    made.write(call, profiles.update, profile)
    return _detail(profile, before)


def enable_profile(call: Call) -> Output:
    """EnableProfile."""
    return _written(call, structs.replace(current(call, KIND), enabled=True))


def disable_profile(call: Call) -> Output:
    """DisableProfile."""
    return _written(call, structs.replace(current(call, KIND), enabled=False))


def delete_profile(call: Call) -> Output:
    """DeleteProfile."""
    profile = current(call, KIND)
    profiles.remove(call.tx, profile)
    return _detail(profile)


def put_attribute_mapping(call: Call) -> Output:
    """PutAttributeMapping: rule 4."""
    profile: Profile = current(call, KIND)
    field = call.input["certificateField"]
    rules = [f"{field}/{each['specifier']}" for each in call.input["mappingRules"]]
    for rule in rules:
        if not certificate_attributes.is_rule(rule):
            raise invalid(f"{rule} is nothing that can be mapped.")
    kept = [rule for rule in profile.mappings if not rule.startswith(f"{field}/")]
    return _written(call, structs.replace(profile, mappings=tuple(sorted({*kept, *rules}))))


def delete_attribute_mapping(call: Call) -> Output:
    """DeleteAttributeMapping: rule 4."""
    profile: Profile = current(call, KIND)
    field = call.input["certificateField"]
    gone = {f"{field}/{each}" for each in call.input.get("specifiers", ())}
    kept = [rule for rule in profile.mappings if rule not in gone]
    if not gone:
        kept = [rule for rule in profile.mappings if not rule.startswith(f"{field}/")]
    return _written(call, structs.replace(profile, mappings=tuple(kept)))


def described(profile: Profile, before: Profile | None = None) -> Output:
    """ProfileDetail."""
    shown = {name: getattr(profile, field) for name, field in MEMBERS.items()}
    return {
        **shown,
        "roleArns": list(profile.role_arns),
        "managedPolicyArns": list(profile.policy_arns),
        "sessionPolicy": profile.policy or None,
        "profileId": profile.id,
        "profileArn": profile.arn,
        "createdBy": profile.account,
        "createdAt": profile.created,
        "updatedAt": profile.updated,
        "attributeMappings": _mappings(profile.mappings),
        **made.aliases(KIND, profile, before),
    }


def _mappings(rules: Iterable[str]) -> list[Output]:
    split = [rule.split("/", 1) for rule in rules]
    return [
        {
            "certificateField": field,
            "mappingRules": [{"specifier": specifier} for of, specifier in split if of == field],
        }
        for field in certificate_attributes.FIELDS
        if any(of == field for of, _ in split)
    ]


def _detail(profile: Profile, before: Profile | None = None) -> Output:
    return {"profile": described(profile, before)}


def _written(call: Call, profile: Profile) -> Output:
    profile = structs.replace(profile, updated=call.now)
    profiles.update(call.tx, profile)
    return _detail(profile)


def _with_input(call: Call, profile: Profile) -> Profile:
    """Rules 1 and 2. Raises ValidationException."""
    for text in call.input.get("roleArns", ()):
        role = EntityArn.parse(text, nouns.ROLE)
        if role is None or (role.partition, role.account) != (profile.partition, profile.account):
            raise invalid(f"{text} is not the ARN of a role of account {profile.account}.")
    if policy := call.input.get("sessionPolicy"):
        try:
            validate(policy, DocumentKind.SESSION, partition=profile.partition)
        except AwsError as wrong:
            raise invalid(f"The session policy is not valid: {wrong.said}") from None
    found: dict[str, Any] = {}
    for member, field in (("roleArns", "role_arns"), ("managedPolicyArns", "policy_arns")):
        if member in call.input:
            found[field] = tuple(call.input[member])
    members = {name: field for name, field in MEMBERS.items() if field not in found}
    changed: Profile = made.changed(call, profile, members, **found)
    return changed


OPERATIONS: dict[str, Operation] = {
    "CreateProfile": writes(create_profile, tags.to_create),
    "GetProfile": reads(get_profile, on(KIND)),
    "ListProfiles": reads(list_profiles, on_everything),
    "UpdateProfile": writes(update_profile, on(KIND)),
    "EnableProfile": writes(enable_profile, on(KIND)),
    "DisableProfile": writes(disable_profile, on(KIND)),
    "DeleteProfile": writes(delete_profile, on(KIND)),
    "PutAttributeMapping": writes(put_attribute_mapping, on(KIND)),
    "DeleteAttributeMapping": writes(delete_attribute_mapping, on(KIND)),
}
