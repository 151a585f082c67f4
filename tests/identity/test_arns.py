"""ARNs of managed policies are read strictly, and written back as they were."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.identity.arns import PolicyArn, entity_arn
from watchword.names import Arn, AwsError

NAMES = st.from_regex(r"\A[A-Za-z0-9_+=,.@-]{1,128}\Z")
PATHS = st.from_regex(r"\A/([!-.0-~]{1,20}/){0,3}\Z")
OWNERS = st.from_regex(r"\A([0-9]{12}|aws)\Z")


@settings(deadline=None, max_examples=100)
@given(account=OWNERS, path=PATHS, name=NAMES)
def test_what_is_written_is_read_back(account: str, path: str, name: str) -> None:
    text = entity_arn("policy", account, path, name)
    assert PolicyArn.parse(text) == PolicyArn("aws", account, path, name)
    assert str(PolicyArn.parse(text)) == text
    assert Arn.parse(text).resource == f"policy{path}{name}"


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::aws:policy",
        "arn:aws:iam:us-east-1:aws:policy/p",
        "arn:aws:iam::12345678901:policy/p",
        "arn:aws:iam::other:policy/p",
        "arn:aws:iam::aws:user/p",
        "arn:aws:s3::aws:policy/p",
        "arn:aws:iam::aws:policy//p q",
        "arn:aws:iam::aws:policy/p\n",
        "arn:aws:iam::aws:policy/p*",
        "policy/p",
    ],
)
def test_what_is_no_arn_of_a_policy(text: str) -> None:
    with pytest.raises(AwsError) as refused:
        PolicyArn.parse(text)
    assert (refused.value.code, refused.value.status) == ("InvalidInput", 400)
    assert refused.value.said == f"ARN {text} is not valid."
