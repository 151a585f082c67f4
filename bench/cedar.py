"""The same workload in Cedar.

The policies are parsed once; the resource's ARN is in the context, where it costs least. Refusals of
both kinds are one to Cedar.
"""

from typing import Any

from evaluators import DENY, Run, timed
from workload import ACCOUNT, ALLOW, READS, Asked

CONDITIONS = (
    'context.agent like "*Boto3*"',
    '(context.address.isInRange(ip("10.0.0.0/8")) || context.address.isInRange(ip("192.0.2.0/24")))',
    f'context.arn like "arn:aws:iam::{ACCOUNT}:user/*"',
    "context.now < 4070908800",
    "true",
)
LIMITS = """
forbid (principal, action, resource) when { context.resource like "arn:aws:s3:::audit-*" };
forbid (principal, action, resource) when { !context.secure };
forbid (principal, action, resource) unless { ["eu-central-1", "eu-west-1"].contains(context.region) };
permit (principal == User::"other", action == Action::"s3:GetObject", resource);
"""


def _in_cedar(size: int) -> str:
    found = [LIMITS]
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
        text += f"&& {CONDITIONS[number % 5]} }};"
        found.append(text)
    return "\n".join(found)


def _request(each: Asked) -> dict[str, Any]:
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


def cedarpy(size: int, *, from_text: bool = False) -> Run:
    import cedarpy as peer  # noqa: PLC0415 may be missing

    text = _in_cedar(size)
    policies = text if from_text else peer.PolicySet.from_str(text)
    entities: Any = [] if from_text else peer.Entities.from_json_str("[]")

    def answer(request: dict[str, Any]) -> str:
        return ALLOW if peer.is_authorized(request, policies, entities).allowed else DENY

    return timed(_request, answer)
