"""An event as a page for the terminal. Everything that a colour says is also said in words.

Pages are lines of text. The terminal breaks them, so text that is copied or piped has no extra line breaks.
Others wrote what they show, so each line is made printable here (`line`, `lines`).
"""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from watchword.names.printable import printable, printable_lines
from watchword.policy.evaluation.reasons import reasons

Event = dict[str, Any]

VERDICTS = {
    "allow": ("allowed", "green"),
    "implicitDeny": ("refused: nothing allows it", "red"),
    "explicitDeny": ("refused: a policy denies it", "red"),
}


def show(page: RenderableType, *, framed: bool = False) -> None:
    """Prints a page. What is framed is broken into lines here, to fit the terminal."""
    Console(highlight=False).print(page, soft_wrap=not framed)


def line(*parts: str | tuple[str, str]) -> Text:
    """One line of a page, made of texts, or of texts and their styles."""
    shown = [printable(part) if isinstance(part, str) else (printable(part[0]), part[1]) for part in parts]
    return Text.assemble(*shown)


def lines(text: str, style: str = "") -> Text:
    """A text of several lines."""
    return Text(printable_lines(text), style)


def event_page(event: Event) -> RenderableType:
    """Who requested what, and all decisions on it."""
    facts = [line((f"{name:<9}", "bold"), value) for name, value in _facts(event)]
    return Group(*facts, *_omitted(event), *(decision_page(decision) for decision in decisions(event)))


def decisions(event: Event) -> list[Event]:
    """Its decisions, without optional refusals, which didn't change the answer."""
    found: list[Event] = event.get("additionalEventData", {}).get("decisions", [])
    return [each for each in found if not each.get("optional") and not each.get("omitted")]


def decision_page(decision: Event) -> RenderableType:
    """One decision, the statements that decided, and what would have allowed the request."""
    words, colour = VERDICTS[decision["decision"]]
    head = line(), line((words, f"bold {colour}")), line(f"  {decision['action']} on {decision['resource']}")
    return Group(*head, *(line(f"  {reason}") for reason in reasons(decision)))


def _omitted(event: Event) -> Iterable[Text]:
    """That there is more than the record of a stranger shows."""
    for each in event.get("additionalEventData", {}).get("decisions", []):
        if each.get("omitted"):
            yield line()
            yield line(f"decisions not recorded: {each['bytes']} bytes about a caller without an account")


def _who(identity: Event) -> str:
    if identity.get("type") == "Operator":
        named = f" {identity['userName']}" if identity["userName"] else ""
        return f"operator{named} ({identity['principalId'].replace(':', ' ')})"
    if "identityProvider" in identity:
        return str(identity["principalId"])
    return identity.get("arn") or identity.get("accessKeyId") or "anonymous"


def event_line(event: Event) -> str:
    """An event as one line: when, how it was answered, what, who, and the id to ask why."""
    code = event.get("errorCode", "ok")
    when, request_id = event.get("eventTime", ""), event.get("requestID", "")
    return f"{when}  {code}  {operations_of(event)[0]}  {named_by(event)}  {request_id}"


def operations_of(event: Event) -> list[str]:
    """The name of the operation, and of every action that was decided on."""
    service = event.get("eventSource", "").partition(".")[0]
    return [f"{service}:{event.get('eventName', '')}", *(each["action"] for each in decisions(event))]


def named_by(event: Event) -> str:
    """Who the caller was, as an event says it."""
    return _who(event.get("userIdentity", {}))


def _facts(event: Event) -> list[tuple[str, str]]:
    error = f"{event['errorCode']}: {event.get('errorMessage', '')}" if "errorCode" in event else "none"
    shown = [
        ("request", event.get("requestID", "")),
        ("time", event.get("eventTime", "")),
        ("who", named_by(event)),
        ("what", operations_of(event)[0]),
        ("from", event.get("sourceIPAddress", "")),
        ("error", error),
    ]
    if meant := event.get("additionalEventData", {}).get("meant"):
        shown.append(("meant", meant))
    return shown
