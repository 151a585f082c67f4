"""An account with a user who may do everything."""

from typing import Any

import boto3
import pytest
from tests.services.sts.harness import client, document

from watchword.testing import Server


@pytest.fixture
def iam(watchword: Server) -> Any:
    return boto3.client("iam", **watchword.client_arguments)


@pytest.fixture
def ann(watchword: Server, iam: Any) -> Any:
    """STS as a user who may do everything there."""
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=document("*", Resource="*"))
    return client(watchword, "sts", iam.create_access_key(UserName="ann")["AccessKey"])
