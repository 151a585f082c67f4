"""The workload of decisions among many: twenty principals, three hundred buckets, forty actions.

Every principal has 10 to 1,000 statements of its own, whose patterns have wildcards at the end, in the middle
of the key and in the name of the bucket, and `?`. Every bucket has a policy of its own. Three levels of
service control policies and one boundary bind all. 70 % of the requests are allowed, 20 % implicitly and 10 %
explicitly denied; each label is known from how the request was made. No two requests of one draw have the
same principal, action and bucket.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from random import Random
from typing import Any

from watchword.names.principal import User
from workload import ACCOUNT, AGENTS, ALLOW, EXPLICIT, IMPLICIT, PER_DOCUMENT, REGION

Json = dict[str, Any]
USERS = tuple(User(ACCOUNT, f"user-{number}", f"AIDABENCH{number:012}") for number in range(20))
TEAMS, KINDS = ("red", "green", "blue", "amber", "violet"), ("data", "logs", "media")
BUCKETS = tuple(f"{TEAMS[number % 5]}-{KINDS[number // 5 % 3]}-{number:03}" for number in range(300))
OBJECT_ACTIONS = tuple(
    f"s3:{verb}Object{what}"
    for verb in ("Get", "Put", "Delete", "List", "Restore")
    for what in ("", "Acl", "Attributes", "LegalHold", "Retention", "Tagging", "Torrent", "Version")
)
ACTION_FORMS = (("s3:Get*",), ("s3:List*", "s3:Put*"), ("s3:*Tagging", "s3:*Version"))
CONDITIONS: tuple[Json, ...] = (
    {},
    {"StringLike": {"aws:UserAgent": "*Boto3*"}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/*"}},
    {"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}},
)
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SCPS: tuple[tuple[Json, ...], ...] = (
    (
        FULL,
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "sts:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION, "eu-west-1"]}},
        },
    ),
    (FULL, {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*-audit-*"}),
    ({"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"},),
)
BOUNDARY: tuple[Json, ...] = (
    {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"},
    {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*/legal-hold/*"},
)


@dataclass(frozen=True)
class Grant:
    """A statement, and how a request meets it."""

    effect: str
    actions: tuple[str, ...]
    resource: str
    condition: Json
    bucket: str
    """Of a resource that it covers; empty where any bucket will do."""
    place: str
    """The key of such a resource; what differs from request to request is in braces."""
    name: str

    def statement(self) -> Json:
        found = {"Effect": self.effect, "Action": list(self.actions), "Resource": self.resource}
        return found | ({"Condition": self.condition} if self.condition else {})


SHARED = ("s3:GetObject", "s3:GetObjectTagging")
SHARE = Grant("Allow", SHARED, "", {}, "", "shared/{last}", "")
"""What a bucket's own policy grants to its reader."""


@dataclass(frozen=True)
class Asked:
    """One request and its label."""

    user: User
    action: str
    bucket: str
    key: str
    context: dict[str, str]
    label: str

    @property
    def resource(self) -> str:
        return f"arn:aws:s3:::{self.bucket}/{self.key}"


@cache
def grants(user: User, size: int) -> tuple[Grant, ...]:
    """The statements of one principal."""
    offset = 13 * USERS.index(user)
    return tuple(_grant(number, BUCKETS[(7 * number + offset) % len(BUCKETS)]) for number in range(size))


def _grant(number: int, bucket: str) -> Grant:
    team, kind, serial = bucket.split("-")
    name = f"s{number}"
    resource, place = (
        (f"{bucket}/{name}/*", "{name}/{last}"),
        (f"{bucket}/*/{name}/*", "2026/11/{name}/{last}"),
        (f"{bucket}/*/{name}-*/part-*", "2026/{name}-a/part-{last}"),
        (f"{bucket}/home/${{aws:username}}/*/{name}/*", "home/{user}/x/{name}/{last}"),
        (f"{bucket}/year=20??/{name}/*", "year=2026/{name}/{last}"),
        (f"{bucket}/{name}/report.csv", "{name}/report.csv"),
        (f"{team}-*-{serial}/{name}/*", "{name}/{last}"),
        (f"{team}-{kind}-*/{name}/*", "{name}/{last}"),
        (f"*/{name}/*.csv", "2026/{name}/{last}.csv"),
        (f"{bucket}/*/locked-{name}/*", "2026/locked-{name}/{last}"),
    )[number % 10]
    deny, anywhere = number % 10 == 9, number % 10 == 8
    return Grant(
        "Deny" if deny else "Allow",
        _actions(number),
        f"arn:aws:s3:::{resource}",
        {} if deny else CONDITIONS[(number + number // 10) % 5],
        "" if anywhere else bucket,
        place,
        name,
    )


def _actions(number: int) -> tuple[str, ...]:
    if number % 4 == 3:
        return ACTION_FORMS[number // 4 % len(ACTION_FORMS)]
    first = 3 * number
    return tuple(OBJECT_ACTIONS[(first + step) % len(OBJECT_ACTIONS)] for step in range(number % 4 + 1))


def covered(grant: Grant) -> list[str]:
    """The actions that a statement names."""
    return [each for each in OBJECT_ACTIONS if any(fnmatchcase(each, action) for action in grant.actions)]


def reader(bucket: str) -> User:
    """The user that may read what is shared, by the bucket's own policy."""
    return USERS[BUCKETS.index(bucket) % len(USERS)]


def bucket_policy(bucket: str) -> Json:
    """A policy of its own for each bucket."""
    arn = f"arn:aws:s3:::{bucket}"
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    return document(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
        | {"Condition": insecure},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:Delete*", "Resource": f"{arn}/*/keep/*"},
        {
            "Effect": "Allow",
            "Principal": {"AWS": reader(bucket).arn},
            "Action": list(SHARED),
            "Resource": f"{arn}/shared/*",
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
            "Action": "s3:Put*",
            "Resource": f"{arn}/inbox/*",
        },
    )


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def documents(user: User, size: int) -> list[str]:
    """The identity policies of a principal."""
    own = [each.statement() for each in grants(user, size)]
    return [
        json.dumps(document(*own[start : start + PER_DOCUMENT])) for start in range(0, size, PER_DOCUMENT)
    ]


class Workload:
    """Draws of requests."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._chance = Random(size)

    def requests(self, many: int) -> list[Asked]:
        """No two of one draw have the same principal, action and bucket."""
        found = {(each.user, each.action, each.bucket): each for each in self._drawn(many)}
        while len(found) < many:
            found |= {(each.user, each.action, each.bucket): each for each in self._drawn(many - len(found))}
        return list(found.values())

    def _drawn(self, many: int) -> Iterator[Asked]:
        for _ in range(many):
            label = self._chance.choices((ALLOW, IMPLICIT, EXPLICIT), (70, 20, 10))[0]
            yield {ALLOW: self._allowed, IMPLICIT: self._implicit, EXPLICIT: self._explicit}[label]()

    def _allowed(self) -> Asked:
        chance = self._chance
        if chance.random() < 0.1:
            bucket = chance.choice(BUCKETS)
            return self._asked(reader(bucket), chance.choice(SHARED), replace(SHARE, bucket=bucket), ALLOW)
        user, grant = self._met("Allow")
        return self._asked(user, chance.choice(covered(grant)), grant, ALLOW)

    def _implicit(self) -> Asked:
        """A place that no statement covers."""
        user, grant = self._met("Allow")
        return self._asked(user, self._chance.choice(OBJECT_ACTIONS), replace(grant, name="none"), IMPLICIT)

    def _explicit(self) -> Asked:
        user, grant = self._met("Allow")
        match self._chance.randrange(4):
            case 0:
                context = {"aws:SecureTransport": "false"}
            case 1:
                context = {"aws:RequestedRegion": "us-east-1"}
            case 2:
                context, grant = {}, replace(grant, place=f"2026/legal-hold/{grant.place}")
            case _:
                context, (user, grant) = {}, self._met("Deny")
        return self._asked(user, self._chance.choice(covered(grant)), grant, EXPLICIT, context)

    def _met(self, effect: str) -> tuple[User, Grant]:
        user = self._chance.choice(USERS)
        return user, self._chance.choice([each for each in grants(user, self.size) if each.effect == effect])

    def _asked(
        self, user: User, action: str, grant: Grant, label: str, special: Mapping[str, str] | None = None
    ) -> Asked:
        chance = self._chance
        context = {
            "aws:username": user.name,
            "aws:PrincipalArn": user.arn,
            "aws:PrincipalAccount": user.account,
            "aws:SourceIp": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
            "aws:UserAgent": chance.choice(AGENTS),
            "aws:CurrentTime": f"2026-11-{chance.randrange(10, 28)}T{chance.randrange(10, 24)}:00:00Z",
            "aws:SecureTransport": "true",
            "aws:RequestedRegion": REGION,
        }
        last = f"{chance.getrandbits(32):08x}"
        key = grant.place.format(name=grant.name, user=user.name, last=last)
        bucket = grant.bucket or chance.choice(BUCKETS)
        return Asked(user, action, bucket, key, context | dict(special or {}), label)
