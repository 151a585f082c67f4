"""The lifecycle configuration of a bucket: put, get, delete.

1. There are 1 to 1,000 rules. Otherwise: MalformedXML.
2. An ID has at most 255 characters and isn't there twice, or InvalidArgument. A rule without one gets one.
3. A rule is Enabled or Disabled, and has either a filter or a prefix. Otherwise: MalformedXML.
4. A filter has one condition, or And with two at least, or MalformedXML; no tag key twice, and sizes that
   leave something between, or InvalidRequest.
5. Transitions are NotImplemented: all objects are kept in one way.
6. There is an action, or InvalidRequest. An expiration has days, a date, or ExpiredObjectDeleteMarker, one of
   these, or MalformedXML.
7. Days are positive, a date is a midnight, 1 to 100 newer versions are kept. Otherwise: InvalidArgument.
8. Delete markers and uploads have no tags and no size, so rules about these can't be about them:
   InvalidRequest.

Source: Amazon S3 API Reference, PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration,
DeleteBucketLifecycle; User Guide, "Lifecycle configuration elements".
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any

import msgspec

from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.integrity import check_body
from watchword.services.s3.lifecycle.rules import (
    DISABLED,
    ENABLED,
    SETTING,
    And,
    Configuration,
    Expiration,
    Filter,
    Rule,
    read_configuration,
)
from watchword.services.s3.limits import key_bytes
from watchword.store.s3 import bucket_settings

MAX_RULES = 1000
MAX_KEPT = 100
_LONGEST_ID = 255
_TRANSITIONS = {"Transitions", "NoncurrentVersionTransitions"}
_MINIMUM = "TransitionDefaultMinimumObjectSize"
_MINIMUMS = ("all_storage_classes_128K", "varies_by_storage_class")
Given = Mapping[str, Any]


def put_bucket_lifecycle_configuration(call: Call) -> Output:
    """PutBucketLifecycleConfiguration."""
    check_body(call.request, required=True)
    given = call.input.get("LifecycleConfiguration", {}).get("Rules", ())
    minimum = call.input.get(_MINIMUM, _MINIMUMS[0])
    if not 1 <= len(given) <= MAX_RULES:
        raise s3_error("MalformedXML")
    if minimum not in _MINIMUMS:
        raise invalid_argument("Invalid default minimum object size", _MINIMUM, minimum)
    for rule in given:
        _check_transitions(rule)
    named = [{**rule, "ID": rule.get("ID") or call.world.randomness(18).hex()} for rule in given]
    rules = msgspec.convert(named, tuple[Rule, ...])
    _check_ids(rules)
    for rule in rules:
        _check(rule)
    document = msgspec.json.encode(Configuration(rules, minimum)).decode()
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, document)
    return {_MINIMUM: minimum}


def get_bucket_lifecycle_configuration(call: Call) -> Output:
    """GetBucketLifecycleConfiguration."""
    fact = bucket_of(call)
    if SETTING not in fact.settings:
        raise s3_error("NoSuchLifecycleConfiguration", BucketName=fact.bucket.name)
    stored = read_configuration(fact.settings[SETTING])
    told: dict[str, object] = msgspec.to_builtins(stored, builtin_types=(datetime,))
    return told


def delete_bucket_lifecycle(call: Call) -> Output:
    """DeleteBucketLifecycle. It succeeds if there is none."""
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, None)
    return {}


def _check_transitions(rule: Given) -> None:
    """Rule 5."""
    if not _TRANSITIONS.isdisjoint(rule):
        raise s3_error("NotImplemented", "Transitions to other storage classes are not implemented.")


def _check_ids(rules: tuple[Rule, ...]) -> None:
    """Rule 2."""
    seen: set[str] = set()
    for rule in rules:
        if len(rule.id) > _LONGEST_ID:
            said = f"ID length should not exceed allowed limit of {_LONGEST_ID}"
            raise invalid_argument(said, "ID", rule.id)
        if rule.id in seen:
            said = "Rule ID must be unique. Found same ID for more than one rule"
            raise invalid_argument(said, "ID", rule.id)
        seen.add(rule.id)


def _check(rule: Rule) -> None:
    if rule.status not in (ENABLED, DISABLED) or (rule.filter is None) == (rule.prefix is None):
        raise s3_error("MalformedXML")  # 3.
    if rule.filter is not None:
        _check_filter(rule.filter)
    what = rule.conditions
    key_bytes(what.prefix or "")
    _check_conditions(what)
    _check_actions(rule)
    for name, number in _numbers(rule):
        if number is None or number <= 0:
            raise invalid_argument(f"'{name}' must be a positive integer", name, str(number))
    if bool(what.tags) or what.object_size_greater_than is not None or what.object_size_less_than is not None:
        _check_has_tags(rule)


def _check_filter(given: Filter) -> None:
    """Rule 4: how many conditions."""
    alone = (given.prefix, given.tag, given.object_size_greater_than, given.object_size_less_than, given.both)
    if sum(each is not None for each in alone) > 1:
        raise s3_error("MalformedXML")
    both = given.both
    if both is not None:
        sizes = (both.object_size_greater_than, both.object_size_less_than)
        if len(both.tags) + sum(each is not None for each in (both.prefix, *sizes)) < 2:  # noqa: PLR2004 rule 4
            raise s3_error("MalformedXML")


def _check_conditions(what: And) -> None:
    """Rule 4: what they say."""
    if len({tag.key for tag in what.tags}) < len(what.tags):
        raise s3_error("InvalidRequest", "Duplicate Tag Keys are not allowed.")
    above, below = what.object_size_greater_than, what.object_size_less_than
    if min(above or 0, below or 0) < 0:
        raise s3_error("InvalidRequest", "The size of an object is not negative.")
    if above is not None and below is not None and below <= above + 1:
        said = "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."
        raise s3_error("InvalidRequest", said)


def _check_actions(rule: Rule) -> None:
    """Rule 6, and the date and the kept versions of rule 7."""
    ends, old = rule.expiration, rule.noncurrent_version_expiration
    if not (ends or old or rule.abort_incomplete_multipart_upload):
        raise s3_error("InvalidRequest", "At least one action needs to be specified in a rule")
    if ends is not None:
        _check_expiration(ends)
    kept = old.newer_noncurrent_versions if old else None
    if kept is not None and not 1 <= kept <= MAX_KEPT:
        said = f"'NewerNoncurrentVersions' must be an integer between 1 and {MAX_KEPT}"
        raise invalid_argument(said, "NewerNoncurrentVersions", str(kept))


def _check_expiration(ends: Expiration) -> None:
    given = (ends.days, ends.date, ends.expired_object_delete_marker)
    if sum(each is not None for each in given) != 1:
        raise s3_error("MalformedXML")
    if ends.date is not None and ends.date.astimezone(UTC).time() != time():
        raise invalid_argument("'Date' must be at midnight GMT", "Date", ends.date.isoformat())


def _numbers(rule: Rule) -> Iterator[tuple[str, int | None]]:
    """The numbers of days that a rule must have."""
    if rule.expiration is not None and rule.expiration.days is not None:
        yield "Days", rule.expiration.days
    if rule.noncurrent_version_expiration is not None:
        yield "NoncurrentDays", rule.noncurrent_version_expiration.noncurrent_days
    if rule.abort_incomplete_multipart_upload is not None:
        yield "DaysAfterInitiation", rule.abort_incomplete_multipart_upload.days_after_initiation


def _check_has_tags(rule: Rule) -> None:
    """Rule 8."""
    wrong = "AbortIncompleteMultipartUpload" if rule.abort_incomplete_multipart_upload else ""
    if rule.expiration is not None and rule.expiration.expired_object_delete_marker is not None:
        wrong = "ExpiredObjectDeleteMarker"
    if wrong:
        raise s3_error("InvalidRequest", f"{wrong} cannot be specified with Tags or sizes.")


OPERATIONS: dict[str, Operation] = {
    "PutBucketLifecycleConfiguration": writes(
        put_bucket_lifecycle_configuration, on_bucket("s3:PutLifecycleConfiguration")
    ),
    "GetBucketLifecycleConfiguration": reads(
        get_bucket_lifecycle_configuration, on_bucket("s3:GetLifecycleConfiguration")
    ),
    "DeleteBucketLifecycle": writes(delete_bucket_lifecycle, on_bucket("s3:PutLifecycleConfiguration")),
}
