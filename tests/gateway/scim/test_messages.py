"""What a client of SCIM is told."""

import json

import pytest

from watchword.gateway.scim.messages import refused
from watchword.names import AwsError, fault


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (fault("ServiceUnavailable"), 503),
        (fault("InternalFailure", meant="KeyError"), 500),
        (fault("Throttling"), 429),
        (AwsError("notFound", 404, "GET is not for this path."), 404),
    ],
)
def test_each_refusal_has_a_status_and_says_something(error: AwsError, status: int) -> None:
    answer = refused(error, "1")
    assert isinstance(answer.body, bytes)
    said = json.loads(answer.body)
    assert (answer.status, said["status"]) == (status, str(status))
    assert said["detail"]
    assert "KeyError" not in said["detail"]
