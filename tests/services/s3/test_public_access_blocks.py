"""Public access blocks of buckets and accounts: what is refused when it is put, and who is let in no more."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.services.harness import call_of, carry_out
from tests.services.s3.harness import OTHER, OWNER, Counter
from tests.services.s3.test_bucket_policies import policy

from watchword.access import Caller
from watchword.names.principal import Anonymous, Root, Service, User
from watchword.policy.buckets.public import SETTINGS
from watchword.policy.evaluation.explain import as_json, explain
from watchword.services.s3control import OPERATIONS
from watchword.services.what_if import simulate_request

READ = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"


def block(*on: str) -> dict[str, Any]:
    """The configuration in which these settings are on; it leaves the others out."""
    return {"PublicAccessBlockConfiguration": dict.fromkeys(on, True)}


def of_account(s3: Counter, name: str, account: str = OWNER, **given: object) -> dict[str, Any]:
    """A call of S3 Control."""
    by = Caller(Root(OWNER))
    asked = call_of(s3.world, by, ("s3control", name), {"AccountId": account, **given}, now=s3.now)
    return carry_out(asked, OPERATIONS[name].demands(asked), str)


def test_a_new_bucket_is_blocked(s3: Counter, bucket: str) -> None:
    given = s3("GetPublicAccessBlock", Bucket=bucket)
    assert given == {"PublicAccessBlockConfiguration": dict.fromkeys(SETTINGS, True)}
    refused = s3.error("PutBucketPolicy", Bucket=bucket, Policy=policy())
    assert (refused.code, refused.said) == (
        "AccessDenied",
        (
            f"User: arn:aws:iam::{OWNER}:root is not authorized to perform: s3:PutBucketPolicy on resource: "
            '"arn:aws:s3:::bucket" because public policies are prevented by the BlockPublicPolicy setting in '
            "S3 Block Public Access."
        ),
    )
    assert s3.code("GetBucketPolicy", Bucket=bucket) == "NoSuchBucketPolicy"
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy(Principal={"AWS": OWNER}))


def test_put_read_removed(s3: Counter, bucket: str) -> None:
    s3("PutPublicAccessBlock", Bucket=bucket, **block("IgnorePublicAcls"))
    found = s3("GetPublicAccessBlock", Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert [name for name, on in found.items() if on] == ["IgnorePublicAcls"]
    s3("PutPublicAccessBlock", Bucket=bucket, **block())
    assert s3("GetPublicAccessBlock", Bucket=bucket)
    for _ in range(2):
        s3("DeletePublicAccessBlock", Bucket=bucket)
        assert s3.code("GetPublicAccessBlock", Bucket=bucket) == NO_BLOCK


def test_the_account_has_one_too(s3: Counter, open_bucket: str) -> None:
    with pytest.raises(Exception, match=NO_BLOCK):
        of_account(s3, "GetPublicAccessBlock")
    of_account(s3, "PutPublicAccessBlock", **block("BlockPublicPolicy"))
    found = of_account(s3, "GetPublicAccessBlock")["PublicAccessBlockConfiguration"]
    assert [name for name, on in found.items() if on] == ["BlockPublicPolicy"]
    assert s3.code("GetPublicAccessBlock", Bucket=open_bucket) == NO_BLOCK
    assert s3.code("PutBucketPolicy", Bucket=open_bucket, Policy=policy()) == "AccessDenied"
    s3("CreateBucket", Bucket="theirs", by=Root(OTHER))
    s3("DeletePublicAccessBlock", Bucket="theirs", by=Root(OTHER))
    theirs = policy(Resource="arn:aws:s3:::theirs/*")
    s3("PutBucketPolicy", Bucket="theirs", Policy=theirs, by=Root(OTHER))
    for _ in range(2):
        of_account(s3, "DeletePublicAccessBlock")
    s3("PutBucketPolicy", Bucket=open_bucket, Policy=policy())


@pytest.mark.parametrize("name", [each for each in OPERATIONS if each.endswith("PublicAccessBlock")])
def test_of_another_account_nobody_says_or_learns_anything(s3: Counter, name: str) -> None:
    given = block() if name.startswith("Put") else {}
    for account in (OTHER, "999999999999"):
        with pytest.raises(Exception, match="AccessDenied"):
            of_account(s3, name, account, **given)


@pytest.mark.parametrize("level", ["bucket", "account"])
def test_a_public_bucket_is_restricted_to_its_account_and_services(
    s3: Counter, open_bucket: str, user: Callable[..., User], level: str
) -> None:
    bucket = open_bucket
    s3.put(bucket, "key", b"data")
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy())
    eve, ann = user("eve", READ, account=OTHER), user("ann", READ)
    service = Service("logging.s3.amazonaws.com")
    inside, outside = (ann, service, Root(OWNER)), (eve, Anonymous())
    for by in (*inside, *outside):
        assert s3.get(bucket, "key", by=by) == b"data"
    if level == "bucket":
        s3("PutPublicAccessBlock", Bucket=bucket, **block("RestrictPublicBuckets"))
    else:
        of_account(s3, "PutPublicAccessBlock", **block("RestrictPublicBuckets"))
    for by in inside:
        assert s3.get(bucket, "key", by=by) == b"data"
    for by in outside:
        assert s3.code("GetObject", Bucket=bucket, Key="key", by=by) == "AccessDenied"
    assert s3("GetBucketPolicyStatus", Bucket=bucket)["PolicyStatus"] == {"IsPublic": True}
    assert "Restrict" not in s3("GetBucketPolicy", Bucket=bucket)["Policy"]


def test_grants_to_accounts_end_too_while_a_policy_is_public(
    s3: Counter, open_bucket: str, user: Callable[..., User]
) -> None:
    s3.put(open_bucket, "key", b"data")
    eve, given = user("eve", READ, account=OTHER), {"Bucket": open_bucket, "Key": "key"}
    s3("PutPublicAccessBlock", Bucket=open_bucket, **block("RestrictPublicBuckets"))
    s3("PutBucketPolicy", Bucket=open_bucket, Policy=policy(Principal={"AWS": OTHER}))
    assert s3.get(open_bucket, "key", by=eve) == b"data"
    both = policy(Principal={"AWS": ["*", OTHER]})
    s3("PutBucketPolicy", Bucket=open_bucket, Policy=both)
    assert s3.code("GetObject", by=eve, **given) == "AccessDenied"


def test_the_decision_names_the_setting(s3: Counter, open_bucket: str, user: Callable[..., User]) -> None:
    eve = user("eve", READ, account=OTHER)
    s3("PutBucketPolicy", Bucket=open_bucket, Policy=policy())
    s3("PutPublicAccessBlock", Bucket=open_bucket, **block("RestrictPublicBuckets"))
    decision = simulate_request(s3.world, eve.arn, "s3:GetObject", f"arn:aws:s3:::{open_bucket}/key", {})
    first = as_json(explain(decision))["matches"][0]
    assert (first["effect"], first["sid"]) == ("Deny", "RestrictPublicBuckets")


def test_another_account_never_lifts_it(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    eve = user("eve", READ, account=OTHER)
    for name, given in (("PutPublicAccessBlock", block()), ("DeletePublicAccessBlock", {})):
        assert s3.code(name, Bucket=bucket, by=eve, **given) == "AccessDenied"
        assert s3.code(name, Bucket=bucket, by=Anonymous(), **given) == "AccessDenied"
