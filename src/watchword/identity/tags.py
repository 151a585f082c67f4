"""Tags of users, roles and managed policies, and of sessions.

Source: IAM User Guide, "Tags for AWS Identity and Access Management resources", "Rules for tagging":
1. a request has no key twice, whatever the case;
2. keys that begin with `aws:`, whatever the case, are reserved;
3. an entity has at most 50 tags.
Lengths and characters were checked before, against the model. The store keeps one tag of a key, whatever the
case, as it was last written.
"""

from collections.abc import Mapping, Sequence

from watchword.identity.refusals import refusal
from watchword.names import AwsError
from watchword.names.fold import fold

MAX_TAGS = 50
RESERVED = "aws:"


def read(tags: Sequence[Mapping[str, str]], code: str = "InvalidInput") -> dict[str, str]:
    """The tags of a request as key -> value. Raises AwsError with the service's `code`: rules 1 and 2."""
    given = {tag["Key"]: tag["Value"] for tag in tags}
    if len({fold(key) for key in given}) < len(tags):
        said = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise AwsError(code, 400, said)
    if reserved := next((key for key in given if fold(key).startswith(RESERVED)), None):
        raise AwsError(code, 400, f"The tag key {reserved} begins with {RESERVED}, which is reserved.")
    return given


def check_total(current: Mapping[str, str], added: Mapping[str, str]) -> None:
    """Raises LimitExceeded when an entity would have too many: rule 3."""
    if len({fold(key) for key in (*current, *added)}) > MAX_TAGS:
        raise refusal("LimitExceeded", "The number of tags has reached the maximum limit.")


def written(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags as answers list them, sorted by key."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def condition_keys(tags: Mapping[str, str]) -> dict[str, str]:
    """iam:ResourceTag, which users and roles have beside aws:ResourceTag, and nothing else has."""
    return {f"iam:ResourceTag/{key}": value for key, value in tags.items()}
