"""What is given for a managed policy's ARN, and isn't one, is refused in IAM's words."""

import pytest

from watchword.identity.arns import given_policy_arn, policy_arn
from watchword.names import AwsError


def test_the_arn_of_a_policy() -> None:
    text = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    arn = policy_arn(text)
    assert (arn.account, arn.path, arn.name) == ("aws", "/service-role/", "AWSLambdaBasicExecutionRole")
    assert str(arn) == text


NOT_VALID = "ARN {} is not valid."


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("policy/p", "ValidationError", NOT_VALID),
        ("arn:aws:iam::policy/p", "ValidationError", NOT_VALID),
        ("arn:aws-cn:iam::aws:policy/p", "ValidationError", "Invalid ARN partition"),
        ("arn:aws-cn:iam::aws:user/p", "ValidationError", "Invalid ARN partition"),
        ("arn:aws:iam::aws:policy/", "InvalidInput", NOT_VALID),
        ("arn:aws:iam::aws:user/p", "InvalidInput", NOT_VALID),
        ("arn:aws:iam:us-east-1:aws:policy/p", "InvalidInput", NOT_VALID),
        ("arn:aws:iam::aws:policy/p ", "InvalidInput", NOT_VALID),
    ],
)
def test_what_is_no_arn_of_a_policy(text: str, code: str, said: str) -> None:
    with pytest.raises(AwsError) as refused:
        given_policy_arn(text, "aws")
    assert (refused.value.code, refused.value.said) == (code, said.format(text))
