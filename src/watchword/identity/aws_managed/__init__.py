"""The managed policies of AWS: read-only, the same in every account, a JSON file each.

Only these can be attached; to add one, add its file. A file has the policy's own name, id, dates and
default version. Policies of customers are in `watchword.store.iam.policies`, whose records are used here too.
Source: AWS Managed Policy Reference Guide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.store.iam.policies import Policy
from watchword.store.iam.policy_versions import Version

OWNER = "aws"
"""The account in the ARN of a policy of AWS."""


@dataclass(frozen=True, slots=True)
class AwsPolicy:
    """One managed policy of AWS, and its default version."""

    policy: Policy
    version: Version


@cache
def aws_policies() -> Mapping[str, AwsPolicy]:
    """All of them, ARN -> policy, sorted by name."""
    files = (entry for entry in resources.files(__name__).iterdir() if entry.name.endswith(".json"))
    found = [_read(entry.read_text("utf-8")) for entry in files]
    return {each.policy.arn: each for each in sorted(found, key=lambda each: each.policy.name)}


def _read(text: str) -> AwsPolicy:
    said = json.loads(text)
    number = int(said["version"].removeprefix("v"))
    updated = datetime.fromisoformat(said["updated"])
    policy = Policy(
        id=said["id"],
        account=OWNER,
        name=said["name"],
        path=said["path"],
        arn=str(EntityArn("aws", OWNER, nouns.POLICY, said["path"], said["name"])),
        created=datetime.fromisoformat(said["created"]),
        updated=updated,
        description=said["description"],
        default_version=number,
        next_version=number + 1,
    )
    document = json.dumps(said["document"], indent=4)
    return AwsPolicy(policy, Version(policy.id, number, document, updated, default=True))
