"""The workload of the policy rows: a principal's statements, and requests with known decisions.

A principal has 10 to 10,000 statements (wildcards in actions and resources; StringLike, IpAddress, ArnLike,
dates, variables), a boundary, a service control policy and a bucket policy. 70 % of the requests are
allowed, 20 % implicitly and 10 % explicitly denied; each label is known from how the request was made.
No request is made twice.
"""

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from watchword.names.principal import User

PER_DOCUMENT = 40
ACCOUNT = "111122223333"
USER = User(ACCOUNT, "bench", "AIDABENCHBENCHBENCHBE")
ALLOW, IMPLICIT, EXPLICIT = "allow", "implicitDeny", "explicitDeny"
READS = ("s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion")
AGENTS = ("Boto3/1.44 Botocore/1.44", "aws-cli/2.30 Boto3/1.44")
REGION = "eu-central-1"

BOUNDARY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::audit-*"},
    ],
}
SCP = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "sts:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION, "eu-west-1"]}},
        },
    ],
}
BUCKET = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "arn:aws:s3:::*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/other"},
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::*",
        },
    ],
}

BOUNDARY_TEXT, SCP_TEXT, BUCKET_TEXT = (json.dumps(each) for each in (BOUNDARY, SCP, BUCKET))


def statement(number: int) -> dict[str, Any]:
    """The statement of one bucket: who reads there under what conditions, or that no one deletes there."""
    bucket = f"arn:aws:s3:::data-{number}"
    if number % 10 == 9:
        return {"Effect": "Deny", "Action": "s3:Delete*", "Resource": f"{bucket}/*"}
    conditions: tuple[dict[str, Any], ...] = (
        {"StringLike": {"aws:UserAgent": "*Boto3*"}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/*"}},
        {"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}},
        {},
    )
    place = "home/${aws:username}/*" if number % 5 == 4 else f"team-{number % 7}/*"
    found = {
        "Effect": "Allow",
        "Action": ["s3:Get*", "s3:List*"] if number % 2 else "s3:GetObject*",
        "Resource": f"{bucket}/{place}",
    }
    condition = conditions[number % 5]
    return found | ({"Condition": condition} if condition else {})


@dataclass(frozen=True)
class Asked:
    """One request and its label."""

    action: str
    resource: str
    context: dict[str, str]
    label: str


def asked(size: int, chance: Random) -> Asked:
    """A request of a class drawn 70 : 20 : 10."""
    label = chance.choices((ALLOW, IMPLICIT, EXPLICIT), (70, 20, 10))[0]
    number = chance.choice(
        [each for each in (chance.randrange(size), chance.randrange(size), 0) if each % 10 != 9]
    )
    place = "home/bench" if number % 5 == 4 else f"team-{number % 7}"
    context = {
        "aws:username": "bench",
        "aws:PrincipalArn": USER.arn,
        "aws:SourceIp": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
        "aws:UserAgent": chance.choice(AGENTS),
        "aws:CurrentTime": f"2026-11-{chance.randrange(10, 28)}T{chance.randrange(10, 24)}:00:00Z",
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": REGION,
    }
    action, key = chance.choice(READS), f"{chance.getrandbits(48):012x}"
    if label == IMPLICIT:
        place = chance.choice(("team-x", "home/other", "public"))
    if label == EXPLICIT:
        match chance.randrange(4):
            case 0:
                context["aws:SecureTransport"] = "false"
            case 1:
                context["aws:RequestedRegion"] = "us-east-1"
            case 2:
                return Asked(action, f"arn:aws:s3:::audit-1/{key}", context, label)
            case _:
                number, action = 10 * chance.randrange(size // 10) + 9, "s3:DeleteObject"
    return Asked(action, f"arn:aws:s3:::data-{number}/{place}/{key}", context, label)


def documents(size: int) -> list[str]:
    """The identity policies of a principal with `size` statements."""
    return [
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [statement(each) for each in range(start, min(size, start + PER_DOCUMENT))],
            }
        )
        for start in range(0, size, PER_DOCUMENT)
    ]


class Workload:
    """Requests without end, none of them twice."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._chance = Random(size)

    def requests(self, many: int) -> list[Asked]:
        return [asked(self.size, self._chance) for _ in range(many)]
