"""What a replay reads of an audit event: where a request came from, and what was decided.

The other side is `access.record`, which writes the events. Times are texts there, and sort like times.
"""

import re
from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from watchword.access.user_identity import STRANGERS_TEXT
from watchword.names.fold import fold
from watchword.policy.evaluation.combine import PolicyType, Verdict
from watchword.policy.language.variables import Value

CALL = "AwsApiCall"
"""The type of the events that stand for one request."""
_CUT = re.compile(r"\.\.\. \(cut: [0-9]+ characters, SHA-256 [0-9a-f]{64}\)\Z")


class Compared(Struct, frozen=True):
    """A condition of a statement that applied or nearly did: what it asked for, and what the request had."""

    key: str = ""
    actual: str | tuple[str, ...] | None = None


class Statement(Struct, frozen=True, rename="camel"):
    """A statement that applied, or nearly did."""

    policy_type: str
    effect: str
    conditions: tuple[Compared, ...] = ()
    failed: tuple[Compared, ...] = ()


class Level(Struct, frozen=True, rename="camel"):
    """A level of an organization, and what it said: allow, deny or nothing."""

    policy_type: str
    level: str
    says: str

    @property
    def id(self) -> str:
        """Of the root, unit or account: `organizations.tree.called` ends with it."""
        return self.level.rpartition(" ")[2].strip("()")


class Decided(Struct, frozen=True, rename="camel"):
    """One decision."""

    decision: str = ""
    action: str = ""
    resource: str = ""
    matches: tuple[Statement, ...] = ()
    near_misses: tuple[Statement, ...] = ()
    blocked_by: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    optional: bool = False
    omitted: bool = False
    """Whether the record was too large for a caller without an account, and has only the size."""

    @property
    def allowed(self) -> bool:
        return self.decision == Verdict.ALLOW

    @property
    def whole(self) -> bool:
        """Whether the record says what was asked for."""
        return not self.omitted and not is_cut(self.resource)

    def compared(self) -> Iterator[tuple[str, Value | None]]:
        """The keys, folded, that conditions compared, and what the request had; None for a missing key."""
        for statement in (*self.matches, *self.near_misses):
            for each in (*statement.conditions, *statement.failed):
                if each.key and not is_cut(each.actual):
                    yield fold(each.key), each.actual

    def granted_by(self, type_: PolicyType) -> bool:
        """Whether a policy of that type allowed it."""
        return any(each.policy_type == type_ and each.effect == "Allow" for each in self.matches)

    def denied_by(self) -> set[str]:
        """The types of the policies that denied it."""
        return {each.policy_type for each in self.matches if each.effect == "Deny"}

    def lacking(self, type_: PolicyType) -> tuple[str, ...]:
        """The ids of the levels on which no policy of that type allowed it."""
        return tuple(each.id for each in self.levels if each.policy_type == type_ and each.says == "nothing")


class Additional(Struct, frozen=True):
    """What CloudTrail's format has no member for."""

    decisions: tuple[Decided, ...] = ()


class Event(Struct, frozen=True, rename="camel"):
    """An audit event, as far as a replay needs it."""

    event_time: str
    event_type: str
    aws_region: str = ""
    source: str = msgspec.field(name="sourceIPAddress", default="")
    user_agent: str = ""
    request_id: str = msgspec.field(name="requestID", default="")
    user_identity: Raw = Raw(b"{}")
    additional: Additional = msgspec.field(name="additionalEventData", default=Additional())


read = msgspec.json.Decoder(Event).decode
"""An event of its JSON. Raises ValueError."""


def is_cut(value: Value | None) -> bool:
    """Whether a text was too long to be recorded whole (`wire.audit_text`)."""
    for text in (value,) if isinstance(value, str) else value or ():
        if len(text) > STRANGERS_TEXT and _CUT.search(text):
            return True
    return False
