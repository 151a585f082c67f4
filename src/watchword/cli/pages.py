"""What people see of an event: a page for the terminal. Colours carry no meaning that words don't."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Event = dict[str, Any]

VERDICTS = {
    "allow": ("allowed", "green"),
    "implicitDeny": ("refused: nothing allows it", "red"),
    "explicitDeny": ("refused: a policy denies it", "red"),
}


def event_page(event: Event) -> RenderableType:
    """Who asked for what, and every decision that was made on it."""
    facts = Table.grid(padding=(0, 2))
    for name, value in _facts(event):
        facts.add_row(Text(name, style="bold"), Text(value))
    decisions = event.get("additionalEventData", {}).get("decisions", [])
    return Group(facts, *(decision_page(decision) for decision in decisions))


def decision_page(decision: Event) -> RenderableType:
    """One decision and the statements that spoke."""
    words, colour = VERDICTS[decision["verdict"]]
    lines = [
        Text.assemble("\n", (words, f"bold {colour}")),
        Text(f"  {decision['action']} on {decision['resource']}"),
    ]
    if decision["blockedBy"]:
        lines.append(Text(f"  no Allow in: {', '.join(decision['blockedBy'])}"))
    lines += [
        Text(f"  {match['type']}: {match['policy'] or 'resource policy'}, statement {match['statement']}")
        for match in decision["matches"]
    ]
    return Group(*lines)


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
