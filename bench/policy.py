"""What a decision costs: the compiled engine beside other evaluators, on the same labelled requests.

A principal has 10 to 10,000 statements (wildcards in actions and resources; StringLike, IpAddress, ArnLike,
dates, variables), a boundary, a service control policy and a bucket policy. 70 % of the requests are
allowed, 20 % implicitly and 10 % explicitly denied; each label is known from how the request was made, and
an evaluator that disagrees with one is not measured but named. Requests never repeat between rounds, and
are made outside the time that is taken. By itself (`python bench/policy.py`) this prints medians of
interleaved rounds; peers that are not installed are left out.

* cedarpy: the same statements in Cedar, parsed once; the resource's ARN stands in the context, for there
  it costs least; refusals of both kinds are one to it.
* ministack: its evaluator on its own parsed statements. It knows no variables in resources, so the user's
  name is written in; and it looks at no clock but its own, which the dates here allow for.
* moto: IAMPolicy reads its document anew with every question and knows no conditions of this kind, so it
  disagrees with labels and is not measured.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from watchword.names.principal import User
from watchword.policy import Decision, Engine, Policy, Request, Source, explain

RowData = tuple[str, Callable[[], float], str, str]
"""Name, operations per second of one round, the row it is compared with, the aim."""

SIZES = (10, 100, 1_000, 10_000)
AIMS = {10: (">= 25", ">= 6"), 100: (">= 40", ">= 20"), 1_000: (">= 150", ">= 60"), 10_000: ("", "")}
MANY = {"engine": 2_000, "cedarpy": 100, "ministack": 100}
ROUNDS = 9
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
    """The statement of one bucket: who reads there under what conditions, or that nobody deletes there."""
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


# The evaluators: each is made for a size and answers a prepared request with a label.

Prepare = Callable[[Asked], Any]
Answer = Callable[[Any], Any]
"""Gives a decision, or its label."""


def _decide(texts: list[str]) -> Callable[[Request], Decision]:
    """The decisions of a fresh engine, from JSON text."""
    held = Engine(
        USER,
        [Source(Policy.parse(text), f"policy-{index}") for index, text in enumerate(texts)],
        (Source(Policy.parse(BOUNDARY_TEXT)),),
    )
    bucket = Source(Policy.parse(BUCKET_TEXT))
    scps = ((Source(Policy.parse(SCP_TEXT)),),)
    return lambda request: held.decide(request, resource_policy=bucket, scps=scps)


def engine(size: int) -> tuple[Prepare, Answer]:
    return _request, _decide(documents(size))


def explained(size: int) -> tuple[Prepare, Answer]:
    decide = _decide(documents(size))
    return _request, lambda request: explain(decide(request)).decision


def first(size: int) -> tuple[Prepare, Answer]:
    """The first decision, from JSON text."""
    texts = documents(size)
    return _request, lambda request: _decide(texts)(request).verdict


def _request(each: Asked) -> Request:
    return Request(USER, each.action, each.resource, each.context, resource_account=ACCOUNT)


CEDAR_CONDITIONS = (
    'context.agent like "*Boto3*"',
    '(context.address.isInRange(ip("10.0.0.0/8")) || context.address.isInRange(ip("192.0.2.0/24")))',
    f'context.arn like "arn:aws:iam::{ACCOUNT}:user/*"',
    "context.now < 4070908800",
    "true",
)
CEDAR_LIMITS = """
forbid (principal, action, resource) when { context.resource like "arn:aws:s3:::audit-*" };
forbid (principal, action, resource) when { !context.secure };
forbid (principal, action, resource) unless { ["eu-central-1", "eu-west-1"].contains(context.region) };
permit (principal == User::"other", action == Action::"s3:GetObject", resource);
"""


def _in_cedar(size: int) -> str:
    found = [CEDAR_LIMITS]
    reads = ", ".join(f'Action::"{each}"' for each in READS)
    for number in range(size):
        if number % 10 == 9:
            text = (
                'forbid (principal == User::"bench", action == Action::"s3:DeleteObject", resource) when { '
            )
            found.append(text + f'context.resource like "arn:aws:s3:::data-{number}/*" }};')
            continue
        place = "home/bench/*" if number % 5 == 4 else f"team-{number % 7}/*"
        text = f'permit (principal == User::"bench", action in [{reads}], resource) when {{ '
        text += f'context.resource like "arn:aws:s3:::data-{number}/{place}" '
        text += f"&& {CEDAR_CONDITIONS[number % 5]} }};"
        found.append(text)
    return "\n".join(found)


def _cedar_request(each: Asked) -> dict[str, Any]:
    context = each.context
    return {
        "principal": {"type": "User", "id": "bench"},
        "action": {"type": "Action", "id": each.action},
        "resource": {"type": "Object", "id": "any"},
        "context": {
            "resource": each.resource,
            "agent": context["aws:UserAgent"],
            "address": {"__extn": {"fn": "ip", "arg": context["aws:SourceIp"]}},
            "arn": context["aws:PrincipalArn"],
            "now": 1_793_000_000,
            "secure": context["aws:SecureTransport"] == "true",
            "region": context["aws:RequestedRegion"],
        },
    }


def cedarpy(size: int, *, from_text: bool = False) -> tuple[Prepare, Answer]:
    import cedarpy as peer  # noqa: PLC0415 may be missing

    text = _in_cedar(size)
    policies = text if from_text else peer.PolicySet.from_str(text)
    entities: Any = [] if from_text else peer.Entities.from_json_str("[]")

    def answer(request: dict[str, Any]) -> str:
        return ALLOW if peer.is_authorized(request, policies, entities).allowed else "deny"

    return _cedar_request, answer


def ministack(size: int) -> tuple[Prepare, Answer]:
    from ministack.core import (  # noqa: PLC0415 may be missing
        iam_evaluator as peer,
    )

    policies = [
        peer.parse_policy_document(text.replace("${aws:username}", "bench")) for text in documents(size)
    ]
    boundary, scp = [peer.parse_policy_document(BOUNDARY)], [peer.parse_policy_document(SCP)]
    names = {"Allow": ALLOW, "Deny": EXPLICIT, "ImplicitDeny": IMPLICIT}

    def prepare(each: Asked) -> Any:
        return peer.EvalContext(
            USER.arn,
            "User",
            ACCOUNT,
            each.action,
            each.resource,
            each.context["aws:RequestedRegion"],
            source_ip=each.context["aws:SourceIp"],
            secure_transport=each.context["aws:SecureTransport"] == "true",
            principal_keys={"aws:username": "bench"},
            service_context={"aws:useragent": each.context["aws:UserAgent"]},
        )

    def answer(context: Any) -> str:
        found = peer.evaluate(context, policies, boundary, scp)
        if found.decision != "Deny":
            bucket = peer.evaluate_resource_policy(BUCKET, context)
            if bucket.decision == "Deny":
                return EXPLICIT
        return names[found.decision]

    return prepare, answer


def rows() -> Iterator[RowData]:
    """All rows, peers first; a peer that is missing or disagrees with labels has none."""
    for size in SIZES:
        peers = {
            name: _row(f"{name}, {size} statements", name, make, size)
            for name, make in (("cedarpy", cedarpy), ("ministack", ministack))
            if not (name == "ministack" and size > 1_000)
        }
        for row in peers.values():
            if row is not None:
                yield row
        own = f"decide, {size} statements"
        for (name, row), aim in zip(peers.items(), AIMS[size], strict=False):
            if row is not None:
                yield _must(_row(own, "engine", engine, size, f"{name}, {size} statements", aim))
        yield _must(_row(f"decide and explain, {size} statements", "engine", explained, size, own, ">= 0.25"))
    text = _row("cedarpy from text, 100 statements", "cedarpy", partial(cedarpy, from_text=True), 100)
    if text is not None:
        yield text
    yield _must(
        _row(
            "first decision from text, 100 statements",
            "cedarpy",
            first,
            100,
            "cedarpy from text, 100 statements",
            ">= 1.7",
        )
    )


def _row(
    title: str,
    name: str,
    make: Callable[[int], tuple[Prepare, Answer]],
    size: int,
    peer: str = "",
    aim: str = "",
) -> RowData | None:
    try:
        prepare, answer = make(size)
    except ImportError:
        return None
    workload = Workload(size)
    wrong = sum(not _agrees(answer(prepare(each)), each.label) for each in workload.requests(200))
    if wrong:
        raise SystemExit(f"{title} disagrees with {wrong} of 200 labels")
    return title, partial(_rate, workload, prepare, answer, MANY[name]), peer, aim


def _must(row: RowData | None) -> RowData:
    assert row is not None
    return row


def _agrees(found: Any, label: str) -> bool:
    answer = getattr(found, "verdict", found)
    return answer == label or (answer == "deny" and label != ALLOW)


def _rate(workload: Workload, prepare: Prepare, answer: Answer, many: int) -> float:
    prepared = [prepare(each) for each in workload.requests(many)]
    began = time.process_time()
    for each in prepared:
        answer(each)
    return many / (time.process_time() - began)


def main() -> None:
    """Prints the medians of interleaved rounds."""
    found = list(rows())
    rates: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, measure, peer, _ in found:
            rates.setdefault(f"{name}|{peer}", []).append(measure())
    medians = {name: statistics.median(each) for name, each in rates.items()}
    by_name = {name.split("|")[0]: each for name, each in medians.items()}
    for name, _, peer, aim in found:
        rate = medians[f"{name}|{peer}"]
        ratio = f"{rate / by_name[peer]:8.2f} of {peer}" if peer in by_name else ""
        print(f"{name:45} {1e6 / rate:12.2f} us {ratio:45} {aim}")


if __name__ == "__main__":
    main()
