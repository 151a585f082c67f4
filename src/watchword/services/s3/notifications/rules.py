"""Which events of a bucket are told to which function, and the document that says so.

1. Only functions are told. Topics, queues and EventBridge are refused (NotImplemented): there are none.
2. A rule names the ARN of a function, and one event or more that happen here; 100 rules at most.
3. A filter has at most one prefix and one suffix, of 1,024 characters.
4. No two rules have an event in common for the same key: their prefixes or suffixes must exclude each other.
5. Ids differ. A rule without one gets one.

What breaks 2 to 5 is InvalidArgument.
Source: Amazon S3 API Reference, PutBucketNotificationConfiguration; User Guide, "Amazon S3 Event
Notifications", "Supported event types" and "Configuring event notifications using object key name filtering".
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from typing import Any

import msgspec
from msgspec import Struct

from watchword.names import AwsError
from watchword.names.ids import Randomness
from watchword.services.s3.errors import invalid_argument, s3_error

SETTING = "notification"
"""The name of the setting of a bucket."""
MAX_RULES = 100
EVENTS = frozenset(
    {
        *("s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy"),
        "s3:ObjectCreated:CompleteMultipartUpload",
        *("s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated"),
        *("s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete"),
        "s3:LifecycleExpiration:DeleteMarkerCreated",
        *("s3:ObjectTagging:*", "s3:ObjectTagging:Put", "s3:ObjectTagging:Delete"),
    }
)
"""Those that can happen here."""
_REFUSED = ("TopicConfigurations", "QueueConfigurations", "EventBridgeConfiguration")
_FUNCTION = re.compile(
    r"arn:aws:lambda:[a-z0-9-]{1,40}:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:(\$LATEST|[a-zA-Z0-9_-]{1,128}))?",
    re.ASCII,
)
_LONGEST, _LONGEST_ID = 1024, 255
_REMEMBERED = 64


class Rule(Struct, frozen=True):
    """Events whose key has the prefix and the suffix are told to the function."""

    id: str
    function: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def tells(self, event: str, key: str) -> bool:
        """Whether it is about an event, such as ObjectCreated:Put, of that key."""
        if not (key.startswith(self.prefix) and key.endswith(self.suffix)):
            return False
        return any(_includes(each, f"s3:{event}") for each in self.events)

    def overlaps(self, other: "Rule") -> bool:
        """Rule 4."""
        same_event = any(
            _includes(one, two) or _includes(two, one) for one in self.events for two in other.events
        )
        prefixes = self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        suffixes = self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        return same_event and prefixes and suffixes

    @property
    def configuration(self) -> dict[str, Any]:
        """As S3's documents have it."""
        given = {"Prefix": self.prefix, "Suffix": self.suffix}
        filters = [{"Name": name, "Value": value} for name, value in given.items() if value]
        told = {"Id": self.id, "LambdaFunctionArn": self.function, "Events": list(self.events)}
        return told | ({"Filter": {"Key": {"FilterRules": filters}}} if filters else {})


def rules_of(settings: Mapping[str, str]) -> tuple[Rule, ...]:
    """Those of a bucket with such settings."""
    return _read(settings[SETTING]) if SETTING in settings else ()


def read_rules(given: Mapping[str, Any], randomness: Randomness) -> tuple[Rule, ...]:
    """The rules of a document. Raises AwsError: rules 1 to 5."""
    if refused := next((name for name in _REFUSED if given.get(name) not in (None, [])), None):
        raise s3_error("NotImplemented", f"{refused} isn't implemented: notifications go to functions.")
    rules = tuple(_rule(each, randomness) for each in given.get("LambdaFunctionConfigurations", ()))
    if len(rules) > MAX_RULES:
        raise _wrong(f"A bucket has at most {MAX_RULES} notification configurations", "Id")
    if len({rule.id for rule in rules}) < len(rules):
        raise _wrong("Same ID used for multiple configurations. IDs must be unique", "Id")
    if any(one.overlaps(two) for one, two in combinations(rules, 2)):
        raise _wrong(
            "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
            "Event",
        )
    return rules


def _rule(given: Mapping[str, Any], randomness: Randomness) -> Rule:
    """Rules 2 and 3."""
    arn, events = given["LambdaFunctionArn"], tuple(dict.fromkeys(given["Events"]))
    rule_id = given.get("Id") or randomness(16).hex()
    if not _FUNCTION.fullmatch(arn):
        raise _wrong("The ARN could not be parsed", "CloudFunction", arn)
    if not events:
        raise s3_error("MalformedXML")
    if unknown := next((event for event in events if event not in EVENTS), None):
        raise _wrong("The event is not supported for notifications", "Event", unknown)
    if len(rule_id) > _LONGEST_ID:
        raise _wrong("The ID of a configuration is too long", "Id", rule_id)
    return Rule(rule_id, arn, events, **dict(_filters(given)))


def _filters(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    seen = set()
    for each in given.get("Filter", {}).get("Key", {}).get("FilterRules", ()):
        name, value = str(each.get("Name", "")).lower(), each.get("Value", "")
        if name not in {"prefix", "suffix"}:
            raise _wrong("filter rule name must be either prefix or suffix", "FilterRule.Name", name)
        if name in seen:
            raise _wrong(f"Cannot specify more than one {name} rule in a filter.", "FilterRule", name)
        if len(value) > _LONGEST:
            raise _wrong("filter rule value is too long", "FilterRule.Value", value)
        seen.add(name)
        yield name, value


def _includes(pattern: str, event: str) -> bool:
    return pattern == event or (pattern.endswith("*") and event.startswith(pattern[:-1]))


def _wrong(said: str, name: str, value: str = "") -> AwsError:
    return invalid_argument(said, name, value[:_LONGEST])


@lru_cache(_REMEMBERED)
def _read(document: str) -> tuple[Rule, ...]:
    return msgspec.json.decode(document, type=tuple[Rule, ...])
