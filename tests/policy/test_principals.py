"""Principals of documents: listed, bound to unique ids and back."""

import json

import pytest

from watchword.policy import Policy, PolicyError

ALICE = "arn:aws:iam::111122223333:user/alice"
WORKER = "arn:aws:iam::111122223333:role/team/worker"
IDS = {ALICE: "AIDAALICE", WORKER: "AROAWORKER"}
TRUST = Policy.parse(
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {
                        "AWS": [
                            ALICE,
                            WORKER,
                            "111122223333",
                            "arn:aws:iam::111122223333:root",
                            "arn:aws:sts::111122223333:assumed-role/worker/job",
                            "*",
                        ],
                        "Service": "lambda.amazonaws.com",
                    },
                    "Action": "sts:AssumeRole",
                    "Condition": {"ArnEquals": {"aws:PrincipalArn": ALICE}},
                },
                {"Effect": "Deny", "NotPrincipal": {"AWS": ALICE}, "Action": "sts:AssumeRole"},
                {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"},
            ],
        }
    )
)


def test_users_and_roles_are_listed_once() -> None:
    assert TRUST.principals() == (ALICE, WORKER)


def test_bound_and_unbound_is_identity() -> None:
    bound = TRUST.bind(IDS)
    assert bound.principals() == ()
    assert bound.unbind({value: key for key, value in IDS.items()}) == TRUST


def test_arns_in_conditions_stay() -> None:
    text = str(TRUST.bind(IDS))
    assert text.count(ALICE) == 1
    assert "AIDAALICE" in text


def test_an_unknown_principal_is_refused() -> None:
    with pytest.raises(PolicyError) as caught:
        TRUST.bind({ALICE: "AIDAALICE"})
    assert caught.value.said == f'Invalid principal in policy: "AWS":"{WORKER}"'


def test_an_id_whose_bearer_is_gone_stays() -> None:
    assert "AROAWORKER" in str(TRUST.bind(IDS).unbind({"AIDAALICE": ALICE}))
