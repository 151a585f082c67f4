"""The managed policies of AWS: each file is a valid policy under its own name."""

import json
from importlib import resources

import pytest

from watchword.identity import aws_managed
from watchword.identity.aws_managed import OWNER, AwsPolicy, aws_policies
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.policy.checking.validate import DocumentKind, validate

FILES = sorted(
    entry.name.removesuffix(".json")
    for entry in resources.files(aws_managed).iterdir()
    if entry.name.endswith(".json")
)


@pytest.mark.parametrize("known", aws_policies().values(), ids=lambda known: known.policy.name)
def test_a_policy_of_aws(known: AwsPolicy) -> None:
    policy, version = known.policy, known.version
    assert EntityArn.parse(policy.arn) == EntityArn("aws", OWNER, nouns.POLICY, policy.path, policy.name)
    assert policy.id.startswith("ANPA")
    assert len(policy.id) == 21
    assert (version.policy_id, version.number, version.default) == (policy.id, policy.default_version, True)
    assert policy.created <= policy.updated == version.created
    validate(version.document, DocumentKind.MANAGED)


def test_a_file_is_called_like_its_policy() -> None:
    assert sorted(known.policy.name for known in aws_policies().values()) == FILES
    assert len({known.policy.id for known in aws_policies().values()}) == len(FILES)


def test_the_administrator_may_do_everything() -> None:
    known = aws_policies()["arn:aws:iam::aws:policy/AdministratorAccess"]
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert json.loads(known.version.document)["Statement"] == [statement]
