"""How AWS IAM departs from its protocol: it has its own message for names and paths that break their pattern.

The message is for the first wrong value, and only where no other constraint of the model is broken.
Source: IAM's answers, as the aws CLI and terraform show them.
"""

from collections.abc import Sequence

from watchword.names import AwsError, fault
from watchword.wire.dialect import Dialect
from watchword.wire.shapes import Shape
from watchword.wire.validate import Violation

_NAME = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
_PATH = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
_PATTERN = "Member must satisfy regular expression pattern: "

MUSTS = {
    f"{_PATTERN}{pattern}": must
    for pattern, must in (
        (r"[\w+=,.@-]+", _NAME),
        (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", _PATH),
        (r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", _PATH),
    )
}
"""The model's requirement -> IAM's."""


def invalid(violations: Sequence[Violation], _shape: Shape) -> AwsError | None:
    """IAM's own error; None where IAM answers as other services do."""
    if any(each.requirement not in MUSTS or "." in each.path for each in violations):
        return None
    first = violations[0]
    said = f"The specified value for {first.path} is invalid. {MUSTS[first.requirement]}"
    return fault("ValidationError", said)


DIALECT = Dialect(invalid=invalid)
