"""What is attached to a part of an organization: the management account owns it, and it can have tags."""

from watchword.facts import Facts
from watchword.facts.entities import TAGS
from watchword.facts.organizations import STANDING
from watchword.names import Arn, nouns
from watchword.services.resources import Attached


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """None for the ARN of anything that isn't in the organization of its account."""
    _, _, rest = arn.resource.partition("/")
    organization_id, _, below = rest.partition("/")
    here = facts.need(STANDING, arn.account).organization if arn.account else None
    if here is None or (here.id, here.management) != (organization_id, arn.account):
        return None
    held = facts.need(TAGS, nouns.IN_ORGANIZATION, below.rpartition("/")[2])
    return Attached(arn.account, tags=held)
