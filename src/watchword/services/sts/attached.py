"""What is attached to a role, for STS: its trust policy (the role's resource policy), and its tags."""

from watchword.facts import Facts
from watchword.facts.entities import NO_NAME, ROLE, RoleFact
from watchword.identity import tags
from watchword.names import Arn, nouns
from watchword.names.entity_arn import EntityArn
from watchword.services.resources import NONE, Attached


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """What is attached to the role of that ARN; None for the ARN of anything else."""
    role = EntityArn.parse(str(arn), nouns.ROLE)
    return of_role(role, role_at(facts, role)) if role else None


def role_at(facts: Facts, arn: EntityArn) -> RoleFact | None:
    """The role of exactly that ARN, path and case included."""
    found = facts.get(ROLE, arn.account, arn.name)
    if found is not None and found.arn != str(arn):
        return facts.get(ROLE, arn.account, NO_NAME)  # None, and as slow as for a name that no role has
    return found


def of_role(arn: EntityArn, found: RoleFact | None) -> Attached:
    """What is attached to a role. A missing role is decided on as a role that trusts no one."""
    if found is None:
        return Attached(arn.account, None, str(arn), resource_type="role")
    keys = tags.as_condition_keys("iam:ResourceTag", found.tags.items()) if found.tags else NONE
    return Attached(arn.account, found.trust, found.arn, found.tags, keys, resource_type="role")
