"""What is given for a managed policy's ARN, and isn't one, is refused in IAM's words."""

import pytest

from watchword.identity.arns import policy_arn
from watchword.names import AwsError


def test_the_arn_of_a_policy() -> None:
    text = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    arn = policy_arn(text)
    assert (arn.account, arn.path, arn.name) == ("aws", "/service-role/", "AWSLambdaBasicExecutionRole")
    assert str(arn) == text


@pytest.mark.parametrize("text", ["arn:aws:iam::aws:policy/", "arn:aws:iam::aws:user/p", "policy/p"])
def test_what_is_no_arn_of_a_policy(text: str) -> None:
    with pytest.raises(AwsError) as refused:
        policy_arn(text)
    assert (refused.value.code, refused.value.status) == ("InvalidInput", 400)
    assert refused.value.said == f"ARN {text} is not valid."
