"""What is attached to an instance or a permission set: whose it is, its tags, its Region.

    arn:aws:sso:::instance/ssoins-...    arn:aws:sso:::permissionSet/ssoins-.../ps-...

Their ARNs have no account. Source: Service Authorization Reference, "AWS IAM Identity Center".
"""

from collections.abc import Mapping

from msgspec import Struct

from watchword.facts import Facts
from watchword.facts.identity_center import INSTANCE, PERMISSION_SET_TAGS, InstanceFact
from watchword.names import Arn
from watchword.services.resources import NONE, Attached, Keys

PREFIX = "sso:"
PRIMARY_REGION = "sso:PrimaryRegion"
_INSTANCE, _SET = "instance", "permissionSet"


class SsoArn(Struct, frozen=True):
    """The ARN of an instance or of a permission set, whether it exists or not."""

    instance: str
    permission_set: str = ""
    partition: str = "aws"

    @classmethod
    def find(cls, text: str) -> "SsoArn | None":
        """None for the ARN of anything else."""
        try:
            arn = Arn.parse(text)
        except ValueError:
            return None
        kind, *parts = arn.resource.split("/")
        expected = {_INSTANCE: 1, _SET: 2}.get(kind)
        if (arn.service, arn.region, arn.account) != ("sso", "", "") or len(parts) != expected:
            return None
        return cls(parts[0], "".join(parts[1:]), arn.partition) if all(parts) else None

    def __str__(self) -> str:
        if not self.permission_set:
            return f"arn:{self.partition}:sso:::{_INSTANCE}/{self.instance}"
        return f"arn:{self.partition}:sso:::{_SET}/{self.instance}/{self.permission_set}"


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """None for what isn't there."""
    named = SsoArn.find(str(arn))
    found = facts.get(INSTANCE, named.instance) if named else None
    if named is None or found is None:
        return None
    return Attached(found.instance.account, tags=tags_of(facts, named, found), keys=keys_of(found))


def tags_of(facts: Facts, named: SsoArn, found: InstanceFact) -> Mapping[str, str]:
    """The tags of the instance, or of the permission set of it that is named."""
    if not named.permission_set:
        return found.tags
    return facts.get(PERMISSION_SET_TAGS, named.instance, named.permission_set) or NONE


def keys_of(found: InstanceFact) -> Keys:
    """Condition keys that an instance fills, for its permission sets too."""
    return {PRIMARY_REGION: found.instance.region}
