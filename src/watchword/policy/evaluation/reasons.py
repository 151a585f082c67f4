"""Why, for people: an explanation (`explain.as_json`) as lines of text.

Showing them, and how they are laid out, doesn't belong here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from watchword.policy.evaluation.combine import PolicyType

_ROLE = re.compile(r"arn:[^:]*:iam::[^:]*:role/")
_SAYS = {"allow": "allows it", "deny": "denies it", "nothing": "doesn't allow it"}
GRANTING = frozenset({PolicyType.IDENTITY, PolicyType.RESOURCE})
"""The types of policy that grant; all others only limit."""
Explained = Mapping[str, Any]
"""An explanation as JSON values, or a part of one."""


def reasons(decision: Explained) -> list[str]:
    """The reasons of a decision, a line each."""
    lines = []
    for match in decision["matches"]:
        lines.append(f"{match['effect']} by {_statement(match, decision)}")
        lines += [f"    {_held(condition)}" for condition in match.get("conditions", ())]
    if "steps" in decision:
        lines.append(f"evaluating the policies could take {decision['steps']:,} steps, which is too many")
    if decision.get("blockedBy"):
        lines.append(f"no Allow in: {', '.join(called(each, decision) for each in decision['blockedBy'])}")
    lines += _path(decision.get("levels", ()))
    for miss in decision.get("nearMisses", []):
        lines.append(f"nearly: {_statement(miss, decision)}")
        lines += [f"    {_failure(failure)}" for failure in miss["failed"]]
    for remedy in decision.get("wouldAllow", []):
        lines.append(f"would allow it, as {called(remedy['policyType'], decision)} policy:")
        lines.append(f"    {json.dumps(remedy['statement'])}")
    return lines


def _path(levels: Sequence[Explained]) -> list[str]:
    """From the root down to the account: what the SCPs, and the RCPs, of each level say."""
    lines = []
    for name in dict.fromkeys(each["policyType"] for each in levels):
        lines.append(f"the path of {name.upper()}s, from the root to the account:")
        lines += [
            f"    {each['level']}: {_SAYS[each['says']]}" for each in levels if each["policyType"] == name
        ]
    return lines


def granted_by(decision: Explained) -> str:
    """What allowed a request, as a sentence."""
    granting = [each for each in decision["matches"] if each["policyType"] in GRANTING]
    named = " and ".join(_statement(each, decision) for each in granting)
    return f"allowed by {named}" if granting else "nothing has to allow it"


def called(name: str, decision: Explained) -> str:
    """What people call a type of policy. The resource policy of a role is called its trust policy."""
    of_role = name == "resource" and _ROLE.match(decision["resource"])
    return "trust" if of_role else str(name)


def _statement(match: Explained, decision: Explained) -> str:
    type_ = called(match["policyType"], decision)
    name = f" {match['policy']}" if match["policy"] else ""
    level = f", attached to {match['level']}" if "level" in match else ""
    return f"{type_} policy{name}{level}, statement {match['sid'] or match['statement']}"


def _held(condition: Explained) -> str:
    """A condition of a statement that applies."""
    if condition["actual"] is None:
        expected = " or ".join(condition["expected"])
        operator, key = condition["operator"], condition["key"]
        return f"{operator} {key} expected {expected}, missing, so {operator} holds"
    return _failure(condition)


def _failure(failure: Explained) -> str:
    what = f"{failure['operator']} {failure['key']}" if "key" in failure else failure["element"]
    had = "nothing" if failure["actual"] is None else failure["actual"]
    return f"{what} expected {' or '.join(failure['expected'])}, had {had}"
