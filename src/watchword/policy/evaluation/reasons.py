"""Why, for people: an explanation (`explain.as_json`) as lines of text.

Showing them, and how they are laid out, doesn't belong here.
"""

import json
from collections.abc import Mapping
from typing import Any

Explained = Mapping[str, Any]
"""An explanation as JSON values, or a part of one."""


def reasons(decision: Explained) -> list[str]:
    """The reasons of a decision, a line each."""
    lines = [f"{match['effect']} by {_statement(match)}" for match in decision["matches"]]
    if "steps" in decision:
        lines.append(f"evaluating the policies could take {decision['steps']:,} steps, which is too many")
    if decision.get("blockedBy"):
        lines.append(f"no Allow in: {', '.join(decision['blockedBy'])}")
    for miss in decision.get("nearMisses", []):
        lines.append(f"nearly: {_statement(miss)}")
        lines += [f"    {_failure(failure)}" for failure in miss["failed"]]
    for remedy in decision.get("wouldAllow", []):
        lines.append(f"would allow it, as {remedy['policyType']} policy:")
        lines.append(f"    {json.dumps(remedy['statement'])}")
    return lines


def _statement(match: Explained) -> str:
    name = match["policy"] or f"{match['policyType']} policy"
    return f"{match['policyType']} policy {name}, statement {match['sid'] or match['statement']}"


def _failure(failure: Explained) -> str:
    what = f"{failure['operator']} {failure['key']}" if "key" in failure else failure["element"]
    had = "nothing" if failure["actual"] is None else failure["actual"]
    return f"{what} expected {' or '.join(failure['expected'])}, had {had}"
