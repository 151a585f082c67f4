"""What is attached to an identity store: whose it is. ARNs of users and groups have no account.

Source: Service Authorization Reference, "AWS Identity Store".
"""

from watchword.facts import Facts
from watchword.facts.identity_center import DIRECTORY, InstanceFact
from watchword.names import Arn
from watchword.services.resources import NONE, Attached, Keys

PREFIX = "identitystore:"
PRIMARY_REGION = "identitystore:PrimaryRegion"
_NOUN = "identitystore/"


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """None for the ARN of anything but an identity store."""
    directory = arn.resource.removeprefix(_NOUN)
    if arn.service != "identitystore" or directory == arn.resource or not arn.account:
        return None
    found = facts.get(DIRECTORY, directory)
    there = found if found and found.instance.directory_arn == str(arn) else None
    return Attached(arn.account, keys=keys_of(there))


def keys_of(found: InstanceFact | None) -> Keys:
    """Condition keys that an instance fills."""
    return {PRIMARY_REGION: found.instance.region} if found else NONE
