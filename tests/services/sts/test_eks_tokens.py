"""Tokens of EKS, made by the aws CLI and verified as aws-iam-authenticator does: it reads nothing but JSON.

Source: aws-iam-authenticator, pkg/token/token.go (Verify).
"""

import base64
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from awscli.customizations.eks.get_token import STSClientFactory, TokenGenerator
from botocore.session import get_session

from watchword.testing import Server

PREFIX, CLUSTER_HEADER = "k8s-aws-v1.", "x-k8s-aws-id"


def token(cluster: str) -> str:
    client = STSClientFactory(get_session()).get_sts_client(region_name="eu-west-1")
    made: str = TokenGenerator(client).get_token(cluster)
    return made


def verify(made: str, cluster: str) -> Any:
    encoded = made.removeprefix(PREFIX)
    url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    headers = {CLUSTER_HEADER: cluster, "accept": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return json.load(answer)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]


def test_a_token_says_who_made_it(watchword: Server) -> None:
    arn = f"arn:aws:iam::{watchword.account}:root"
    identity = {"Account": watchword.account, "Arn": arn, "UserId": watchword.account}
    assert verify(token("blue"), "blue") == identity


@pytest.mark.usefixtures("watchword")
def test_a_token_for_another_cluster_is_refused() -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        verify(token("blue"), "red")
    error = json.load(refused.value)["Error"]
    assert (refused.value.code, error["Code"]) == (403, "SignatureDoesNotMatch")
