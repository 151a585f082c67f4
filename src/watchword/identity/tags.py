"""Tags of users, roles, managed policies and instance profiles, and of sessions.

Source: IAM User Guide, "Tags for AWS Identity and Access Management resources", "Rules for tagging" and "Case
sensitivity":
1. a request has no key twice. Keys that differ in case only are the same, but not on managed policies and
   instance profiles (`watchword.names.fold`);
2. keys that begin with `aws:`, whatever the case, are reserved;
3. an entity has at most 50 tags.
Lengths and characters were checked before, against the model. The store keeps one tag of a key, as it was
last written.
"""

from collections.abc import Iterable, Mapping, Sequence

from watchword.identity.refusals import refusal
from watchword.names import AwsError
from watchword.names.fold import CASE_SENSITIVE_TAGS, fold, fold_tag_key

MAX_TAGS = 50
RESERVED = "aws:"
SESSION = "session"
_DUPLICATE = "Duplicate tag keys found."
_NO_CASE = " Please note that Tag keys are case insensitive."


def read(noun: str, tags: Sequence[Mapping[str, str]], code: str = "InvalidInput") -> dict[str, str]:
    """The tags in a request, as key -> value. Raises AwsError with the service's `code`: rules 1 and 2.

    noun: the type of the entity that is tagged, or SESSION.
    """
    if not tags:
        return {}
    given = {tag["Key"]: tag["Value"] for tag in tags}
    if len({fold_tag_key(noun, key) for key in given}) < len(tags):
        raise AwsError(code, 400, _DUPLICATE + ("" if noun in CASE_SENSITIVE_TAGS else _NO_CASE))
    if reserved := next((key for key in given if fold(key).startswith(RESERVED)), None):
        raise AwsError(code, 400, f"The tag key {reserved} begins with {RESERVED}, which is reserved.")
    return given


def check_total(noun: str, current: Mapping[str, str], added: Mapping[str, str]) -> None:
    """Raises LimitExceeded when an entity would have too many: rule 3."""
    if len({fold_tag_key(noun, key) for key in (*current, *added)}) > MAX_TAGS:
        raise refusal("LimitExceeded", "The number of tags has reached the maximum limit.")


def written(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags as answers list them, sorted by key."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def as_condition_keys(name: str, tags: Iterable[tuple[str, str]]) -> dict[str, str | tuple[str, ...]]:
    """What tags are called in conditions, such as aws:ResourceTag/team, where `name` is aws:ResourceTag.

    Condition keys have no case. So tags whose keys differ in case only are one condition key with several
    values, which no operator understands without ForAllValues or ForAnyValue. That never widens access.
    """
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for key, value in tags:
        first, values = found.get(fold(key), (key, ()))
        found[fold(key)] = first, (*values, value)
    return {f"{name}/{key}": values[0] if len(values) == 1 else values for key, values in found.values()}
