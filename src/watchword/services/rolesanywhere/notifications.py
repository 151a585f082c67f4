"""Notification settings of trust anchors: kept and shown. Nothing is sent.

Each event has one setting. What was never set has AWS's default: on, 45 days before the end.
Source: IAM Roles Anywhere User Guide, "Customize notification settings"; API Reference,
PutNotificationSettings, ResetNotificationSettings.
"""

from collections.abc import Mapping

from msgspec import structs

from watchword.names import nouns
from watchword.services.operation import Call, Output
from watchword.services.rolesanywhere.errors import invalid
from watchword.services.rolesanywhere.named import current
from watchword.store.rolesanywhere import trust_anchors
from watchword.store.rolesanywhere.trust_anchors import TrustAnchor

EVENTS = ("CA_CERTIFICATE_EXPIRY", "END_ENTITY_CERTIFICATE_EXPIRY")
CHANNEL = "ALL"
DEFAULT_DAYS = 45
DEFAULTED_BY = "rolesanywhere.amazonaws.com"


def settings(call: Call) -> dict[str, str]:
    """The settings in a request, as the store keeps them. Raises ValidationException."""
    found = {}
    for each in call.input.get("notificationSettings", ()):
        if each["event"] in found:
            raise invalid(f"There are two settings for {each['event']}.")
        on_off = "true" if each["enabled"] else "false"
        found[each["event"]] = f"{on_off} {each.get('threshold', DEFAULT_DAYS)}"
    return found


def described(anchor: TrustAnchor) -> list[Output]:
    """NotificationSettingDetails."""
    return [_described(anchor, event) for event in EVENTS]


def _described(anchor: TrustAnchor, event: str) -> Output:
    enabled, days = anchor.notifications.get(event, f"true {DEFAULT_DAYS}").split()
    return {
        "event": event,
        "enabled": enabled == "true",
        "threshold": int(days),
        "channel": CHANNEL,
        "configuredBy": anchor.account if event in anchor.notifications else DEFAULTED_BY,
    }


def put(call: Call) -> TrustAnchor:
    """PutNotificationSettings: the trust anchor with these settings, and those of other events."""
    anchor: TrustAnchor = current(call, nouns.TRUST_ANCHOR)
    return _changed(call, anchor, {**anchor.notifications, **settings(call)})


def reset(call: Call) -> TrustAnchor:
    """ResetNotificationSettings: the trust anchor with the defaults of these events."""
    anchor: TrustAnchor = current(call, nouns.TRUST_ANCHOR)
    again = {each["event"] for each in call.input["notificationSettingKeys"]}
    return _changed(
        call, anchor, {name: set_ for name, set_ in anchor.notifications.items() if name not in again}
    )


def _changed(call: Call, anchor: TrustAnchor, notifications: Mapping[str, str]) -> TrustAnchor:
    changed = structs.replace(anchor, notifications=notifications, updated=call.now)
    trust_anchors.update(call.tx, changed)
    return changed
