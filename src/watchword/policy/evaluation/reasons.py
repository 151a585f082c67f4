"""Why, for people: an explanation (`policy.as_json`) as lines of text.

Showing them, and how they are laid out, doesn't belong here.
"""

import json
from collections.abc import Mapping
from typing import Any

Told = Mapping[str, Any]


def reasons(decision: Told) -> list[str]:
    """The reasons of a decision, a line each."""
    lines = [f"{match['effect']} by {_statement(match)}" for match in decision["matches"]]
    if decision.get("blockedBy"):
        lines.append(f"no Allow in: {', '.join(decision['blockedBy'])}")
    for miss in decision.get("nearMisses", []):
        lines.append(f"nearly: {_statement(miss)}")
        lines += [f"    {_failure(failure)}" for failure in miss["failed"]]
    for remedy in decision.get("wouldAllow", []):
        lines.append(f"would allow it, as {remedy['policyType']} policy:")
        lines.append(f"    {json.dumps(remedy['statement'])}")
    return lines


def _statement(match: Told) -> str:
    name = match["policy"] or f"{match['policyType']} policy"
    return f"{match['policyType']} policy {name}, statement {match['sid'] or match['statement']}"


def _failure(failure: Told) -> str:
    what = f"{failure['operator']} {failure['key']}" if "key" in failure else failure["element"]
    had = "nothing" if failure["actual"] is None else failure["actual"]
    return f"{what} expected {' or '.join(failure['expected'])}, had {had}"
