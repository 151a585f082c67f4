"""Tags of users, roles and managed policies, and of sessions.

Source: IAM User Guide, "Tags for AWS Identity and Access Management resources", "Rules for tagging":
1. a request names no key twice, whatever its case;
2. keys that begin with `aws:`, in any case, are reserved;
3. an entity has at most 50.
Lengths and characters are the model's, checked before; that keys are stored without regard to case and as
they were last written is the store's.
"""

from collections.abc import Mapping, Sequence

from watchword.identity.refusals import refusal
from watchword.names import AwsError
from watchword.names.fold import fold

MAX_TAGS = 50
RESERVED = "aws:"


def read(tags: Sequence[Mapping[str, str]], code: str = "InvalidInput") -> dict[str, str]:
    """The tags of a request, a list of Key and Value, as key -> value; `code` is the service's own."""
    given = {tag["Key"]: tag["Value"] for tag in tags}
    if len({fold(key) for key in given}) < len(tags):
        said = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise AwsError(code, 400, said)
    if reserved := next((key for key in given if fold(key).startswith(RESERVED)), None):
        raise AwsError(code, 400, f"The tag key {reserved} begins with {RESERVED}, which is reserved.")
    return given


def check_total(current: Mapping[str, str], added: Mapping[str, str]) -> None:
    """Raises LimitExceeded when an entity would have too many."""
    if len({fold(key) for key in (*current, *added)}) > MAX_TAGS:
        raise refusal("LimitExceeded", "The number of tags has reached the maximum limit.")


def written(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags as an answer lists them, by key."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def condition_keys(tags: Mapping[str, str]) -> dict[str, str]:
    """iam:ResourceTag, which users and roles have beside aws:ResourceTag, and nothing else has."""
    return {f"iam:ResourceTag/{key}": value for key, value in tags.items()}
