"""Quotas, tags and the size of inline policies, as functions of values."""

import json

import pytest

from watchword.identity import tags
from watchword.identity.documents import check_inline, size
from watchword.identity.quotas import QUOTAS, SUMMARY, check_quota
from watchword.names import AwsError
from watchword.policy.checking.validate import PolicyError

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)
DUPLICATE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."


@pytest.mark.parametrize("quota", QUOTAS)
def test_a_quota_holds_to_its_limit(quota: str) -> None:
    check_quota(quota, QUOTAS[quota])
    with pytest.raises(AwsError) as refused:
        check_quota(quota, QUOTAS[quota] + 1)
    assert (refused.value.code, refused.value.status) == ("LimitExceeded", 409)
    assert refused.value.said == f"Cannot exceed quota for {quota}: {QUOTAS[quota]}"


NOT_IN_THE_SUMMARY = {
    *("OpenIdConnectProvidersPerAccount", "ClientIdsPerOpenIdConnectProvider"),
    *("SAMLProvidersPerAccount", "PrivateKeysPerSAMLProvider", "SSHPublicKeysPerUser"),
    "MFADevicesPerUser",
    "ServiceSpecificCredentialsPerUser",
    "DelegationRequestsPerAccount",
}
"""IAM API Reference, GetAccountSummary, has no key for them."""


def test_the_summary_tells_every_quota() -> None:
    assert sorted([*SUMMARY.values(), *NOT_IN_THE_SUMMARY]) == sorted(QUOTAS)


def test_white_space_does_not_count() -> None:
    assert size(' {\t"a" :\r\n"b c" } ') == len('{"a":"bc"}')


def test_inline_policies_share_a_quota() -> None:
    most = QUOTAS["UserPolicySize"] // size(POLICY)
    check_inline(POLICY, [POLICY] * (most - 1), "user", "ann", "aws")
    with pytest.raises(AwsError, match="Maximum policy size of 2048 bytes exceeded for user ann"):
        check_inline(POLICY, [POLICY] * most, "user", "ann", "aws")
    with pytest.raises(PolicyError):
        check_inline("{}", [], "role", "r", "aws")


def tag(key: str) -> dict[str, str]:
    return {"Key": key, "Value": key.upper()}


def test_tags_are_read_and_written() -> None:
    assert tags.read("user", [tag("b"), tag("a")]) == {"a": "A", "b": "B"}
    assert tags.written({"b": "B", "a": "A"}) == [tag("a"), tag("b")]


@pytest.mark.parametrize("again", ["a", "A"])
def test_a_key_stands_once_whatever_its_case(again: str) -> None:
    with pytest.raises(AwsError) as refused:
        tags.read("user", [tag("a"), tag(again)])
    assert (refused.value.code, refused.value.said) == ("InvalidInput", DUPLICATE)


@pytest.mark.parametrize("key", ["aws:", "AWS:x", "aWs:created-by"])
def test_the_prefix_of_aws_is_reserved(key: str) -> None:
    with pytest.raises(AwsError, match="InvalidInput"):
        tags.read("user", [tag(key)])
    tags.read("user", [tag(f"x{key}")])


def test_fifty_tags_are_the_most() -> None:
    fifty = {f"k{number}": "" for number in range(50)}
    tags.check_total("user", fifty, {"K0": "", "k49": "new"})
    with pytest.raises(AwsError, match="LimitExceeded"):
        tags.check_total("user", fifty, {"k50": ""})
