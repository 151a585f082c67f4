"""What is attached to an entity of IAM: its tags, and the boundary of a user or role.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS IAM".
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from watchword.facts import Facts
from watchword.facts.credentials import MAY_CHANGE_PASSWORDS
from watchword.facts.entities import (
    GROUP,
    INSTANCE_PROFILE,
    MFA_DEVICE,
    ROLE,
    SERVER_CERTIFICATE,
    TAGS,
    USER,
    RoleFact,
)
from watchword.facts.fact import Fact
from watchword.facts.providers import OIDC_PROVIDER, SAML_PROVIDER
from watchword.identity import tags
from watchword.names import Arn, nouns
from watchword.names.entity_arn import EntityArn
from watchword.policy import Policy
from watchword.services.resources import Attached

NAMING_BOUNDARIES = frozenset(
    {
        *("iam:createrole", "iam:createuser"),
        *("iam:putrolepermissionsboundary", "iam:putuserpermissionsboundary"),
    }
)
"""Actions, in lower case, that set a boundary: the condition key is the new one, from the request."""
CHANGING_OWN_PASSWORD = "iam:changepassword"  # noqa: S105 an action
PASSWORD_POLICY = "account password policy"  # noqa: S105 a name
"""What explanations call the account's permission for its users to change their own passwords."""
_WITH_OWN_KEYS = frozenset({"user", "group", "role"})
"""Types of entity that have iam:ResourceTag beside aws:ResourceTag."""
RESOURCE_TAG = "iam:ResourceTag"

_FACTS: dict[str, Fact[[str, str], Any]] = {
    nouns.USER: USER,
    nouns.GROUP: GROUP,
    nouns.ROLE: ROLE,
    nouns.INSTANCE_PROFILE: INSTANCE_PROFILE,
    nouns.OIDC_PROVIDER: OIDC_PROVIDER,
    nouns.SAML_PROVIDER: SAML_PROVIDER,
    nouns.SERVER_CERTIFICATE: SERVER_CERTIFICATE,
}
_BY_ARN = frozenset({nouns.OIDC_PROVIDER, nouns.SAML_PROVIDER})
"""Types whose fact is found by ARN, not by name."""


def attached(facts: Facts, action: str, arn: Arn) -> Attached | None:
    """What is attached to the entity of that ARN; None when there is none of that name."""
    named = EntityArn.parse(str(arn))
    if named is None:
        return None
    if named.noun == nouns.POLICY:
        return of_entity(named.account, named.noun, facts.need(TAGS, named.noun, str(named)))
    if named.noun == nouns.MFA:
        device = facts.get(MFA_DEVICE, named.account, str(named))
        return of_entity(named.account, named.noun, facts.need(TAGS, nouns.MFA, device)) if device else None
    entity = _entity(facts, named)
    if entity is None:
        return None
    unique_id, boundary = entity
    held = facts.need(TAGS, named.noun, unique_id)
    named_by_request = action.lower() in NAMING_BOUNDARIES
    found = of_entity(named.account, named.noun, held, None if named_by_request else boundary)
    if named.noun == nouns.USER and action.lower() == CHANGING_OWN_PASSWORD:
        return with_own_password(facts, found, unique_id)
    return found


def with_own_password(facts: Facts, attached: Attached, user_id: str) -> Attached:
    """With the account's permission for its users, where it gives one (AllowUsersToChangePassword).

    AWS: "the permissions are applied at the account-level for all users". Here it is a resource policy.
    """
    if not facts.get(MAY_CHANGE_PASSWORDS, attached.account):
        return attached
    return replace(attached, policy=_own_password(user_id), policy_name=PASSWORD_POLICY)


def of_entity(account: str, noun: str, held: Mapping[str, str], boundary: str | None = None) -> Attached:
    """Of an entity with these tags; `boundary` for actions that have it as a condition key."""
    keys = tags.as_condition_keys(RESOURCE_TAG, held.items()) if noun in _WITH_OWN_KEYS else {}
    if boundary:
        keys["iam:PermissionsBoundary"] = boundary
    return Attached(account, tags=held, keys=keys)


@lru_cache(1024)
def _own_password(user_id: str) -> Policy:
    """Allows a user to change the own password, and to read the rules for it."""
    actions = ["iam:ChangePassword", "iam:GetAccountPasswordPolicy"]
    own = {"Effect": "Allow", "Action": actions, "Resource": "*", "Principal": {"AWS": user_id}}
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": own}))


def _entity(facts: Facts, named: EntityArn) -> tuple[str, str | None] | None:
    """Its unique id and its boundary."""
    fact = _FACTS.get(named.noun)
    name = str(named) if named.noun in _BY_ARN else named.name
    found = facts.get(fact, named.account, name) if fact else None
    if found is None:
        return None
    entity = found.role if isinstance(found, RoleFact) else found
    return entity.id, getattr(entity, "boundary", None)
