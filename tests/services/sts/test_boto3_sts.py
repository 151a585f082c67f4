"""STS with unmodified boto3: chains of sessions, and what a session can't call.

Sources: IAM User Guide, "Pass session tags in AWS STS" (role chaining), "Monitor and control actions taken
with assumed roles" (source identity), "Compare AWS STS credentials".
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.services.sts.harness import ACCOUNT, ALL, arn, client, code, document, make_role

from watchword.testing import Server


def test_inherited_tags_must_be_trusted_by_the_next_role(watchword: Server, iam: Any, ann: Any) -> None:
    make_role(iam, "first", *ALL)
    make_role(iam, "tagged", *ALL)
    make_role(iam, "plain", "sts:AssumeRole")
    tags = [{"Key": "team", "Value": "red"}]
    first = ann.assume_role(
        RoleArn=arn("first"), RoleSessionName="one", Tags=tags, TransitiveTagKeys=["team"]
    )
    chain = client(watchword, "sts", first["Credentials"])
    assert chain.assume_role(RoleArn=arn("tagged"), RoleSessionName="two")
    assert code(chain.assume_role, RoleArn=arn("plain"), RoleSessionName="two") == "AccessDenied"
    untagged = ann.assume_role(RoleArn=arn("first"), RoleSessionName="one")["Credentials"]
    assert client(watchword, "sts", untagged).assume_role(RoleArn=arn("plain"), RoleSessionName="two")


def test_an_inherited_identity_must_be_trusted_by_the_next_role(
    watchword: Server, iam: Any, ann: Any
) -> None:
    make_role(iam, "first", *ALL)
    make_role(iam, "knowing", *ALL)
    make_role(iam, "plain", "sts:AssumeRole")
    first = ann.assume_role(RoleArn=arn("first"), RoleSessionName="one", SourceIdentity="ann")
    chain = client(watchword, "sts", first["Credentials"])
    again = chain.assume_role(RoleArn=arn("knowing"), RoleSessionName="two")
    assert again["SourceIdentity"] == "ann"
    assert code(chain.assume_role, RoleArn=arn("plain"), RoleSessionName="two") == "AccessDenied"


@pytest.mark.parametrize("wrong", ["role/reader", "role/teams/blue/reader"])
def test_a_role_is_assumed_by_its_whole_arn_only(iam: Any, ann: Any, wrong: str) -> None:
    make_role(iam, "reader", "sts:AssumeRole", path="/teams/red/")
    assert ann.assume_role(RoleArn=arn("teams/red/reader"), RoleSessionName="one")
    named = f"arn:aws:iam::{ACCOUNT}:{wrong}"
    assert code(ann.assume_role, RoleArn=named, RoleSessionName="one") == "AccessDenied"


@pytest.mark.parametrize(
    "wrong", ["iam::{}:role/reader/", "iam::{}:user/reader", "sts::{}:role/reader", "s3:::{}"]
)
def test_what_is_no_arn_of_a_role(ann: Any, wrong: str) -> None:
    named = f"arn:aws:{wrong.format(ACCOUNT)}"
    with pytest.raises(ClientError, match=f"{named} is invalid") as refused:
        ann.assume_role(RoleArn=named, RoleSessionName="one")
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_nobody_learns_which_roles_exist(watchword: Server, iam: Any, ann: Any) -> None:
    make_role(iam, "closed", "sts:TagSession")
    said = []
    for name in ("closed", "absent"):
        with pytest.raises(ClientError) as refused:
            ann.assume_role(RoleArn=arn(name), RoleSessionName="one")
        error = refused.value.response["Error"]
        said.append((error["Code"], error["Message"].replace(name, "...")))
    assert said[0] == said[1]


def test_a_users_session_without_mfa_calls_no_iam_and_little_sts(
    watchword: Server, iam: Any, ann: Any
) -> None:
    session = ann.get_session_token()["Credentials"]
    sts = client(watchword, "sts", session)
    assert sts.get_caller_identity()["Arn"].endswith(":user/ann")
    assert code(client(watchword, "iam", session).list_users) == "InvalidClientTokenId"
    assert code(sts.get_session_token) == "AccessDenied"
    assert code(sts.get_access_key_info, AccessKeyId=session["AccessKeyId"]) == "AccessDenied"
    make_role(iam, "reader", "sts:AssumeRole")
    assert sts.assume_role(RoleArn=arn("reader"), RoleSessionName="one")


def test_a_roles_session_asks_for_no_session_token(watchword: Server, iam: Any, ann: Any) -> None:
    make_role(iam, "reader", "sts:AssumeRole")
    session = ann.assume_role(RoleArn=arn("reader"), RoleSessionName="one")["Credentials"]
    assert code(client(watchword, "sts", session).get_session_token) == "AccessDenied"


def test_n26_what_a_session_was_denied_it_cant_mint(watchword: Server, iam: Any, ann: Any) -> None:
    """N26: a session policy narrows whatever the session goes on to ask for."""
    make_role(iam, "reader", "sts:AssumeRole")
    narrow = document("sts:GetAccessKeyInfo", Resource="*")
    session = ann.assume_role(RoleArn=arn("reader"), RoleSessionName="one", Policy=narrow)["Credentials"]
    assert client(watchword, "sts", session).get_access_key_info(AccessKeyId=session["AccessKeyId"])
    inside = client(watchword, "iam", session)
    assert code(inside.create_access_key, UserName="ann") == "AccessDenied"
    assert code(inside.delete_role_policy, RoleName="reader", PolicyName="all") == "AccessDenied"
    chain = client(watchword, "sts", session)
    make_role(iam, "other", "sts:AssumeRole")
    assert code(chain.assume_role, RoleArn=arn("other"), RoleSessionName="two") == "AccessDenied"


def test_contexts_are_not_served(iam: Any, ann: Any) -> None:
    make_role(iam, "reader", "sts:*")
    context = {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "abcd"}
    asked = {"RoleArn": arn("reader"), "RoleSessionName": "one", "ProvidedContexts": [context]}
    assert code(ann.assume_role, **asked) == "NotImplemented"
    assert code(ann.get_session_token, MinimumSessionTokenSize=4096) == "NotImplemented"
    assert ann.get_session_token(MinimumSessionTokenSize=0)["Credentials"]


def test_a_role_is_assumed_by_its_tags(iam: Any, ann: Any) -> None:
    make_role(iam, "reader", "sts:AssumeRole")
    iam.tag_role(RoleName="reader", Tags=[{"Key": "team", "Value": "red"}])
    for key in ("iam:ResourceTag/team", "aws:ResourceTag/Team"):
        for value, expected in (("red", True), ("blue", False)):
            condition = {"StringEquals": {key: value}}
            policy = document("sts:AssumeRole", Resource="*", Condition=condition)
            iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=policy)
            trust = document("sts:AssumeRole", Principal={"AWS": ACCOUNT}, Condition=condition)
            iam.update_assume_role_policy(RoleName="reader", PolicyDocument=trust)
            if expected:
                assert ann.assume_role(RoleArn=arn("reader"), RoleSessionName="one")
            else:
                assert code(ann.assume_role, RoleArn=arn("reader"), RoleSessionName="one") == "AccessDenied"


def test_a_transitive_tag_is_named_in_any_case(watchword: Server, iam: Any, ann: Any) -> None:
    make_role(iam, "first", *ALL)
    make_role(iam, "second", *ALL)
    tags = [{"Key": "Team", "Value": "red"}]
    asked = {"RoleArn": arn("first"), "RoleSessionName": "one", "Tags": tags, "TransitiveTagKeys": ["team"]}
    chain = client(watchword, "sts", ann.assume_role(**asked)["Credentials"])
    named = {"StringEquals": {"aws:PrincipalTag/Team": "red"}}
    listing = document("iam:ListUsers", Resource="*", Condition=named)
    iam.put_role_policy(RoleName="second", PolicyName="all", PolicyDocument=listing)
    second = chain.assume_role(RoleArn=arn("second"), RoleSessionName="two")["Credentials"]
    assert client(watchword, "iam", second).list_users()["Users"]


DUPLICATE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
NOT_PASSED = "The specified transitive tag key must be included in the requested tags."
TAKEN = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
    "from the calling session."
)
RESERVED = "The tag key AWS:team begins with aws:, which is reserved."


@pytest.mark.parametrize(
    ("keys", "transitive", "said"),
    [
        (["team", "Team"], [], DUPLICATE),
        (["team", "team"], [], DUPLICATE),
        (["team"], ["place"], NOT_PASSED),
        (["DESK"], [], TAKEN),
        (["AWS:team"], [], RESERVED),
    ],
)
def test_session_tags_are_refused_in_stss_words(
    watchword: Server, iam: Any, ann: Any, keys: list[str], transitive: list[str], said: str
) -> None:
    make_role(iam, "tagged", *ALL)
    desk = {"Tags": [{"Key": "desk", "Value": "4"}], "TransitiveTagKeys": ["desk"]}
    first = ann.assume_role(RoleArn=arn("tagged"), RoleSessionName="one", **desk)
    chain = client(watchword, "sts", first["Credentials"])
    tags = [{"Key": key, "Value": "x"} for key in keys]
    with pytest.raises(ClientError) as refused:
        chain.assume_role(
            RoleArn=arn("tagged"), RoleSessionName="two", Tags=tags, TransitiveTagKeys=transitive
        )
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidParameterValue", said)


def test_a_session_of_a_renamed_user_is_that_users_and_not_the_next_of_the_name(
    watchword: Server, iam: Any, ann: Any
) -> None:
    session = ann.get_session_token()["Credentials"]
    only_ann = {
        "StringEquals": {"aws:username": "ann", "aws:PrincipalArn": arn("x").replace("role/x", "user/ann")}
    }
    iam.put_user_policy(
        UserName="ann", PolicyName="all", PolicyDocument=document("s3:*", Resource="*", Condition=only_ann)
    )
    s3, sts = client(watchword, "s3", session), client(watchword, "sts", session)
    assert s3.list_buckets()["Buckets"] == []
    iam.update_user(UserName="ann", NewUserName="bea")
    iam.create_user(UserName="ann")
    assert sts.get_caller_identity()["Arn"].endswith(":user/bea")
    assert code(s3.list_buckets) == "AccessDenied"
    iam.update_user(UserName="ann", NewUserName="eve")
    iam.update_user(UserName="bea", NewUserName="ann", NewPath="/back/")
    assert sts.get_caller_identity()["Arn"].endswith(":user/back/ann")


def root_session(watchword: Server, iam: Any) -> tuple[Any, str]:
    """STS in a session of the root user, and the access key that it was asked for with."""
    key = iam.create_access_key()["AccessKey"]
    session = client(watchword, "sts", key).get_session_token()["Credentials"]
    return client(watchword, "sts", session), key["AccessKeyId"]


def test_roots_sessions_end_with_the_key_that_asked_for_them(watchword: Server, iam: Any) -> None:
    sts, key = root_session(watchword, iam)
    assert sts.get_caller_identity()["Arn"].endswith(":root")
    iam.update_access_key(AccessKeyId=key, Status="Inactive")
    assert code(sts.get_caller_identity) == "InvalidClientTokenId"
    iam.update_access_key(AccessKeyId=key, Status="Active")
    assert sts.get_caller_identity()["Arn"].endswith(":root")
    iam.delete_access_key(AccessKeyId=key)
    assert code(sts.get_caller_identity) == "InvalidClientTokenId"
