"""What is attached to an identity pool: its tags, and what it lets everybody do.

People who log in by a pool, or are its guests, have no account. What they ask needs no permission at AWS
either; but their calls are decided like all others, so that a resource control policy can deny them. So a
pool has the policy OPEN, which is the same for all pools and can't be changed.
Source: Service Authorization Reference, "Amazon Cognito Identity".
"""

import json
from typing import Final

from watchword.facts import Facts
from watchword.facts.pools import IDENTITY_POOL, PoolFact
from watchword.names import Arn
from watchword.policy import Policy
from watchword.services.cognito_identity.arns import PoolArn
from watchword.services.resources import NONE, Attached

PREFIX = "cognito-identity:"
PUBLIC = ("GetCredentialsForIdentity", "GetId", "GetOpenIdToken", "UnlinkIdentity")
"""Operations whose callers are known by what is in their bodies."""
OPEN: Final = Policy.parse(
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": "*",
                "Action": [PREFIX + name for name in PUBLIC],
                "Resource": "*",
            },
        }
    )
)


def attached(facts: Facts, _action: str, arn: Arn) -> Attached | None:
    """For the ARN of a pool, whether it is there or not."""
    found = PoolArn.find(arn)
    return of_pool(found, pool_at(facts, found)) if found else None


def pool_at(facts: Facts, arn: PoolArn) -> PoolFact | None:
    """The pool of exactly that ARN."""
    found = facts.get(IDENTITY_POOL, arn.id)
    return found if found and found.pool.arn == str(arn) else None


def of_pool(arn: PoolArn, found: PoolFact | None) -> Attached:
    tags = found.tags if found else NONE
    return Attached(arn.account, tags=tags, region=arn.region)
