"""Roles of permission sets: AWSReservedSSO_<set>_<16 hex digits>, below a path of Identity Center alone.

    /aws-reserved/sso.amazonaws.com/<Region>/AWSReservedSSO_Read_0123456789abcdef

1. Only Identity Center makes, changes and removes them. Not even the root user does (`protected_roles`).
2. They trust the SAML provider that AWS makes in each account. There is none here: the portal begins sessions
   by itself. So that nobody else can be that provider, its name is reserved.
3. Of an instance in us-east-1, the path has no Region.
Source: IAM Identity Center User Guide, "Referencing permission sets in resource policies, Amazon EKS Cluster
config maps, and AWS KMS key policies"; roles in accounts of AWS (trust, name of the provider).
"""

import json

from watchword.names import nouns
from watchword.names.fold import fold
from watchword.names.ids import Randomness
from watchword.store.identity_center.instances import Instance

ROOT = "/aws-reserved/"
PATH = f"{ROOT}sso.amazonaws.com/"
PREFIX = "AWSReservedSSO_"
PROVIDER_PREFIX = "AWSSSO_"
INLINE = "AwsSSOInlinePolicy"
"""The name of the role's inline policy."""
LONGEST_SESSION = 12 * 3600
"""Seconds, of every such role. A permission set can say less."""
_WITHOUT_REGION = "us-east-1"
_AUDIENCE = "https://signin.aws.amazon.com/saml"
_RESERVED = {nouns.ROLE: PREFIX, nouns.SAML_PROVIDER: PROVIDER_PREFIX}


def path_of(instance: Instance) -> str:
    """Of the roles of its permission sets."""
    return PATH if instance.region == _WITHOUT_REGION else f"{PATH}{instance.region}/"


def new_name(permission_set: str, randomness: Randomness) -> str:
    return f"{PREFIX}{permission_set}_{randomness(8).hex()}"


def provider_of(instance: Instance, account: str) -> str:
    """The ARN of the SAML provider of rule 2."""
    name = f"{PROVIDER_PREFIX}{instance.id.removeprefix('ssoins-')}_DO_NOT_DELETE"
    return f"arn:{instance.partition}:iam::{account}:saml-provider/{name}"


def trust_of(instance: Instance, account: str) -> str:
    """The trust policy of a role in that account."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_of(instance, account)},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": _AUDIENCE}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def is_of_permission_set(noun: str, path: str) -> bool:
    """Whether an entity is such a role."""
    return noun == nouns.ROLE and path.startswith(ROOT)


def is_reserved(noun: str, name: str) -> bool:
    """Whether only Identity Center makes entities of that name."""
    return noun in _RESERVED and fold(name).startswith(fold(_RESERVED[noun]))
