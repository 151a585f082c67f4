"""Principals of documents: renamed to unique ids and back."""

import json

from watchword.policy import Policy

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


def test_renamed_and_back_is_identity() -> None:
    assert TRUST.renamed(IDS).renamed({value: key for key, value in IDS.items()}) == TRUST


def test_principals_are_renamed_and_arns_in_conditions_stay() -> None:
    text = str(TRUST.renamed(IDS))
    assert text.count("AIDAALICE") == 2
    assert text.count("AROAWORKER") == 1
    assert text.count(ALICE) == 1
    assert WORKER not in text


def test_an_id_whose_bearer_is_gone_stays() -> None:
    assert "AROAWORKER" in str(TRUST.renamed(IDS).renamed({"AIDAALICE": ALICE}))
