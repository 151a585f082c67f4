"""An event as a page for the terminal. Everything that a colour says is also said in words.

Pages are lines of text, printed with `soft_wrap`: the terminal breaks them. So text that is copied or piped
has no extra line breaks.
"""

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from watchword.policy.evaluation.reasons import reasons

Event = dict[str, Any]

VERDICTS = {
    "allow": ("allowed", "green"),
    "implicitDeny": ("refused: nothing allows it", "red"),
    "explicitDeny": ("refused: a policy denies it", "red"),
}


def event_page(event: Event) -> RenderableType:
    """Who requested what, and all decisions on it."""
    facts = [Text.assemble((f"{name:<9}", "bold"), value) for name, value in _facts(event)]
    return Group(*facts, *(decision_page(decision) for decision in decisions(event)))


def decisions(event: Event) -> list[Event]:
    """Its decisions, without optional refusals, which didn't change the answer."""
    found: list[Event] = event.get("additionalEventData", {}).get("decisions", [])
    return [decision for decision in found if not decision.get("optional")]


def decision_page(decision: Event) -> RenderableType:
    """One decision, the statements that decided, and what would have allowed the request."""
    words, colour = VERDICTS[decision["decision"]]
    lines = [
        Text.assemble("\n", (words, f"bold {colour}")),
        Text(f"  {decision['action']} on {decision['resource']}"),
    ]
    return Group(*lines, *(Text(f"  {line}") for line in reasons(decision)))


def _facts(event: Event) -> list[tuple[str, str]]:
    identity = event.get("userIdentity", {})
    error = f"{event['errorCode']}: {event.get('errorMessage', '')}" if "errorCode" in event else "none"
    shown = [
        ("request", event.get("requestID", "")),
        ("time", event.get("eventTime", "")),
        ("who", identity.get("arn") or identity.get("accessKeyId") or "anonymous"),
        ("what", f"{event.get('eventSource', '').split('.')[0]}:{event.get('eventName', '')}"),
        ("from", event.get("sourceIPAddress", "")),
        ("error", error),
    ]
    if meant := event.get("additionalEventData", {}).get("meant"):
        shown.append(("meant", meant))
    return shown
